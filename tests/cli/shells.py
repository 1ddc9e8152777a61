"""Completion in interactive shells on a terminal of their own; run by ``make shells``."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnct
from cnct.emulator.server import DEFAULT_SPEC
from cnct.openapi import OpenAPISpecs

SECONDS = 20
COMMANDS = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SETUP = {
    "bash": "PS1='ready> '; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'\n"
    'eval "$(cnct completion bash)"\n',
    "zsh": "PS1='ready> '; unsetopt beep zle_bracketed_paste 2>/dev/null\n"
    'autoload -Uz compinit; compinit -u -D; eval "$(cnct completion zsh)"\n',
    "fish": "function fish_prompt; printf 'ready> '; end\ncnct completion fish | source\n",
}
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>78()].?)")


class Shell:
    """An interactive shell on a pseudo-terminal."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self.pid, self._terminal = pty.fork()
        if not self.pid:
            os.execvpe(COMMANDS[name][0], COMMANDS[name], environment)  # noqa: S606 - a shell
        self.type(f"{SETUP[name]}cnct READY\n")
        self.wait_for("RAN[READY]NAR")

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait_for(self, sign: str) -> str:
        """Read until a text appears; answer the questions of the shell."""
        text, end = "", time.monotonic() + SECONDS
        while time.monotonic() < end:
            if sign in ESCAPES.sub("", text):
                return ESCAPES.sub("", text)
            ready, _, _ = select.select([self._terminal], [], [], 0.1)
            new = os.read(self._terminal, 65536) if ready else b""
            text += new.decode(errors="replace")
            if b"\x1b[c" in new:  # fish asks for the kind of terminal
                self.type("\x1b[?62;22c")
            if b"\x1b[6n" in new:
                self.type("\x1b[1;1R")
        pytest.fail(f"{self.name} shows no {sign!r}: {text!r}")

    def words_after(self, typed: str) -> str:
        """Return the arguments of the command after a completion, by running it."""
        self.type(f"{typed}\tEND\r")
        return self.wait_for("NAR").rpartition("RAN")[2].partition("NAR")[0]

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)


@pytest.fixture(scope="module", params=[*COMMANDS])
def shell(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with a command ``cnct`` that completes, and shows the words that it is run with."""
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "cnct"
    program.write_text(
        "#!/bin/sh\n"
        f'case "$1" in _complete|completion) exec {sys.executable} -m cnct "$@";; esac\n'
        "printf 'RAN'; printf '[%s]' \"$@\"; printf 'NAR\\n'\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(cnct.__file__).parents[1]),
        "CNCT_SPEC": str(DEFAULT_SPEC),
        "HOME": str(folder),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
    }
    OpenAPISpecs(DEFAULT_SPEC).load()
    shell = Shell(request.param, environment)
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cnct coun", "[count][END]"),
        ("cnct ls reques", "[ls][requests][END]"),
        ("cnct ls subscriptions/as", "[ls][subscriptions/assets][END]"),
        ("cnct ls products/PRD-1/it", "[ls][products/PRD-1/items][END]"),
        ("cnct ls requests status=pend", "[ls][requests][status=pending][END]"),
        ("cnct ls requests status__in=draft,pend", "[ls][requests][status__in=draft,pendingEND]"),
        ("cnct ls requests -o ndj", "[ls][requests][-o][ndjson][END]"),
        ("cnct ls requests --output=ndj", "[ls][requests][--output=ndjson][END]"),
        ("cnct call requests/PR-1 appr", "[call][requests/PR-1][approve][END]"),
        (
            "cnct call requests/PR-1 approve templ",
            "[call][requests/PR-1][approve][template_id=END]",
        ),
        ("cnct get reque", "[get][requests/END]"),
        ("cnct ls requests --order -updat", "[ls][requests][--order][-updatedEND]"),
    ],
)
def test_a_completion_is_the_word_that_was_meant(shell, typed, words):
    ran = shell.words_after(typed)
    if shell.name == "fish":  # decides itself where a space follows
        ran, words = ran.replace("][END]", "END]"), words.replace("][END]", "END]")
    assert ran == words


def test_quoted_words_complete(shell):
    if shell.name != "bash":
        pytest.skip("the others replace whole words")
    words = "[ls][requests][status=pendingEND]"  # bash closes the quote and adds no space
    assert shell.words_after("cnct ls requests 'status=pend") == words
    assert shell.words_after('cnct ls "requests" status="pend') == words
