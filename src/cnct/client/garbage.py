"""The switch for pausing Python's garbage collector while a large response is decoded.

Decoding a page creates thousands of objects and no cycles. Up to Python 3.11, the collector runs
during decoding, and scans every row read so far: 10,000 kept rows take half as long again to
decode. From 3.12 on the collector waits for the decoder, so that nothing is paused.

The collector belongs to the whole process. If another thread of a program switches the collector
off and on, the program should switch the pause off:

    from cnct.client import garbage

    garbage.pause_while_decoding = False
"""

from __future__ import annotations

import sys

pause_while_decoding = sys.version_info < (3, 12)
"""Whether the collector, if enabled, is disabled for the milliseconds of decoding 32 kB or more."""
