"""Exit statuses, standard streams and signals: in this process and, where it matters, in others."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.conftest import KEY, json_answer

from cnct.cli.main import main
from cnct.emulator import Fault
from cnct.emulator.server import DEFAULT_SPEC

CNCT = [sys.executable, "-m", "cnct"]


def environment(connect, **more: str) -> dict[str, str]:
    """Return the environment of a cron job: no home, no terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "CNCT_CACHE_DIR")}
    kept |= {"PYTHONPATH": os.pathsep.join(sys.path), "CNCT_CONFIG": "", "TERM": "dumb"}
    return {
        **kept,
        "CNCT_API_KEY": KEY,
        "CNCT_ENDPOINT": connect.endpoint,
        "CNCT_SPEC": str(connect.spec),
        **more,
    }


def test_no_response_is_a_local_problem(cnct, monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", "http://127.0.0.1:9/public/v1")
    ran = cnct("count", "products", "--force", "--spec", "/nowhere.yml")
    assert (ran.status, "cannot be read" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((301, {"Location": "/elsewhere"}, b""), 3),
        ((302, {"Location": "/elsewhere"}, b""), 3),
        (json_answer({"error_code": "VAL_001", "errors": ["no"]}, 400), 4),
        (json_answer({}, 404), 4),
        (json_answer({}, 500), 5),
        ((520, {}, b"?"), 5),
        ((200, {"Content-Length": "99", "Content-Type": "application/json"}, b"{"), 1),
        (None, 1),
    ],
)
def test_the_status_follows_the_answer(cnct, server, monkeypatch, answer, status):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    server.answer = lambda _: answer
    ran = cnct("api", "POST", "/products", "name=Thing", "--force")
    assert (ran.status, ran.out) == (status, "")
    assert ran.err.startswith("cnct: ")
    assert "very-secret" not in ran.err


def test_a_document_ends_with_its_bracket_after_an_error(cnct, connect):
    connect.faults = [Fault.status(503, after=1)]
    ran = cnct("ls", "requests", "--page-size", "2")
    assert ran.status == 5
    assert [row["id"] for row in json.loads(ran.out)] == ["PR-000", "PR-001"]
    assert "503 Service Unavailable" in ran.err
    ran = cnct("ls", "requests")
    assert (ran.status, ran.out) == (5, "")


@pytest.mark.usefixtures("reads")
def test_settings_are_refused_with_their_remedy(cnct, monkeypatch):
    ran = cnct("count", "requests", "--endpoint", "nowhere")
    assert (ran.status, "endpoint must be a URL" in ran.err) == (2, True)
    monkeypatch.delenv("CNCT_API_KEY")
    ran = cnct("count", "requests")
    assert (ran.status, "cnct config set api_key -" in ran.err) == (1, True)
    assert "very-secret" not in ran.err


@pytest.mark.usefixtures("reads")
def test_the_module_and_the_version(capsys):
    assert main(["--version"]) == 0
    version = capsys.readouterr().out
    assert version.startswith("cnct ")
    assert main(["-v", "--version"]) == 0
    assert capsys.readouterr().out == version
    assert main([]) in (0, 2)


def test_a_process_that_ends_leaves_its_memory_to_the_system(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["cnct", "--version"])
    usual = gc.get_threshold()
    try:
        assert main() == 0
        assert gc.get_freeze_count() > 0
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
    assert capsys.readouterr().out.startswith("cnct ")


@pytest.mark.usefixtures("reads")
def test_calls_are_shown_with_masked_keys(cnct):
    ran = cnct("count", "requests", "-v")
    assert ran.out == "25\n"
    sent, received = ran.err.splitlines()
    assert sent.startswith("> GET http://127.0.0.1")
    assert received == "< 200 OK (2 bytes)"
    ran = cnct("-vv", "count", "requests")
    assert "> Authorization: ApiKey SU-000-000-000:**********" in ran.err
    assert "< content-range: items 0-0/25" in ran.err
    assert "very-secret" not in ran.err


def test_an_interrupt_is_130(shared_connect):
    command = [*CNCT, "wait", "requests/PR-001", "status=approved", "-v"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env=environment(shared_connect), stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stderr.readline()
        assert line.startswith("> GET")
        assert process.stderr.readline().startswith("< 200")
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == "cnct: interrupted\n"
