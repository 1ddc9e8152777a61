"""Sends a workbook of usage: creates the usage file, uploads the workbook, and submits it.

    python send_usage.py PRD-000-000-001 CRD-00000-00000-00000 january.xlsx

A run after a failure goes on with the same usage file, which is found by the name of the workbook.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cnct import ConnectClient, WaitFailed


def main(product_id: str, contract_id: str, path: str) -> int:
    """Send the workbook, and return the exit status."""
    workbook = Path(path)
    with ConnectClient(max_retries=3) as client:
        files = client("usage").files
        of_workbook = {"external_id": workbook.stem, "product__id": product_id}
        usage = files.filter(**of_workbook, status__out=["deleted", "rejected"]).first()
        if usage is None:
            usage = files.create(
                {
                    "name": workbook.stem,
                    "external_id": workbook.stem,
                    "product": {"id": product_id},
                    "contract": {"id": contract_id},
                }
            )
        resource = files[usage["id"]]
        if usage["status"] == "draft":
            with workbook.open("rb") as content:
                resource("upload").post(files={"usage_file": (workbook.name, content)})
        if usage["status"] not in ("pending", "accepted", "closed"):
            try:
                resource.wait_until(status="ready", fail="invalid", timeout=1800)
            except WaitFailed as error:
                print(f"{usage['id']} is invalid: {error.row.get('error_detail')}")
                return 1
            usage = resource("submit").post()
    print(f"{usage['id']} is {usage['status']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
