"""Partitions: disjoint parts of a set, for other processes."""

from __future__ import annotations

import asyncio
import pickle

import pytest
from tests.conftest import KEY
from tests.work.test_scan import ids, request

from cnct import AsyncConnectClient, ConnectClient, NotScannableError
from cnct.client.work import source
from cnct.emulator import Emulator


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(source, "_ROWS", 50)
    monkeypatch.setattr(source, "_PAGES", 1)


@pytest.fixture(scope="module")
def filled():
    with Emulator(records={}) as emulator:
        emulator.insert("requests", *map(request, range(300)))
        emulator.insert("tier/config-requests", *(request(n, created=None) for n in range(60)))
        emulator.insert("tier/config-requests", *map(request, range(100, 160)))
        yield emulator


@pytest.fixture
def known(filled, world):
    return world.client(
        KEY, filled.endpoint, use_specs=True, specs_location=filled.spec, default_limit=50
    )


@pytest.fixture
def reader(filled):
    with ConnectClient("ApiKey SU-9:other", filled.endpoint, use_specs=False) as client:
        yield client


@pytest.mark.parametrize("how", [{}, {"number": 1}, {"number": 4}, {"most": 20}])
def test_partitions_are_disjoint_and_together_the_set(known, reader, how):
    parts = known.requests.all().partitions(**how)
    rows = [row for part in parts for row in ids(part.read(reader))]
    assert sorted(rows) == [f"PR-{number:05}" for number in range(300)]
    assert [part.count for part in parts] == [part.read(reader).count() for part in parts]
    assert len(parts) == how.get("number", len(parts))
    assert max(part.count for part in parts) <= how.get("most", 300)


@pytest.mark.parametrize("how", [{}, {"number": 1}, {"number": 2}, {"number": 5}])
def test_rows_without_a_value_are_in_the_last_one(known, reader, how):
    rows = known.ns("tier").collection("config-requests").all()
    parts = rows.partitions(**how)
    assert sum(part.count for part in parts) == 120
    assert len({row for part in parts for row in ids(part.read(reader))}) == 120
    assert len(parts) <= how.get("number", len(parts))


def test_a_small_or_empty_set_is_one_partition(known, reader):
    [part] = known.requests.filter(id="PR-00001").partitions()
    assert ids(part.read(reader)) == ["PR-00001"]
    [part] = known.listings.all().partitions()
    assert part.count == 0
    assert len(known.listings.all().partitions(3)) == 1


def test_a_partition_is_pickled_without_key_and_connection(known, reader):
    parts = known.requests.filter(status="pending").select("-updated").partitions(2)
    pickled = pickle.dumps(parts)
    assert b"very-secret" not in pickled
    assert b"127.0.0.1" not in pickled
    rows = [row for part in pickle.loads(pickled) for row in part.read(reader)]
    assert len(rows) == 300
    assert "updated" not in rows[0]


def test_a_partition_reads_itself_with_any_client(known, filled):
    part = known.requests.all().partitions(2)[0]

    async def count():
        async with AsyncConnectClient(KEY, filled.endpoint, use_specs=False) as client:
            return len([row async for row in part.read(client)])

    assert asyncio.run(count()) == part.count


def test_a_partition_shows_what_it_is(known):
    part = known.requests.all().partitions(2)[1]
    assert repr(part).startswith("<Partition requests?ge(created,2024-0")
    assert repr(part).endswith(f" {part.count} resources>")


def test_a_field_that_changes_is_refused(known):
    with pytest.raises(NotScannableError, match="no reader sees all of them: pass by='created'"):
        known.requests.all().partitions(by="updated")
    with pytest.raises(NotScannableError, match=r"'events\.updated\.at' changes .* by='events\.c"):
        known.ns("subscriptions").assets.all().partitions(by="events.updated.at")


def test_without_a_document_nobody_knows_the_time_of_creation(filled, world):
    blind = world.client(KEY, filled.endpoint)
    with pytest.raises(NotScannableError, match="pass by='created'"):
        blind.requests.all().partitions(by="updated")
    assert sum(part.count for part in blind.requests.all().partitions(by="created")) == 300


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"number": 2, "most": 3}, "either number or most"),
        ({"number": 0}, "number must be at least 1"),
        ({"most": 0}, "most must be at least 1"),
    ],
)
def test_arguments_are_checked(known, how, message):
    with pytest.raises(ValueError, match=message):
        known.requests.all().partitions(**how)


@pytest.mark.parametrize(
    "settings", [{"headers": {"authorization": "x"}}, {"auth": ("me", "secret")}]
)
def test_secrets_are_refused(known, settings):
    with pytest.raises(ValueError, match="Partitions hold no secrets"):
        known.requests.all().configure(**settings).partitions()
    assert known.requests.all().configure(timeout=30).partitions(1)[0].count == 300
