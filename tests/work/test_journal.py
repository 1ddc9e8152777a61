"""Journals: what was done is not done again, whatever killed the run before."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from tests.conftest import KEY
from tests.work.conftest import request_rows

from cnct import AmbiguousWriteError, JournalError
from cnct.client.work import Summary


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def states(path):
    return {line["id"]: line["state"] for line in lines(path) if "state" in line}


def test_a_journal_can_be_read_by_people(connect, asker, approve, path):
    summary = asker.requests.filter(status="pending")[:1].process(approve, journal=path)
    header, begin, end, finished = lines(path)
    assert header.pop("started").endswith("+00:00")
    assert header == {
        "journal": "cnct",
        "version": 1,
        "endpoint": connect.endpoint,
        "path": "requests",
        "query": "eq(status,pending)[0:1]",
        "function": "tests.work.conftest:approve.<locals>.approve",
    }
    assert begin.keys() == {"id", "begin"}
    assert end.keys() == {"id", "end", "state"}
    assert (begin["id"], end["id"], end["state"]) == ("PR-0000", "PR-0000", "done")
    assert finished.keys() == {"finished", "done", "total"}
    assert summary.resumed == 0


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_later_run_goes_on(idle, world, path, concurrency):
    def function(item):
        calls.append(item)
        if item in failing:
            raise failing[item]

    items = list(range(10))
    settings = {"journal": path, "name": "count", "concurrency": concurrency}
    failing, calls = {3: ValueError("three"), 5: AmbiguousWriteError("lost")}, []
    first = idle.each(items, world.function(function), **settings)
    assert (first.done, first.failed, first.unknown, first.complete) == (8, 1, 1, True)
    assert any(line.get("error") == "ValueError: three" for line in lines(path))
    failing, calls = {}, []
    second = idle.each(items, world.function(function), **settings)
    assert calls == [3]
    assert (second.done, second.unknown, second.resumed) == (9, 1, 8)
    assert isinstance(second.failures[0].error, AmbiguousWriteError)
    calls.clear()
    third = idle.each(
        items, world.function(function), recheck=world.function(lambda item: item), **settings
    )
    assert (calls, third.done, third.resumed) == ([5], 10, 9)


def test_attempts_are_counted_over_all_runs(idle, world, path):
    def fail(item):
        raise ValueError(item)

    for number in (1, 2, 3):
        summary = idle.each(["a"], world.function(fail), journal=path)
        assert summary.not_done[0].attempts == number


def test_a_finished_journal_says_so(idle, world, approve, path):
    calls = []
    function = world.function(calls.append)
    idle.each(["a", "b"], function, journal=path, name="job")
    with pytest.raises(
        JournalError, match=r"finished at .*: start it anew with journal_restart=True"
    ):
        idle.each(["a", "b"], function, journal=path, name="job")
    again = idle.each(["a", "b"], function, journal=path, name="job", journal_restart=True)
    assert (again.done, again.resumed, len(calls)) == (2, 0, 4)
    assert sum("journal" in line for line in lines(path)) == 1


def test_a_restart_goes_on_with_a_job_that_is_not_finished(idle, world, path):
    def function(item):
        calls.append(item)
        if item == "b":
            raise ValueError(item)

    calls = []
    for _ in range(2):
        idle.each(["a", "b"], world.function(function), journal=path, journal_restart=True)
    assert calls == ["a", "b", "b"]


def test_a_journal_belongs_to_one_job(pending, approve, asker, world, path):
    pending[:1].process(approve, journal=path)
    with pytest.raises(JournalError, match="another job: its query is 'eq"):
        pending.process(approve, journal=path)
    with pytest.raises(JournalError, match=r"another job: its function is '.*', not 'other'"):
        pending[:1].process(approve, journal=path, name="other")
    with pytest.raises(JournalError, match="another job: its path is 'requests'"):
        asker.products.all().process(approve, journal=path, journal_restart=True)
    with pytest.raises(ValueError, match=r"has no name by which .*: pass name='...'"):
        pending.process(lambda _: None, journal=path)
    with pytest.raises(ValueError, match=r"An item has no id .*: pass key="):
        asker.each([{}], approve, journal=path.with_name("other"))


def test_actions_have_names_of_their_own(pending, path):
    def payload(row):
        return {"template_id": row["id"]}

    pending[:1].act("approve", {"template_id": "TL-1"}, journal=path)
    with pytest.raises(JournalError, match="its function is 'act approve "):
        pending[:1].act("approve", {"template_id": "TL-2"}, journal=path)
    with pytest.raises(JournalError, match=r"not 'act approve tests\.work\.test_journal:"):
        pending[:1].act("approve", payload, journal=path)
    with pytest.raises(JournalError, match="not 'named'"):
        pending[:1].act("approve", payload, journal=path, name="named")


def test_a_journal_that_was_refused_is_free_again(idle, world, path):
    idle.each(["a"], world.function(print), journal=path, name="n")
    errors = []
    for name in ("other", "another"):
        with pytest.raises(JournalError, match="another job") as caught:
            idle.each(["a"], world.function(print), journal=path, name=name)
        errors.append(caught)  # its frames must hold nothing of the file


def test_a_journal_that_is_damaged_is_refused(idle, world, path):
    idle.each(["a"], world.function(print), journal=path, name="n", summary=Summary())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"state"', '"stale"'), encoding="utf-8")
    with pytest.raises(JournalError, match="line 3, is no line of a journal"):
        idle.each(["a"], world.function(print), journal=path, name="n")


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_journal_that_cannot_be_written_ends_the_work(
    idle, world, path, monkeypatch, concurrency
):
    from cnct.client.work.journal import Journal

    def end(self, outcome):
        raise OSError("disk full")

    monkeypatch.setattr(Journal, "end", end)
    with pytest.raises(OSError, match="disk full") as caught:
        idle.each(range(99), world.function(str), journal=path, concurrency=concurrency)
    assert 1 <= caught.value.summary.total < 10


def begun(path, *ids):
    """Add calls without an end to a journal, as a killed process leaves them."""
    text = path.read_text(encoding="utf-8")
    text = "".join(line for line in text.splitlines(keepends=True) if '"finished"' not in line)
    text += "".join(f'{{"id": "{name}", "begin": "2024"}}\n' for name in ids)
    path.write_text(text + '{"id": "PR-00', encoding="utf-8")


def test_a_call_without_an_end_is_unknown(pending, approve, path):
    pending[:1].process(approve, journal=path)
    begun(path, "PR-0000", "PR-0099")
    summary = pending[:1].process(approve, journal=path)
    assert approve.calls == ["PR-0000", "PR-0001"]
    assert (summary.done, summary.unknown) == (1, 2)
    assert [str(outcome.id) for outcome in summary.failures] == ["PR-0000", "PR-0099"]


def test_reading_again_tells_what_became_of_calls_without_an_end(
    connect, pending, approve, world, path
):
    pending.process(world.function(lambda _: None), journal=path, name="approve")
    connect.insert("requests", *request_rows(1, 77, status="approved"))
    begun(path, "PR-0003", "PR-0077", "PR-0088")
    summary = pending.process(approve, journal=path, name="approve", recheck=True)
    assert approve.calls == ["PR-0003"]
    assert (summary.done, summary.resumed, summary.skipped, summary.gone) == (25, 24, 1, 1)
    with pytest.raises(JournalError, match="finished"):
        pending.process(approve, journal=path, name="approve", recheck=True)


def test_failures_that_are_not_seen_again_are_no_outcomes(idle, world, path):
    idle.each(["a"], world.function(int), journal=path, name="n")
    assert idle.each(["1"], world.function(int), journal=path, name="n").total == 1


def test_keys_without_rows_cannot_be_read_again(pending, approve, path):
    settings = {"journal": path, "name": "n", "key": lambda row: row["id"].lower()}
    pending[:1].process(approve, **settings)
    begun(path, "pr-0000")
    summary = pending[:1].process(approve, recheck=True, **settings)
    assert (summary.done, summary.unknown) == (1, 1)


WORKER = """
import sys, threading
from cnct import ConnectClient
journal, calls, concurrency = sys.argv[1], open(sys.argv[2], "a", buffering=1), int(sys.argv[3])
def work(item):
    calls.write(f"{item}\\n")
