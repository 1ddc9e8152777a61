"""Namespaces: where collections are found. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnct.client.models.collection import AsyncCollection, Collection
from cnct.client.models.noun import HasCollections, HasNamespaces, Located

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient


class NS(Located["ConnectClient"], HasNamespaces["NS"], HasCollections[Collection]):
    """A namespace is a group of related collections."""

    def _ns_at(self, path: str) -> NS:
        return NS(self._client, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self._client, path)


class AsyncNS(
    Located["AsyncConnectClient"], HasNamespaces["AsyncNS"], HasCollections[AsyncCollection]
):
    """Async twin of :class:`NS`."""

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self._client, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self._client, path)
