from __future__ import annotations

import gc

import pytest

from cnct import ClientError


@pytest.fixture(params=[True, False], ids=["collecting", "resting"])
def collecting(request):
    """The garbage collector as the user has it, and as it was afterwards."""
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("body", [b"[1]", b"[NaN]", b"["])
def test_decoding_leaves_the_garbage_collector_as_it_is(server, remote, collecting, body):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, body)
    try:
        remote.get("x")
    except ClientError:
        assert body == b"["
    assert gc.isenabled() == collecting
