"""Time building an R or a set: ``queries.py SUBJECT``, seconds as JSON.

The time of an R, printed too, is the geometric mean of those of some shapes; each is given as well.
"""

import json
import sys
from collections.abc import Callable
from statistics import geometric_mean
from timeit import repeat
from typing import Any

TIMES, REPEATS = 500, 7
PRODUCTS = [f"PRD-{number:03}-{number:03}-{number:03}" for number in range(10)]


def shapes(R: Any) -> dict[str, Callable[[], Any]]:  # noqa: N803 - the name of the measured class
    """Return typical queries, as the libraries' users write them."""

    def any_of() -> Any:
        query = R()
        for product in PRODUCTS:
            query |= R().product.id.eq(product)
        return query

    return {
        "a keyword": lambda: R(status="active"),
        "two keywords": lambda: R(status__in=("draft", "published"), product__name__ilike="*saas*"),
        "a path": lambda: R().product.category.name.ilike('"*saas services*"'),
        "a path and a keyword": lambda: (
            R().product.category.name.ilike('"*saas services*"')
            & R(status__in=("draft", "published"))
        ),
        "and, or, not": lambda: (
            R().product.name.ilike("*saas*") & R(status__in=("active", "suspended"))
            | ~R().created.ge("2024-01-01")
        ),
        "a report": lambda: (
            R().asset.product.id.oneof(PRODUCTS)
            & R().created.ge("2024-01-01T00:00:00")
            & R().created.lt("2024-02-01T00:00:00")
            & R().asset.connection.type.eq("production")
            & R(status="approved")
        ),
        "one of ten, in a loop": any_of,
        "nulls": lambda: (
            (R().external_id.null(value=False) | R().status.ne("terminated"))
            & R(tiers__customer__id="TA-1")
        ),
    }


def least(build: Callable[[], Any]) -> float:
    """Return the shortest time of building something."""
    return min(repeat(build, number=TIMES, repeat=REPEATS)) / TIMES


if __name__ == "__main__":
    if sys.argv[1] == "cnct":
        from cnct import ConnectClient, R
    else:
        from connect.client import ConnectClient, R
    seconds = {
        f"R: {name}": least(lambda build=build: str(build())) for name, build in shapes(R).items()
    }
    client: Any = ConnectClient("ApiKey SU-0:0", endpoint="http://127.0.0.1/v1", use_specs=False)
    rows = least(
        lambda: client.requests.filter(status="pending").order_by("-created").limit(50),
    )
    print(json.dumps({**seconds, "R": geometric_mean(seconds.values()), "set": rows}))
