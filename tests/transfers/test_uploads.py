"""Uploads of single files: by path or open file, as the document has them, in both worlds."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import os
import subprocess
import threading
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from tests.conftest import KEY, Got, json_answer

from cnct import AmbiguousWriteError, AsyncConnectClient, ClientError, RequestLogger

DOCUMENT = Path(__file__).parent / "uploads.yml"
NOBODY = "http://127.0.0.1:9/public/v1"
LARGE = b"0123456789abcdef" * 80_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def form(got: Got) -> dict[str, tuple[str | None, str, bytes]]:
    """Return name, media type and content of each part of a form, by field."""
    head = f"Content-Type: {got.headers['Content-Type']}\r\n\r\n".encode()
    message: Any = email.message_from_bytes(head + got.body, policy=email.policy.HTTP)
    return {
        part.get_param("name", header="Content-Disposition"): (
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    }


@pytest.fixture
def documented(world: Any, server: Any) -> Any:
    """A client of each world, with the document of this folder."""
    server.answer = lambda _: json_answer({"id": "UF-1"})
    return world.client(KEY, server.endpoint, use_specs=True, specs_location=DOCUMENT)


@pytest.fixture
def idle(world: Any) -> Any:
    """The same, of no server."""
    return world.client(KEY, NOBODY, use_specs=True, specs_location=DOCUMENT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "january.xlsx"
    path.write_bytes(b"rows")
    return path


def test_a_file_is_sent_in_the_field_that_the_document_names(documented, server, file):
    assert documented.usage["UF-1"]("upload").upload(file) == {"id": "UF-1"}
    got = server.got[0]
    assert (got.method, got.path) == ("POST", "/public/v1/usage/UF-1/upload")
    assert form(got) == {"usage_file": ("january.xlsx", XLSX, b"rows")}


PLACES: tuple[tuple[Any, ...], ...] = (
    (lambda c, f: c.cases["C"].attachments.upload(f), "POST", "cases/C/attachments", "file"),
    (lambda c, f: c.folders["F"].files.upload(f), "POST", "folders/F/files", "file"),
    (lambda c, f: c.folders["F"].files["1"].upload(f), "PUT", "folders/F/files/1", "second"),
    (
        lambda c, f: c.folders["F"].files.upload(f, "preview"),
        "POST",
        "folders/F/files",
        "preview",
    ),
    (lambda c, f: c.choices.upload(f, field="b"), "POST", "choices", "b"),
    (lambda c, f: c.unnamed.upload(f, "b", method="post"), "POST", "unnamed", "b"),
)


def test_method_and_field_are_those_of_the_place(documented, server, file):
    for upload, method, path, field in PLACES:
        upload(documented, file)
        got = server.got.pop()
        assert (got.method, got.path) == (method, f"/public/v1/{path}")
        assert [*form(got)] == [field]


def test_a_body_that_is_a_file_itself_is_sent_as_that(documented, server, file):
    documented.reports["R"]("upload").upload(str(file), headers={"X-A": "1"})
    documented.texts.upload(file, name='a"é.csv', content_type="text/csv", method="PUT")
    first, second = server.got
    assert (first.method, first.body, second.body) == ("POST", b"rows", b"rows")
    assert (first.headers["Content-Type"], first.headers["X-A"]) == (XLSX, "1")
    assert first.headers["Content-Disposition"] == 'attachment; filename="january.xlsx"'
    assert second.headers["Content-Type"] == "text/csv"
    assert second.headers["Content-Disposition"] == (
        "attachment; filename=\"a__.csv\"; filename*=UTF-8''a%22%C3%A9.csv"
    )


def test_a_client_uploads_to_a_path(documented, server, file):
    documented.upload("usage/UF-1/upload", file)
    documented.upload(f"{server.endpoint}/reports/R/upload", file, name="r.xlsx")
    assert [*form(server.got[0])] == ["usage_file"]
    assert (server.got[1].path, server.got[1].body) == ("/public/v1/reports/R/upload", b"rows")


def test_without_a_document_the_field_must_be_named(remote, server, file):
    with pytest.raises(ValueError, match=r"field is missing, and no document .* field='"):
        remote.things.upload(file)
    remote.things.upload(file, "f")
    remote.things["1"].upload(file, "f")
    assert [got.method for got in server.got] == ["POST", "PUT"]


def test_further_fields_are_texts_or_json(remote, server, file):
    data = {"note": "é", "number": 1, "flag": True, "access": {"view": False}, "none": None}
    remote.things.upload(file, "f", data=data)
    parts = {name: content.decode() for name, (_, _, content) in form(server.got[0]).items()}
    assert parts == {
        "note": "é",
        "number": "1",
        "flag": "true",
        "access": '{"view": false}',
        "f": "rows",
    }
    remote.things.upload(file, "f", data={"list": [{"a": 1}, True, "text"]})
    for member in (b'{"a": 1}', b"true", b"text"):
        assert b'name="list"\r\n\r\n' + member in server.got[1].body


class Named(io.BytesIO):
    name = "folder/report.csv"


class Endless(io.BytesIO):
    """A stream that does not know its end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence:
            raise OSError("no end")
        return super().seek(offset)


