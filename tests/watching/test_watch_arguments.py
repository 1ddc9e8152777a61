"""Arguments and sets that a watch refuses, and clients that it takes."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from tests.conftest import KEY, json_answer
from tests.watching.conftest import START, ids, put

from cnct import (
    ClientError,
    ConnectClient,
    InvalidCallError,
    NotFoundError,
    NotScannableError,
    R,
)
from cnct.emulator import Clock
from cnct.testing import ConnectClientMocker


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"interval": 0}, ValueError, "interval must be above 0 seconds and finite, not 0"),
        ({"interval": -1}, ValueError, "interval must be 0 seconds or more"),
        ({"interval": float("inf")}, ValueError, "interval must be above 0 seconds and finite"),
        ({"interval": "10"}, TypeError, "interval must be a number of seconds, not str"),
        ({"interval": timedelta(1)}, TypeError, "interval must be a number of seconds"),
        ({"state": 3}, TypeError, "state must be the path of a file, not int"),
        ({"state": b"x"}, TypeError, "state must be the path of a file, not bytes"),
        ({"state": ""}, ValueError, "state must be the path of a file, not ''"),
        ({"state": "a\0b"}, ValueError, "state must be the path of a file, not 'a"),
        ({"since": "2026-01-01"}, TypeError, "or 'all', not '2026-01-01': write datetime.fromiso"),
        ({"since": date(2026, 1, 1)}, TypeError, r"write datetime\(2026, 1, 1, tzinfo=UTC\)"),
        ({"since": 5}, TypeError, "since must be a datetime or 'all', not int"),
        ({"until": "x"}, TypeError, "until must be a datetime, not 'x'"),
        ({"by": 5}, TypeError, "by must be the name of a field with a time, not int"),
        ({"by": ""}, TypeError, "by must be the name of a field with a time, not an empty text"),
        ({"by": R().created}, TypeError, "by must be the name of a field with a time, not Field"),
        ({"since": R().created}, TypeError, "since must be a datetime or 'all', not Field"),
        ({"lookback": "x"}, TypeError, "lookback must be seconds or a timedelta"),
        ({"lookback": float("inf")}, ValueError, "lookback must be a time of some days, not inf"),
        ({"lookback": float("nan")}, ValueError, "lookback must be a time of some days, not nan"),
        ({"lookback": -1}, ValueError, "lookback must be 0 seconds or more"),
        ({"timeout": "x"}, TypeError, "timeout must be a number of seconds"),
        ({"timeout": -1}, ValueError, "timeout must be 0 seconds or more"),
        ({"errors": "x"}, TypeError, "a number of seconds or a function of the error, not str"),
        ({"errors": True}, TypeError, "errors must be a number of seconds or a function"),
        ({"errors": -1}, ValueError, "errors must be 0 seconds or more"),
        ({"errors": asyncio.sleep}, TypeError, "errors must be a plain function"),
    ],
)
def test_wrong_arguments_are_refused_at_once(idle, options, kind, message):
    with pytest.raises(kind, match=message):
        idle.requests.watch(**options)


@pytest.mark.parametrize(
    ("refine", "message"),
    [
        (lambda rows: rows[:5], "is a slice, whose positions move: leave the slice out"),
        (lambda rows: rows.order_by("id", "-created"), r"leave order_by\('id', '-created'\) out"),
        (lambda rows: rows.select("-id"), r"select\('-id'\) removes the ids"),
    ],
)
def test_sets_whose_changes_cannot_be_found_are_refused_at_once(idle, refine, message):
    with pytest.raises(ValueError, match=message):
        refine(idle.requests.all()).watch()


def test_rows_keep_the_times_by_which_changes_are_found(client, connect):
    with pytest.raises(ValueError, match=r"select\('-updated'\) removes the time by which"):
        list(client.requests.select("-updated").watch())
    with pytest.raises(ValueError, match=r"select\('-events'\) removes the time by which"):
        list(client.products.select("-events").watch())
    put(connect, "PR-1", asset={"id": "AS-1"})
    [row] = client.requests.select("-asset").watch(since="all", timeout=0)
    assert "asset" not in row


def test_a_field_that_is_no_time_is_refused(client, connect):
    with pytest.raises(NotScannableError, match="requests cannot be filtered by 'color'"):
        list(client.requests.watch(by="color"))
    with pytest.raises(NotScannableError, match=r"'sli.days' of requests is no time"):
        list(client.requests.watch(by="sli.days"))


def test_other_refinements_are_watched(client, connect):
    put(connect, *(f"PR-{number}" for number in range(29)))
    rows = client.requests.limit(5).concurrency(3).watch(since="all", timeout=0)
    assert len(ids(rows)) == 29
    rows = client("helpdesk").cases.search("backup").watch(since=START, timeout=0)
    assert ids(rows) == []
    assert "search=backup" in connect.requests[-1].query


def test_rows_without_ids_are_refused(server):
    server.answer = lambda _: json_answer([{"name": "x"}], Content_Range="items 0-0/1")
    client = ConnectClient(KEY, server.endpoint, use_specs=False)
    with pytest.raises(ClientError, match="Rows of things have no ids by which a change"):
        list(client.things.watch())


def test_versions_of_one_resource_are_rows_of_their_own(server):
    rows = [{"id": "PRD-1", "version": number} for number in (1, 2)]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-1/2")
    client = ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START))
    found = [*client.versions.watch(since="all", timeout=50)]
    assert found == rows
    assert len(server.got) > 1


def test_a_list_that_is_gone_ends_the_watch(client, connect):
    with pytest.raises(NotFoundError):
        list(client.products["PRD-404"].items.watch())


def test_a_call_that_the_document_refuses_ends_a_watch(client):
    strict = client.with_options(validate="strict")
    with pytest.raises(InvalidCallError, match=r"Not sent: .*'color'"):
        list(strict.requests.filter(color="red").watch())


def test_a_dry_run_watches_without_a_state(either, connect):
    put(connect, "PR-1")
    assert ids(either.dry_run().requests.watch(since="all", timeout=0)) == ["PR-1"]
    with pytest.raises(ValueError, match="nor the state of a watch"):
        either.dry_run().requests.watch(state="requests.watch")


def test_mocks_are_watched_without_pauses(world):
    with ConnectClientMocker("http://127.0.0.1:9/public/v1") as mocker:
        client = world.client(KEY, "http://127.0.0.1:9/public/v1")
        mocker.requests.all().mock(return_value=[{"id": "PR-1", "note": "a"}])
        mocker.requests.all().mock(return_value=[{"id": "PR-1", "note": "b"}])
        mocker.requests.all().mock(return_value=[{"id": "PR-1", "note": "b"}])
        rows = client.requests.watch(interval=3600, timeout=7000)
        assert list(rows) == [{"id": "PR-1", "note": "b"}]
