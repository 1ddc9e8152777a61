"""Tests of code that uses cnct: mocks with the clients' own interface, and pytest fixtures.

Loaded with every pytest run (``cnct.testing.fixtures``), so names are imported when asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.testing.errors import ImpossibleMockError, UnexpectedCallError, UnusedMockError
    from cnct.testing.fluent import AsyncConnectClientMocker, ConnectClientMocker

_MODULES = {
    "AsyncConnectClientMocker": "fluent",
    "ConnectClientMocker": "fluent",
    "ImpossibleMockError": "errors",
    "UnexpectedCallError": "errors",
    "UnusedMockError": "errors",
}

__all__ = [
    "AsyncConnectClientMocker",
    "ConnectClientMocker",
    "ImpossibleMockError",
    "UnexpectedCallError",
    "UnusedMockError",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
