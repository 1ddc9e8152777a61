"""A server as fast as Python allows, so that the clients are the limit.

Answers ``GET /ms{latency}/n{rows}/subscriptions`` (or ``products``) with prepared rows after that
many milliseconds. Knows ``limit``, ``offset`` and ``Content-Range``, but no RQL: it models speed,
not behaviour. Lists that change are those of ``lists``.

    python server.py        prints its port, and serves until it is terminated
"""

from __future__ import annotations

import asyncio
import json
import re
import selectors
from functools import lru_cache
from typing import NamedTuple, cast

import lists

REQUEST = re.compile(
    rb"GET /ms(\d+)/n(\d+)/(?:subscriptions|products)(/[^?\s]+)?(?:\?(\S*))? HTTP/1\.1\r\n"
)
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
VARIANTS = 100


def subscription(variant: int) -> dict[str, object]:
    """Return a subscription as Connect lists it, some 2 kB of JSON."""
    product = {
        "id": f"PRD-{variant:03}-276-377",
        "name": f"Cloud Backup {variant % 7} for small offices",
        "icon": f"/media/VA-{variant:03}-101/PRD-276-377-545/media/icon.png",
        "status": "published",
        "version": 3,
    }
    address = {
        "address_line1": f"{variant} Saint Remi Square, Dampierre-en-Burly",
        "address_line2": "1º izquierda",
        "city": "Nantes",
        "state": "Loire",
        "postal_code": f"440{variant % 100:02}",
        "country": "FR",
    }
    tiers = {
        name: {
            "id": f"TA-{tier}-0367-3313-{variant:04}",
            "name": f"Müller & Söhne {variant} GmbH",
            "external_id": str(100_000 + variant),
            "contact_info": {**address, "contact": {"email": f"admin{variant}@example.com"}},
        }
        for tier, name in enumerate(("customer", "tier1"))
    }
    return {
        "id": "AS-{id}",
        "status": ("active", "suspended", "terminating", "terminated")[variant % 4],
        "external_id": str(9_000_000 + variant),
        "external_uid": None,
        "product": product,
        "connection": {"id": "CT-8313-4751", "type": "production", "hub": {"id": "HB-0000-0000"}},
        "marketplace": {"id": "MP-12345", "name": "France and territories"},
        "contract": {"id": "CRD-00000-00000-00000", "name": "Distribution of everything"},
        "params": [
            {"id": f"param_{number}", "value": f"value {variant} of {number}", "type": "text"}
            for number in range(4)
        ],
        "items": [
            {"id": f"{product['id']}-{number:04}", "mpn": f"MPN-{number}", "quantity": "25.50"}
            for number in range(3)
        ],
        "tiers": tiers,
        "events": {
            "created": {"at": "2024-01-31T09:12:45+00:00", "by": {"id": "UR-630-250-903"}},
            "updated": {"at": "2024-06-01T21:07:01+00:00"},
        },
        "billing": {"period": {"delta": 1, "uom": "monthly"}, "anniversary": {"day": 31}},
    }


ROWS = [
    json.dumps(subscription(variant), ensure_ascii=False).encode().partition(b"{id}")[::2]
    for variant in range(VARIANTS)
]


def row(number: int) -> bytes:
    """Return the JSON of a row, with an id of its own."""
    before, after = ROWS[number % VARIANTS]
    return b"%b%04d-%04d-%04d%b" % (before, 0, number // 10_000, number % 10_000, after)


def answer(total: int, one: bytes | None, query: bytes | None) -> bytes:
    """Return the whole response, head and body."""
    if one:
        return framed(row(1), b"")
    params = dict(part.partition(b"=")[::2] for part in (query or b"").split(b"&"))
    return page(total, int(params.get(b"limit", 100)), int(params.get(b"offset", 0)))


@lru_cache(maxsize=500)
def page(total: int, limit: int, offset: int) -> bytes:
    """Return a page; cached, so that building rows is never part of a measurement."""
    end = min(offset + limit, total)
    last = max(end - 1, offset)  # of no rows too, as Connect has it
    content_range = f"Content-Range: items {offset}-{last}/{total}\r\n".encode()
    return framed(b"[" + b",".join(map(row, range(offset, end))) + b"]", content_range)


def framed(body: bytes, headers: bytes) -> bytes:
    """Return a body with the head of a response before it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n"
    return head % (len(body), headers) + body


class Connection(asyncio.Protocol):
    """A connection that stays open and takes one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start with an empty buffer."""
        self.transport = cast("asyncio.Transport", transport)
        self.read = b""

    def data_received(self, data: bytes) -> None:
        """Answer once the request is complete."""
        self.read += data
        head, end, body = self.read.partition(HEAD_END)
        length = LENGTH.search(head)
        if not end or len(body) < int(length[1] if length else 0):
            return
        read, self.read = self.read, b""
        response = respond(read)
        if response is None:
            self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif response.milliseconds:
            loop = asyncio.get_running_loop()
            loop.call_later(response.milliseconds / 1000, self.transport.write, response.content)
        else:
            self.transport.write(response.content)


class Response(NamedTuple):
    """A whole response, and the latency before it."""

    milliseconds: int
    content: bytes


def respond(read: bytes) -> Response | None:
    """Return the response to a request; ``None`` if there is nothing at its path."""
    if request := REQUEST.match(read):
        milliseconds, total, one, query = request.groups()
        return Response(int(milliseconds), answer(int(total), one, query))
    if request := lists.REQUEST.match(read):
        milliseconds, total, *texts = (part.decode() for part in request.groups(b""))
        body, range_ = lists.answer(int(total), *texts)
        header = f"Content-Range: {range_}\r\n" if range_ else ""
        return Response(int(milliseconds), framed(body, header.encode()))
    return None


async def main() -> None:
    """Serve on a free port of loopback."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def precise_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop with exact latencies; that of ``epoll`` rounds up to milliseconds."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=precise_loop) as runner:
        runner.run(main())
