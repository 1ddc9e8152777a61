"""Namespaces: groups of related collections. No I/O."""

from __future__ import annotations

from cnct.client.models.collection import AsyncCollection, Collection
from cnct.client.models.noun import AsyncNoun, HasCollections, HasNamespaces, SyncNoun


class NS(SyncNoun, HasNamespaces["NS"], HasCollections[Collection]):
    """A namespace is a group of related collections."""

    def _ns_at(self, path: str) -> NS:
        return NS(self._client, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self._client, path)


class AsyncNS(AsyncNoun, HasNamespaces["AsyncNS"], HasCollections[AsyncCollection]):
    """Async twin of `NS`."""

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self._client, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self._client, path)
