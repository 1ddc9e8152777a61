"""The clients `ConnectClient` and `AsyncConnectClient`, their settings and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client._core.retry import RetryPolicy
from cnct.client.fluent import AsyncConnectClient, ConnectClient
from cnct.client.limiter import Limiter
from cnct.client.logger import RequestLogger
from cnct.exceptions import (
    AmbiguousWriteError,
    ClientError,
    InvalidCallError,
    NotFoundError,
    NotYetEvaluatedError,
)
from cnct.rql import R
from cnct.user_warnings import InvalidCallWarning

if TYPE_CHECKING:
    from cnct.client.work import Operation, Outcome, Progress, Summary

__all__ = [
    "AmbiguousWriteError",
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

_OF_WORK = frozenset({"Operation", "Outcome", "Progress", "Summary"})


def __getattr__(name: str) -> Any:
    """Import a name of the work over resources on first access: most programs only make calls."""
    if name not in _OF_WORK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cnct.client import work  # noqa: PLC0415 - on first access

    return getattr(work, name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
