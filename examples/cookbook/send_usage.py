"""Sends the usage in a CSV file, and writes the rows that Connect refuses to another one.

    python send_usage.py PRD-000-000-001 CRD-00000-00000-00000 january.csv

A run after a failure, or with a corrected file, goes on with the same usage file, which is found by
the name of the CSV file.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from cnct import ConnectClient, UsageRowsError
from cnct.usage import send_usage


def main(product: str, contract: str, path: str) -> int:
    """Send the rows, and return the exit status."""
    table = Path(path)
    with (
        ConnectClient(max_retries=3) as client,
        table.open(newline="", encoding="utf-8-sig") as file,
    ):
        rows = csv.DictReader(file)
        target = {"product": product, "contract": contract, "name": table.stem}
        try:
            report = send_usage(client, rows, submit=True, **target)
        except UsageRowsError as error:
            print(error)
            return 1
    print(report)
    if report.refused:
        print(report.refused)
        report.refused.to_csv(f"{table.stem}-refused.csv")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
