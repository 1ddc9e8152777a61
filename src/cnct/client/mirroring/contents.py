"""The contents of a mirror: its collections, as attributes and by name, and its changes.

Reads the mirror's file alone, and makes no calls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from cnct.client._core.arguments import checked_int
from cnct.client.mirroring.mirror_client import AsyncMirrorClient, MirrorClient
from cnct.client.mirroring.subjects import path_of
from cnct.client.models import NS, AsyncCollection, AsyncNS, Collection
from cnct.client.models.names import Kind
from cnct.client.models.noun import (
    CollectionT,
    HasCollections,
    HasNamespaces,
    NamespaceT,
)
from cnct.data.mirror import MirrorAnswers, MirrorChanges, MirrorReading, RowChange
from cnct.exceptions import UnknownNameError
from cnct.text import listed, nearest

if TYPE_CHECKING:
    Named = str | Collection | AsyncCollection


class MirrorContents(HasNamespaces[NamespaceT], HasCollections[CollectionT]):
    """Base of the contents of both worlds."""

    _path = ""  # of an API's root
    _client: Any
    _reading: MirrorReading

    @cached_property
    def _answers(self) -> MirrorAnswers:
        return MirrorAnswers(self._reading)

    def __getattr__(self, name: str) -> CollectionT:
        """Return the collection called ``name``, with ``_`` for ``-``.

        Raises:
            UnknownNameError: If the mirror has no such collection.
        """
        if name[0] == "_":
            raise AttributeError(name)
        own = name.replace("_", "-")
        collections = self._reading.names("collections")
        if own in collections:
            return self._collection_at(own)
        if own in self._reading.names("namespaces"):
            raise UnknownNameError(f"{own!r} is a namespace: write mirror.ns({own!r})")
        near = nearest(name, [method for method in dir(type(self)) if method[0] != "_"])
        hint = f"did you mean mirror.{near[0]}?" if near else f"write mirror.sync({own!r}) first"
        has = f"has {listed(collections)}" if collections else "is empty"
        raise UnknownNameError(f"{own} is not in the mirror, which {has}: {hint}")

    def __call__(self, name: str) -> NamespaceT:
        """Return the namespace called ``name``."""
        return self.ns(name)

    def __getitem__(self, name: object) -> NoReturn:
        """Refuse brackets, and name the attribute."""
        raise TypeError(
            "A mirror takes no brackets and is no list: write mirror.requests, or"
            " mirror.collection('requests')"
        )

    def __names__(self, *kinds: Kind) -> list[str]:
        """Return the names at the top of the mirror."""
        return [name for kind in kinds for name in self._reading.names(kind)]

    @property
    def collections(self) -> list[str]:
        """Paths of the collections that were read to their end."""
        return self._reading.paths()

    @property
    def last_change(self) -> int:
        """Number of the last change, from which ``changes(since=...)`` continues; 0 if none."""
        return self._reading.last_number()

    def _changes(self, since: int, collections: tuple[Named, ...]) -> MirrorChanges:
        paths = [path_of(collection) for collection in collections]
        return MirrorChanges(self._reading, checked_int("since", since, 0), paths)


class SyncContents(MirrorContents[NS, Collection]):
    """The contents of a `Mirror`."""

    @cached_property
    def _reader(self) -> MirrorClient:
        return MirrorClient(self._client, self._answers)

    def _ns_at(self, path: str) -> NS:
        return NS(self._reader, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self._reader, path)

    def changes(self, *collections: str | Collection, since: int = 0) -> Iterator[RowChange]:
        """Yield the rows that were added, changed and removed, in the order of the changes.

        A row has one change, the last. A program that stores the number of each change it has
            handled, and continues there, misses none, also after a kill.

        Args:
            *collections: Collections of the mirror; by default all.
            since: Number of a change, or `last_change` at an earlier time. With 0, all rows are
                ``added``.

        Raises:
            MirrorError: If the mirror lacks a collection, or cannot be read.
            TypeError: If ``since`` is no int.

        Examples:
            ``for change in mirror.changes(since=handled): notify(change.kind, change.row)``
        """
        changes = self._changes(since, collections)
        return (change for batch in iter(changes.batch, []) for change in batch)


class AsyncContents(MirrorContents[AsyncNS, AsyncCollection]):
    """Async twin of `SyncContents`."""

    @cached_property
    def _reader(self) -> AsyncMirrorClient:
        return AsyncMirrorClient(self._client, self._answers)

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self._reader, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self._reader, path)

    def changes(
        self, *collections: str | AsyncCollection, since: int = 0
    ) -> AsyncIterator[RowChange]:
        """Yield the rows that were added, changed and removed. Async twin of `Mirror.changes`."""
        return self._yield_changes(self._changes(since, collections))

    @staticmethod
    async def _yield_changes(changes: MirrorChanges) -> AsyncIterator[RowChange]:
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        while batch := await in_thread(changes.batch):
            for change in batch:
                yield change
