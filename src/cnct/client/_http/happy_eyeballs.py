"""Connects to the first address of a host that accepts, for the asynchronous driver (RFC 8305).

In place of ``happy_eyeballs_delay`` of asyncio, which leaves a socket open if the task is cancelled
in the moment in which the socket has connected.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Any, TypeVar

from cnct.client._http.in_threads import in_thread

T = TypeVar("T")

_DELAY = 0.25  # seconds before the next address is tried too

_Address = tuple[Any, ...]  # as of `socket.getaddrinfo`


async def connected(factory: Callable[[], T], host: str, port: int, **tls: Any) -> T:
    """Connect to a host, and return the protocol of the connection.

    Args:
        factory: Makes the protocol.
        host: Name or address.
        port: Port.
        **tls: Arguments of `asyncio.loop.create_connection` for TLS.

    Raises:
        OSError: If the name cannot be resolved, or no address accepts.
    """
    loop: Any = asyncio.get_running_loop()
    sock = await first_connected(await addresses_of(host, port))
    _, protocol = await loop.create_connection(factory, sock=sock, **tls)
    connection: T = protocol
    return connection


async def addresses_of(host: str, port: int) -> list[_Address]:
    """Return the addresses of a host, families in turn."""
    kind = socket.SOCK_STREAM
    try:  # a number needs no thread
        return [*socket.getaddrinfo(host, port, type=kind, flags=socket.AI_NUMERICHOST)]
    except socket.gaierror:
        pass
    try:
        addresses = await asyncio.get_running_loop().getaddrinfo(host, port, type=kind)
    except RuntimeError:  # after the end of the main thread
        addresses = await in_thread(socket.getaddrinfo, host, port, 0, kind)
    families: dict[int, list[_Address]] = defaultdict(list)
    for address in addresses:
        families[address[0]].append(address)
    return [address for address in chain(*zip_longest(*families.values())) if address]


async def first_connected(addresses: Sequence[_Address]) -> socket.socket:
    """Return a socket that is connected to the first address that accepts; close all others.

    The next address is tried too after a delay, or at once if an attempt fails.

    Args:
        addresses: Results of `socket.getaddrinfo`.

    Raises:
        OSError: If no address accepts.
    """
    if len(addresses) == 1:
        return await _attempt(addresses[0])
    left = [*addresses]
    attempts: set[asyncio.Task[socket.socket]] = set()
    errors: list[BaseException] = []
    try:
        while left or attempts:
            if left:
                attempts.add(asyncio.create_task(_attempt(left.pop(0))))
            await asyncio.wait(
                attempts,
                timeout=_DELAY if left else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for attempt in [attempt for attempt in attempts if attempt.done()]:
                attempts.discard(attempt)
                error = attempt.exception()
                if error is None:
                    return attempt.result()
                errors.append(error)
    finally:
        for attempt in attempts:
            attempt.add_done_callback(_close)
            attempt.cancel()
    raise OSError(", ".join(dict.fromkeys(map(str, errors)))) from errors[0]


async def _attempt(address: _Address) -> socket.socket:
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        await asyncio.get_running_loop().sock_connect(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock


def _close(attempt: asyncio.Task[socket.socket]) -> None:
    """Close the socket of an attempt that nobody awaits."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
