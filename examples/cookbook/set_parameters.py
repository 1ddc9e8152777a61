"""Makes the parameters of a product those of a file: creates, updates where they differ, or rests.

    python set_parameters.py PRD-000-000-001 parameters.json

The file is a JSON list of payloads: ``[{"name": "seats", "title": "Seats", "type": "text"}]``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from cnct import ConnectClient


def main(product_id: str, path: str) -> None:
    """Write the parameters of the file, and print the number of each action."""
    counts: Counter[str] = Counter()
    with ConnectClient(max_retries=3) as client:
        parameters = client.products[product_id].parameters
        for payload in json.loads(Path(path).read_text(encoding="utf-8")):
            result = parameters.update_or_create("name", payload)
            action = "created" if result.created else "updated" if result.changed else "unchanged"
            counts[action] += 1
            for change in result.difference:
                print(f"{payload['name']}: {change}")
    print(", ".join(f"{count} {action}" for action, count in counts.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
