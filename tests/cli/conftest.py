"""What tests of the command share: one local Connect, and the command run in this process."""

from __future__ import annotations

import io
import json
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from tests.conftest import KEY

from cnct.cli.main import main
from cnct.emulator import Emulator


def request_rows(count: int, status: str = "pending") -> list[dict[str, Any]]:
    return [
        {
            "id": f"PR-{number:03}",
            "status": status,
            "type": "purchase",
            "created": f"2026-01-{1 + number % 28:02}T00:00:00+00:00",
            "asset": {"id": f"AS-{number:03}", "product": {"id": "PRD-1", "name": "Málaga"}},
        }
        for number in range(count)
    ]


class Ran(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Cnct = Callable[..., Ran]


@pytest.fixture(scope="session")
def shared_connect() -> Iterator[Emulator]:
    """A local Connect that tests only read."""
    with Emulator(records={"requests": request_rows(25)}) as emulator:
        yield emulator


@pytest.fixture
def reads(shared_connect: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the command at the shared Connect."""
    point_at(shared_connect, monkeypatch)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A Connect of the test's own, at which the command points."""
    with Emulator(records={"requests": request_rows(5)}) as emulator:
        point_at(emulator, monkeypatch)
        yield emulator


def point_at(connect: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", connect.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(connect.spec))


@pytest.fixture
def cnct(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cnct:
    """Run the command in this process, without a terminal."""

    def run(*words: str, stdin: str | bytes = b"") -> Ran:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        status = main(words)
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture
def terminal(monkeypatch):
    """Run the command in this process, on a terminal of its own."""

    def run(*words: str, typed: str = "", stdin: Any = None, encoding: str = "utf-8") -> Ran:
        master, slave = os.openpty()
        with monkeypatch.context() as patch, ExitStack() as streams:
            for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
                stream = streams.enter_context(os.fdopen(os.dup(slave), mode, encoding=encoding))
                patch.setattr(sys, name, stream)
            if stdin is not None:
                patch.setattr(sys, "stdin", stdin)
            os.write(master, typed.encode())
            status = main(words)
        text = b""
        while select.select([master], [], [], 0)[0]:
            text += os.read(master, 65536)
        os.close(master)
        os.close(slave)
        return Ran(int(status), text.decode(errors="replace").replace("\r\n", "\n"), "")

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return run
