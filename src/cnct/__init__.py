"""cnct: the fluent, REPL-friendly client for the CloudBlue Connect API.

>>> from cnct import ConnectClient, R
>>> client = ConnectClient("ApiKey SU-000-000-000:secret")
>>> client.requests.filter(R().status.eq("pending")).order_by("-created")
<ResourceSet requests?eq(status,pending)&ordering(-created) 0/? fetched>
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client import (
        AmbiguousWriteError,
        AsyncConnectClient,
        ClientError,
        ConnectClient,
        InvalidCallError,
        InvalidCallWarning,
        NotFoundError,
        NotYetEvaluatedError,
        RequestLogger,
        RetryPolicy,
    )
    from cnct.rql import R, RQLError

__all__ = [
    "AmbiguousWriteError",
    "AsyncConnectClient",
    "ClientError",
    "ConnectClient",
    "InvalidCallError",
    "InvalidCallWarning",
    "NotFoundError",
    "NotYetEvaluatedError",
    "R",
    "RQLError",
    "RequestLogger",
    "RetryPolicy",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for (PEP 562): every pytest run imports this, for the plugin's sake."""
    if name in ("client", "rql"):
        return import_module(f"{__name__}.{name}")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "rql" if name in ("R", "RQLError") else "client"
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    """List what can be imported, for completion at a prompt."""
    return sorted({*globals(), *__all__})