client = ConnectClient("ApiKey x", "http://127.0.0.1:9", use_specs=False)
print("ready", flush=True)
summary = client.each(range(3000), work, journal=journal, concurrency=concurrency)
print(summary)
"""


def test_a_killed_process_does_nothing_twice(tmp_path):
    concurrency = 4
    journal, calls = tmp_path / "journal", tmp_path / "calls"
    command = [sys.executable, "-c", WORKER, str(journal), str(calls), str(concurrency)]
    for size in (200, 500):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own code
        while not calls.exists() or calls.stat().st_size < size:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = {line["id"] for line in map(json.loads, _whole_lines(journal)) if "state" in line}
    assert len(done) > 50
    called = calls.read_text(encoding="utf-8").split()
    assert len(called) == len(set(called))
    assert set(called) >= set(map(str, done))
    assert len(called) - len(done) <= 2 * concurrency


def _whole_lines(path):
    return [line for line in path.read_bytes().split(b"\n")[:-1] if line]


def test_two_processes_cannot_share_a_journal(idle, world, path):
    def use(item):
        try:
            asker_of_another_job(item)
        except JournalError as error:
            errors.append(str(error))

    def asker_of_another_job(item):
        from cnct import ConnectClient

        ConnectClient(KEY, "http://127.0.0.1:9").each(["b"], print, journal=path, name="n")

    errors = []
    idle.each(["a"], world.function(use), journal=path, name="n")
    assert len(errors) == 1
    assert "is in use: wait until the other job has ended" in errors[0]
