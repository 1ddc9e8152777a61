"""Files of JSON lines: locked, durable, and never cut where they are not ours."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import closing

import pytest

from cnct import JournalError
from cnct.client.work import files
from cnct.client.work.files import JsonLines

START = '{"head":'
HEAD = {"head": "ä"}


def records(path):
    with JsonLines(path, START) as file:
        return list(file.read())


def written(path, *rows):
    with JsonLines(path, START) as file:
        list(file.read())
        for row in rows:
            file.append(row)
    return path.read_bytes()


def test_what_is_appended_is_read_again(tmp_path):
    path = tmp_path / "lines"
    assert written(path, HEAD, {"n": 1}) == '{"head": "ä"}\n{"n": 1}\n'.encode()
    written(path, {"n": 2})
    assert records(path) == [HEAD, {"n": 1}, {"n": 2}]


def test_a_file_that_is_cut_anywhere_loses_its_last_line_only(tmp_path):
    path = tmp_path / "lines"
    whole = written(path, HEAD, {"n": 1}, {"n": 2})
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        complete = whole[:length].count(b"\n")
        assert records(path) == [HEAD, {"n": 1}, {"n": 2}][:complete]
        assert path.read_bytes().count(b"\n") == complete
        written(path, {"n": 3})
        lines = records(path) if complete else [{"n": 3}]
        assert lines[-1] == {"n": 3}


@pytest.mark.parametrize(
    "text",
    ['{"other": 1}', '{"other": 1}\n', "hello", "{\n}\n", '{"head": 1}\nx\n{"n": 1}\n', "[]\n"],
)
def test_a_file_of_someone_else_is_refused_and_stays_as_it_is(tmp_path, text):
    path = tmp_path / "lines"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JournalError, match="was not written by a job: use another file"):
        records(path)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_has_one_user_at_a_time(tmp_path):
    with JsonLines(tmp_path / "lines", START):
        with pytest.raises(JournalError, match="is in use: wait until the other job has ended"):
            JsonLines(tmp_path / "lines", START)
    JsonLines(tmp_path / "lines", START).close()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # threads of other tests
def test_a_forked_child_holds_no_lock_and_writes_nothing(tmp_path):
    file = JsonLines(tmp_path / "lines", START)
    child = os.fork()
    if child == 0:
        os._exit(0 if file._descriptor == -1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    file.append(HEAD)
    file.close()
    file.close()
    files._release_in_child()
    with JsonLines(tmp_path / "other", START) as other:
        files._release_in_child()
        assert other._descriptor == -1
    assert records(file.path) == [HEAD]


def test_a_cleared_file_is_written_from_its_start(tmp_path):
    path = tmp_path / "lines"
    written(path, HEAD, {"n": 1})
    with JsonLines(path, START) as file:
        list(file.read())
        file.clear()
        file.append({"n": 2})
    assert path.read_bytes() == b'{"n": 2}\n'


def test_threads_that_wait_together_share_an_fsync(tmp_path, monkeypatch):
    synced = []
    fsync = os.fsync
    with closing(JsonLines(tmp_path / "lines", START)) as file:
        marks = [file.append({"n": number}) for number in range(20)]
        monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(1), fsync(descriptor)))
        threads = [threading.Thread(target=file.sync, args=(mark,)) for mark in marks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(synced) == 1
        assert file.path.read_bytes().count(b"\n") == 20


def test_contents_are_replaced_whole_and_grow_on(tmp_path):
    path = tmp_path / "lines"
    link = tmp_path / "link"
    link.symlink_to(path)
    with JsonLines(link, START) as file:
        list(file.read())
        file.append({"n": 1})
        file.replace([HEAD, {"n": 2}])
        file.append({"n": 3})
    assert records(path) == [HEAD, {"n": 2}, {"n": 3}]
    assert link.is_symlink()
    assert {*tmp_path.iterdir()} == {path, link}


def test_contents_that_cannot_be_replaced_stay(tmp_path):
    path = tmp_path / "lines"
    written(path, HEAD)
    with JsonLines(path, START) as file:
        list(file.read())
        with pytest.raises(TypeError):
            file.replace([{"n": object()}])
        file.append({"n": 1})
    assert records(path) == [HEAD, {"n": 1}]


def test_a_file_that_is_replaced_while_another_job_opens_it_is_opened_again(tmp_path, monkeypatch):
    def flock(descriptor, operation):
        if steps:
            steps.pop()()
        lock(descriptor, operation)

    def replace():
        (tmp_path / "new").write_bytes(path.read_bytes())
        (tmp_path / "new").replace(path)

    path = tmp_path / "lines"
    written(path, HEAD)
    lock, steps = fcntl.flock, [replace, lambda: path.unlink() or written(path, HEAD, {"n": 1})]
    monkeypatch.setattr(fcntl, "flock", flock)
    with JsonLines(path, START) as file:
        assert [*file.read()] == [HEAD, {"n": 1}]
        file.append({"n": 2})
    assert records(path) == [HEAD, {"n": 1}, {"n": 2}]


def test_a_file_that_is_removed_while_it_is_opened_is_made_anew(tmp_path, monkeypatch):
    def flock(descriptor, operation):
        if steps:
            steps.pop()()
        lock(descriptor, operation)

    path = tmp_path / "lines"
    lock, steps = fcntl.flock, [path.unlink]
    monkeypatch.setattr(fcntl, "flock", flock)
    written(path, HEAD)
    assert records(path) == [HEAD]
