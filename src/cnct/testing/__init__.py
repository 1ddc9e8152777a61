"""Tools to test code that uses cnct: mocks, cassettes of recorded calls, and pytest fixtures.

Every pytest run loads the package (for ``cnct.testing.fixtures``), so names are imported on first
access.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.exceptions import (
        CassetteError,
        ImpossibleMockError,
        UnexpectedCallError,
        UnusedMockError,
    )
    from cnct.testing.cassettes.context import Cassette, CassetteOptions, cassette
    from cnct.testing.form_bodies import FormBody, FormFile
    from cnct.testing.mocker import AsyncConnectClientMocker, ConnectClientMocker

__all__ = [
    "AsyncConnectClientMocker",
    "Cassette",
    "CassetteError",
    "CassetteOptions",
    "ConnectClientMocker",
    "FormBody",
    "FormFile",
    "ImpossibleMockError",
    "UnexpectedCallError",
    "UnusedMockError",
    "cassette",
]

_CASSETTES = frozenset({"Cassette", "CassetteOptions", "cassette"})
_FORMS = frozenset({"FormBody", "FormFile"})


def __getattr__(name: str) -> Any:
    """Import a name on first access (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "cnct.exceptions" if name.endswith("Error") else "cnct.testing.mocker"
    if name in _CASSETTES:
        home = "cnct.testing.cassettes.context"
    if name in _FORMS:
        home = "cnct.testing.form_bodies"
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
