"""The nouns below `with_response`, whose verbs return an `Answer`. Both worlds.

They make the calls of the usual nouns; the client wraps the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, overload

from cnct.client.models.action import Action, AsyncAction
from cnct.client.models.collection import AsyncCollection, AsyncResource, Collection, Resource
from cnct.client.models.collection_base import checked_id
from cnct.client.models.names import completed
from cnct.client.models.namespace import NS, AsyncNS

if TYPE_CHECKING:
    from cnct.client.answer import Answer
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.client.transfers.upload_files import FileSource
    from cnct.client.transfers.upload_options import UploadOptions


class AnsweringUploads:
    """The uploads of nouns whose verbs return an `Answer`."""

    __slots__ = ()

    if TYPE_CHECKING:

        def upload(
            self, source: FileSource, field: str | None = None, **options: Unpack[UploadOptions]
        ) -> Answer[Any]: ...


class AnsweringAction(AnsweringUploads, Action):
    """An `Action` whose verbs return an `Answer`."""

    if TYPE_CHECKING:

        def get(self, **kwargs: Any) -> Answer[Any]: ...
        def post(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def put(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def delete(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...


class AnsweringResource(AnsweringUploads, Resource):
    """A `Resource` whose verbs return an `Answer`."""

    def _collection_at(self, path: str) -> AnsweringCollection:
        return AnsweringCollection(self._client, path)

    def _action_at(self, path: str) -> AnsweringAction:
        return AnsweringAction(self._client, path)

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AnsweringAction: ...
        def __getattr__(self, name: str) -> AnsweringCollection: ...
        @completed("collections")
        def collection(self, name: str) -> AnsweringCollection: ...
        @completed("actions")
        def action(self, name: str) -> AnsweringAction: ...
        def get(self, **kwargs: Any) -> Answer[Any]: ...
        def update(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def delete(self, **kwargs: Any) -> Answer[Any]: ...


class AnsweringCollection(AnsweringUploads, Collection):
    """A `Collection` whose verbs return an `Answer`; its sets return rows as usual."""

    def _action_at(self, path: str) -> AnsweringAction:
        return AnsweringAction(self._client, path)

    @overload
    def __getitem__(self, key: str | int) -> AnsweringResource: ...
    @overload
    def __getitem__(self, key: slice) -> ResourceSet: ...

    def __getitem__(self, key: str | int | slice) -> AnsweringResource | ResourceSet:
        """Return the resource with an id, or the set of a range of all; no call is made."""
        return self.all()[key] if isinstance(key, slice) else self.resource(checked_id(key))

    def resource(self, resource_id: str | int) -> AnsweringResource:
        """Return the resource with this id; see `Collection.resource`."""
        return AnsweringResource(self._client, self._resource_path(resource_id))

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AnsweringAction: ...
        @completed("actions")
        def action(self, name: str) -> AnsweringAction: ...
        def create(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def bulk_create(self, payload: list[Any], **kwargs: Any) -> Answer[Any]: ...
        def bulk_update(self, payload: list[Any], **kwargs: Any) -> Answer[Any]: ...
        def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Answer[Any]: ...


class AnsweringNS(NS):
    """A namespace whose nouns have verbs that return an `Answer`."""

    def _ns_at(self, path: str) -> AnsweringNS:
        return AnsweringNS(self._client, path)

    def _collection_at(self, path: str) -> AnsweringCollection:
        return AnsweringCollection(self._client, path)

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AnsweringNS: ...
        def __getattr__(self, name: str) -> AnsweringCollection: ...
        @completed("namespaces")
        def ns(self, name: str) -> AnsweringNS: ...
        @completed("collections")
        def collection(self, name: str) -> AnsweringCollection: ...


class AsyncAnsweringUploads:
    """Async twin of `AnsweringUploads`."""

    __slots__ = ()

    if TYPE_CHECKING:

        async def upload(
            self, source: FileSource, field: str | None = None, **options: Unpack[UploadOptions]
        ) -> Answer[Any]: ...


class AsyncAnsweringAction(AsyncAnsweringUploads, AsyncAction):
    """Async twin of `AnsweringAction`."""

    if TYPE_CHECKING:

        async def get(self, **kwargs: Any) -> Answer[Any]: ...
        async def post(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def put(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def delete(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...


class AsyncAnsweringResource(AsyncAnsweringUploads, AsyncResource):
    """Async twin of `AnsweringResource`."""

    def _collection_at(self, path: str) -> AsyncAnsweringCollection:
        return AsyncAnsweringCollection(self._client, path)

    def _action_at(self, path: str) -> AsyncAnsweringAction:
        return AsyncAnsweringAction(self._client, path)

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AsyncAnsweringAction: ...
        def __getattr__(self, name: str) -> AsyncAnsweringCollection: ...
        @completed("collections")
        def collection(self, name: str) -> AsyncAnsweringCollection: ...
        @completed("actions")
        def action(self, name: str) -> AsyncAnsweringAction: ...
        async def get(self, **kwargs: Any) -> Answer[Any]: ...
        async def update(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def delete(self, **kwargs: Any) -> Answer[Any]: ...


class AsyncAnsweringCollection(AsyncAnsweringUploads, AsyncCollection):
    """Async twin of `AnsweringCollection`."""

    def _action_at(self, path: str) -> AsyncAnsweringAction:
        return AsyncAnsweringAction(self._client, path)

    @overload
    def __getitem__(self, key: str | int) -> AsyncAnsweringResource: ...
    @overload
    def __getitem__(self, key: slice) -> AsyncResourceSet: ...

    def __getitem__(self, key: str | int | slice) -> AsyncAnsweringResource | AsyncResourceSet:
        """Return the resource with an id, or the set of a range of all; no call is made."""
        return self.all()[key] if isinstance(key, slice) else self.resource(checked_id(key))

    def resource(self, resource_id: str | int) -> AsyncAnsweringResource:
        """Return the resource with this id; see `Collection.resource`."""
        return AsyncAnsweringResource(self._client, self._resource_path(resource_id))

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AsyncAnsweringAction: ...
        @completed("actions")
        def action(self, name: str) -> AsyncAnsweringAction: ...
        async def create(self, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def bulk_create(self, payload: list[Any], **kwargs: Any) -> Answer[Any]: ...
        async def bulk_update(self, payload: list[Any], **kwargs: Any) -> Answer[Any]: ...
        async def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Answer[Any]: ...


class AsyncAnsweringNS(AsyncNS):
    """Async twin of `AnsweringNS`."""

    def _ns_at(self, path: str) -> AsyncAnsweringNS:
        return AsyncAnsweringNS(self._client, path)

    def _collection_at(self, path: str) -> AsyncAnsweringCollection:
        return AsyncAnsweringCollection(self._client, path)

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AsyncAnsweringNS: ...
        def __getattr__(self, name: str) -> AsyncAnsweringCollection: ...
        @completed("namespaces")
        def ns(self, name: str) -> AsyncAnsweringNS: ...
        @completed("collections")
        def collection(self, name: str) -> AsyncAnsweringCollection: ...
