"""wait and watch: conditions, time, and what is printed when."""

from __future__ import annotations

import threading
import time

import pytest
from tests.conftest import KEY

from cnct import ConnectClient
from cnct.cli.durations import Duration
from cnct.emulator import Fault
from cnct.emulator.server import DEFAULT_SPEC


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("1.5s", 1.5), ("10m", 600), ("1h30m", 5400), ("1d", 86400), ("0", 0)],
)
def test_durations(text, seconds):
    assert Duration().convert(text, None, None) == seconds


def test_a_wait_ends_with_its_condition(cnct, connect):
    ran = cnct("wait", "requests/PR-000", "status=pending", "asset.id__in=AS-000,AS-1")
    assert (ran.status, ran.json["id"], ran.err) == (0, "PR-000", "")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["status=approved", "--timeout", "0"], 7, "Waited 0 s for status='approved'"),
        (["status=approved", "--fail", "failed,pending"], 7, "and it failed"),
        (["status:=null", "--timeout", "0.02", "--interval", "0.01"], 7, "Waited 0.02 s"),
        (["status=approved", "--fail", "approved"], 2, "fail must not have 'approved'"),
        (["status__like=a*"], 2, "cannot be waited for"),
        (["statu=approved"], 2, "Did you mean 'status'?"),
        (["status"], 2, "write it like status=approved"),
        (["status=approved", "--timeout", "soon"], 2, "write one like 30s"),
        (["status=approved", "--interval", "0"], 2, "interval must be above 0"),
        ([], 2, "Missing argument"),
    ],
)
def test_a_wait_ends_otherwise(cnct, connect, words, status, message):
    ran = cnct("wait", "requests/PR-000", *words)
    assert (ran.status, ran.out) == (status, "")
    assert message in ran.err


def test_numbers_and_words_are_compared_as_such(cnct, server, monkeypatch):
    from tests.conftest import json_answer

    server.answer = lambda _: json_answer({"id": "PR-1", "quantity": 5, "ready": True})
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    words = ["wait", "requests/PR-1", "quantity=5", "ready=true", "--timeout", "0", "--force"]
    assert cnct(*words).status == 0


def watching(cnct, *words: str):
    return cnct("watch", "requests", *words, "--interval", "0.02s", "--timeout", "0.6s")


@pytest.mark.parametrize("spec", ["with a time", "without"])
def test_a_watch_prints_what_is_new_or_changed(cnct, connect, monkeypatch, tmp_path, spec):
    if spec == "without":
        monkeypatch.setattr("cnct.cli.watching.CHANGING", frozenset())

    def work():
        with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            while len(connect.requests) < 4:
                time.sleep(0.005)
            new = client.requests.create({"type": "change", "asset": {"id": "AS-1"}})
            created.append(new["id"])
            client.requests["PR-001"].update({"note": "changed"})

    created: list[str] = []
    thread = threading.Thread(target=work)
    thread.start()
    ran = watching(cnct, "--select", "id,note")
    thread.join()
    assert (ran.status, ran.err) == (0, "")
    assert {row["id"] for row in ran.lines} == {*created, "PR-001"}


def test_a_watch_outlives_a_bad_moment_and_not_a_refusal(cnct, connect):
    connect.faults = [Fault.status(503, after=3, times=1)]
    ran = watching(cnct)
    assert ran.status == 0
    assert "503 Service Unavailable" in ran.err
    assert "Looking again" in ran.err
    connect.faults = [Fault.status(403, after=3)]
    assert watching(cnct).status == 4