class Pipe(io.BytesIO):
    def seek(self, *_):
        raise OSError("not seekable")


STREAMS: tuple[tuple[Any, ...], ...] = (
    (lambda: io.BytesIO(b"bytes"), b"tes", "f"),
    (lambda: Named(b"bytes"), b"tes", "report.csv"),
    (lambda: Pipe(b"piped"), b"ped", "f"),
    (lambda: io.BytesIO(b"a\0" + LARGE), LARGE, "f"),
)


def test_an_open_file_is_sent_from_its_position_and_stays_open(remote, server):
    for stream, content, name in STREAMS:
        opened = stream()
        opened.read(2)
        remote.things.upload(opened, "f")
        assert content in server.got[-1].body
        assert f'filename="{name}"'.encode() in server.got.pop().body
        assert not opened.closed


def test_an_empty_file_is_sent(remote, server):
    remote.things.upload(io.BytesIO(), "f")
    assert form(server.got[0])["f"][2] == b""


NAMES: tuple[tuple[Any, ...], ...] = (
    ("a.csv", "text/csv"),
    ("a.XLSX", XLSX),
    ("a.tar.gz", "application/gzip"),
    ("a.csv.br", "application/octet-stream"),
    ("a", "application/octet-stream"),
)


def test_the_media_type_is_guessed_by_the_name(remote, server):
    for name, media_type in NAMES:
        remote.things.upload(io.BytesIO(b"1"), "f", name=name)
        assert form(server.got.pop())["f"][:2] == (name, media_type)


def test_odd_names_of_files_are_written_as_browsers_do(remote, server, tmp_path):
    path = tmp_path / os.fsdecode(b'q"\nz\xff.csv')
    path.write_bytes(b"1")
    remote.things.upload(path, "f")
    assert 'filename="q%22%0Az\N{REPLACEMENT CHARACTER}.csv"'.encode() in server.got[0].body


@pytest.mark.parametrize("opened", [lambda path: path, lambda path: path.open("rb")])
def test_a_retry_sends_the_whole_file_again(server, world, tmp_path, opened, monkeypatch):
    monkeypatch.setattr("cnct.client._core.retry.RetryPolicy.backoff", lambda *_: 0.0)
    answers = iter([(503, {"Retry-After": "0"}, b""), (429, {}, b""), json_answer({"ok": True})])
    server.answer = lambda _: next(answers)
    path = tmp_path / "large.bin"
    path.write_bytes(LARGE)
    client = world.client(KEY, server.endpoint, max_retries=2)
    positions: list[int] = []
    source = opened(path)
    upload = client.things.upload(source, "f", progress=lambda f: positions.append(f.done))
    assert upload == {"ok": True}
    assert [got.body.count(LARGE) for got in server.got] == [1] * 3
    assert positions.count(len(LARGE)) == 3
    if source is not path:
        source.close()


def test_progress_is_in_bytes(remote, file):
    figures: list[Any] = []
    remote.things.upload(file, "f", progress=figures.append)
    assert [(f.done, f.total, f.failed) for f in figures] == [(4, 4, 0)]
    assert remote.things.upload(file, "f", progress=True) == b""


