from __future__ import annotations

import gc
import itertools
import sys
import weakref

import pytest

from cnct import ClientError
from cnct.client import garbage

MANY = b"[" + b"{}," * 20_000


@pytest.fixture(params=[True, False], ids=["collecting", "resting"])
def collecting(request):
    """The garbage collector as the user has it, and as it was afterwards."""
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("body", [b"[1]", MANY + b"1]", MANY + b"NaN]", MANY])
def test_decoding_leaves_the_garbage_collector_as_it_is(server, remote, collecting, body):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, body)
    try:
        remote.get("x")
    except ClientError:
        assert body == MANY
    assert gc.isenabled() == collecting


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the collector waits for the decoder")
@pytest.mark.parametrize("is_paused", [True, False])
def test_collections_can_pause_while_a_large_body_is_decoded(
    server, remote, monkeypatch, is_paused
):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, MANY + b"1]")
    monkeypatch.setattr(garbage, "pause_while_decoding", is_paused)
    collections = []
    gc.callbacks.append(lambda phase, _: collections.append(phase))
    try:
        remote.get("x")
    finally:
        gc.callbacks.pop()
    assert (len(collections) < 20) is is_paused


def read_and_kept(server, remote):
    """Read a large page into a set; return a row, and the generations collected meanwhile."""
    row = b'{"of": [' + b"[]," * 200 + b"[]]}"
    body = b"[" + (row + b",") * 99 + row + b"]"
    headers = {"Content-Type": "application/json", "Content-Range": "items 0-99/100"}
    server.answer = lambda _: (200, headers, body)
    rows = remote.items.all()
    generations = []
    gc.callbacks.append(lambda _, info: generations.append(info["generation"]))
    try:
        (row, *_) = list(rows)
    finally:
        gc.callbacks.pop()
    return row, generations


def is_old(row):
    return any(value is row for value in gc.get_objects(generation=2))


promoting = pytest.mark.skipif(
    not garbage.promote_kept_rows or gc.get_freeze_count() > 0,
    reason="the collector works in small steps, or Python has frozen objects of its own",
)


@promoting
@pytest.mark.parametrize("is_promoted", [True, False])
def test_kept_rows_can_become_old_at_once(server, remote, monkeypatch, is_promoted):
    monkeypatch.setattr(garbage, "promote_kept_rows", is_promoted)
    row, generations = read_and_kept(server, remote)
    assert is_old(row) if is_promoted else not is_old(row) or {1, 2} & {*generations}
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()


class Cycle:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@promoting
def test_cycles_that_a_program_leaves_between_pages_are_collected(server, remote):
    cycles = weakref.WeakSet()
    for _ in range(9):
        read_and_kept(server, remote)
        cycles.add(Cycle())
    assert len(cycles) < 3


@promoting
def test_cycles_that_have_become_old_are_collected_after_some_pages(server, sync_remote):
    cycles = weakref.WeakSet()
    for _ in range(5):
        old = [Cycle() for _ in range(10_000)]
        cycles.update(old)
        read_and_kept(server, sync_remote)
        del old
    assert len(cycles) < 50_000


@promoting
def test_objects_that_a_program_has_frozen_stay_frozen(server, remote, monkeypatch):
    monkeypatch.setattr(garbage, "promote_kept_rows", True)
    gc.freeze()
    try:
        read_and_kept(server, remote)
        assert gc.get_freeze_count() > 0
        assert not garbage.promote_kept_rows
    finally:
        gc.unfreeze()


def test_a_call_leaves_no_garbage_to_collect(server, remote):
    bodies = itertools.cycle([b'{"id": "PR-1"}', MANY + b"{}]"])
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, next(bodies))
    remote.get("x")
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(10):
            remote.get("x")
        gc.collect()
        modules = [type(value).__module__.partition(".")[0] for value in gc.garbage]
        assert {*modules} & {"cnct", "requests", "urllib3", "httpx2"} == set()
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
