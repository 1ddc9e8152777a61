"""Time building and printing an R: ``queries.py SUBJECT``, seconds as JSON, each and their mean."""

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


if __name__ == "__main__":
    if sys.argv[1] == "cnct":
        from cnct import R
    else:
        from connect.client import R
    seconds = {
        f"R: {name}": min(repeat(lambda build=build: str(build()), number=TIMES, repeat=REPEATS))
        / TIMES
        for name, build in shapes(R).items()
    }
    print(json.dumps({**seconds, "R": geometric_mean(seconds.values())}))
