"""wait and watch: conditions, time, and what is printed when."""

from __future__ import annotations

import shlex
import threading
import time

import pytest
from tests.conftest import KEY, json_answer

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
        (["status=approve"], 2, "Field 'status' takes one of "),
        (["status__in=failed,approve"], 2, "not 'approve'. Did you mean 'approved'?"),
        (["status=approved", "--fail", "faild"], 2, "not 'faild'. Did you mean 'failed'?"),
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
    server.answer = lambda _: json_answer({"id": "PR-1", "quantity": 5, "ready": True})
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    words = ["wait", "requests/PR-1", "quantity=5", "ready=true", "--timeout", "0", "--force"]
    assert cnct(*words).status == 0


def while_watching(connect, *steps) -> threading.Thread:
    """Take steps in another thread, each after some looks; then refuse, which ends the watch."""

    def work() -> None:
        for step in (*steps, lambda: setattr(connect, "faults", [Fault.status(403)])):
            seen, end = len(connect.requests), time.monotonic() + 30
            while len(connect.requests) < seen + 5 and time.monotonic() < end:
                time.sleep(0.005)
            step()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def watch(cnct, *words: str):
    return cnct("watch", "requests", *words, "--interval", "0.01s")


def test_a_watch_prints_what_is_new_or_changed(cnct, connect):
    def change() -> None:
        with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            new = client.requests.create({"type": "change", "asset": {"id": "AS-1"}})
            created.append(new["id"])
            client.requests["PR-001"].update({"note": "changed"})

    created: list[str] = []
    thread = while_watching(connect, change)
    ran = watch(cnct, "--select", "id,note")
    thread.join()
    assert ran.status == 4
    assert {row["id"] for row in ran.lines} == {*created, "PR-001"}


def test_a_watch_goes_on_from_its_state(cnct, connect, tmp_path):
    words = ("--state", str(tmp_path / "seen"), "--timeout", "0", "--select", "id")
    ran = watch(cnct, *words, "--since", "all", "-o", "csv")
    assert (ran.status, len(ran.out.splitlines())) == (0, 6)
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        client.requests["PR-002"].update({"note": "changed"})
    assert watch(cnct, *words).lines == [{"id": "PR-002"}]
    assert watch(cnct, *words).out == ""
    ran = watch(cnct, *words, "status=failed")
    assert (ran.status, ran.out) == (1, "")
    assert "belongs to another watch" in ran.err


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["--since", "2026-01-04"], 2),
        (["--since", "2026-01-04T00:00:00+00:00", "--by", "created"], 2),
        (["--since", "2100-01-01T00:00:00+00:00"], 0),
    ],
)
@pytest.mark.filterwarnings("ignore::cnct.NaiveDatetimeWarning")
def test_a_watch_starts_at_a_time(cnct, connect, words, lines):
    ran = watch(cnct, *words, "--timeout", "0")
    assert (ran.status, len(ran.lines)) == (0, lines)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--since", "soon"], "'soon' is no time: write one like 2026-01-31T08:00+00:00, or all"),
        (["--by", "color"], "requests cannot be filtered by 'color'"),
        (["--state", "missing/seen"], "There is no directory 'missing' for the state 'seen'"),
    ],
)
def test_wrong_options_of_a_watch_are_named(cnct, connect, words, message):
    ran = watch(cnct, *words)
    assert ran.status in (1, 2)
    assert message in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("requests --state ''", "state must be the path of a file, not ''"),
        ("requests --by ''", "by must be the name of a field with a time, not an empty text"),
        ("requests --select -updated", "select('-updated') removes the time by which changes"),
        ("requests --select -id", "select('-id') removes the ids by which changes of requests are"),
        (
            "accounts --since 2026-01-01T00:00+00:00",
            "accounts can be filtered by no time of change, so that nothing shows which",
        ),
    ],
)
def test_arguments_that_a_watch_refuses_are_wrong_usage(cnct, connect, words, message):
    ran = cnct("watch", *shlex.split(words), "--timeout", "0")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"cnct: {message}")
    assert ran.err.endswith("See 'cnct watch --help'.\n")


def test_the_help_of_a_watch_names_the_format_of_pipes(cnct, connect):
    assert "table on a terminal and ndjson elsewhere" in " ".join(cnct("watch", "-h").out.split())


def test_a_look_that_fails_or_cannot_be_made_ends_with_an_error(cnct, connect):
    ran = cnct("watch", "requsts")
    assert ran.status == 2
    assert "Did you mean 'requests'?" in ran.err
    connect.faults = [Fault.status(503)]
    ran = watch(cnct, "--timeout", "0")
    assert ran.status not in (0, 2)
    assert "503 Service Unavailable" in ran.err
    assert "Looking again" not in ran.err


def test_a_watch_outlives_a_bad_moment_and_not_a_refusal(cnct, connect):
    def fail() -> None:
        connect.faults = [Fault.status(503, times=1)]

    thread = while_watching(connect, fail)
    ran = watch(cnct)
    thread.join()
    assert ran.status == 4
    assert "503 Service Unavailable" in ran.err
    assert "Looking again" in ran.err
    assert "403 Forbidden" in ran.err


def test_a_watch_ends_in_time_and_by_an_interrupt(cnct, connect, monkeypatch):
    ran = watch(cnct, "--timeout", "0", "status=approved")
    assert (ran.status, ran.out, ran.err) == (0, "", "")

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    ran = watch(cnct)
    assert (ran.status, ran.err) == (130, "cnct: interrupted\n")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"updated": "2026-01-01T00:00:00"}], "have no ids"),
        ([{"id": True, "updated": "soon"}], "have no ids"),
    ],
)
def test_a_watch_needs_ids(cnct, server, monkeypatch, rows, message):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-0/1")
    ran = watch(cnct)
    assert (ran.status, message in ran.err) == (1, True)


def test_a_watch_outlives_a_lost_connection(cnct, server, monkeypatch):
    def answer(_):
        answers = [json_answer([], Content_Range="items 0-0/0")] * 3 + [None]
        number = len(server.got) - 1
        return answers[number] if number < len(answers) else json_answer({}, 403)

    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    server.answer = answer
    ran = watch(cnct)
    assert ran.status == 4
    assert "Looking again" in ran.err
