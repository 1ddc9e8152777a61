"""Approves the pending purchases of a product; a run after a kill goes on where this one stopped.

    python approve_requests.py PRD-000-000-001 TL-000-000-000

The status is 1 if a request failed, or if nobody knows whether it was approved.
"""

from __future__ import annotations

import sys

from cnct import ConnectClient


def main(product_id: str, template_id: str) -> int:
    """Approve the requests, and return the exit status."""
    with ConnectClient(max_retries=3) as client:
        pending = client.requests.filter(
            status="pending", type="purchase", asset__product__id=product_id
        )
        summary = pending.act(
            "approve",
            {"template_id": template_id},
            concurrency=4,
            journal=f"approvals-{product_id}.jsonl",
            journal_restart=True,  # a journal of a finished job begins anew
            recheck=True,  # read each request again before it is approved
            progress=True,
        )
    print(summary)
    return 1 if summary.failed or summary.unknown else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
