"""Switches that keep Python's garbage collector from scanning large pages again and again.

Decoding a page creates thousands of objects and no cycles. Up to Python 3.11, the collector runs
during decoding. In every version it scans the rows that a set keeps several times: of the time of
reading and keeping 10,000 rows, this is a third. Therefore:

- The collector, if enabled, is disabled while a large body is decoded.
- The objects of a large page whose rows are kept become old at once, by `gc.freeze` and
  `gc.unfreeze`, as if they had survived all younger generations. So do the other objects of the
  process: a cycle that became garbage since the last collection, some hundreds of objects a page
  at most, is found by the next full one. A process with frozen objects of its own is left alone;
  CPython 3.12 has some from the start.

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
"""Whether a page of 32 kB or more becomes old at once if a set keeps its rows. From 3.14 on, the
collector works in small steps."""


@contextmanager
def sparing(*, is_kept: bool = False) -> Generator[None]:
    """Apply the switches to objects that are created in this context.

    Args:
        is_kept: Whether the objects are going to be kept.
    """
    promotes = is_kept and promote_kept_rows and gc.isenabled() and _may_promote()
    if not (promotes or (pause_while_decoding and gc.isenabled())):
        yield
        return
    gc.disable()
    try:
        yield
        if promotes:
            # In one step of the interpreter, so that no other thread finds objects frozen.
            list(map(call, (gc.freeze, gc.unfreeze)))
    finally:
        gc.enable()


def _may_promote() -> bool:
    """Return whether the program has frozen no objects; otherwise, switch the promotion off.

    They would be unfrozen too, and counting them for each page would take long.
    """
    global promote_kept_rows  # noqa: PLW0603 - the switch of the process
    promote_kept_rows = not gc.get_freeze_count()
    return promote_kept_rows
