"""Whether cassettes are recorded or replayed: the option ``--record`` of the pytest run."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from cnct.text import did_you_mean

Record = Literal["none", "new", "all"]
"""``none`` replays, ``new`` records cassettes that are missing, ``all`` records every cassette."""

MODES: tuple[Record, ...] = ("none", "new", "all")


class RecordRun:
    """A pytest run.

    Args:
        mode: The option.

    Attributes:
        mode: The option.
        settings: The ``CNCT_`` variables at the beginning; fixtures may hide them from tests.
        recorded: Cassettes that this run has recorded, and replays from then on.
    """

    def __init__(self, mode: Record = "none") -> None:
        self.mode = mode
        self.settings = _variables()
        self.recorded: set[Path] = set()


def begin_run(mode: Record) -> None:
    """Begin a pytest run."""
    _runs.append(RecordRun(mode))


def end_run() -> None:
    """End the latest pytest run."""
    _runs.pop()


def current_run() -> RecordRun:
    """Return the latest pytest run; without one, cassettes are replayed."""
    return _runs[-1]


def checked_mode(record: str | None) -> Record | None:
    """Return a mode, or ``None``.

    Raises:
        ValueError: If the mode is unknown.
    """
    if record is None:
        return None
    for mode in MODES:
        if record == mode:
            return mode
    hint = did_you_mean(str(record), MODES)
    hint = f".{hint}" if "?" in hint else ""  # the message has all of them
    raise ValueError(f"record must be 'none', 'new' or 'all', not {record!r}{hint}")


@contextmanager
def settings_of(variables: Mapping[str, str]) -> Generator[None]:
    """Put the ``CNCT_`` variables of the beginning in the place of the present ones."""
    present = _variables()
    _replace(present, variables)
    try:
        yield
    finally:
        _replace(variables, present)


def _replace(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for name in old:
        os.environ.pop(name, None)
    os.environ.update(new)


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("CNCT_")}


_runs = [RecordRun()]
