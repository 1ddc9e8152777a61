"""The switch for pausing Python's garbage collector while a large response is decoded.

Decoding a page creates thousands of objects and no cycles. Up to Python 3.11, the collector runs in
the midst of that, and scans every row read so far: with it, 10,000 rows that are kept take half as
long again to decode. From 3.12 on it waits for the decoder, so that nothing is paused.

The collector belongs to the whole process. A program in which another thread switches it off
and on itself should switch the pause off:

    from cnct.client import garbage

    garbage.pause_while_decoding = False
"""

from __future__ import annotations

import sys

pause_while_decoding = sys.version_info < (3, 12)
"""Whether the collector, if enabled, is disabled for the milliseconds of decoding 32 kB or more."""
