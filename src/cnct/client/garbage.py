"""Switches that keep Python's garbage collector from scanning large pages again and again.

Decoding a page creates thousands of objects and no cycles. Up to Python 3.11, the collector runs
during decoding. In every version it scans the rows that a set keeps several times: of the time of
reading and keeping 10,000 rows, this is a fifth to a third. Therefore:

- The collector, if enabled, is disabled while a large body is decoded.
- The objects of a large page whose rows are kept become old at once, by `gc.freeze` and
  `gc.unfreeze`, as if they had survived all younger generations. So do the few other young objects
  that are alive: the younger generations are collected before the page is decoded. There is a full
  collection whenever the old objects may have doubled. A process with frozen objects of its own is
  left alone; CPython 3.12 has some from the start.

The collector belongs to the whole process. If another thread of a program switches the collector
off and on, or freezes objects, the program should set both to ``False``:

    from cnct.client import garbage

    garbage.pause_while_decoding = False
    garbage.promote_kept_rows = False
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager
from operator import call
from typing import Any

pause_while_decoding = sys.version_info < (3, 12)
"""Whether the collector is disabled for the milliseconds of decoding 32 kB or more. From 3.12 on it
waits for the decoder anyway."""

promote_kept_rows = sys.version_info < (3, 14)
"""Whether a page of 32 kB or more becomes old at once if a set keeps its rows; the collector is
disabled while the page is decoded. From 3.14 on, the collector works in small steps. Set to
``False`` when the process has frozen objects, since to count them for each page would take long."""

_FEW = 500_000  # objects, those of 20,000 rows or so


class _Promotion:
    """Makes young objects old, with full collections as rare as those of the collector.

    `gc.freeze` resets the counts by which the collector decides when a full collection is due: it
    would run none as long as a program reads pages, and keep what became garbage when it was old.
    """

    def __init__(self) -> None:
        self._promoted = 0  # objects since the last full collection
        self._most = _FEW

    def promote(self) -> None:
        """Make all objects old."""
        self._promoted += gc.get_count()[0]
        # In one step of the interpreter, so that no other thread finds objects frozen.
        if self._promoted <= self._most:
            list(map(call, (gc.freeze, gc.unfreeze)))
            return
        gc.collect()
        results: list[Any] = [*map(call, (gc.freeze, gc.get_freeze_count, gc.unfreeze))]
        self._promoted, self._most = 0, max(results[1], _FEW)


_promotion = _Promotion()


@contextmanager
def sparing(*, is_kept: bool = False) -> Generator[None]:
    """Apply the switches to objects that are created in this context.

    Args:
        is_kept: Whether the objects are going to be kept.
    """
    if not gc.isenabled():
        yield
        return
    promotes = is_kept and promote_kept_rows and _has_frozen_none()
    if not (promotes or pause_while_decoding):
        yield
        return
    if promotes:
        gc.collect(1)
    gc.disable()
    try:
        yield
        if promotes:
            _promotion.promote()
    finally:
        gc.enable()


def _has_frozen_none() -> bool:
    """Return whether the process has no frozen objects, which would be unfrozen too."""
    global promote_kept_rows  # noqa: PLW0603 - the switch of the process
    promote_kept_rows = not gc.get_freeze_count()
    return promote_kept_rows
