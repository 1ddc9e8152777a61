"""Files in the bodies of calls: read while they are sent, byte for byte as requests would."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.conftest import KEY, json_answer

from cnct import AmbiguousWriteError, ClientError

NOBODY = "http://127.0.0.1:9/public/v1"
LARGE = b"0123456789abcdef" * 80_000  # more than is kept in memory


class Pipe(io.BytesIO):
    """A stream that cannot be put back."""

    def seek(self, *_):
        raise OSError("not seekable")


class Endless(io.BytesIO):
    """A stream that does not know its end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence:
            raise OSError("no end")
        return super().seek(offset)


class Whole:
    """A stream that is read at once only."""

    def __init__(self) -> None:
        self.rest = b"whole"

    def read(self) -> bytes:
        rest, self.rest = self.rest, b""
        return rest


class Named(io.BytesIO):
    name = "folder/report.csv"


class NamedInBytes(io.BytesIO):
    """A file that was opened by a path in bytes."""

    name = b"folder/report.csv"


def boundless(content_type: str, body: Any) -> bytes:
    boundary = content_type.partition("boundary=")[2].encode()
    return bytes(body).replace(boundary, b"BOUNDARY")


def of_requests(**body: Any) -> bytes:
    prepared = requests.Request("POST", "http://x", **body).prepare()
    return boundless(prepared.headers["Content-Type"], prepared.body)


def standing(file: Any, offset: int) -> Any:
    file.seek(offset)
    return file


FORMS: dict[str, Any] = {
    "bytes": lambda: {"files": {"f": b"bytes"}},
    "text": lambda: {"files": {"f": "té"}},
    "number": lambda: {"files": {"f": ("n", 7)}},
    "buffer": lambda: {"files": {"f": ("n", bytearray(b"b")), "g": None}},
    "pairs": lambda: {"files": [("f", ("a", b"1")), ("f", ["b", b"2", "text/css"])]},
    "named": lambda: {"files": {"f": standing(Named(b"head body"), 5)}},
    "named in bytes": lambda: {"files": {"f": NamedInBytes(b"body")}},
    "headers": lambda: {"files": {"f": ("a", b"1", "text/css", {"X-A": "1", "X-B": ""})}},
    "fields": lambda: {
        "files": {"f": b"1"},
        "data": {"a": [1, None, "x"], b"b": b"raw", "c": "é"},
    },
    "field pairs": lambda: {"files": {"f": b"1"}, "data": [("a", "1"), ("a", 2.5)]},
    "odd names": lambda: {"files": {'q"\r\n': ('é"\r\n\\.csv', b"1")}},
    "opened as text": lambda: {"files": {"f": ("n", standing(io.StringIO("té\n"), 1))}},
    "pipe": lambda: {"files": {"f": ("n", Pipe(b"pipe"))}},
    "without an end": lambda: {"files": {"f": ("n", standing(Endless(b"endless"), 3))}},
    "read at once": lambda: {"files": {"f": ("n", Whole())}},
    "compressed": lambda: {
        "files": {"f": ("n", gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"plain"))))}
    },
    "large": lambda: {"files": {"f": ("n", io.BytesIO(LARGE)), "g": b"1"}, "data": {"a": "1"}},
    "large bytes": lambda: {"files": {"f": ("n", LARGE)}},
    "large pipe": lambda: {"files": {"f": ("n", Pipe(LARGE))}},
}


def test_forms_have_the_bytes_that_requests_would_send(server, remote):
    for kind, form in FORMS.items():
        remote.create("x", **form())
        got = server.got.pop()
        assert boundless(got.headers["Content-Type"], got.body) == of_requests(**form()), kind
        assert got.headers["Content-Length"] == str(len(got.body)), kind


@pytest.mark.parametrize("argument", ["data", "content"])
def test_a_file_as_a_body_is_sent_with_its_length(server, remote, argument):
    for content in (b"", b"body", LARGE):
        file = standing(io.BytesIO(b"head" + content), 4)
        remote.create("x", **{argument: file}, headers={"Content-Type": "text/csv"})
        got = server.got.pop()
        assert (got.body, got.headers["Content-Length"]) == (content, str(len(content)))
        assert got.headers["Content-Type"] == "text/csv"


def test_a_body_of_unknown_length_is_sent_in_chunks(server, remote):
    remote.create("x", data=Pipe(b"body"))
    assert (server.got[0].body, server.got[0].headers["Transfer-Encoding"]) == (b"body", "chunked")


