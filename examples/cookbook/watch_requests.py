"""Prints requests that are new or have changed since the run before. Meant for cron.

    python watch_requests.py watch.db

The mirror remembers the requests, and the file beside it the number of the last change that was
handled, so that no change is missed, also after a kill. A change whose handling was cut off comes
again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cnct import ConnectClient


def main(database: str) -> None:
    """Bring the mirror up to date, and print the changes."""
    handled = Path(f"{database}.handled")
    with (
        ConnectClient(max_retries=3) as client,
        client.mirror(database) as mirror,
    ):
        mirror.sync("requests")
        if not handled.exists():  # the first run: what is there already is not new
            handled.write_text(str(mirror.last_change), encoding="utf-8")
        since = int(handled.read_text(encoding="utf-8"))
        for change in mirror.changes("requests", since=since):
            print(f"{change.kind:8} {change.id} {change.row['status']}")
            handled.write_text(str(change.number), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
