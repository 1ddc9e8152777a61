"""Processes that tests kill or measure: waited for with an end, and never left running.

A process that dies or hangs fails the test, with its standard error and the stacks of its threads.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

LONGEST = 120
"""Seconds for a step of a process, also on a slow machine under load."""

_STACKS = """
import faulthandler, signal
faulthandler.register(signal.SIGUSR1)
"""


class RunningProgram:
    """A Python program in a process of its own.

    Args:
        program: The code.
        arguments: Its arguments.
        environment: Its environment; by default, that of the test.
    """

    def __init__(
        self, program: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", _STACKS + program, *arguments],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            text=True,
        )

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, while the process runs."""
        end = time.monotonic() + LONGEST
        while not condition():
            assert self._process.poll() is None, f"It has ended: {self._text()}"
            assert time.monotonic() < end, f"It hangs: {self._stacks()}"
            time.sleep(0.001)

    def line(self) -> str:
        """Wait for the next line of the standard output, and return it without its end."""
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        end = time.monotonic() + LONGEST
        line = b""
        while not line.endswith(b"\n"):
            is_readable, _, _ = select.select([output], [], [], max(end - time.monotonic(), 0))
            assert is_readable, f"It hangs: {self._stacks()}"
            byte = os.read(output, 1)  # `output` reads the rest
            assert byte, f"It has ended: {self._text()}"
            line += byte
        return line[:-1].decode()

    def output(self, longest: float = LONGEST) -> str:
        """Wait for the end, which must be a success, and return the standard output.

        Args:
            longest: Seconds after which a process hangs.
        """
        output = self._rest(longest)
        assert self._process.returncode == 0, self._text()
        return output

    def failure(self) -> str:
        """Wait for the end, and return the standard error; an empty text after a success."""
        self._rest(LONGEST)
        return self._text() if self._process.returncode else ""

    def _rest(self, longest: float) -> str:
        try:
            return self._process.communicate(timeout=longest)[0]
        except subprocess.TimeoutExpired:
            raise AssertionError(f"It hangs: {self._stacks()}") from None

    def end(self) -> None:
        """Kill the process, unless it has ended."""
        self._process.kill()
        self._process.communicate(timeout=LONGEST)
        self._errors.close()

    def _stacks(self) -> str:
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        return self._text()

    def _text(self) -> str:
        self._errors.seek(0)
        return self._errors.read()


@contextmanager
def started(
    program: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[RunningProgram]:
    """Start a program, which is killed at the end of the block."""
    process = RunningProgram(program, *arguments, environment=environment)
    try:
        yield process
    finally:
        process.end()
