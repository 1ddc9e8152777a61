"""Exports all active assets, however many, into a directory of CSV files.

    python export_assets.py assets

After a kill, the same command goes on: parts that are finished are not read again.
"""

from __future__ import annotations

import sys

from cnct import ConnectClient

COLUMNS = ["id", "status", "external_id", "product", "marketplace", "tiers.customer", "events"]


def main(directory: str, rows_of_a_file: str = "25000") -> None:
    """Write the files, and print the number of rows."""
    with ConnectClient(max_retries=5) as client:
        assets = client("subscriptions").assets.filter(status="active").limit(1000)
        report = assets.to_csv(
            directory,
            columns=COLUMNS,
            most=int(rows_of_a_file),
            concurrency=4,  # files that are written at the same time
            progress=True,
        )
    print(f"{report.rows} assets in {directory}")


if __name__ == "__main__":
    main(*sys.argv[1:])
