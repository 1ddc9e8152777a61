"""An answer is believed only if it came completely; both worlds believe the same ones."""

from __future__ import annotations

import gzip
import sys
import time
import zlib
from types import SimpleNamespace

import pytest
from tests.client.raw import Outcome, always, http, in_both_worlds, once
from tests.conftest import json_answer

from cnct import AmbiguousWriteError, ClientError
from cnct.client._core.body_errors import BodyError

GOOD = b'{"id": "PRD-1"}'
TEXT = b"some text that is long enough to be worth a compression" * 20


def get(client):
    return client.get("x")


def create(client):
    return client.create("x", {"a": 1})


def put(client):
    return client.update("x", {"a": 1})


def delete(client):
    return client.delete("x")


def chunked(body: bytes, size: int = 7) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "whole",
    [
        http(GOOD),
        http(chunked(GOOD), Content_Length=None, Transfer_Encoding="chunked"),
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + http(GOOD),
    ],
    ids=["length", "chunked", "interim"],
)
def test_an_answer_that_is_cut_anywhere_is_an_error(whole):
    step = max(len(whole) // 24, 1)
    ends = sorted({*range(0, len(whole), step), len(whole) - 1, len(whole) - 2})

    def answer(number, _, send):
        send(whole[: ends[number // 3]])
        return False

    outcomes = in_both_worlds(answer, *[get, create, delete] * len(ends))
    expected = ["ClientError", "AmbiguousWriteError", "ClientError"] * len(ends)
    assert [outcome.error for outcome in outcomes] == expected
    statuses = [outcome.status for outcome in outcomes[::3]]
    head = whole.index(b"\r\n\r\n", whole.index(b"200 OK")) + 4
    assert statuses == [200 if end >= head else None for end in ends]
    assert in_both_worlds(once(whole), get)[0].value == {"id": "PRD-1"}


@pytest.mark.parametrize(
    "answer",
    [
        http(GOOD, Content_Length="abc"),
        http(GOOD, Content_Length="-1"),
        http(GOOD, Content_Length="15, 16"),
        http(GOOD, Content_Length="+15"),
        http(GOOD, Content_Length="9" * 30),
        http(GOOD, Transfer_Encoding="gzip", Content_Length=None),
        http(b"zz\r\n" + GOOD, Transfer_Encoding="chunked", Content_Length=None),
        http(GOOD, "101 Switching Protocols"),
        http(GOOD).replace(b"HTTP/1.1", b"HTTX/1.1"),
        http(GOOD).replace(b"200", b"20"),
        http(GOOD).replace(b"Content-Type: ", b"Content Type: "),
        http(GOOD).replace(b"Content-Type: ", b": "),
        http(GOOD).replace(b"\r\nContent-Type", b"\r\n folded\r\nContent-Type", 1),
        http(GOOD, X="a\0b"),
        http(GOOD, X="a" * 200_000),
        http(GOOD, **{f"X{number}": "a" * 1000 for number in range(200)}),
        b"",
        b"\r\n\r\n",
    ],
)
def test_an_answer_with_wrong_framing_is_an_error(answer):
    fetched, created = in_both_worlds(once(answer), get, create)
    assert (fetched.error, created.error) == ("ClientError", "AmbiguousWriteError")


@pytest.mark.parametrize(
    "answer",
    [
        http(GOOD, Content_Length=None),
        http(GOOD, Content_Length="15, 15"),
        http(GOOD, Content_Length=None, Transfer_Encoding="Chunked").replace(
            GOOD, b"0f;ext=1\r\n" + GOOD + b"\r\n0\r\nTrailer: 1\r\n\r\n"
        ),
        http(GOOD).replace(b"\r\n", b"\n"),
        http(GOOD).replace(b"HTTP/1.1", b"HTTP/1.0"),
        http(GOOD).replace(b" OK", b""),
        http(GOOD).replace(b": application", b":\t\n  application"),
        http(GOOD, X="", Y="ü"),
        http(GOOD, **{f"X{number}": "a" for number in range(450)}),
    ],
)
def test_an_unusual_answer_is_understood(answer):
    assert in_both_worlds(once(answer), get) == [Outcome(None, None, {"id": "PRD-1"})]


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_a_body_ends_with_its_headers(status):
    def answer(number, _, send):
        send(http(b"", status, Content_Length="5") if number == 0 else http(GOOD))

    assert in_both_worlds(answer, get, get)[1].value == {"id": "PRD-1"}


def test_head_has_no_body():
    def answer(_, head, send):
        send(http(b"" if head.startswith(b"HEAD") else GOOD, Content_Length="15"))

    head, body = in_both_worlds(answer, lambda client: client.execute("head", "x"), get)
    assert head == Outcome(None, None, None)
    assert body.value == {"id": "PRD-1"}


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_answer_to_a_get_is_an_error_and_to_a_write_is_none(body):
    fetched, *written = in_both_worlds(always(http(body)), get, create, put, delete)
    assert fetched == Outcome("ClientError", 200)
    assert written == [Outcome(None, None, None)] * 3


def test_an_empty_page_is_an_error_and_no_end_of_the_list():
    empty = http(b"", Content_Range="items 0-0/7")
    rows = in_both_worlds(once(empty), lambda client: list(client.products.all()))
    assert rows == [Outcome("ClientError", 200)]


def test_a_count_needs_no_body():
    empty = http(b"", Content_Range="items 0-0/7")
    counts = in_both_worlds(once(empty), lambda client: client.products.all().count())
    assert counts == [Outcome(None, None, 7)]


def test_an_unreadable_answer_to_a_write_says_that_it_was_most_likely_done(server, remote):
    server.answer = lambda _: (201, {"Content-Type": "application/json"}, b"{oops")
    with pytest.raises(AmbiguousWriteError, match="was most likely done") as caught:
        remote.create("x", {})
    assert caught.value.status_code == 201
    with pytest.raises(ClientError, match="The last attempt may have been done") as caught:
        remote.update("x", {})
    assert type(caught.value) is ClientError


def test_a_cut_answer_to_a_write_carries_its_status(server, remote):
    server.answer = lambda _: (201, {"Content-Length": "99"}, b"{}")
    with pytest.raises(AmbiguousWriteError, match=r"Incomplete response 201.*was most likely done"):
        remote.create("x", {})


def test_a_refused_write_stays_refused_if_its_answer_is_cut(server, remote):
    server.answer = lambda _: (409, {"Content-Length": "99"}, b"{}")
    with pytest.raises(ClientError) as caught:
        remote.create("x", {})
    assert (type(caught.value), caught.value.status_code) == (ClientError, 409)


RAW_DEFLATE = zlib.compress(TEXT)[2:-4]


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZIP", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", RAW_DEFLATE),
        ("gzip, deflate", zlib.compress(gzip.compress(TEXT, mtime=0))),
        ("identity", TEXT),
    ],
)
def test_a_compressed_download_is_whole_or_an_error(encoding, data):
    def answer(body):
        return once(http(body, kind="text/plain", Content_Encoding=encoding))

    assert in_both_worlds(answer(data), get)[0].value == TEXT
    if encoding != "identity":
        for end in (1, 2, len(data) // 2, len(data) - 1):
            assert in_both_worlds(answer(data[:end]), get) == [Outcome("ClientError", 200)]
        broken = data[:9] + b"\xff\xff\xff" + data[12:]
        assert in_both_worlds(answer(broken), get) == [Outcome("ClientError", 200)]


def test_padding_behind_a_compressed_body_is_ignored():
    body = gzip.compress(TEXT, mtime=0) + b"\0" * 8
    answer = once(http(body, kind="text/plain", Content_Encoding="gzip"))
    assert in_both_worlds(answer, get)[0].value == TEXT
    body = chunked(zlib.compress(TEXT) + b"\0" * 20, 11)
    headers = {"Transfer_Encoding": "chunked", "Content_Encoding": "deflate"}
    answer = once(http(body, kind="text/plain", Content_Length=None, **headers))
    assert in_both_worlds(answer, get)[0].value == TEXT


def test_the_encoding_of_the_response_is_there_to_look_at(server, remote):
    server.answer = lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(b"a"))
    assert remote.get("x") == b"a"
    assert remote.response.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", ", ".join(["gzip"] * 6)])
def test_an_encoding_that_cannot_be_read_is_an_error(encoding, monkeypatch):
    for name in ("brotli", "brotlicffi", "compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    answer = once(http(b"abc", kind="text/plain", Content_Encoding=encoding))
    assert in_both_worlds(answer, get) == [Outcome("ClientError", 200)]


def test_an_answer_without_a_body_may_name_any_encoding():
    answer = once(http(b"", "204 No Content", Content_Encoding="br"))
    assert in_both_worlds(answer, get) == [Outcome(None, None, None)]


class Package:
    """A decoder of an optional package: the interface of all, on zlib."""

    def __init__(self):
        self._stream = zlib.decompressobj()

    def process(self, data):
        return self._stream.decompress(data)

    decompress = process

    def is_finished(self):
        return self._stream.eof

    @property
    def eof(self):
        return self._stream.eof


@pytest.mark.parametrize(
    ("encoding", "name", "module"),
    [
        ("br", "brotlicffi", SimpleNamespace(Decompressor=Package)),
        ("zstd", "backports.zstd", SimpleNamespace(ZstdDecompressor=Package)),
        (
            "zstd",
            "zstandard",
            SimpleNamespace(ZstdDecompressor=lambda: SimpleNamespace(decompressobj=Package)),
        ),
    ],
)
def test_packages_decompress_their_encodings(encoding, name, module, monkeypatch):
    for other in ("brotli", "compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, other, None)
    monkeypatch.setitem(sys.modules, name, module)

    def answer(body):
        return once(http(body, kind="text/plain", Content_Encoding=encoding))

    data = zlib.compress(TEXT)
    assert in_both_worlds(answer(data), get)[0].value == TEXT
    assert in_both_worlds(answer(data[:-1]), get) == [Outcome("ClientError", 200)]
    assert in_both_worlds(answer(b"\xff" + data), get) == [Outcome("ClientError", 200)]


def test_surplus_bytes_never_become_the_next_answer():
    evil = http(b'{"id": "EVIL"}')
    good = http(GOOD)
    surplus = [
        good + evil,
        good + good,
        good + b"x",
        http(b"", "204 No Content") + b"{}",
        http(b"", "304 Not Modified") + evil,
        http(chunked(GOOD), Content_Length=None, Transfer_Encoding="chunked") + evil,
        http(chunked(GOOD), Content_Length=None, Transfer_Encoding="chunked") + b"0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + good + evil,
        good + evil * 1000,
    ]
    for first in surplus:

        def answer(number, _, send, first=first):
            send(first if number == 0 else good)

        outcomes = in_both_worlds(answer, get, create, get)
        assert [second.value for second in outcomes[1:]] == [{"id": "PRD-1"}] * 2, first


def test_surplus_bytes_that_come_late_never_become_the_next_answer():
    def answer(number, _, send):
        send(http(GOOD))
        if number == 0:
            send(http(b'{"id": "EVIL"}'))

    def later(client):
        time.sleep(0.05)
        return create(client)

    assert in_both_worlds(answer, get, later)[1].value == {"id": "PRD-1"}


def test_a_page_of_rows_is_decoded_whatever_it_weighs(server, remote):
    server.answer = lambda _: json_answer([{"id": "x" * 70_000}] * 40)
    assert len(list(remote.products.all())) == 40


def test_a_compressed_body_that_a_loop_of_the_user_left_is_not_taken_for_empty(server, sync_remote):
    headers = {"Content-Encoding": "gzip"}
    server.answer = lambda _: (200, headers, gzip.compress(b"x" * (5 << 20)))
    with sync_remote.session.get(f"{server.endpoint}/media", stream=True) as response:
        pieces = response.iter_content(1000)
        next(pieces)
        pieces.close()
        with pytest.raises(BodyError, match="cut"):
            _ = response.content
