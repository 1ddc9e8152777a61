"""Makes the items of a product those of a CSV file. Without ``--apply``, it shows the plan alone.

    python sync_catalogue.py PRD-000-000-001 catalogue.csv
    python sync_catalogue.py PRD-000-000-001 catalogue.csv --apply

The columns are fields, such as ``mpn,name,unit.id``, and ``mpn`` is the key. Items that are on sale
and not in the file end their sale.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from cnct import ConnectClient


def main(product_id: str, path: str, apply: str = "") -> int:
    """Show the plan, apply it if that is wanted, and return the exit status."""
    with ConnectClient(max_retries=3) as client:
        items = client.products[product_id].items
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            plan = items.sync(csv.DictReader(file), by="mpn")
        ended = items.filter(status="published", id__in=[item.id for item in plan.extra])
        print(plan)
        for item in ended:
            print("end of sale", item["id"], item["mpn"])
        if apply != "--apply":
            return 0
        notes = {"end_of_sale_notes": "No longer in the catalogue."}
        summaries = [plan.apply(concurrency=4), ended.act("endsale", notes)]
        print(*summaries, sep="\n")
        return int(any(summary.failures for summary in summaries))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
