"""Writes the administrators of a product's active assets to a CSV file, for an announcement.

    python list_admins.py PRD-000-000-001 admins.csv

Its test is in `recorded`: it replays the calls of a real account, without the addresses.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from cnct import ConnectClient, params


def admins_of(product: str) -> dict[str, list[str]]:
    """Return the ids of the active assets by the address of their administrator."""
    admins: dict[str, list[str]] = defaultdict(list)
    with ConnectClient(max_retries=3) as client:
        assets = client("subscriptions").assets.filter(status="active", product__id=product)
        for asset in assets.order_by("events.created.at"):
            admin = params(asset).get("admin_email")
            if admin:
                admins[admin].append(asset["id"])
    return admins


def main(product: str, path: str = "admins.csv") -> int:
    """Write the file, and return the exit status."""
    admins = admins_of(product)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((admin, *assets) for admin, assets in admins.items())
    print(f"{len(admins)} administrators in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
