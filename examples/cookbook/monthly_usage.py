"""Writes the usage files of a month to a CSV file, and prints their number by product and status.

python monthly_usage.py 2026-01
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from cnct import ConnectClient

COLUMNS = {
    "id": "file",
    "product.name": "product",
    "marketplace.name": "marketplace",
    "status": "status",
    "events.created.at": "created",
}


def main(month: str) -> None:
    """Write ``usage-MONTH.csv``, and print the counts."""
    begin = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    end = (begin + timedelta(days=31)).replace(day=1)
    with ConnectClient(max_retries=3) as client:
        files = client("usage").files.filter(created__at__ge=begin, created__at__lt=end)
        report = files.to_csv(f"usage-{month}.csv", columns=COLUMNS, bom=True)
        counts = Counter(
            (row["product.name"], row["status"])
            for row in files.values_list("product.name", "status")
        )
    print(f"{report.rows} files in usage-{month}.csv")
    for (product, status), number in sorted(counts.items()):
        print(f"{product:20} {status:10} {number:5}")


if __name__ == "__main__":
    main(*sys.argv[1:])
