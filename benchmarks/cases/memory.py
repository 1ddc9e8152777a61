"""Measure how far iterating many rows makes the process grow: ``memory.py SUBJECT SERVER``.

With ``iterator()`` of cnct, and a plain loop over the set of the incumbent.

Prints bytes as JSON: the peak of the resident memory minus its size after a first call.
"""

import json
import resource
import sys

from subjects import sync

ROWS = 200_000


def peak() -> int:
    """Return the largest resident memory so far, in bytes."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes if sys.platform == "darwin" else kilobytes * 1024


if __name__ == "__main__":
    subject, server = sys.argv[1:]
    client = sync(subject, f"{server}/ms0/n{ROWS}")
    client.one()
    before = peak()
    rows = client.streamed if subject == "cnct" else client.kept
    count = sum(1 for _ in rows())
    if count != ROWS:
        raise SystemExit(f"{count} rows instead of {ROWS}")
    print(json.dumps({"memory": peak() - before}))
