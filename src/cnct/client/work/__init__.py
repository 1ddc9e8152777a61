"""Work over many resources: jobs, their outcomes and journals."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.work.operations import Operation
    from cnct.client.work.outcomes import Outcome, Summary
    from cnct.client.work.progress import Progress

__all__ = ["Operation", "Outcome", "Progress", "Summary"]

_MODULES = {
    "Operation": "operations",
    "Outcome": "outcomes",
    "Progress": "progress",
    "Summary": "outcomes",
}


def __getattr__(name: str) -> Any:
    """Import a name on first access (PEP 562): most programs only make calls."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
