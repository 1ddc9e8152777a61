"""The names of the package ``cnct``, imported on first access.

A module of its own, since connect-openapi-client also installs a ``cnct/__init__.py``: if that file
replaces ours, the names can still be imported from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client import (
        Answer,
        AsyncConnectClient,
        ConnectClient,
        Limiter,
        Operation,
        Outcome,
        Progress,
        RequestLogger,
        RetryPolicy,
        Summary,
    )
    from cnct.exceptions import (
        AmbiguousWriteError,
        BatchError,
        CassetteError,
        ChangedResourceError,
        ClientError,
        ExportError,
        ImpossibleMockError,
        InvalidCallError,
        JournalError,
        MirrorError,
        NotFoundError,
        NotOneError,
        NotScannableError,
        NotYetEvaluatedError,
        PlaceholderError,
        QueryError,
        RQLError,
        RQLSyntaxError,
        RQLTypeError,
        SettingsError,
        SpecError,
        UnexpectedCallError,
        UnknownNameError,
        UnknownParameterError,
        UnusedMockError,
        UsageRowsError,
        WaitError,
        WaitFailed,
        WaitTimeout,
    )
    from cnct.rows import Difference, FieldChange, diff, params
    from cnct.rql import R
    from cnct.user_warnings import (
        DriftWarning,
        ExportWarning,
        FullScanWarning,
        InstallationWarning,
        InvalidCallWarning,
        LostConditionWarning,
        NaiveDatetimeWarning,
        SettingsWarning,
        SpecWarning,
    )

    __version__: str
    """Version of the installed distribution, such as ``0.1.0``."""

__all__ = [
    "AmbiguousWriteError",
    "Answer",
    "AsyncConnectClient",
    "BatchError",
    "CassetteError",
    "ChangedResourceError",
    "ClientError",
    "ConnectClient",
    "Difference",
    "DriftWarning",
    "ExportError",
    "ExportWarning",
    "FieldChange",
    "FullScanWarning",
    "ImpossibleMockError",
    "InstallationWarning",
    "InvalidCallError",
    "InvalidCallWarning",
    "JournalError",
    "Limiter",
    "LostConditionWarning",
    "MirrorError",
    "NaiveDatetimeWarning",
    "NotFoundError",
    "NotOneError",
    "NotScannableError",
    "NotYetEvaluatedError",
    "Operation",
    "Outcome",
    "PlaceholderError",
    "Progress",
    "QueryError",
    "R",
    "RQLError",
    "RQLSyntaxError",
    "RQLTypeError",
    "RequestLogger",
    "RetryPolicy",
    "SettingsError",
    "SettingsWarning",
    "SpecError",
    "SpecWarning",
    "Summary",
    "UnexpectedCallError",
    "UnknownNameError",
    "UnknownParameterError",
    "UnusedMockError",
    "UsageRowsError",
    "WaitError",
    "WaitFailed",
    "WaitTimeout",
    "__version__",
    "diff",
    "params",
]

_ROOMS = ("client", "rql", "exceptions", "stubs")
_CLIENT = frozenset(
    {
        "Answer",
        "AsyncConnectClient",
        "ConnectClient",
        "Limiter",
        "Operation",
        "Outcome",
        "Progress",
        "RequestLogger",
        "RetryPolicy",
        "Summary",
    }
)
_ROWS = frozenset({"Difference", "FieldChange", "diff", "params"})


def __getattr__(name: str) -> Any:
    """Import a name on first access (PEP 562): every pytest run imports this for the plugin."""
    if name == "__version__":
        return import_module("cnct.version").VERSION
    if name in _ROOMS:
        return import_module(f"cnct.{name}")
    if name not in __all__:
        raise AttributeError(f"module 'cnct' has no attribute {name!r}")
    return getattr(import_module(f"cnct.{_home(name)}"), name)


def _home(name: str) -> str:
    if name == "R":
        return "rql"
    if name in _CLIENT:
        return "client"
    if name in _ROWS:
        return "rows"
    return "user_warnings" if name.endswith("Warning") else "exceptions"


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted({*__all__, *_ROOMS})
