"""The API's OpenAPI document: load, index, cache, look up, check, search. Knows no client."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnct.exceptions import SpecError
from cnct.user_warnings import SpecWarning

if TYPE_CHECKING:
    from cnct.openapi.document import load_document
    from cnct.openapi.places import Match
    from cnct.openapi.sources import DEFAULT_LOCATION
    from cnct.openapi.specs import OpenAPISpecs

__all__ = [
    "DEFAULT_LOCATION",
    "Match",
    "OpenAPISpecs",
    "SpecError",
    "SpecWarning",
    "load_document",
]

_MODULES = {
    "DEFAULT_LOCATION": "sources",
    "Match": "places",
    "OpenAPISpecs": "specs",
    "load_document": "document",
}


def __getattr__(name: str) -> Any:
    """Import a name on first access (PEP 562): msgspec and the parser take time to import."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
