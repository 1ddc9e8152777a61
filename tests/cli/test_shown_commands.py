"""The commands in README and docs run as shown, one page after the other."""

from __future__ import annotations

import re
import shlex
import threading
from contextlib import suppress
from pathlib import Path

import click
import pytest
from tests.cli.conftest import Cnct

from cnct.cli.root import COMMANDS, root
from cnct.emulator import __main__ as emulator

ROOT = Path(__file__).parents[2]
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (cnct .+(?:\n> .+)*)", re.MULTILINE)
IN_SENTENCES = re.compile(r"`cnct ([a-z][^`]+)`")
REQUEST = {"id": "PR-000-000-000", "status": "pending", "created": "2026-02-01T00:00:00+00:00"}


def commands() -> dict[str, str]:
    """Return the commands in the blocks of all pages, and the page of each."""
    return {
        re.sub(r"\s*\\?\n> *", " ", command): page.name
        for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
        for block in CONSOLE.findall(page.read_text("utf-8"))
        for command in COMMAND.findall(block)
    }


def test_the_commands_shown_run(cnct: Cnct, connect, tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert len(commands()) > 8
    for command, page in commands().items():
        if command.startswith("cnct emulate"):  # would serve until Ctrl-C
            continue
        connect.delete(f"requests/{REQUEST['id']}")
        connect.insert("requests", REQUEST)
        data = ""
        for part in command.partition(" > ")[0].split("|"):
            ran = cnct(*shlex.split(part, comments=True)[1:], stdin=data)
            assert (ran.status, ran.err) == (0, ""), (page, command)
            data = ran.out


def test_the_local_connect_shown_starts(tmp_path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.chdir(tmp_path)
    shown = {command for command in commands() if command.startswith("cnct emulate")}
    assert shown
    stop = threading.Event()
    stop.set()
    for command in shown:
        words = shlex.split(command.replace("8080", "0").replace("=5000", "=5"))
        emulator.main(words[2:], until=stop)
        assert "Connect is at http://127.0.0.1:" in capsys.readouterr().out


def test_the_commands_in_sentences_can_be_read():
    spans = [
        span
        for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for span in IN_SENTENCES.findall(page.read_text("utf-8"))
        if "COMMAND" not in span
    ]
    assert len(spans) > 40
    for span in spans:
        name, *words = shlex.split(span)
        assert name in COMMANDS
        if words:
            command = root.get_command(click.Context(root), name)
            with suppress(click.exceptions.Exit):  # of --help
                command.make_context(name, words, parent=click.Context(root))
