"""Approves a thousand requests while others come in; then explores, reads, changes, meets errors.

Every call below goes over real HTTP to an emulator in this process. Against the real Connect only
the first two lines of ``main`` differ: ``client = ConnectClient("ApiKey SU-...")``.
"""

from __future__ import annotations

from itertools import islice

from cnct import ClientError, ConnectClient, R
from cnct.emulator import Emulator, Fault

KEY = "ApiKey SU-000-000-000:secret"


def main(requests: int = 1000) -> None:
    """Run all chapters against one emulator, with so many requests to approve."""
    with (
        Emulator() as connect,
        ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client,
    ):
        connect.insert("requests", *(pending_request(number) for number in range(requests)))
        approve_all(client, connect)
        explore(client)
        read(client)
        product_id = create_and_update(client)
        act(client)
        meet_errors(client, product_id)


def pending_request(number: int) -> dict[str, object]:
    """Return a request to insert."""
    return {"id": f"PR-9000-{number:04}", "type": "adjustment", "status": "pending"}


def approve_all(client: ConnectClient, connect: Emulator) -> None:
    """Approve every pending request, while others insert more, and show what fails."""
    chapter("Approve all")
    pending = client.requests.filter(type="adjustment", status="pending").limit(50)
    connect.faults.add(
        Fault.moves(front=2, end=1, path="requests", times=20),  # before each page but the first
        Fault.status(400, path="requests/PR-9000-0003/approve", times=1),
    )
    print(f"{pending.count():,} requests are pending, and others come in meanwhile.")

    def approve(request: dict[str, str]) -> None:
        client.requests[request["id"]]("approve").post(payload={"template_id": "TL-1"})

    summary = pending.process(approve, concurrency=8, progress=True)
    print(summary)
    print(f"once more: {pending.process(approve)}")
    connect.faults.clear()
    print(f"left: {pending.limit(1).count()}")


def explore(client: ConnectClient) -> None:
    """Show the help of a namespace, a search and two counts."""
    chapter("Explore")
    client("tier").help()
    print(client.find("next billing date", limit=3))
    print(
        f"\n{client}: {client.products.all().count()} products,"
        f" {client('subscriptions').assets.all().count()} subscriptions"
    )


def read(client: ConnectClient) -> None:
    """Filter, order and page through requests."""
    chapter("Filter and read")
    pending = client.requests.filter(R().status.eq("pending")).order_by("-created").limit(10)
    print(f"{pending!r}: {pending.count()} in all, the newest five:")
    for request in islice(pending, 5):
        customer = request["asset"]["tiers"]["customer"]["name"]
        print(f"  {request['id']}  {request['type']:9} {customer}")
    choice = R().type.eq("purchase") & ~R().asset.product.name.ilike("*mail*")
    print(f"purchases of anything but mail, as RQL: {choice}")
    for row in pending.filter(choice)[:3].values_list("id", "asset.product.name"):
        print(f"  {row}")


def create_and_update(client: ConnectClient) -> str:
    """Create a product with an item, and rename it; return its id."""
    chapter("Create and update")
    product = client.products.create(payload={"name": "Sky Drive"})
    print(f"created {product['id']}, {product['status']}")
    item = client.products[product["id"]].items.create(payload={"name": "100 GB", "mpn": "SKY-100"})
    print(f"with the item {item['id']}")
    product = client.products[product["id"]].update(payload={"name": "Sky Drive Pro"})
    print(f"now called {product['name']}")
    return str(product["id"])


def act(client: ConnectClient) -> None:
    """Approve a pending request and show its subscription."""
    chapter("Act on a request")
    request = client.requests.filter(status="pending").first()
    approved = client.requests[request["id"]]("approve").post(payload={"template_id": "TL-1"})
    asset = client("subscriptions").assets[request["asset"]["id"]].get()
    print(
        f"{approved['id']} is {approved['status']}, subscription {asset['id']} is {asset['status']}"
    )


def meet_errors(client: ConnectClient, product_id: str) -> None:
    """Approve a request twice, and delete a product."""
    chapter("Meet errors")
    done = client.requests.filter(status="approved").first()
    try:
        client.requests[done["id"]]("approve").post(payload={"template_id": "TL-1"})
    except ClientError as error:
        print(error)
    client.products[product_id].delete()
    print(f"{product_id} exists after its deletion: {client.products[product_id].exists()}")


def chapter(title: str) -> None:
    """Print the title of a chapter."""
    print(f"\n== {title} ==")


if __name__ == "__main__":
    main()
