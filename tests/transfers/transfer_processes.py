"""Processes that transfer files: waited for with an end, and never left running.

A process that dies or hangs fails the test, with its standard error and the stacks of its threads.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 120
"""Seconds for a transfer of some megabytes, also on a slow machine under load."""

_STACKS = """
import faulthandler, signal
faulthandler.register(signal.SIGUSR1)
"""


class TransferProcess:
    """A Python program in a process of its own.

    Args:
        program: The code.
        arguments: Its arguments.
    """

    def __init__(self, program: str, *arguments: str) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", _STACKS + program, *arguments],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, while the process runs."""
        end = time.monotonic() + LONGEST
        while not condition():
            assert self._process.poll() is None, f"It has ended: {self._text()}"
            assert time.monotonic() < end, f"It hangs: {self._stacks()}"
            time.sleep(0.001)

    def output(self) -> str:
        """Wait for the end, and return the standard output."""
        try:
            output, _ = self._process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"It hangs: {self._stacks()}") from None
        assert self._process.returncode == 0, self._text()
        return output

    def end(self) -> None:
        """Kill the process, unless it has ended."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _stacks(self) -> str:
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        return self._text()

    def _text(self) -> str:
        self._errors.seek(0)
        return self._errors.read()


@contextmanager
def started(program: str, *arguments: str) -> Iterator[TransferProcess]:
    """Start a program, which is killed at the end of the block."""
    process = TransferProcess(program, *arguments)
    try:
        yield process
    finally:
        process.end()
