"""Switches that keep Python's garbage collector from scanning large pages again and again.

Decoding a page creates thousands of objects and no cycles. Up to Python 3.11, the collector runs
during decoding. In every version it scans the rows that a set keeps several times: of the time of
reading and keeping 10,000 rows, this is a fifth to a third. Therefore:

- The collector, if enabled, is disabled while a large body is decoded.
- The objects of a large page whose rows are kept become old at once, by `gc.freeze` and
  `gc.unfreeze`, as if they had survived all younger generations. So do the few other young objects
  that are alive, since the younger generations are collected before the page is decoded. There is
  a full collection when 10,000 objects have become old besides the rows, or a quarter of all. A
  process with frozen objects of its own is left alone; CPython 3.12 has some from the start.

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

pause_while_decoding = sys.version_info < (3, 12)
"""Whether the collector is disabled for the milliseconds of decoding 32 kB or more. From 3.12 on it
waits for the decoder anyway."""

promote_kept_rows = sys.version_info < (3, 14)
"""Whether a page of 32 kB or more becomes old at once if a set keeps its rows; the collector is
disabled while the page is decoded. From 3.14 on, the collector works in small steps. Set to
``False`` when the process has frozen objects, since to count them for each page would take long."""

_FEW = 10_000  # objects; some 20 to 50 a page are those of calls


class _Promotion:
    """Makes young objects old, and collects those that the program has created.

    `gc.freeze` resets the counts by which the collector decides when a collection is due: it would
    find no garbage as long as a program reads pages.
    """

    def __init__(self) -> None:
        self._new: int | None = None  # objects since the last full collection, besides the rows
        self._most = _FEW

    def prepare(self) -> None:
        """Collect the young objects; if there are a quarter more than at last, collect all."""
        survivors = _created() - gc.collect(1)
        self._new = 0 if self._new is None else self._new + survivors
        if self._new > self._most:
            gc.collect()
            self._new, self._most = 0, max(len(gc.get_objects()) // 4, _FEW)

    @staticmethod
    def promote() -> None:
        """Make all objects old."""
        # In one step of the interpreter, so that no other thread finds objects frozen.
        list(map(call, (gc.freeze, gc.unfreeze)))


def _created() -> int:
    """Return the number of objects since the last page, less those that were freed one by one."""
    first, second, third = gc.get_count()
    each, each_second, _ = gc.get_threshold()
    return first + each * (second + each_second * third)


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
        _promotion.prepare()
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
