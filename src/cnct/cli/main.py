"""Entry point of the command. Imports only the part that a command line needs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from contextlib import suppress

from cnct.version import VERSION

_INTERRUPTED = 130
_GARBAGE = 100_000
"""New objects that start a search for garbage; with Python's 700, the imports cause 85 searches."""
_COMPLETE = "_complete"
"""First word of the calls by the scripts of the shells; no command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status.

    Args:
        arguments: The command line without the program; by default that of the process, which is
            expected to end afterwards.
    """
    if arguments is not None:
        return _run([*arguments])
    gc.set_threshold(_GARBAGE)
    try:
        return _run(sys.argv[1:])
    finally:
        gc.freeze()  # at its exit, Python would search all objects for garbage once more


def _run(words: list[str]) -> int:
    try:
        if words == ["--version"]:
            with suppress(OSError, AttributeError):  # the output is closed or full: see below
                return _print_version()
        if words[:1] == [_COMPLETE]:
            from cnct.cli.completing.answering import answer  # noqa: PLC0415 - only shells need it

            return answer(words[1:])
        from cnct.cli.running import run  # noqa: PLC0415 - click is not needed above

        return run(words)
    except KeyboardInterrupt:  # while modules are imported
        return _INTERRUPTED


def _print_version() -> int:
    sys.stdout.write(f"cnct {VERSION}\n")
    sys.stdout.flush()
    return 0
