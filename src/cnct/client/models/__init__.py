"""The objects that users hold: namespaces, collections, resources, actions and sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client.models.action import Action, AsyncAction
from cnct.client.models.collection import AsyncCollection, AsyncResource, Collection, Resource
from cnct.client.models.namespace import NS, AsyncNS

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet

__all__ = [
    "NS",
    "Action",
    "AsyncAction",
    "AsyncCollection",
    "AsyncNS",
    "AsyncResource",
    "AsyncResourceSet",
    "Collection",
    "Resource",
    "ResourceSet",
]

_SETS = frozenset({"AsyncResourceSet", "ResourceSet"})


def __getattr__(name: str) -> Any:
    """Import the sets on first access: one GET needs none."""
    if name not in _SETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cnct.client.models import resourceset  # noqa: PLC0415 - on first access

    return getattr(resourceset, name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
