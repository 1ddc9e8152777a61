"""Fulfils the pending purchases of a product: reads parameters, sets one, and approves.

    python fulfil_requests.py PRD-000-000-001 TL-APPROVE TL-INQUIRE

A request without the parameter ``admin_email`` goes back to its sender. All steps can be done twice
with the same result, so that a run after a kill is safe.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from cnct import ConnectClient, params


def provision(email: str, request_id: str) -> str:
    """Create the tenant in your own system, or find it; return its id."""
    return f"tenant-of-{email.partition('@')[0]}-{request_id}"


def fulfil(
    client: ConnectClient, approval: str, inquiry: str, request: dict[str, Any]
) -> dict[str, Any]:
    """Fulfil a request, or ask for its missing parameter; return the request."""
    resource = client.requests[request["id"]]
    values = params(request)
    if not values["admin_email"]:
        values.refuse("admin_email", "Whose tenant shall this be?")
        resource.update(values.payload())
        return resource("inquire").post({"template_id": inquiry})
    values["tenant_id"] = provision(values["admin_email"], request["id"])
    resource.update(values.payload())
    return resource("approve").post({"template_id": approval})


def main(product_id: str, approval: str, inquiry: str) -> int:
    """Fulfil what is pending, print the summary, and return the exit status."""
    with ConnectClient(max_retries=3) as client:
        pending = client.requests.filter(
            status="pending", type="purchase", asset__product__id=product_id
        )
        summary = pending.process(
            partial(fulfil, client, approval, inquiry),
            name="fulfil",
            concurrency=4,
            recheck=True,  # somebody else may have handled it meanwhile
        )
    print(summary)
    return 1 if summary.failed or summary.unknown else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
