"""Mocks of cnct whose sets take filters as the bridge's do, and mock pages by offset."""

from __future__ import annotations

from connect.client.filtering import Filtering

from cnct.client.models.query import Query, first_query
from cnct.testing import nouns as _native
from cnct.testing import set_mock
from cnct.testing.nouns import ActionMock

__all__ = ["ActionMock", "CollectionMock", "NSMock", "ResourceMock", "ResourceSetMock"]


class ResourceSetMock(Filtering, set_mock.ResourceSetMock):
    """A set of resources."""

    def _with_query(self, query: Query) -> ResourceSetMock:
        return ResourceSetMock(self._mocks, self._path, query)


class CollectionMock(_native.CollectionMock):
    """A collection of resources."""

    def resource(self, resource_id: str | int) -> ResourceMock:
        """Return the resource with an id."""
        native = super().resource(resource_id)
        return ResourceMock(native._mocks, native._path)

    def all(self) -> ResourceSetMock:
        """Return the set of all resources."""
        return ResourceSetMock(self._mocks, self._path, first_query(overlap=False))


class ResourceMock(_native.ResourceMock):
    """A resource of a collection."""

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocks, path)


class NSMock(_native.NSMock):
    """A namespace."""

    def _ns_at(self, path: str) -> NSMock:
        return NSMock(self._mocks, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocks, path)
