"""Collections and the resources in them; one module, since they nest in each other."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, overload

from cnct.client._core.urls import MAX_URL_BYTES
from cnct.client.models.action import Action, AsyncAction
from cnct.client.models.collection_base import CollectionBase, checked_id, is_missing
from cnct.client.models.collection_writes import AsyncCollectionWrites, CollectionWrites
from cnct.client.models.file_writes import (
    AsyncCollectionFileWrites,
    AsyncFileWrites,
    CollectionFileWrites,
    FileWrites,
)
from cnct.client.models.mistakes import answer_mistakes
from cnct.client.models.noun import HasActions, HasCollections
from cnct.client.models.resource_downloads import AsyncDownloading, Downloading
from cnct.client.models.resource_writes import AsyncResourceWrites, ResourceWrites
from cnct.client.models.watched import AsyncWatched, Watched
from cnct.exceptions import ClientError
from cnct.late import late_module

if TYPE_CHECKING:
    from cnct.client.models import query, resourceset
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.client.models.sync_plans import AsyncSyncPlan, SyncPlan
    from cnct.client.work.relations import Relation
    from cnct.client.work.waiting import Condition
    from cnct.rows.keyed import By
    from cnct.rql import R
else:  # one GET needs no sets
    query = late_module("cnct.client.models.query")
    resourceset = late_module("cnct.client.models.resourceset")


class Resource(
    ResourceWrites, FileWrites, Downloading, HasActions[Action], HasCollections["Collection"]
):
    """A resource of a collection, with nested collections and actions."""

    _upload_methods = ("PUT", "PATCH", "POST")

    def _collection_at(self, path: str) -> Collection:
        return Collection(self._client, path)

    def _action_at(self, path: str) -> Action:
        return Action(self._client, path)

    def get(self, **kwargs: Any) -> Any:
        """GET the resource; see `ConnectClient.execute` for ``kwargs``."""
        return self._client.get(self._path, **kwargs)

    def exists(self) -> bool:
        """Return whether the server has the resource."""
        try:
            self.get()
        except ClientError as error:
            return is_missing(error)
        return True

    def wait_until(
        self,
        condition: Condition | None = None,
        *,
        fail: Any = (),
        timeout: float | None = 600.0,
        interval: float = 5.0,
        **fields: Any,
    ) -> dict[str, Any]:
        """Read the resource again and again until a condition is met.

        Args:
            condition: A function of the row, such as ``lambda row: row["params"]``; called after
                each read. With ``fields`` too, all must be met.
            fail: Value or values of the one field in ``fields``, or a function of the row, that
                end the wait with an error.
            timeout: Seconds after which the wait ends with an error; the resource is read once
                more at the end. Calls under way are not cut short. ``None`` for no limit.
            interval: Seconds of the first pause, above 0. Each further pause is half as long again,
                up to 60 seconds or ``interval``, and varied at random by up to a fifth.
            **fields: Conditions as ``field__nested=value``; a list or tuple is met by each of its
                values, a field within a list by any element.

        Returns:
            The resource as last read, which meets the condition.

        Raises:
            WaitTimeout: If the time is up; ``error.row`` is the resource as last read.
            WaitFailed: If the resource has failed; has ``row`` too.
            ClientError: If a read fails, after the retries of the client; 404 too.
            TypeError: If an argument is of the wrong type, or there is no condition.
            ValueError: If an argument has an invalid value.

        In tests, the clock of the emulator (``ConnectClient(..., clock=connect.clock)``) moves
        instead of waiting; under mocks, pauses take no time.

        Examples:
            ``client.requests["PR-1"].wait_until(status="approved", fail=("failed", "revoked"))``
        """
        from cnct.client.work.waiting import Wait  # noqa: PLC0415 - few programs need it

        wait = Wait(condition, fields, fail, timeout, interval)
        return self._client._wait(self._path, wait)

    def values(self, *fields: str, dates: bool = False) -> dict[str, Any]:
        """GET the resource and pick fields of it.

        Args:
            *fields: Names, with dots for nested ones.
            dates: Whether moments are returned as datetimes; see `ResourceSet.dates`.

        Returns:
            A flat dictionary; ``None`` for a field that the resource does not have.
        """
        from cnct.client.models.picking import Picking  # noqa: PLC0415 - few programs need it

        return Picking(self, fields, "values", dates=dates).of_resource(
            self._client._plain.get(self._path)
        )


class Collection(
    CollectionBase["ResourceSet"],
    CollectionWrites,
    CollectionFileWrites,
    Watched,
    HasActions[Action],
):
    """A collection is a group of operations on a resource."""

    def _action_at(self, path: str) -> Action:
        return Action(self._client, path)

    @overload
    def __getitem__(self, key: str | int) -> Resource: ...
    @overload
    def __getitem__(self, key: slice) -> ResourceSet: ...

    def __getitem__(self, key: str | int | slice) -> Resource | ResourceSet:
        """Return the resource with an id, or the set of a range of all; no call is made."""
        return self.all()[key] if isinstance(key, slice) else self.resource(checked_id(key))

    def resource(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return Resource(self._client, self._resource_path(resource_id))

    def all(self) -> ResourceSet:
        """Return the set of all resources."""
        return resourceset.ResourceSet(self._client, self._path)

    def filter(self, *args: str | R, **kwargs: Any) -> ResourceSet:
        """Return the set of the resources that match; see `ResourceSet.filter`."""
        return resourceset.ResourceSet(self._client, self._path, query.combined(args, kwargs, self))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield all resources, as `all` does."""
        return iter(self.all())

    def count(self) -> int:
        """Count all resources; see `ResourceSet.count`."""
        return self.all().count()

    def first(self) -> dict[str, Any] | None:
        """Return the first of all resources, or ``None``; see `ResourceSet.first`."""
        return self.all().first()

    def dates(self) -> ResourceSet:
        """Return the set of all resources with datetimes; see `ResourceSet.dates`."""
        return self.all().dates()

    def on(
        self, field: str, key: str = "id", *, one: bool = False, max_url_bytes: int = MAX_URL_BYTES
    ) -> Relation[ResourceSet]:
        """Return the relation of all resources to the rows of a set; see `ResourceSet.on`."""
        return self.all().on(field, key, one=one, max_url_bytes=max_url_bytes)

    def sync(
        self,
        rows: Iterable[Mapping[str, Any]],
        by: By,
        *,
        delete: bool | Literal["all"] = False,
    ) -> SyncPlan:
        """Compare rows with all resources, and return a plan; see `ResourceSet.sync`."""
        return self.all().sync(rows, by, delete=delete)


