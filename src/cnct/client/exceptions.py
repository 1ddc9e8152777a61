"""The promised import path of the client's errors; their home is `cnct.exceptions`."""

from cnct.exceptions import (
    AmbiguousWriteError,
    ClientError,
    DriftWarning,
    InvalidCallError,
    InvalidCallWarning,
    NotFoundError,
    NotOneError,
    NotYetEvaluatedError,
    SpecError,
    SpecWarning,
    UnknownNameError,
    WaitError,
    WaitFailed,
    WaitTimeout,
)

__all__ = [
    "AmbiguousWriteError",
    "ClientError",
    "DriftWarning",
    "InvalidCallError",
    "InvalidCallWarning",
    "NotFoundError",
    "NotOneError",
    "NotYetEvaluatedError",
    "SpecError",
    "SpecWarning",
    "UnknownNameError",
    "WaitError",
    "WaitFailed",
    "WaitTimeout",
]
