"""Opens a product in your editor, and saves your changes unless somebody else was faster.

EDITOR=vim python edit_product.py PRD-000-000-001
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cnct


def edited(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row as it is when the editor is closed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{row['id']}.json")
        file.write_text(json.dumps(row, indent=2, ensure_ascii=False), encoding="utf-8")
        command = [*shlex.split(os.environ["EDITOR"]), str(file)]
        subprocess.run(command, check=True)  # noqa: S603 - your own editor
        return json.loads(file.read_text(encoding="utf-8"))


def main(product_id: str) -> int:
    """Edit the product, and return the exit status: 1 if somebody else was faster."""
    with cnct.ConnectClient(max_retries=3) as client:
        product = client.products[product_id]
        before = product.get()
        after = edited(before)
        print(cnct.diff(before, after))
        try:
            product.update(after, changed_only=True, unless_changed_since=before)
        except cnct.ChangedResourceError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
