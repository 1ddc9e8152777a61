"""Help and search print on every terminal, and nothing of a document takes hold of one."""

from __future__ import annotations

import io
import json
import sys

import pytest

from cnct import ConnectClient, R
from cnct.console import notebook

HOSTILE = "\x1b]52;c;cm0=\x07\x1b[2J\u202e2024\u2069\x9b31m\r &#x202e; &amp;#x202e; &#155;31m"
TEXT = "\u00dcml\u00e4ut \u2013 \u201cquotes\u201d \U0001f989 \u4e2d \u2265"


def client_of(tmp_path, text: str) -> ConnectClient:
    item = {"type": "object", "properties": {"id": {"type": "string", "description": text}}}
    content = {"application/json": {"schema": item}}
    operation = {
        "description": f"{text}\n\n* {text}\n\n`{text}`",
        "summary": text,
        "tags": ["things"],
        "responses": {"200": {"description": text, "content": content}},
        "requestBody": {"content": content},
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": text, "version": text, "description": text},
        "tags": [{"name": "things", "description": text}],
        "paths": {
            "/things": {"get": operation, "post": operation},
            "/things/{id}": {"get": operation},
        },
    }
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document))
    return ConnectClient("ApiKey SU-1:secret", "http://127.0.0.1:9", specs_location=path)


def print_everything(client: ConnectClient) -> None:
    for thing in (client, client.things, client.things.all(), client.things["x"]):
        thing.help()
        thing.help(full=True)
    for text in ("things", "nothing at all"):
        sys.stdout.write(repr(client.find(text)))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8", "utf-16"])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_help_prints_in_every_encoding(tmp_path, monkeypatch, encoding, is_terminal):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(out, "isatty", lambda: is_terminal, raising=False)
    print_everything(client_of(tmp_path, TEXT))
    assert len(raw.getvalue().decode(encoding)) > 1000


@pytest.mark.parametrize("forced", ["", "1"])
def test_no_control_character_of_a_document_is_printed(tmp_path, monkeypatch, capsys, forced):
    monkeypatch.setenv("FORCE_COLOR", forced)
    monkeypatch.setenv("NO_COLOR", "" if forced else "1")
    client = client_of(tmp_path, HOSTILE)
    print_everything(client)
    printed = capsys.readouterr().out
    assert not set(printed) & {"\x07", "\u202e", "\u2069", "\x9b", "\r"}
    assert "\x1b]52" not in printed
    assert "\x1b[2J" not in printed
    assert r"\x1b]52" in printed


def test_no_control_character_is_in_a_notebooks_output(tmp_path):
    client = client_of(tmp_path, HOSTILE)
    client.specs.load()
    pages = [client._repr_html_(), client.things._repr_html_(), client.find("things")._repr_html_()]
    pages.append(notebook.rows_html("title", [{"name": HOSTILE}]))
    for page in pages:
        assert all(line.isprintable() for line in page.split("\n"))


def test_the_repr_of_a_set_is_one_printable_line():
    client = ConnectClient("ApiKey SU-1:secret", use_specs=False)
    rows = client.things.filter(R().name.eq(HOSTILE)).search(HOSTILE)
    assert repr(rows).isprintable()


def test_an_encoding_of_a_file_that_python_lacks_is_left_to_the_file(tmp_path, monkeypatch):
    class Odd(io.StringIO):
        encoding = "no-such-encoding"

    monkeypatch.setattr(sys, "stdout", Odd())
    client_of(tmp_path, TEXT).help()
    assert TEXT[:5] in sys.stdout.getvalue()
