"""Lists of the server that change, or that queries select from. Each run has its own, by a name.

``/ms{latency}/n{rows}/{run}/`` has the collections ``requests``, which are approved away,
``ranged``, which have a time of creation, ``assets``, and ``records``, two for each asset;
``calls`` is the number of requests of the run so far.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

REQUEST = re.compile(
    rb"(?:GET|POST) /ms(\d+)/n(\d+)/(\w+)/(requests|ranged|assets|records|calls)"
    rb"(?:/([^/?\s]+)/approve)?(?:\?(\S*))? HTTP/1\.1\r\n"
)
START, STEP = datetime(2024, 1, 1, tzinfo=UTC), timedelta(minutes=1)

pending: dict[str, list[str]] = {}
calls: Counter[str] = Counter()


class Answer(NamedTuple):
    """A JSON body and the value of ``Content-Range``, empty for none."""

    body: bytes
    content_range: str = ""


def answer(total: int, run: str, collection: str, approved: str, query: str) -> Answer:
    """Return the response to a request; an approved request leaves the pending ones."""
    if collection == "calls":
        return Answer(json.dumps(calls[run]).encode())
    calls[run] += 1
    if collection == "requests" and run not in pending:
        pending[run] = [f"PR-{number:04}" for number in range(total)]
    if approved:
        pending[run].remove(approved)
        return Answer(b'{"status": "approved"}')
    query = unquote(query)
    limit, offset = (int(re.findall(rf"{name}=(\d+)", query)[0]) for name in ("limit", "offset"))
    if collection == "requests":
        rows = pending[run][offset : offset + limit]
        page = [{"id": key, "status": "pending"} for key in rows]
        return _page(json.dumps(page).encode(), offset, len(rows), len(pending[run]))
    if collection == "ranged":
        low, high = _bound("ge", query, 0), min(_bound("lt", query, total), total)
        first, end = low + offset, min(low + offset + limit, high)
        return _page(_ranged(first, end), offset, max(end - first, 0), max(high - low, 0))
    if collection == "assets":
        page = [{"id": f"AS-{n:04}"} for n in range(offset, min(offset + limit, total))]
        return _page(json.dumps(page).encode(), offset, len(page), total)
    assets = re.findall(r"AS-\d+", query)
    records = [{"id": f"{key}-{n}", "asset": {"id": key}} for key in assets for n in range(2)]
    rows = records[offset : offset + limit]
    return _page(json.dumps(rows).encode(), offset, len(rows), len(records))


def _page(body: bytes, offset: int, rows: int, total: int) -> Answer:
    return Answer(body, f"items {offset}-{offset + max(rows - 1, 0)}/{total}")


def _bound(operator: str, query: str, default: int) -> int:
    """Return the index of the first row that is not before the moment in a condition."""
    moments = re.findall(rf"{operator}\(created,([^)]+)\)", query)
    return max(-((START - datetime.fromisoformat(moments[0])) // STEP), 0) if moments else default


@lru_cache(maxsize=2000)
def _ranged(first: int, end: int) -> bytes:
    rows = [
        {"id": f"PR-{n:06}", "created": (START + n * STEP).isoformat(), "note": "x" * 200}
        for n in range(first, end)
    ]
    return json.dumps(rows).encode()
