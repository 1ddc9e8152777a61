from __future__ import annotations

import gc
import sys

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
