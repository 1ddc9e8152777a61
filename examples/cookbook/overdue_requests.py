"""Lists the requests that have been pending for more than some days, the oldest first.

    python overdue_requests.py 3

The status is 1 if there is any, so that a scheduler sends mail.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from cnct import ConnectClient


def main(days: str = "3") -> int:
    """Print the requests, and return the exit status."""
    now = datetime.now(UTC)
    count = 0
    with ConnectClient(max_retries=3) as client:
        overdue = client.requests.filter(
            status="pending", created__lt=now - timedelta(days=float(days))
        )
        for request in overdue.order_by("created").dates().iterator():
            age = now - request["created"]
            print(f"{request['id']}  {age.days:4} days  {request['asset']['product']['id']}")
            count += 1
    print(f"{count} overdue")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
