"""Scans: every row once, in windows, whatever happens meanwhile."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import KEY, json_answer, shared

from cnct import (
    ClientError,
    ConnectClient,
    DriftWarning,
    JournalError,
    NotScannableError,
)
from cnct.client.work import scan, scan_run, source
from cnct.client.work.scan_fields import CHANGING, scan_field, undocumented, usable
from cnct.emulator import Emulator, Fault
from cnct.openapi import OpenAPISpecs

START = datetime(2024, 5, 1, tzinfo=UTC)


def stamp(turns):
    """Return a time, half a day later for each turn."""
    return (START + timedelta(hours=12 * turns)).isoformat()


def request(number, turns=None, **fields):
    at = stamp(number if turns is None else turns)
    return {"id": f"PR-{number:05}", "status": "pending", "created": at, "updated": at, **fields}


def listed(rows):
    """Return the rows of a set or scan, page by page: each row is a step of the event loop."""
    return [row for page in rows.pages() for row in page]


def ids(rows):
    return [row["id"] for row in (rows if isinstance(rows, list | Iterator) else listed(rows))]


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    """Cut small lists as others are cut: into windows of 50 rows."""
    monkeypatch.setattr(source, "_ROWS", 50)
    monkeypatch.setattr(source, "_PAGES", 1)


@pytest.fixture
def empty():
    with Emulator(records={}) as emulator:
        yield emulator


@pytest.fixture
def known(empty, world):
    """A client with the document, pages of 10 rows."""
    return world.client(
        KEY, empty.endpoint, use_specs=True, specs_location=empty.spec, default_limit=20
    )


@pytest.fixture(scope="module")
def busy():
    with Emulator(records={}, generate={"requests": 1000}) as emulator:
        yield emulator


@pytest.mark.parametrize("by", ["created", "updated"])
def test_a_scan_reads_large_pages(world, by):
    wide = [request(number, note="x" * 5_000) for number in range(120)]
    with Emulator(records={"requests": wide}) as place:
        client = world.client(KEY, place.endpoint, use_specs=True, specs_location=place.spec)
        scan = client.requests.all().limit(20).scan(by=by, concurrency=3)
        assert list(scan) == listed(scan) == list(client.requests.order_by("created"))


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_scan_reads_every_row_once_in_the_order_of_creation(
    busy, world, monkeypatch, concurrency
):
    monkeypatch.setattr(source, "_ROWS", 300)

    client = world.client(
        KEY, busy.endpoint, use_specs=True, specs_location=busy.spec, default_limit=50
    )
    plain = ids(client.requests.all().limit(1000))
    rows = listed(client.requests.all().scan(concurrency=concurrency))
    assert len(rows) == 1000
    assert sorted(ids(rows)) == sorted(plain)
    months = [row["created"][:4] for row in rows]
    assert months == sorted(months)


def test_a_small_set_is_one_window(known, empty):
    empty.insert("requests", *map(request, range(30)))
    empty.requests.clear()
    assert len([*known.requests.all().scan()]) == 30
    queries = [call.query for call in empty.requests]
    assert not any("created" in query for query in queries)
    assert len(queries) == 3


def test_windows_hold_no_more_rows_than_their_bound(known, empty):
    empty.insert("requests", *map(request, range(200)))
    empty.requests.clear()
    assert len(ids(known.requests.all().scan(concurrency=2))) == 200
    reads = [query for call in empty.requests if "limit=0" not in (query := call.query)]
    assert len({query.partition("limit")[0] for query in reads}) >= 4
    assert len(reads) <= 30
    assert len(empty.requests) <= 100  # where the cuts fall depends on the present


@pytest.mark.parametrize("concurrency", [1, 3])
def test_rows_of_one_instant_are_paged(known, empty, concurrency):
    empty.insert("requests", *(request(number, number // 60) for number in range(120)))
    rows = ids(known.requests.all().limit(30).scan(concurrency=concurrency))
    assert sorted(rows) == [f"PR-{number:05}" for number in range(120)]


def test_a_large_set_is_cut_as_far_as_it_is_read(known, empty, monkeypatch):
    monkeypatch.setattr(scan_run, "_COARSE", 2)
    empty.insert("requests", *map(request, range(200)))
    rows = iter(known.requests.all().scan())
    next(rows)
    counts = len(empty.requests)
    assert sorted(["PR-00000", *ids(rows)]) == [f"PR-{number:05}" for number in range(200)]
    assert sum("limit=0" in call.query for call in list(empty.requests)[counts:]) > 0


def test_pages_are_lists_of_rows(known, empty):
    empty.insert("requests", *map(request, range(120)))
    pages = [*known.requests.all().scan().pages()]
    assert {type(page) for page in pages} == {list}
    assert sum(map(len, pages)) == 120


def test_filters_selects_and_searches_stay(known, empty):
    empty.insert("requests", *map(request, range(120)), *map(draft, range(200, 320)))
    rows = [*known.requests.filter(status="draft").select("-updated").scan()]
    assert len(rows) == 120
    assert not any("updated" in row for row in rows)


def draft(number):
    return request(number, status="draft")


@pytest.mark.parametrize("concurrency", [1, 4])
def test_rows_that_exist_throughout_are_read_once_while_others_come_and_go(
    known, empty, concurrency
):
    empty.insert("requests", *map(request, range(150)))
    rows = []
    for count, row in enumerate(known.requests.all().scan(concurrency=concurrency)):
        rows.append(row["id"])
        if count % 5 == 0 and count < 120:
            empty.delete(f"requests/{row['id']}")
            empty.insert("requests", request(1000 + count, turns=400 + count))
    assert len(rows) == len({*rows})
    assert {f"PR-{number:05}" for number in range(150)} <= {*rows}


def change(emulator, row, turns):
    emulator.delete(f"requests/{row['id']}")
    emulator.insert("requests", {**row, "updated": stamp(turns)})


@pytest.mark.parametrize("concurrency", [1, 4])
def test_rows_that_change_are_read_once_by_the_time_of_the_change(known, empty, concurrency):
    empty.insert("requests", *map(request, range(150)))
    rows = []
    for count, row in enumerate(known.requests.all().scan(by="updated", concurrency=concurrency)):
        rows.append(row["id"])
        change(empty, row, 400 + count)
        if count < 120:  # another program changes a row that is not read yet
            change(empty, request(149 - count // 2), 400 + count)
    assert sorted(rows) == [f"PR-{number:05}" for number in range(150)]


def test_the_last_reading_of_changes_warns_of_drift_since_no_other_follows():
    run = scan_run.ScanRun("requests", undocumented("requests", "updated", None), 1)
    run.drifts = ["<ResourceSet requests>: the order changed"]
    with pytest.warns(DriftWarning, match="the order changed"):
        scan._warn_of_drift(run)


def test_without_a_time_of_creation_every_new_row_may_have_moved():
    field = undocumented("requests", "updated", None)._replace(created="")
    run = scan_run.ScanRun("requests", field, 1)
    assert run.again()
    row = request(1, created=datetime.now(UTC) + timedelta(days=1))
    assert run.fresh([row]) == [row]
    assert run.again()
    assert run.fresh([row]) == []
    assert not run.again()


def test_the_end_is_read_again_until_nothing_is_new(known, empty):
    empty.insert("requests", *map(request, range(200)))
    late = [request(number, created=stamp(0)) for number in range(500, 505)]
    rows = []
    for row in known.requests.all().scan(by="updated"):
        rows.append(row["id"])
        if row["id"] in ("PR-00199", "PR-00504", "PR-00503", "PR-00502", "PR-00501") and late:
            empty.insert("requests", {**late.pop(), "updated": stamp(1000 + len(rows))})
    assert rows[-5:] == [f"PR-{number:05}" for number in range(504, 499, -1)]


def test_rows_created_meanwhile_keep_no_scan_going(known, empty):
    empty.insert("requests", *map(request, range(60)))
    rows = []
    for row in known.requests.all().scan(by="updated"):
        rows.append(row["id"])
        if len(rows) < 100:
            now = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
            empty.insert("requests", request(1000 + len(rows), created=now, updated=now))
    assert {f"PR-{number:05}" for number in range(60)} <= {*rows}
    assert len(rows) == len({*rows})


def test_a_scan_of_a_list_that_never_rests_ends_with_a_warning(known, empty):
    empty.insert("requests", *map(request, range(60)))
    numbers = itertools.count(1000)

    def write():
        number = next(numbers)
        # The clock of those who write is behind the server's: their rows seem to be old ones.
        empty.insert("requests", request(number, turns=number, created=stamp(0)))

    empty.faults.add(Fault.hook(write, path="requests"))
    with pytest.warns(DriftWarning, match="has moved during each of 20 readings"):
        rows = ids(known.requests.all().scan(by="updated"))
    assert {f"PR-{number:05}" for number in range(60)} <= {*rows}
    assert len(rows) == len({*rows})


def test_rows_without_a_value_come_last(known, empty):
    path = "tier/config-requests"
    empty.insert(path, *(request(n, created=None) for n in range(100)))
    empty.insert(path, *map(request, range(100, 200)))
    rows = listed(known.ns("tier").collection("config-requests").all().scan())
    assert sorted(ids(rows)) == [f"PR-{number:05}" for number in range(200)]
    assert [row["created"] is None for row in rows] == [False] * 100 + [True] * 100


def test_rows_without_a_value_and_no_filter_for_them_are_an_error(known, empty):
    empty.insert("requests", *(request(n, sli={"days": n} if n else {}) for n in range(100)))
    with pytest.raises(NotScannableError, match=r"requests has rows without 'sli\.days'"):
        list(known.requests.all().scan(by="sli.days"))


def test_numbers_are_ranges_too(known, empty):
    empty.insert("requests", *(request(n, sli={"days": n * n - 500}) for n in range(200)))
    rows = listed(known.requests.all().scan(by="sli.days"))
    assert len({*ids(rows)}) == len(rows) == 200
    assert rows[0]["sli"]["days"] < 0 < rows[-1]["sli"]["days"]


def test_a_set_that_matches_nothing_needs_no_call(known, empty):
    nothing = known.requests.filter(id__in=[])
    assert [*nothing.scan()] == []
    assert nothing.partitions() == []
    assert len(empty.requests) == 0


class TestRefusals:
    @pytest.mark.parametrize(
        ("path", "by", "message"),
        [
            ("marketplaces", None, r"of a time of creation: pass by='stats\.contracts' or 'stats"),
            ("requests", "creatd", r"cannot be filtered by 'creatd'\. Did you mean 'created'\?"),
            ("requests", "status", r"for ranges of 'status': pass by='created', 'updated'"),
            ("products/PRD-1/actions", None, r"no field of it has ranges .* iterator\(\)"),
        ],
    )
    def test_an_impossible_field_is_answered_with_those_that_would_do(
        self, known, path, by, message
    ):
        rows = known.collection("products").all()
        (rows if not hasattr(rows, "it") else rows.it)._path = path
        with pytest.raises(NotScannableError, match=message) as caught:
            list(rows.scan(by=by))
        assert isinstance(caught.value, ClientError)
        assert isinstance(caught.value, ValueError)

    def test_slices_and_other_orders_are_refused_in_words(self, known):
        with pytest.raises(ValueError, match="is a slice, whose positions move"):
            known.requests.all()[:10].scan()
        with pytest.raises(ValueError, match=r"order of 'created': leave order_by\('-id'\) out"):
            list(known.requests.all().order_by("-id").scan())
        assert [*known.requests.all().order_by("created").scan()] == []

    def test_arguments_are_checked_at_once(self, known):
        with pytest.raises(TypeError, match="by must be the name of a field, not int"):
            known.requests.all().scan(by=1)
        with pytest.raises(ValueError, match="concurrency must be at least 1, not 0"):
            known.requests.all().scan(concurrency=0)

    @pytest.mark.parametrize("by", ["created", "updated"])
    def test_a_list_that_ignores_conditions_is_refused(self, server, world, by):
        rows = [request(number) for number in range(100)]
        range_ = {"Content-Range": "items 0-99/5000"}
        server.answer = lambda _: (200, {"Content-Type": "application/json", **range_}, encoded)
        encoded = json.dumps(rows).encode()
        client = world.client(KEY, server.endpoint)
        with pytest.raises(NotScannableError, match=rf"things ignores conditions on '{by}'.*by="):
            list(client.things.all().scan(by=by))

    def test_a_list_without_totals_is_refused(self, server, world):
        server.answer = lambda _: json_answer([])
        client = world.client(KEY, server.endpoint)
        with pytest.raises(NotScannableError, match=r"things sends no totals .* iterator\(\)"):
            list(client.things.all().scan(by="created"))

    def test_changing_rows_need_ids(self, known, empty):
        empty.insert("requests", request(1))
        with pytest.raises(NotScannableError, match="have no id"):
            list(known.requests.all().select("-id").scan(by="updated"))


def test_a_scan_survives_odd_headers_and_rows(server, world):
    """Without a Date, the local time is taken; a creation time that is none proves nothing."""
    rows = [{"id": "1", "created": "soon", "updated": stamp(1)}]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-0/1", Date="tomorrow")
    client = world.client(KEY, server.endpoint)
    assert [*client.things.all().scan(by="updated")] == rows
    assert [*client.things.all().scan(by="created")] == rows


class TestWithoutADocument:
    @pytest.fixture
    def blind(self, empty, world):
        return world.client(KEY, empty.endpoint, default_limit=20)

    def test_the_field_has_to_be_named(self, blind):
        with pytest.raises(NotScannableError, match="pass by='created'"):
            list(blind.requests.all().scan())

    @pytest.mark.parametrize("by", ["created", "updated", "sli.days"])
    def test_a_named_field_is_enough(self, blind, empty, by):
        empty.insert("requests", *(request(n, sli={"days": n}) for n in range(200)))
        assert len({*ids(blind.requests.all().scan(by=by))}) == 200

    def test_its_type_is_taken_from_a_row(self, blind, empty):
        assert [*blind.requests.all().scan(by="sli.days")] == []
        assert blind.requests.all().partitions(by="sli.days") == []
        empty.insert("requests", request(1))
        with pytest.raises(NotScannableError, match="'status' is no date, time or number"):
            list(blind.requests.all().scan(by="status"))

    def test_a_document_without_the_list_says_nothing(self, world, empty, tmp_path):
        document = tmp_path / "other.yml"
        document.write_text("openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {}\n")
        empty.insert("requests", request(1))
        client = world.client(
            KEY, empty.endpoint, use_specs=True, specs_location=document, validate="off"
        )
        assert ids(client.requests.all().scan(by="created")) == ["PR-00001"]


class TestCheckpoints:
    @pytest.fixture(autouse=True)
    def rows(self, empty):
        empty.insert("requests", *map(request, range(130)))

    def test_a_scan_that_stopped_goes_on(self, known, tmp_path):
        path = tmp_path / "scan.jsonl"
        first = some(known.requests.all().scan(checkpoint=path), 90)
        second = ids(known.requests.all().scan(checkpoint=path, concurrency=3))
        assert {*first, *second} == {f"PR-{number:05}" for number in range(130)}
        assert len(second) < 130
        assert len({*first} & {*second}) <= 50

    def test_a_window_is_noted_when_the_row_behind_it_is_requested(self, known, tmp_path):
        path = tmp_path / "scan.jsonl"
        rows = known.requests.all().scan(checkpoint=path)
        lines = [(row["id"], path.read_text().count("\n")) for row in rows]
        assert lines[0][1] == 1
        assert json.loads(path.read_text().splitlines()[-1]) == {"finished": True}
        last_rows = [before for before, after in itertools.pairwise(lines) if before[1] < after[1]]
        assert len(last_rows) == len(path.read_text().splitlines()) - 3

    def test_a_finished_scan_does_not_begin_again_by_itself(self, known, tmp_path):
        path = tmp_path / "scan.jsonl"
        assert len([*known.requests.all().scan(checkpoint=path)]) == 130
        with pytest.raises(JournalError, match=r"is finished: delete the file"):
            list(known.requests.all().scan(checkpoint=path))

    def test_another_query_is_refused(self, known, tmp_path):
        path = tmp_path / "scan.jsonl"
        some(known.requests.all().scan(checkpoint=path), 1)
        with pytest.raises(JournalError, match=r"another scan, with query '' instead of 'eq\(sta"):
            list(known.requests.filter(status="pending").scan(checkpoint=path))
        with pytest.raises(JournalError, match="with by 'created' instead of 'updated'"):
            list(known.requests.all().scan(checkpoint=path, by="updated"))

    def test_two_scans_at_once_are_refused(self, known, tmp_path):
        path = tmp_path / "scan.jsonl"
        rows = iter(known.requests.all().scan(checkpoint=path))
        next(rows)
        with pytest.raises(JournalError, match="is in use"):
            list(known.requests.all().scan(checkpoint=path))
        rows.close()

    @pytest.mark.parametrize("stop", [30, 80, 125])
    def test_changes_are_remembered_too(self, known, empty, tmp_path, stop):
        path = tmp_path / "scan.jsonl"
        first = []
        for row in known.requests.all().scan(by="updated", checkpoint=path):
            first.append(row["id"])
            if len(first) % 2:
                change(empty, row, 1000 + len(first))
            if len(first) == stop:
                break
        second = ids(known.requests.all().scan(by="updated", checkpoint=path))
        assert {*first, *second} == {f"PR-{number:05}" for number in range(130)}
        assert len({*first} & {*second}) <= 50

    def test_rows_that_were_read_again_are_remembered_too(self, known, empty, tmp_path):
        path = tmp_path / "scan.jsonl"
        first = []
        for row in known.requests.all().scan(by="updated", checkpoint=path):
            first.append(row["id"])
            if row["id"] == "PR-00129":
                late = [request(n, turns=1000 + n, created=stamp(0)) for n in range(500, 540)]
                empty.insert("requests", *late)
            if row["id"] == "PR-00525":
                break
        second = ids(known.requests.all().scan(by="updated", checkpoint=path))
        assert len(first) == 156
        assert {*second} >= {f"PR-{number:05}" for number in range(526, 540)}
        assert len({*first} & {*second}) <= 10

    def test_windows_without_a_value_are_remembered_too(self, known, empty, tmp_path):
        name = "tier/config-requests"
        empty.insert(name, *(request(n, created=None) for n in range(60)))
        empty.insert(name, *map(request, range(100, 160)))
        path = tmp_path / "scan.jsonl"
        rows = known.ns("tier").collection("config-requests").all()
        first = some(rows.scan(checkpoint=path), 90)
        second = ids(rows.scan(checkpoint=path))
        assert len({*first, *second}) == 120
        assert len(second) == 60

    def test_a_kill_costs_one_window_at_most(self, empty, tmp_path):
        path = tmp_path / "scan.jsonl"
        program = (
            "import os, signal, sys\n"
            "from cnct import ConnectClient\n"
            "from cnct.client.work import source\n"
            "source._ROWS = 50\n"
            "client = ConnectClient('ApiKey x', sys.argv[1], specs_location=sys.argv[2])\n"
            "rows = client.requests.all().limit(10).scan(checkpoint=sys.argv[3], concurrency=2)\n"
            "for count, row in enumerate(rows, 1):\n"
            "    print(row['id'], flush=True)\n"
            "    if count == int(sys.argv[4]):\n"
            "        os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        args = [sys.executable, "-c", program, empty.endpoint, str(empty.spec), str(path)]
        runs = [
            subprocess.run([*args, stop], check=False, capture_output=True, text=True)  # noqa: S603 - our own code
            for stop in ("90", "0")
        ]
        first, second = (run.stdout.split() for run in runs)
        assert len(first) == 90
        assert {*first, *second} == {f"PR-{number:05}" for number in range(130)}
        assert len({*first} & {*second}) <= 50


def some(rows, number):
    iterator = iter(rows)
    taken = [next(iterator)["id"] for _ in range(number)]
    iterator.close()
    return taken


def test_a_scan_that_is_broken_off_leaves_no_thread(empty):
    empty.insert("requests", *map(request, range(200)))
    with ConnectClient(KEY, empty.endpoint, specs_location=empty.spec) as client:
        rows = iter(client.requests.all().limit(10).scan(concurrency=4))
        next(rows)
        rows.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "cnct"]


def test_a_client_that_is_closed_ends_the_threads_of_its_scans(empty):
    empty.insert("requests", *map(request, range(200)))
    client = ConnectClient(KEY, empty.endpoint, specs_location=empty.spec)
    rows = iter(client.requests.all().limit(10).scan(concurrency=4))
    next(rows)
    client.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "cnct"]
    rows.close()


def test_a_failed_call_ends_the_scan_with_its_error(known, empty):
    empty.insert("requests", *map(request, range(200)))
    rows = iter(known.requests.all().scan(concurrency=4))
    next(rows)
    empty.faults = [Fault.status(500)]
    with pytest.raises(ClientError) as caught:
        list(rows)
    assert caught.value.status_code == 500


def test_a_scan_shows_its_set(known):
    assert repr(known.requests.all().scan()) == (
        "<Scan by creation of <ResourceSet requests 0/? fetched>>"
    )


def test_most_lists_of_connect_can_be_scanned_by_creation_or_change():
    specs = OpenAPISpecs(shared("spec/connect-openapi30.yml"))
    lists = [
        place.operations["GET"].fields
        for place in specs.places()
        if "GET" in place.operations and place.operations["GET"].fields
    ]
    assert len(lists) == 161
    assert sum(map(has_creation, lists)) == 74
    assert sum(any(name in CHANGING for name in usable(fields)) for fields in lists) == 46


def has_creation(fields):
    try:
        return scan_field("list", fields, None).axis.kind == "datetime"
    except NotScannableError:
        return False
