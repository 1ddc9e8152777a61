"""Nouns of cnct whose sets are those of the bridge."""

from __future__ import annotations

from typing import Any

from connect.client.models.resourceset import AsyncResourceSet, ResourceSet

from cnct.client import models as _native
from cnct.client.models import Action, AsyncAction
from cnct.rql import R

__all__ = [
    "NS",
    "Action",
    "AsyncAction",
    "AsyncCollection",
    "AsyncNS",
    "AsyncResource",
    "Collection",
    "Resource",
]


class NS(_native.NS):
    """A namespace."""

    def _ns_at(self, path: str) -> NS:
        return NS(self._client, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self._client, path)


class Resource(_native.Resource):
    """A resource of a collection."""

    def _collection_at(self, path: str) -> Collection:
        return Collection(self._client, path)


class Collection(_native.Collection):
    """A collection of resources."""

    def resource(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made."""
        return Resource(self._client, self._resource_path(resource_id))

    def all(self) -> ResourceSet:
        """Return the set of all resources."""
        return ResourceSet(self._client, self._path)

    def filter(self, *args: str | R, **kwargs: Any) -> ResourceSet:
        """Return the set of the resources that match."""
        return self.all().filter(*args, **kwargs)


class AsyncNS(_native.AsyncNS):
    """Async twin of `NS`."""

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self._client, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self._client, path)


class AsyncResource(_native.AsyncResource):
    """Async twin of `Resource`."""

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self._client, path)


class AsyncCollection(_native.AsyncCollection):
    """Async twin of `Collection`."""

    def resource(self, resource_id: str | int) -> AsyncResource:
        """Return the resource with this id; no call is made."""
        return AsyncResource(self._client, self._resource_path(resource_id))

    def all(self) -> AsyncResourceSet:
        """Return the set of all resources."""
        return AsyncResourceSet(self._client, self._path)

    def filter(self, *args: str | R, **kwargs: Any) -> AsyncResourceSet:
        """Return the set of the resources that match."""
        return self.all().filter(*args, **kwargs)
