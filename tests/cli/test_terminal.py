"""The command on a terminal: tables, prompts, colours, and text that a terminal would obey."""

from __future__ import annotations

import os

import pytest
from tests.conftest import KEY, json_answer

from cnct.emulator.server import DEFAULT_SPEC

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")


@pytest.mark.usefixtures("reads")
def test_rows_are_a_table_that_fits(terminal):
    lines = terminal("ls", "requests", "-n", "2", "--order", "created", "--color", "never").out
    header, *rows = lines.splitlines()
    assert header.split() == ["ID", "STATUS", "TYPE", "CREATED"]
    assert [row.split()[0] for row in rows] == ["PR-000", "PR-001"]
    assert max(map(len, lines.splitlines())) <= 60


@pytest.mark.usefixtures("reads")
def test_colours_follow_the_option_and_the_variable(terminal, cnct, monkeypatch):
    words = ["ls", "requests", "-n", "1"]
    assert "\x1b[1m" in terminal(*words, "--color", "auto").out
    assert "\x1b[" not in terminal(*words, "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in terminal(*words).out
    assert "\x1b[1m" in cnct(*words, "-o", "table", "--color", "always").out
    assert os.environ["NO_COLOR"] == "1"
    assert terminal("get", "requests/PR-001", "id").out == "id  PR-001\n"


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("y\n", 0, "2 done of 2"),
        ("n\n", 1, "Nothing was sent"),
        ("\x04", 1, "Nothing was sent"),
        ("\n", 1, "Nothing was sent"),
    ],
)
def test_many_writes_are_asked_for(terminal, connect, tmp_path, typed, status, said):
    file = tmp_path / "ids"
    file.write_text("PR-000\nPR-001\n", encoding="utf-8")
    ran = terminal("call", "requests", "approve", "template_id=T", "--from", str(file), typed=typed)
    question = f"POST requests/ID/approve for 2 items at {connect.endpoint}. Go on? [y/N]"
    assert question in ran.out
    assert said in ran.out
    assert ran.status == status


@pytest.mark.parametrize("output", ["json", "ndjson", "csv", "tsv", "table"])
def test_no_format_lets_a_terminal_obey_the_data(terminal, server, monkeypatch, output):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    name = "\x1b]52;c;YQ==\x07 \x9b31m \u202e \ud800 é"
    server.answer = lambda _: json_answer([{"id": "PRD-1", "name": name}])
    out = terminal("ls", "products", "--force", "-o", output, "--color", "never").out
    assert "PRD-1" in out
    assert not {*out} & {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"}
    assert "é" in out
    if output != "table":
        ascii_out = terminal("ls", "products", "--force", "-o", output, encoding="ascii").out
        assert ascii_out.isascii()


def test_a_download_does_not_land_on_a_terminal(terminal, server, cnct, monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    server.answer = lambda _: (200, {"Content-Type": "application/zip"}, b"PK\x03\x04\xff")
    words = ["call", "usage/files/UF-1", "download", "-X", "GET", "--force"]
    ran = terminal(*words)
    assert (ran.status, "send it to a file" in ran.out) == (2, True)
    server.answer = lambda _: (200, {"Content-Type": "text/plain"}, b"plain\ttext\n")
    assert terminal(*words).out.endswith("plain\ttext\n")
