"""The promised import path of the client's errors; their home is `cnct.exceptions`."""

from cnct.exceptions import (
    AmbiguousWriteError,
    ClientError,
    DriftWarning,
    InvalidCallError,
    InvalidCallWarning,
    NotFoundError,
    NotYetEvaluatedError,
    SpecError,
    SpecWarning,
    UnknownNameError,
)

__all__ = [
    "AmbiguousWriteError",
    "ClientError",
    "DriftWarning",
    "InvalidCallError",
    "InvalidCallWarning",
    "NotFoundError",
    "NotYetEvaluatedError",
    "SpecError",
    "SpecWarning",
    "UnknownNameError",
]