def test_one_file_can_be_in_two_parts(server, remote):
    file = io.BytesIO(LARGE)
    remote.create("x", files=[("a", ("a", file)), ("b", ("b", file))])
    assert server.got[0].body.count(LARGE) == 2


def test_a_content_type_without_the_boundary_is_replaced(server, remote):
    for content_type in ("application/json", "multipart/form-data"):
        remote.create("x", files={"f": b"1"}, headers={"content-type": content_type})
        headers = {name.lower(): value for name, value in server.got.pop().headers.items()}
        assert headers["content-type"].startswith("multipart/form-data; boundary=")


def test_a_content_type_with_a_boundary_is_the_users(server, remote):
    remote.create("x", files={"f": b"1"}, headers={"Content-Type": "multipart/mixed; boundary=b"})
    assert server.got[0].headers["Content-Type"] == "multipart/mixed; boundary=b"


def test_a_value_that_is_no_file_is_refused(world):
    client = world.client(KEY, NOBODY)
    for value in (iter([b"1"]), 1.5, object()):
        with pytest.raises(TypeError, match="must be bytes, text or an open file, not"):
            client.create("x", files={"f": ("n", value)})


def test_a_form_has_fields_and_no_other_body(world):
    client = world.client(KEY, NOBODY)
    for data in ("text", b"bytes", io.BytesIO()):
        with pytest.raises(TypeError, match="data must be form fields"):
            client.create("x", files={"f": b"1"}, data=data)


def closed(_: Path) -> Any:
    file = io.BytesIO(b"1")
    file.close()
    return file


def write_only(path: Path) -> Any:
    return (path / "new.bin").open("wb")


@pytest.mark.parametrize("opened", [closed, write_only])
@pytest.mark.parametrize("wrap", [lambda f: {"files": {"f": ("n", f)}}, lambda f: {"data": f}])
def test_a_file_that_cannot_be_read_is_not_sent(world, tmp_path, opened, wrap):
    file = opened(tmp_path)
    client = world.client(KEY, NOBODY)
    with pytest.raises(ClientError, match=r"Not sent \(SourceError\): .* cannot be read:") as info:
        client.create("x", **wrap(file))
    assert not isinstance(info.value, AmbiguousWriteError)
    file.close()


class Shrinking(io.BytesIO):
    """A file that another program cuts while it is sent."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 500_000:
            self.truncate(600_000)
        return super().read(size)


class Breaking(io.BytesIO):
    """A file on a disk that fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 500_000:
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize(
    ("file", "problem"),
    [(Shrinking, "became shorter while it was sent: "), (Breaking, "cannot be read: .*Input/out")],
)
@pytest.mark.parametrize("wrap", [lambda f: {"files": {"f": ("n", f)}}, lambda f: {"data": f}])
def test_a_file_that_fails_while_it_is_sent_ends_the_call_at_once(remote, file, problem, wrap):
    with pytest.raises(AmbiguousWriteError, match=f"not sent to its end .*: .*{problem}"):
        remote.create("x", **wrap(file(LARGE)))


def test_bytes_that_are_appended_while_a_file_is_sent_are_left_out(server, remote, tmp_path):
    path = tmp_path / "app.log"
    path.write_bytes(LARGE)

    class Growing(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                with path.open("ab") as log:
                    log.write(b"more")
            return super().read(size)

    with Growing(path) as file:
        remote.create("x", data=file)
    assert server.got[0].body == LARGE


@pytest.mark.parametrize("wrap", [lambda f: {"files": {"f": ("n", f)}}, lambda f: {"data": f}])
def test_a_body_that_can_be_read_once_is_sent_once_and_the_error_gives_the_reason(
    server, world, wrap
):
    server.answer = lambda _: json_answer({}, 503)
    client = world.client(KEY, server.endpoint, max_retries=2)
    with pytest.raises(ClientError, match="no retry, since the body can be read only once"):
        client.update("x", **wrap(Pipe(b"1")))
    assert len(server.got) == 1


def test_an_error_that_is_never_repeated_does_not_mention_retries(server, world):
    server.answer = lambda _: json_answer({}, 400)
    client = world.client(KEY, server.endpoint, max_retries=2)
    with pytest.raises(ClientError) as caught:
        client.update("x", data=Pipe(b"1"))
    assert "retry" not in str(caught.value)
