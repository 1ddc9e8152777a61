"""One row, and all rows of a list, read as a user of each library would write it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any, NamedTuple

KEY = "ApiKey SU-000-000-000:secret"
ID = "AS-0000-0000-0001"
SIZE = 100


class Subject(NamedTuple):
    """The measured calls of a library. Asynchronous ones return awaitables and async iterables.

    Attributes:
        one: Get a row.
        kept: Read all rows of a list and keep them, the usual way.
        streamed: Read them without keeping them.
    """

    one: Callable[[], Any]
    kept: Callable[[], Any]
    streamed: Callable[[], Any]


def sync(subject: str, endpoint: str, concurrency: int = 1) -> Subject:
    """Make the client of a subject: ``cnct``, ``incumbent`` or ``bare``."""
    if subject == "bare":
        return _bare(endpoint)
    if subject == "cnct":
        from cnct import ConnectClient
    else:
        from connect.client import ConnectClient
    return _fluent(subject, ConnectClient, endpoint, concurrency)


def asynchronous(subject: str, endpoint: str, concurrency: int = 1) -> Subject:
    """Make the asynchronous client of a subject."""
    if subject == "bare":
        return _bare_async(endpoint)
    if subject == "cnct":
        from cnct import AsyncConnectClient
    else:
        from connect.client import AsyncConnectClient
    return _fluent(subject, AsyncConnectClient, endpoint, concurrency)


def _fluent(subject: str, client_class: Any, endpoint: str, concurrency: int) -> Subject:
    if subject == "cnct":
        client = client_class(KEY, endpoint=endpoint, use_specs=False, concurrency=concurrency)
    else:
        client = client_class(KEY, endpoint=endpoint, use_specs=False)

    def one() -> Any:
        return client.subscriptions[ID].get()

    def kept() -> Any:
        client.resourceset_append = True
        return client.subscriptions.all().limit(SIZE)

    def streamed() -> Any:
        client.resourceset_append = False
        rows = client.subscriptions.all().limit(SIZE)
        return rows.iterator() if subject == "cnct" else rows

    return Subject(one, kept, streamed)


def _bare(endpoint: str) -> Subject:
    import requests

    session = requests.Session()
    session.headers["Authorization"] = KEY

    def one() -> Any:
        response = session.get(f"{endpoint}/subscriptions/{ID}")
        response.raise_for_status()
        return response.json()

    def streamed() -> Iterable[Any]:
        offset, total = 0, 1
        while offset < total:
            params = {"limit": SIZE, "offset": offset}
            response = session.get(f"{endpoint}/subscriptions", params=params)
            response.raise_for_status()
            total = int(response.headers["Content-Range"].rpartition("/")[2])
            page = response.json()
            yield from page
            offset += len(page)

    return Subject(one, lambda: list(streamed()), streamed)


def _bare_async(endpoint: str) -> Subject:
    import httpx2

    client = httpx2.AsyncClient(headers={"Authorization": KEY})

    async def one() -> Any:
        response = await client.get(f"{endpoint}/subscriptions/{ID}")
        response.raise_for_status()
        return response.json()

    async def streamed() -> AsyncIterable[Any]:
        offset, total = 0, 1
        while offset < total:
            params = {"limit": SIZE, "offset": offset}
            response = await client.get(f"{endpoint}/subscriptions", params=params)
            response.raise_for_status()
            total = int(response.headers["Content-Range"].rpartition("/")[2])
            page = response.json()
            for row in page:
                yield row
            offset += len(page)

    async def kept() -> AsyncIterable[Any]:
        rows = [row async for row in streamed()]
        for row in rows:
            yield row

    return Subject(one, kept, streamed)
