"""The objects that users hold: namespaces, collections, resources, actions and sets."""

from cnct.client.models.action import Action
from cnct.client.models.collection import Collection
from cnct.client.models.namespace import NS
from cnct.client.models.resource import Resource
from cnct.client.models.resourceset import ResourceSet

__all__ = ["NS", "Action", "Collection", "Resource", "ResourceSet"]
