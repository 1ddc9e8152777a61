"""What people read: help, and what notebooks show. Makes no calls but for the specification."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.console.completion import activate
    from cnct.console.help import html, print_help
    from cnct.console.notebook import rows_html
    from cnct.console.results import Matches, find

__all__ = ["Matches", "activate", "find", "html", "print_help", "rows_html"]

_MODULES = {
    "Matches": "results",
    "activate": "completion",
    "find": "results",
    "html": "help",
    "print_help": "help",
    "rows_html": "notebook",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for (PEP 562): rich takes time that programs do not have."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
