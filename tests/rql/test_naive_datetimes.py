"""A datetime without a time zone is local time, and a warning says so once a line."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import KEY, json_answer

from cnct import NaiveDatetimeWarning, R, RQLError

# ruff: noqa: DTZ001 - datetimes without a time zone are the subject of these tests

pytestmark = pytest.mark.filterwarnings("default::cnct.NaiveDatetimeWarning")

YEAR_2, YEAR_9998 = datetime(2, 1, 1), datetime(9998, 1, 1)


@pytest.fixture
def zone(monkeypatch) -> Iterator[None]:
    """Live in New York, where local time is four or five hours behind UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("moment", "literal"),
    [
        (datetime(2024, 7, 1, 12), "2024-07-01T12:00:00-04:00"),
        (datetime(2024, 1, 1, 12, 0, 0, 5), "2024-01-01T12:00:00.000005-05:00"),
        (datetime(2024, 11, 3, 1, 30), "2024-11-03T01:30:00-04:00"),
        (datetime(2024, 11, 3, 1, 30, fold=1), "2024-11-03T01:30:00-05:00"),
        (datetime(2024, 3, 10, 2, 30), "2024-03-10T01:30:00-05:00"),
        (datetime(1850, 1, 1), "1850-01-01T04:56:02+00:00"),
    ],
)
def test_a_naive_datetime_is_sent_with_the_local_offset(moment, literal):
    with pytest.warns(NaiveDatetimeWarning, match="utcnow"):
        assert str(R().created.ge(moment)) == f"ge(created,{literal})"


@pytest.mark.usefixtures("zone")
def test_an_hour_from_now_is_later_than_now_on_the_server_too(server, world):
    server.answer = lambda _: json_answer([], Content_Range="items 0-0/0")
    soon = datetime.now() + timedelta(hours=1)  # noqa: DTZ005 - naive is the case
    with pytest.warns(NaiveDatetimeWarning):
        list(world.client(KEY, server.endpoint).products.filter(created__gt=soon))
    (sent,) = {got.query.partition("gt(created,")[2].partition(")")[0] for got in server.got}
    assert datetime.fromisoformat(sent).timestamp() == soon.timestamp()


@given(st.datetimes(YEAR_2, YEAR_9998))
def test_every_naive_datetime_is_the_instant_of_its_timestamp(moment):
    with pytest.warns(NaiveDatetimeWarning):
        text = str(R().a.eq(moment)).removeprefix("eq(a,").removesuffix(")")
    written = datetime.fromisoformat(text)
    assert written.tzinfo is not None
    assert written.astimezone(UTC) == moment.astimezone(UTC)


def test_the_warning_comes_once_a_line_and_names_it():
    moment = datetime(2024, 1, 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            R().a.ge(moment)
        R(a__in=[moment, moment])
    assert [warning.category for warning in caught] == [NaiveDatetimeWarning] * 2
    assert {warning.filename for warning in caught} == {__file__}
    assert caught[1].lineno == caught[0].lineno + 1


@pytest.mark.parametrize("moment", [datetime(1, 1, 1), datetime(1, 1, 1, 3)])
def test_a_datetime_outside_of_the_calendar_is_refused(moment):
    with pytest.raises(RQLError, match="outside of the calendar"):
        R().a.ge(moment)
