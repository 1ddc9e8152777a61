"""Makes the items of a product those of a catalogue. Without ``--apply``, it prints the plan alone.

    python sync_catalogue.py PRD-000-000-001 catalogue.json
    python sync_catalogue.py PRD-000-000-001 catalogue.json --apply

The catalogue is a JSON object of names by MPN: ``{"GB-100": "100 GB", "GB-500": "500 GB"}``. Items
that are on sale and not in the catalogue end their sale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cnct import ConnectClient


def plan(client: ConnectClient, product_id: str, catalogue: dict[str, str]) -> None:
    """Write the differences with a client, which may be a dry run."""
    items = client.products[product_id].items
    present = {item["mpn"]: item for item in items.all()}
    for mpn, name in catalogue.items():
        if mpn not in present:
            items.create({"mpn": mpn, "name": name})
        elif present[mpn]["name"] != name:
            items[present[mpn]["id"]].update({"name": name})
    for mpn in present.keys() - catalogue.keys():
        if present[mpn]["status"] == "published":
            notes = {"end_of_sale_notes": "No longer in the catalogue."}
            items[present[mpn]["id"]]("endsale").post(notes)


def main(product_id: str, path: str, apply: str = "") -> None:
    """Print the plan, and apply it if that is wanted."""
    catalogue = json.loads(Path(path).read_text(encoding="utf-8"))
    with ConnectClient(max_retries=3) as client:
        dry = client.dry_run()
        plan(dry, product_id, catalogue)
        print(*dry.calls, sep="\n")
        if apply == "--apply":
            print(dry.apply())  # the calls of the plan, in order; stops at the first failure


if __name__ == "__main__":
    main(*sys.argv[1:])
