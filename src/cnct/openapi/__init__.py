"""The API's OpenAPI document. Knows no client; nothing is loaded before it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnct.exceptions import SpecError, SpecWarning

if TYPE_CHECKING:
    from cnct.openapi.document import load_document
    from cnct.openapi.places import Match
    from cnct.openapi.specs import DEFAULT_LOCATION, OpenAPISpecs

__all__ = [
    "DEFAULT_LOCATION",
    "Match",
    "OpenAPISpecs",
    "SpecError",
    "SpecWarning",
    "load_document",
]

_MODULES = {
    "DEFAULT_LOCATION": "specs",
    "Match": "places",
    "OpenAPISpecs": "specs",
    "load_document": "document",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562): the parser and the index take time that few calls need."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
