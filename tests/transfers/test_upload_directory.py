"""Uploads of directories: which files, results by file, journals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import urllib3
from tests.conftest import KEY, json_answer

from cnct import ClientError, JournalError
from cnct.exceptions import BatchError

NOBODY = "http://127.0.0.1:9/public/v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "more" / "empty").mkdir(parents=True)
    (folder / ".cache").mkdir()
    for name in ("b.pdf", "a.png", ".hidden", "more/c.pdf", ".cache/d.pdf"):
        (folder / name).write_bytes(name.encode())
    return folder


def named(got: Any) -> Any:
    """Answer an upload with the name of its file."""
    return json_answer({"id": got.body.partition(b'filename="')[2].partition(b'"')[0].decode()})


@pytest.fixture
def remote(server: Any, remote: Any) -> Any:
    server.answer = named
    return remote


PATTERNS: tuple[tuple[Any, ...], ...] = (
    ("*", ["a.png", "b.pdf"]),
    ("*.pdf", ["b.pdf"]),
    ("**/*", ["a.png", "b.pdf", "more/c.pdf"]),
    ("more/*", ["more/c.pdf"]),
    (".*", [".hidden"]),
    ("*.txt", []),
)


def test_the_files_of_a_directory_are_uploaded(remote, folder):
    for pattern, files in PATTERNS:
        uploads = remote.things.upload_directory(folder, pattern, "f")
        assert uploads.results == {name: {"id": name.rpartition("/")[2]} for name in files}
        assert (uploads.done, uploads.complete) == (len(files), True)


def test_the_journal_in_the_directory_is_not_uploaded(remote, folder):
    (folder / "journal.jsonl").touch()
    uploads = remote.things.upload_directory(folder, "*", "f", journal=folder / "journal.jsonl")
    assert [*uploads.results] == ["a.png", "b.pdf"]


def test_fields_may_depend_on_the_file(server, remote, folder):
    remote.things.upload_directory(
        str(folder), "*", "f", data=lambda file: {"note": f"of {file.name}"}, content_type="a/b"
    )
    remote.things.upload_directory(folder, "*.png", "f", data={"note": "plain"}, method="PUT")
    assert [b"of a.png" in got.body for got in server.got] == [True, False, False]
    assert [b"plain" in got.body for got in server.got] == [False, False, True]
    assert [b"Content-Type: a/b" in got.body for got in server.got] == [True, True, False]
    assert [got.method for got in server.got] == ["POST", "POST", "PUT"]


def test_arguments_of_calls_are_those_of_each_upload(server, remote, folder):
    options = {"headers": {"X-Batch": "7"}, "params": {"a": "b"}, "timeout": 9.0}
    remote.things.upload_directory(folder, "*", "f", **options)
    assert [got.headers["X-Batch"] for got in server.got] == ["7", "7"]
    assert [got.path.partition("?")[2] for got in server.got] == ["a=b", "a=b"]


def test_a_timeout_may_be_that_of_urllib3_as_in_every_call(server, sync_remote, folder):
    timeout = urllib3.Timeout(connect=5, read=9)
    uploads = sync_remote.things.upload_directory(folder, "*.png", "f", timeout=timeout)
    uploads.raise_for_failures()
    assert [*uploads.results] == ["a.png"]


def test_a_function_for_fields_may_fail_for_one_file(remote, folder):
    def fields(file: Path) -> Any:
        return {"note": file.name} if file.name == "a.png" else 5

    uploads = remote.things.upload_directory(folder, "*", "f", data=fields)
    assert [*uploads.results] == ["a.png"]
    assert "data must be a dict" in str(uploads.failures[0].error)


def test_a_file_that_is_refused_is_in_the_results(server, remote, folder):
    (folder / "b.pdf").unlink()
    (folder / "b.pdf").symlink_to("/dev/null")
    server.answer = lambda got: named(got) if b"a.png" in got.body else json_answer({}, 400)
    uploads = remote.things.upload_directory(folder, "**/*", "f", concurrency=2)
    assert [*uploads.results] == ["a.png"]
    assert [str(outcome.id) for outcome in uploads.failures] == ["more/c.pdf"]
    with pytest.raises(BatchError, match=r"1 done, 1 failed of 2: more/c.pdf failed: 400"):
        uploads.raise_for_failures()
    with pytest.raises(ClientError) as caught:
        remote.things.upload_directory(folder, "more/*", "f", on_error="raise")
    assert caught.value.status_code == 400


def test_a_journal_goes_on_after_an_interruption_and_sends_nothing_twice(server, remote, folder):
    journal = folder.parent / "uploads.jsonl"
    server.answer = lambda got: named(got) if b"a.png" in got.body else json_answer({}, 409)
    first = remote.things.upload_directory(folder, "**/*", "f", journal=journal, on_error="stop")
    assert (first.done, first.failed, first.complete) == (1, 1, False)
    server.answer = named
    again = remote.things.upload_directory(folder, "**/*", "f", journal=journal)
    assert (again.done, again.resumed, again.complete) == (3, 1, True)
    assert [*again.results] == ["b.pdf", "more/c.pdf"]
    assert len(server.got) == 4
    with pytest.raises(JournalError, match="belongs to another job"):
        remote.things.upload_directory(folder / "more", "*", "f", journal=journal)
    with pytest.raises(JournalError, match="belongs to another job"):
        remote.others.upload_directory(folder, "**/*", "f", journal=journal)


def test_a_file_whose_upload_has_no_end_is_checked_first(server, world, remote, folder):
    journal = folder.parent / "uploads.jsonl"
    server.answer = lambda _: None
    upload = remote.things.upload_directory
    lost = upload(folder, "*.png", "f", journal=journal, name="x")
    assert (lost.unknown, lost.failures[0].id) == (1, "a.png")
    server.answer = named
    assert upload(folder, "*.png", "f", journal=journal, name="x").unknown == 1
    recheck = world.function(lambda file: None if file.name == "a.png" else file)
    skipped = upload(folder, "*.png", "f", journal=journal, name="x", recheck=recheck)
    assert (skipped.skipped, skipped.complete) == (1, True)


def test_a_dry_run_records_the_uploads_of_a_directory(server, remote, folder):
    dry = remote.dry_run()
    dry.things.upload_directory(folder, "**/*", "f")
    assert len(dry.calls) == 3
    assert server.got == []
    with pytest.raises(ValueError, match="keeps no journal"):
        dry.things.upload_directory(folder, journal=folder / "j.jsonl")


MISTAKES: tuple[tuple[Any, ...], ...] = (
    ({"folder": "missing"}, FileNotFoundError, "folder cannot be read, seen from /"),
    ({"folder": "/missing"}, FileNotFoundError, "folder cannot be read: No such"),
    ({"folder": __file__}, NotADirectoryError, r"folder is a file: upload\(\) sends"),
    ({"folder": 5}, TypeError, "folder must be the path of a directory, not int"),
    ({"pattern": ""}, ValueError, "pattern must be like"),
    ({"pattern": "../*"}, ValueError, "below folder, not '../"),
    ({"pattern": "/*"}, ValueError, "below folder, not '/"),
    ({"pattern": b"*"}, TypeError, "pattern must be a str like"),
    ({"field": None}, ValueError, "field is missing"),
    ({"header": {}}, TypeError, r"upload_directory\(\) takes no argument 'header': use con.*every"),
    ({"files": {}}, TypeError, r"upload_directory\(\) takes no argument 'files': use concurrency"),
    ({"recheck": True}, TypeError, "recheck must be a function that takes the path of a file"),
    ({"content_type": "csv"}, ValueError, "content_type must be a media type like 'text/csv'"),
    ({"content_type": 5}, TypeError, "content_type must be a str, not int"),
    ({"data": [1]}, TypeError, "data must be a dict of form fields"),
    ({"data": {"f": "x"}}, ValueError, "data has 'f', which is the field of the file"),
    ({"headers": 5}, TypeError, "headers must be a dict"),
    ({"headers": {"X-A": 5}}, TypeError, "header X-A must be of type str"),
    ({"timeout": "5"}, TypeError, "timeout must be a number of seconds"),
    ({"deadline": -1}, ValueError, "deadline must be 0 seconds or more"),
    ({"concurrency": 0}, ValueError, "concurrency must be at least 1"),
    ({"journal": 5}, TypeError, "journal must be the path of a file, not 5"),
    ({"on_error": "ignore"}, ValueError, "on_error must be"),
)


def test_an_argument_that_does_not_fit_is_refused_before_the_first_call(world, tmp_path):
    (tmp_path / "file").write_bytes(b"1")
    client = world.client(KEY, NOBODY)
    for arguments, error, message in MISTAKES:
        with pytest.raises(error, match=message):
            client.things.upload_directory(**{"folder": tmp_path, "field": "f", **arguments})


def test_a_directory_that_cannot_be_read_is_refused(world, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root reads every directory")
    (tmp_path / "closed").mkdir(0)
    with pytest.raises(PermissionError, match="folder cannot be read"):
        world.client(KEY, NOBODY).things.upload_directory(tmp_path / "closed", field="f")
