"""Control characters of servers reach no terminal and no log, and no call fails for an encoding."""

from __future__ import annotations

import io
import logging
from contextlib import suppress

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, RequestLogger

HOSTILE = "\x1b]52;c;cm0=\x07\x1b[2J\r\n\u202e2024\u2069\x9b31m"


def is_clean(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": HOSTILE, "errors": [HOSTILE, {HOSTILE: HOSTILE}]},
        {"errors": HOSTILE},
        [HOSTILE],
        HOSTILE,
    ],
)
def test_the_text_of_an_error_is_one_printable_line(server, remote, body):
    server.answer = lambda _: json_answer(body, 400)
    with pytest.raises(ClientError) as caught:
        remote.get("products")
    assert str(caught.value).isprintable()
    assert repr(caught.value).isprintable()
    assert r"\x1b]52;c;cm0=\x07" in str(caught.value)


def test_an_excerpt_of_a_page_is_one_printable_line(server, remote):
    server.answer = lambda _: (502, {"Content-Type": "text/html"}, HOSTILE.encode())
    with pytest.raises(ClientError) as caught:
        remote.get("products")
    assert str(caught.value).isprintable()


def test_the_cause_of_an_error_is_printable(remote, server):
    server.answer = lambda _: None
    with pytest.raises(ClientError) as caught:
        remote.get("products")
    assert str(caught.value.__cause__).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(
            {"name": HOSTILE}, X=f"a\x1b[2J\u00ad{HOSTILE[-4:]}".encode().decode("latin-1")
        ),
        (400, {"Content-Type": "application/json"}, HOSTILE.encode()),
    ],
)
def test_the_logger_prints_printable_lines(server, remote, answer):
    server.answer = lambda _: answer
    file = io.StringIO()
    remote.logger = RequestLogger(file)
    with suppress(ClientError):
        remote.create("products", {"name": HOSTILE}, params={"a": HOSTILE})
    assert is_clean(file.getvalue())
    assert file.getvalue().count("--- HTTP") == 2


def test_the_logger_replaces_characters_that_its_file_lacks(server, remote):
    server.answer = lambda _: json_answer({"name": "Ümläut 🦉 ≥ …"})
    raw = io.BytesIO()
    remote.logger = RequestLogger(io.TextIOWrapper(raw, "ascii", write_through=True))
    assert remote.get("x") == {"name": "Ümläut 🦉 ≥ …"}
    assert b'"name": "?ml?ut ? >= ..."' in raw.getvalue()


def test_log_records_are_single_lines(server, world, caplog):
    server.answer = lambda _: json_answer({}, 503)
    client = world.client(KEY, server.endpoint, max_retries=1)
    with caplog.at_level(logging.DEBUG, "cnct"), pytest.raises(ClientError) as caught:
        client.get(f"x{HOSTILE}\nINFO forged")
    assert str(caught.value).isprintable()
    assert all(r.getMessage().isprintable() for r in caplog.records if r.name.startswith("cnct"))
