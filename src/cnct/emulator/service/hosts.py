"""Refuses requests for other hosts. Knows nothing of the service.

A web page can make its own name resolve to the loopback interface (DNS rebinding), and then read
all responses of a server there.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cnct.emulator.service import api_errors


class LocalHosts:
    """ASGI middleware that answers 403 where ``Host`` is neither local nor allowed.

    Args:
        app: The application.
        allowed: Names of other hosts, without a port; case does not matter.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str] = ()) -> None:
        self._app = app
        self._allowed = frozenset(map(_name, allowed))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self._app
        for host in Headers(scope=scope).getlist("host"):
            name = _name(host)
            if name not in self._allowed and not _is_local(name):
                error = api_errors.foreign_host(host)
                app = JSONResponse(error.body, error.status)
        await app(scope, receive, send)


def _name(host: str) -> str:
    """Return a host in lower case, without port, brackets and final dot."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    name = host if host.count(":") > 1 else host.partition(":")[0]
    return name.lower().removesuffix(".")


def _is_local(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
