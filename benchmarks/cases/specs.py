"""Time the use of an OpenAPI document: ``specs.py SUBJECT DOCUMENT CACHE``, seconds as JSON.

With an empty cache folder this is the first use ever; with the same folder again, the first use in
a new process. The imports are timed elsewhere.
"""

import json
import os
import re
import sys
from functools import partial
from pathlib import Path
from time import perf_counter
from timeit import timeit
from typing import Any

LOOKUPS = 200


def lookups(specs: Any, document: str) -> dict[str, float]:
    """Time ``exists()`` of paths at the start, in the middle and at the end of the document."""
    lines = Path(document).read_text("utf-8").splitlines()
    paths = [line[3:-1] for line in lines if line.startswith("  /") and line.endswith(":")]
    asked = [
        re.sub(r"{[^}]*}", "ID-1", path) for path in (paths[0], paths[len(paths) // 2], paths[-1])
    ]
    seconds = []
    for path in asked:
        ask = partial(specs.exists, "get", path)
        ask()
        seconds.append(timeit(ask, number=LOOKUPS) / LOOKUPS)
    return {
        "exists": sum(seconds) / len(seconds),
        "exists first": seconds[0],
        "exists last": seconds[-1],
    }


if __name__ == "__main__":
    subject, document, cache = sys.argv[1:]
    os.environ["CNCT_CACHE_DIR"] = cache
    first = "specs warm" if any(Path(cache).iterdir()) else "specs first"
    if subject == "cnct":
        import cnct.client  # noqa: F401 - timed elsewhere
        from cnct.openapi import OpenAPISpecs
    else:
        from connect.client.openapi import OpenAPISpecs

    began = perf_counter()
    specs = OpenAPISpecs(document)
    specs.exists("get", "products")
    print(json.dumps({first: perf_counter() - began, **lookups(specs, document)}))