@pytest.mark.parametrize("error", [ZeroDivisionError, TypeError])
def test_the_error_of_a_progress_function_ends_the_upload_as_itself(remote, tmp_path, error):
    def show(_: Any) -> None:
        raise error("mine")

    for content in (b"small", LARGE):
        path = tmp_path / "file"
        path.write_bytes(content)
        with pytest.raises(error, match="mine") as caught:
            remote.things.upload(path, "f", progress=show)
        assert isinstance(caught.value.__cause__, ClientError)


def test_a_retry_sends_files_in_form_fields_again_and_no_exhausted_iterators(
    world, server, file, monkeypatch
):
    monkeypatch.setattr("cnct.client._core.retry.RetryPolicy.backoff", lambda *_: 0.0)
    answers = iter([(500, {}, b""), (200, {}, b""), (500, {}, b"")])
    server.answer = lambda _: next(answers)
    client = world.client(KEY, server.endpoint, use_specs=False, max_retries=1)
    client.things["1"].upload(file, "f", data={"note": io.BytesIO(b"a note")})
    assert [b"a note" in got.body for got in server.got] == [True, True]
    with pytest.raises(ClientError, match="no retry, since the body can be read only once"):
        client.things["1"].upload(file, "f", data={"note": iter("ab")})


@pytest.mark.parametrize("change", [b"", LARGE + b"more"])
@pytest.mark.parametrize("opened", [lambda path: path, lambda path: path.open("rb")])
def test_a_file_that_changes_while_it_is_sent_ends_the_upload(remote, tmp_path, opened, change):
    path = tmp_path / "growing.bin"
    path.write_bytes(LARGE)
    source = opened(path)
    with pytest.raises(
        AmbiguousWriteError, match=r"not sent to its end .* (has changed|became shorter)"
    ):
        remote.things.upload(source, "f", progress=lambda _: path.write_bytes(change))
    if source is not path:
        source.close()


