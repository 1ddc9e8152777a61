"""The connections of an asynchronous client and its copies, in every event loop that uses them.

Imports httpx2 and asyncio at the first call, since these are slow to import.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from cnct.client._http.forks import renew_after_fork
from cnct.client._http.network import Network, load_cert

if TYPE_CHECKING:
    import ssl

    import httpx2

    from cnct.client._http.async_connections import Connections, Loop


class _LoopConnections:
    """The connections of every loop, closed with the loop at the latest."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.lock = threading.Lock()
        self.tls: TLSContexts | None = None
        self.by_loop: dict[Loop, Connections] = {}
        renew_after_fork(self)

    def _renew(self) -> None:
        """Open new connections in the child of a fork."""
        self.lock = threading.Lock()
        _inherited.append(self.by_loop)
        self.by_loop = {}

    def __del__(self, is_exit: Callable[[], bool] = sys.is_finalizing) -> None:
        """Close the connections that are still open."""
        if not is_exit():
            for connections in list(self.by_loop.values()):
                connections.leave()


class TLSContexts:
    """The contexts of TLS connections, made at the first call.

    Attributes:
        own: For the endpoint: with the client certificate.
        foreign: For other hosts and proxies: without the certificate, which identifies the client.
    """

    def __init__(self, network: Network) -> None:
        self.foreign = _ssl_context(network.ca, is_default=network.verify is True)
        self.own = self.foreign
        if network.cert is not None:
            self.own = _ssl_context(network.ca, is_default=network.verify is True)
            load_cert(self.own, network.cert)


class AsyncPools:
    """The connections and cookies of a client.

    Args:
        network: Certificates and proxy.
    """

    def __init__(self, network: Network) -> None:
        self._shared = _LoopConnections(network)
        self._clients: WeakKeyDictionary[Connections, httpx2.AsyncClient] = WeakKeyDictionary()

    def with_own_cookies(self) -> AsyncPools:
        """Return the same connections with other cookies, for another API key or endpoint."""
        pools = AsyncPools.__new__(AsyncPools)
        pools._shared = self._shared
        pools._clients = WeakKeyDictionary()
        return pools

    async def current(self) -> Connections:
        """Return the connections of the running loop.

        Raises:
            CertificateFileError: If a certificate cannot be loaded.
        """
        from asyncio import get_running_loop  # noqa: PLC0415 - at the first call

        from cnct.client._http.async_connections import Connections  # noqa: PLC0415 - same

        loop = get_running_loop()
        by_loop = self._shared.by_loop
        connections = by_loop.get(loop)
        if connections is not None:
            return connections
        contexts = await self._contexts()
        connections = by_loop.get(loop)
        if connections is None:
            self._forget_closed_loops()
            connections = Connections(loop, contexts, self._shared.network, by_loop)
            by_loop[loop] = connections
            await connections.begin()
        return connections

    async def _contexts(self) -> TLSContexts:
        from cnct.client._http.async_connections import CertificateFileError  # noqa: PLC0415 - same
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - at the first call

        try:
            # Loading the certificates takes long enough to delay other tasks of the loop.
            return await in_thread(self._loaded)
        except (OSError, ValueError) as error:  # ssl.SSLError included
            raise CertificateFileError(f"A certificate cannot be loaded: {error}") from error

    def _loaded(self) -> TLSContexts:
        with self._shared.lock:
            if self._shared.tls is None:
                self._shared.tls = TLSContexts(self._shared.network)
            return self._shared.tls

    def client(self, connections: Connections) -> httpx2.AsyncClient:
        """Return the httpx2 client for some connections, with the cookies of these pools."""
        client = self._clients.get(connections)
        if client is None:
            client = self._clients[connections] = connections.new_client()
        return client

    def _forget_closed_loops(self) -> None:
        for loop in list(self._shared.by_loop):
            if loop.is_closed():
                self._shared.by_loop.pop(loop).leave()

    async def close(self) -> None:
        """Close the connections of the running loop; a later call opens new ones."""
        from asyncio import get_running_loop  # noqa: PLC0415 - only to close

        connections = self._shared.by_loop.pop(get_running_loop(), None)
        if connections is not None:
            await connections.close()


_inherited: list[Any] = []
"""Connections in the child of a fork: closing them would disturb the parent's loop."""


def _ssl_context(ca: bool | str, *, is_default: bool) -> ssl.SSLContext:
    """Return a context that checks servers by CA certificates.

    Args:
        ca: Path of the certificates, ``True`` for the usual ones, or ``False`` for no check.
        is_default: Whether ``True`` means the library's certificates, whatever the environment.
    """
    import ssl  # noqa: PLC0415 - at the first call

    import httpx2  # noqa: PLC0415 - same

    if isinstance(ca, bool):
        context = httpx2.create_ssl_context(verify=ca, trust_env=not is_default)
    else:
        path = Path(ca)
        arguments: dict[str, Any] = {"capath": path} if path.is_dir() else {"cafile": path}
        context = ssl.create_default_context(**arguments)
    context.set_alpn_protocols(["http/1.1"])
    return context
