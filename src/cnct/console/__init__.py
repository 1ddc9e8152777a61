"""Help, search results and completion for people at a prompt or in a notebook.

Works from descriptions of the client's objects without their classes. Makes no calls.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.console.completion import activate
    from cnct.console.help import html, print_help
    from cnct.console.matches import Matches, find
    from cnct.console.notebook import rows_html

__all__ = ["Matches", "activate", "find", "html", "print_help", "rows_html"]

_MODULES = {
    "Matches": "matches",
    "activate": "completion",
    "find": "matches",
    "html": "help",
    "print_help": "help",
    "rows_html": "notebook",
}


def __getattr__(name: str) -> Any:
    """Import a name at first use (PEP 562): rich would slow down every program."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