class AsyncResource(
    AsyncResourceWrites,
    AsyncFileWrites,
    AsyncDownloading,
    HasActions[AsyncAction],
    HasCollections["AsyncCollection"],
):
    """Async twin of `Resource`."""

    _upload_methods = Resource._upload_methods

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self._client, path)

    def _action_at(self, path: str) -> AsyncAction:
        return AsyncAction(self._client, path)

    async def get(self, **kwargs: Any) -> Any:
        """GET the resource. Async twin of `Resource.get`."""
        return await self._client.get(self._path, **kwargs)

    async def exists(self) -> bool:
        """Return whether the server has the resource. Async twin of `Resource.exists`."""
        try:
            await self.get()
        except ClientError as error:
            return is_missing(error)
        return True

    async def wait_until(
        self,
        condition: Condition | None = None,
        *,
        fail: Any = (),
        timeout: float | None = 600.0,  # noqa: ASYNC109 - a deadline with an error of its own
        interval: float = 5.0,
        **fields: Any,
    ) -> dict[str, Any]:
        """Read the resource again and again until a condition is met.

        Async twin of `Resource.wait_until`; the functions are plain ones here too.
        """
        from cnct.client.work.waiting import Wait  # noqa: PLC0415 - few programs need it

        wait = Wait(condition, fields, fail, timeout, interval)
        return await self._client._wait(self._path, wait)

    async def values(self, *fields: str, dates: bool = False) -> dict[str, Any]:
        """GET the resource and pick fields of it. Async twin of `Resource.values`."""
        from cnct.client.models.picking import Picking  # noqa: PLC0415 - few programs need it

        picking = Picking(self, fields, "values", dates=dates)
        return picking.of_resource(await self._client._plain.get(self._path))


class AsyncCollection(
    CollectionBase["AsyncResourceSet"],
    AsyncCollectionWrites,
    AsyncCollectionFileWrites,
    AsyncWatched,
    HasActions[AsyncAction],
):
    """Async twin of `Collection`."""

    def _action_at(self, path: str) -> AsyncAction:
        return AsyncAction(self._client, path)

    @overload
    def __getitem__(self, key: str | int) -> AsyncResource: ...
    @overload
    def __getitem__(self, key: slice) -> AsyncResourceSet: ...

    def __getitem__(self, key: str | int | slice) -> AsyncResource | AsyncResourceSet:
        """Return the resource with an id, or the set of a range of all; no call is made."""
        return self.all()[key] if isinstance(key, slice) else self.resource(checked_id(key))

    def resource(self, resource_id: str | int) -> AsyncResource:
        """Return the resource with this id; no call is made.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return AsyncResource(self._client, self._resource_path(resource_id))

    def all(self) -> AsyncResourceSet:
        """Return the set of all resources."""
        return resourceset.AsyncResourceSet(self._client, self._path)

    def filter(self, *args: str | R, **kwargs: Any) -> AsyncResourceSet:
        """Return the set of the resources that match; see `ResourceSet.filter`."""
        return resourceset.AsyncResourceSet(
            self._client, self._path, query.combined(args, kwargs, self)
        )

    def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Yield all resources, as `all` does."""
        return aiter(self.all())

    def __iter__(self) -> NoReturn:
        """Refuse, and name ``async for``."""
        raise TypeError(f"Iterate over {self!r} with: async for resource in ...")

    async def count(self) -> int:
        """Count all resources; see `ResourceSet.count`."""
        return await self.all().count()

    async def first(self) -> dict[str, Any] | None:
        """Return the first of all resources, or ``None``; see `ResourceSet.first`."""
        return await self.all().first()

    def dates(self) -> AsyncResourceSet:
        """Return the set of all resources with datetimes; see `ResourceSet.dates`."""
        return self.all().dates()

    def on(
        self, field: str, key: str = "id", *, one: bool = False, max_url_bytes: int = MAX_URL_BYTES
    ) -> Relation[AsyncResourceSet]:
        """Return the relation of all resources to the rows of a set; see `ResourceSet.on`."""
        return self.all().on(field, key, one=one, max_url_bytes=max_url_bytes)

    async def sync(
        self,
        rows: Iterable[Mapping[str, Any]] | AsyncIterable[Mapping[str, Any]],
        by: By,
        *,
        delete: bool | Literal["all"] = False,
    ) -> AsyncSyncPlan:
        """Compare rows with all resources, and return a plan; see `ResourceSet.sync`."""
        return await self.all().sync(rows, by, delete=delete)


answer_mistakes("resource", Resource, AsyncResource)
answer_mistakes("collection", Collection, AsyncCollection)
