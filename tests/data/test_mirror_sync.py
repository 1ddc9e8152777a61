"""Mirrors: rows are kept up to date at few calls, whatever happens on the server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import KEY
from tests.data.drifting import START, OtherUsers, mirrored, own, served

from cnct import (
    ClientError,
    ConnectClient,
    DriftWarning,
)
from cnct.client.mirroring import mirror as mirrors
from cnct.client.work import scan_run, source
from cnct.emulator import Emulator, Fault
from cnct.emulator.clock import Clock

PAGE = 20


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    """Read small lists as others are read: in windows of several pages."""
    monkeypatch.setattr(mirrors, "_ROWS", PAGE)
    monkeypatch.setattr(source, "_ROWS", 50)
    monkeypatch.setattr(source, "_PAGES", 1)


@pytest.fixture
def connect():
    with Emulator(records={}, clock=Clock(START)) as emulator:
        yield emulator


@pytest.fixture
def others(connect):
    return OtherUsers(connect, seed=1)


@pytest.fixture
def client(connect, world):
    return world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)


@pytest.fixture
def plain(connect):
    """A synchronous client, for facts of the core that both worlds share."""
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        yield client


@pytest.fixture
def file(tmp_path):
    return tmp_path / "connect.db"


@pytest.fixture
def mirror(client, file):
    return client.mirror(file)


def later(connect, **duration):
    connect.clock.advance(timedelta(**duration))


def test_the_first_run_reads_all_rows_and_later_ones_read_changes(connect, others, mirror, file):
    others.insert(70)
    later(connect, hours=1)
    counts = mirror.sync("requests")["requests"]
    assert counts[:4] == (70, 0, 0, 0)
    assert mirrored(file) == served(connect)
    later(connect, hours=1)
    others.insert(2)
    others.update()
    connect.requests.clear()
    counts = mirror.sync("requests")["requests"]
    assert counts == (2, 1, 0, 0, 1)
    assert mirrored(file) == served(connect)


def test_a_run_without_changes_costs_one_call(connect, others, mirror):
    others.insert(70)
    mirror.sync("requests")
    later(connect, minutes=16)
    mirror.sync()
    connect.requests.clear()
    assert mirror.sync()["requests"] == (0, 0, 0, 0, 1)
    assert [call.path for call in connect.requests] == ["requests"]


def test_after_rounds_of_changes_no_row_is_missed_or_stale(connect, others, mirror, file):
    others.insert(60)
    for _ in range(3):
        connect.faults = [Fault.hook(others.work, path="requests", probability=0.5)]
        mirror.sync("requests", concurrency=others.chance.choice((1, 3)))
        connect.faults = []
        for _ in range(10):
            later(connect, seconds=others.chance.choice((0, 1, 300)))
            others.work()
            others.embed()
    mirror.sync()
    mirror.reconcile()
    assert own(mirrored(file)) == own(served(connect))
    mirror.reconcile(full=True)
    assert mirrored(file) == served(connect)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_differ_by_minutes(connect, plain, file, minutes):
    """The database dates rows by a clock that is ahead of, or behind, that of the responses."""
    others = OtherUsers(connect, 1, timedelta(minutes=minutes))
    others.insert(30)
    mirror = plain.mirror(file)
    for _ in range(2):
        mirror.sync("requests")
        others.insert(5)
        others.update()
        later(connect, minutes=3)
        others.update()
    mirror.sync()
    assert mirrored(file) == served(connect)


def test_more_rows_than_a_page_may_change_in_one_second(connect, others, plain, file):
    mirror = plain.mirror(file)
    others.insert(3)
    later(connect, hours=1)
    mirror.sync("requests")
    later(connect, hours=1)
    others.insert(45)
    assert mirror.sync("requests")["requests"].added == 45
    assert mirrored(file) == served(connect)


def test_an_interrupted_run_keeps_its_windows_and_goes_on_there(connect, mirror, others, file):
    for _ in range(8):
        others.insert(25)
        later(connect, days=9)
    connect.faults = [Fault.status(400, path="requests", after=20)]
    with pytest.raises(ClientError, match="400"):
        mirror.sync("requests")
    kept = len(mirrored(file))
    assert 0 < kept < 200
    connect.faults = []
    connect.requests.clear()
    assert mirror.sync("requests")["requests"].added == 200 - kept
    assert not any("lt(created,2024-05" in call.query for call in connect.requests)
    assert mirrored(file) == served(connect)


def test_rows_that_changed_after_an_interrupted_run_are_read_by_the_next(
    connect, plain, others, file
):
    for _ in range(8):
        others.insert(25)
        later(connect, days=9)
    connect.faults = [Fault.status(400, path="requests", after=20)]
    mirror = plain.mirror(file)
    with pytest.raises(ClientError, match="400"):
        mirror.sync("requests")
    connect.faults = []
    later(connect, hours=1)
    for _ in range(30):
        others.update()
    later(connect, hours=1)
    mirror.sync("requests")
    assert mirrored(file) == served(connect)


def test_rows_move_while_they_are_read(connect, mirror, others, file):
    others.insert(70)
    later(connect, hours=1)

    def work():
        later(connect, seconds=1)
        others.update()
        others.insert()

    connect.faults = [Fault.hook(work, path="requests")]
    mirror.sync("requests", concurrency=2)
    connect.faults = []
    others.insert(30)
    later(connect, hours=1)
    others.insert(30)
    connect.faults = [Fault.hook(work, path="requests", times=20)]
    mirror.sync("requests")
    connect.faults = []
    mirror.sync()
    assert mirrored(file) == served(connect)


def test_a_run_over_a_list_that_never_rests_warns_and_the_next_one_reads_the_rest(
    connect, plain, others, file, monkeypatch
):
    monkeypatch.setattr(scan_run, "_READINGS", 2)
    mirror = plain.mirror(file)
    others.insert(3)
    later(connect, hours=1)
    mirror.sync("requests")
    later(connect, hours=1)
    others.insert(22)

    def write():
        later(connect, seconds=1)
        others.insert(created=START.isoformat())

    connect.faults = [Fault.hook(write, path="requests")]
    with pytest.warns(DriftWarning, match="has moved during each of 2 readings"):
        mirror.sync("requests")
    connect.faults = []
    mirror.sync("requests")
    assert mirrored(file) == served(connect)


def test_reconcile_removes_rows_and_finds_late_ones(connect, mirror, others, file):
    others.insert(45)
    later(connect, hours=1)
    mirror.sync("requests")
    others.delete()
    later(connect, days=1)
    mirror.sync("requests")
    late = START.isoformat()
    others.insert(updated=late, created=late)
    counts = mirror.sync("requests")["requests"]
    assert counts == (0, 0, 0, 0, 1)
    connect.requests.clear()
    counts = mirror.reconcile("requests")["requests"]
    assert counts[:4] == (1, 0, 1, 0)
    assert "-status" in connect.requests[0].query  # ids alone
    assert mirrored(file) == served(connect)


def test_a_text_may_have_half_of_a_surrogate_pair(connect, plain, others, file):
    """As of texts that were cut in the middle of an emoji; JSON has it escaped."""
    others.insert(note="caf\u00e9 \ud83d", status="\ud83d", assignee="caf\u00e9")
    with plain.mirror(file) as mirror:
        assert mirror.sync("requests").total.added == 1
        assert [*mirror.requests.filter(assignee="caf\u00e9")] == [*served(connect).values()]
    assert mirrored(file) == served(connect)


def test_only_a_full_reconcile_compares_embedded_objects(connect, plain, others, file):
    others.insert(45)
    later(connect, hours=1)
    with plain.mirror(file) as mirror:
        mirror.sync("requests")
        others.embed()
        assert mirror.reconcile()["requests"][:4] == (0, 0, 0, 0)
        assert mirror.reconcile(full=True)["requests"][:4] == (0, 1, 0, 44)
    assert mirrored(file) == served(connect)


def test_reconcile_reads_a_collection_that_was_not_synchronised(connect, plain, others, file):
    others.insert(3)
    assert plain.mirror(file).reconcile("requests")["requests"].added == 3
    assert mirrored(file) == served(connect)