class Growing(io.BytesIO):
    """A file in memory to which something is added while it is sent."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        position = self.tell()
        if piece:
            self.seek(0, 2)
            self.write(b"more")
            self.seek(position)
        return piece


def test_bytes_that_are_added_to_an_open_file_end_the_upload(remote):
    with pytest.raises(AmbiguousWriteError, match="has changed since the upload was begun"):
        remote.things.upload(Growing(LARGE), "f")


def test_a_file_that_is_deleted_while_it_is_sent_ends_the_upload(remote, tmp_path):
    path = tmp_path / "gone.bin"
    path.write_bytes(LARGE)
    with pytest.raises(AmbiguousWriteError, match=r"The file '.*gone.bin' .* cannot be read: "):
        remote.things.upload(path, "f", progress=lambda _: path.unlink(missing_ok=True))


def test_a_pipe_is_sent_once_and_the_error_gives_the_reason(server, world):
    server.answer = lambda _: json_answer({}, 503)
    client = world.client(KEY, server.endpoint, max_retries=2)
    with pytest.raises(ClientError, match="no retry, since the body can be read only once"):
        client.things["1"].upload(Pipe(b"1"), "f")
    assert len(server.got) == 1


class Asynchronous:
    async def read(self, size: int = -1) -> bytes:
        raise NotImplementedError


def closed() -> Any:
    file = io.BytesIO(b"1")
    file.close()
    return file


def at_its_end() -> Any:
    file = io.BytesIO(b"1")
    file.read()
    return file


NO_FILES: tuple[tuple[Any, ...], ...] = (
    (lambda _: "missing.xlsx", FileNotFoundError, "source cannot be read, seen from /"),
    (lambda path: path / "missing", FileNotFoundError, "source cannot be read: No such file"),
    (lambda path: path, IsADirectoryError, "source is a directory: upload_directory"),
    (lambda _: "/dev/null", ValueError, "'/dev/null', is no regular file: pass open"),
    (lambda _: b"rows", TypeError, r"a path or an open file, not bytes: write io.BytesIO\("),
    (lambda _: 5, TypeError, "source must be a path or an open binary file, not int"),
    (lambda _: Asynchronous(), TypeError, "is read asynchronously: pass its path"),
    (lambda _: io.StringIO("1"), TypeError, r"is open as text: .*open\(path, 'rb'\)"),
    (lambda _: closed(), ValueError, "is closed: open the file with"),
    (lambda _: at_its_end(), ValueError, r"is at its end: call seek\(0\)"),
    (lambda _: io.BufferedWriter(io.BytesIO()), ValueError, "is not open for reading: open"),
)


def test_a_source_that_is_no_file_is_refused_before_anything_is_sent(idle, tmp_path):
    for source, error, message in NO_FILES:
        with pytest.raises(error, match=message):
            idle.usage["U"]("upload").upload(source(tmp_path))


MISTAKES: tuple[tuple[Any, ...], ...] = (
    (lambda c, f: c.usage["U"].upload(f), ValueError, r"write resource\('upload'\).upload"),
    (lambda c, f: c.cases.upload(f), ValueError, "no upload to cases, nothing can be written"),
    (lambda c, f: c.choices.upload(f), ValueError, "missing, .* pass field='a' or field='b'"),
    (lambda c, f: c.unnamed.upload(f), ValueError, "missing, .* pass field='...'"),
    (lambda c, f: c.unnamed.upload(f, 5), TypeError, "field must be a str, not int"),
    (lambda c, f: c.unnamed.upload(f, " "), ValueError, "field is blank"),
    (lambda c, f: c.unnamed.upload(f, "f", name=b"x"), TypeError, "name must be a str"),
    (lambda c, _: c.unnamed.upload(), TypeError, r"write .*unnamed.upload\('file.xlsx'\)"),
    (lambda c, f: c.unnamed.upload(f, "f", filename="x"), TypeError, "'filename': write name="),
    (lambda c, f: c.unnamed.upload(f, "f", files={}), TypeError, r"takes no files: .* data="),
    (lambda c, f: c.unnamed.upload(f, "f", foo=1), TypeError, r"upload\(\) .*'foo': use content_t"),
    (lambda c, f: c.unnamed.upload(f, "f", timeout="5"), TypeError, "timeout must be a number"),
    (lambda c, f: c.unnamed.upload(f, "f", data=[1]), TypeError, "data must be a dict"),
    (lambda c, f: c.unnamed.upload(f, "f", method="GET"), ValueError, "method must be 'POST'"),
    (lambda c, f: c.unnamed.upload(f, "f", content_type=1), TypeError, "content_type must be"),
    (lambda c, f: c.unnamed.upload(f, "f", content_type="csv\n"), ValueError, "'text/csv'"),
    (lambda c, f: c.unnamed.upload(f, "f", progress=1), TypeError, "progress must be"),
    (lambda c, f: c.reports["R"]("upload").upload(f, data={"a": 1}), TypeError, "is the file"),
    (
        lambda c, f: c.unnamed.upload(f, "f", data={"f": "x"}),
        ValueError,
        "field of the file: leave",
    ),
    (lambda c, f: c.unnamed.upload(f, "f", data={3: "x"}), TypeError, "as keys, not 3"),
    (
        lambda c, _: c.unnamed.upload("", "f"),
        ValueError,
        "source must be the path of a file, not ''",
    ),
    (lambda c, _: c.unnamed.upload("a\0", "f"), ValueError, "source must be the path of a file"),
    (lambda c, f: c.upload(None, f, "f"), TypeError, "url must be a path like .* not NoneType"),
    (lambda c, f: c.upload("", f, "f"), ValueError, "url must be a path below http"),
    (lambda c, f: c.upload("https://else/x", f, "f"), ValueError, "url must be a path below http"),
)


def test_an_argument_that_does_not_fit_is_refused(idle, file):
    for upload, error, message in MISTAKES:
        with pytest.raises(error, match=message):
            upload(idle, file)


def test_an_unreadable_file_is_refused(idle, file):
    if os.geteuid() == 0:
        pytest.skip("root reads every file")
    file.chmod(0)
    with pytest.raises(PermissionError, match="source cannot be read"):
        idle.usage["U"]("upload").upload(file)


def test_the_file_is_read_in_another_thread_than_the_event_loop(server, tmp_path):
    """Only in the asynchronous world."""
    path = tmp_path / "large.bin"
    path.write_bytes(LARGE)
    threads: set[int] = set()

    async def upload() -> None:
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            note = threads.add
            await client.things.upload(path, "f", progress=lambda _: note(threading.get_ident()))

    asyncio.run(upload())
    assert threads
    assert threading.get_ident() not in threads


def test_a_dry_run_records_uploads_and_sends_them_later(documented, server, file):
    dry = documented.dry_run()
    assert dry.usage["UF-1"]("upload").upload(file)["id"].startswith("CNCT-NEW-")
    with file.open("rb") as opened:
        dry.usage["UF-2"]("upload").upload(opened, progress=print)
    dry.reports["R"]("upload").upload(io.BytesIO(LARGE), name="r.xlsx")
    dry.unnamed.create(data=(piece for piece in (LARGE, b"x")))
    texts = [str(call).rpartition("/v1/")[2] for call in dry.calls]
    assert texts == [
        "usage/UF-1/upload (usage_file=@january.xlsx)",
        "usage/UF-2/upload (usage_file=@january.xlsx)",
        "reports/R/upload (content=...)",
        "unnamed (data=...)",
    ]
    assert server.got == []
    assert dry.apply().done == 4
    forms = [form(got)["usage_file"] for got in server.got[:2]]
    assert forms == [("january.xlsx", XLSX, b"rows")] * 2
    assert [got.body for got in server.got[2:]] == [LARGE, LARGE + b"x"]


def test_a_dry_run_does_not_send_a_file_that_has_changed(documented, server, file):
    dry = documented.dry_run()
    dry.usage["UF-1"]("upload").upload(file)
    file.write_bytes(b"other rows")
    summary = dry.apply()
    assert "has changed since the upload was begun" in str(summary.failures[0].error)
    assert (summary.failed, server.got) == (1, [])
    file.unlink()
    assert "cannot be read: [Errno 2]" in str(dry.apply().failures[0].error)


def test_the_logger_prints_no_contents_of_files(server, world, file):
    printed = io.StringIO()
    client = world.client(KEY, server.endpoint, logger=RequestLogger(printed))
    client.things.upload(file, "f", data={"note": "n"})
    client.things.create(files=[("a", b"secret rows"), ("b", ("b.txt", "secret rows"))])
    client.things.upload(Endless(b"secret rows"), "f", name="pipe")
    client.things.create(data=b"secret rows" * 1_000)
    client.things.create(data=b"plain")
    text = printed.getvalue()
    assert "rows" not in text
    assert f"f='january.xlsx' {XLSX} <PathFile '{file}' 4 bytes>" in text
    assert "files=a=(11 bytes), b='b.txt' (11 characters)" in text
    assert "f='pipe' application/octet-stream <OpenFile '' unknown size>" in text
    assert "data=(11,000 bytes)" in text
    assert "data=b'plain'" in text


def test_a_recorded_upload_can_be_made_with_curl(documented, server, file, monkeypatch):
    dry = documented.dry_run()
    dry.cases["C"].attachments.upload(file, name='a"b.xlsx', data={"note": "it's"})
    dry.reports["R"]("upload").upload(file)
    dry.texts.bulk_update([{"id": "a'b"}])
    dry.execute("POST", "plain", data={"a": "b c"})
    commands = [call.to_curl() for call in dry.calls]
    assert "very-secret" not in str(commands)
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    for command in commands if which("curl") else ():
        done = subprocess.run(command, shell=True, check=True, capture_output=True, timeout=60)  # noqa: S602 - our command
        assert b"UF-1" in done.stdout
    if server.got:
        assert form(server.got[0])["file"] == ("a%22b.xlsx", XLSX, b"rows")
        assert form(server.got[0])["note"][2] == b"it's"
        assert [got.body for got in server.got[1:]] == [b"rows", b'[{"id": "a\'b"}]', b"a=b+c"]
        assert {got.headers["Authorization"] for got in server.got} == {KEY}


def test_a_command_for_a_body_in_memory_names_a_file(world):
    dry = world.client(KEY, NOBODY).dry_run()
    dry.things.create(files={"f": b"1"})
    dry.things.create(data=b"1")
    dry.things["T"].delete()
    form, body, delete = (call.to_curl() for call in dry.calls)
    assert "-F 'f=@\"f\"' http" in form
    assert "--data-binary @FILE http" in body
    assert delete.startswith("curl -X DELETE -H ")
