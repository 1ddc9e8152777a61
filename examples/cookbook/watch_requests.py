"""Prints requests that are new or have changed since the run before. Meant for cron.

    python watch_requests.py requests.watch

The file remembers where the run before ended. A change whose handling was cut off comes again.
"""

from __future__ import annotations

import sys

from cnct import ConnectClient


def main(state: str) -> None:
    """Make a single look, and print the changes."""
    with ConnectClient(max_retries=3) as client:
        for request in client.requests.watch(state=state, timeout=0):
            print(f"{request['id']} {request['status']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
