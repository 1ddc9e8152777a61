"""Reads resources, and writes a CSV report of each call for a support case.

    python support_report.py requests/PR-0000-0000-0001-001 products/PRD-999 > report.csv

The server's support finds a call by its request id. The status is 1 if a call failed.
"""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from typing import Any

from cnct import ClientError, ConnectClient

COLUMNS = ("at", "call", "status", "attempts", "seconds", "request_id", "problem")


def main(*paths: str) -> int:
    """Write the report, and return the exit status."""
    with ConnectClient(max_retries=2) as client:
        rows = [report(client, path) for path in paths]
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return 1 if any(row["problem"] for row in rows) else 0


def report(client: ConnectClient, path: str) -> dict[str, Any]:
    """Return the row of a resource."""
    row: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "call": f"GET {path}"}
    try:
        answer = client.with_response.get(path)
    except ClientError as error:
        row |= {"status": error.status_code, "attempts": error.attempts}
        return row | {"request_id": error.request_id, "problem": error}
    row |= {"status": answer.status, "attempts": answer.attempts, "problem": ""}
    return row | {"seconds": round(answer.seconds, 3), "request_id": answer.request_id}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
