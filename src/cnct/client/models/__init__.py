"""The objects that users hold: namespaces, collections, resources, actions and sets."""

from cnct.client.models.action import Action, AsyncAction
from cnct.client.models.collection import AsyncCollection, AsyncResource, Collection, Resource
from cnct.client.models.namespace import NS, AsyncNS
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
