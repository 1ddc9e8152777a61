"""The clients `ConnectClient` and `AsyncConnectClient`, their settings and errors."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnct.client._core.retry import RetryPolicy
from cnct.client.fluent import ConnectClient
from cnct.exceptions import (
    AmbiguousWriteError,
    ClientError,
    InvalidCallError,
    NotFoundError,
    NotYetEvaluatedError,
)
from cnct.user_warnings import InvalidCallWarning

if TYPE_CHECKING:
    from cnct.client.answer import Answer
    from cnct.client.async_client import AsyncConnectClient
    from cnct.client.limiter import Limiter
    from cnct.client.logger import RequestLogger
    from cnct.client.work import Operation, Outcome, Progress, Summary
    from cnct.rql import R

__all__ = [
    "AmbiguousWriteError",
    "Answer",
    "AsyncConnectClient",
    "ClientError",
    "ConnectClient",
    "InvalidCallError",
    "InvalidCallWarning",
    "Limiter",
    "NotFoundError",
    "NotYetEvaluatedError",
    "Operation",
    "Outcome",
    "Progress",
    "R",
    "RequestLogger",
    "RetryPolicy",
    "Summary",
]

_HOMES = {
    "Answer": "client.answer",
    "AsyncConnectClient": "client.async_client",
    "Limiter": "client.limiter",
    "R": "rql",
    "RequestLogger": "client.logger",
    **dict.fromkeys(("Operation", "Outcome", "Progress", "Summary"), "client.work"),
}


def __getattr__(name: str) -> Any:
    """Import a name on first access: a program that makes a call needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"cnct.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
