"""Tools to test code that uses cnct: mocks with the clients' interface, and pytest fixtures.

Every pytest run loads the package (for ``cnct.testing.fixtures``), so names are imported on first
access.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.exceptions import ImpossibleMockError, UnexpectedCallError, UnusedMockError
    from cnct.testing.mocker import AsyncConnectClientMocker, ConnectClientMocker

__all__ = [
    "AsyncConnectClientMocker",
    "ConnectClientMocker",
    "ImpossibleMockError",
    "UnexpectedCallError",
    "UnusedMockError",
]


def __getattr__(name: str) -> Any:
    """Import a name on first access (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "cnct.exceptions" if name.endswith("Error") else "cnct.testing.mocker"
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
