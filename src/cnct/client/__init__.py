"""The clients `ConnectClient` and `AsyncConnectClient`, their settings and errors."""

from cnct.client._core.retry import RetryPolicy
from cnct.client.fluent import AsyncConnectClient, ConnectClient
from cnct.client.logger import RequestLogger
from cnct.client.work import Operation, Outcome, Progress, Summary
from cnct.exceptions import (
    AmbiguousWriteError,
    ClientError,
    InvalidCallError,
    InvalidCallWarning,
    NotFoundError,
    NotYetEvaluatedError,
)
from cnct.rql import R

__all__ = [
    "AmbiguousWriteError",
    "AsyncConnectClient",
    "ClientError",
    "ConnectClient",
    "InvalidCallError",
    "InvalidCallWarning",
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
