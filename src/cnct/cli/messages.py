"""Prints messages for people on standard error; never data."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import IO

from cnct.text import clean, encodable


def print_message(text: str, prefix: str = "cnct: ", end: str = "\n") -> None:
    """Print a message; without a standard error, do nothing."""
    stream = sys.stderr
    if stream is None:
        return
    line = encodable(f"{prefix}{clean(text, lines=True)}{end}", stream.encoding)
    with suppress(OSError, ValueError):
        stream.write(line)
        stream.flush()


def has_terminal(stream: IO[str] | None) -> bool:
    """Return whether a standard stream is a terminal; a closed or missing stream is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
