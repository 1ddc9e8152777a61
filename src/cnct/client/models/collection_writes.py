"""Creates resources of a collection, and writes to many of them. Both worlds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from cnct.client.models.collection_base import checked_list
from cnct.client.models.noun import AsyncNoun, SyncNoun

if TYPE_CHECKING:
    from cnct.client.models.collection import AsyncResource, Resource
    from cnct.client.saving.upserted import Upserted
    from cnct.client.work.job import Task
    from cnct.client.work.operations import Operation
    from cnct.client.work.outcomes import Summary
    from cnct.client.work.settings import Options

By: TypeAlias = str | Sequence[str] | Mapping[str, Any]
"""Fields that identify a resource: a name, names, or fields with values."""


class CollectionWrites(SyncNoun):
    """The calls that change the resources of a `Collection`."""

    @abstractmethod
    def resource(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made."""

    def create(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST a new resource.

        Args:
            payload: JSON payload; ``None`` sends no body.
            **kwargs: See `ConnectClient.execute`.

        Returns:
            The new resource.
        """
        return self._client.create(self._path, payload, **kwargs)

    def get_or_create(self, by: By, defaults: Any = None, **kwargs: Any) -> Upserted[Any]:
        """Return the resource with a key, and create it if there is none.

        A create that fails because the resource exists by now, as when two programs create at once,
        is followed by another search, and so is an `AmbiguousWriteError`. A create is sent once.
        Two resources can still come about if the server accepts two with one key.

        Args:
            by: Name of the field that identifies the resource, or a list of names, with dots for
                nested fields; their values are those of ``defaults``. Or a dictionary of fields and
                values, which a create sends, too.
            defaults: Payload of the create. Fields that the document has as read-only, or not in
                the payload, are left out with an `InvalidCallWarning`, unless ``by`` names them.
            **kwargs: Of all calls, see `ConnectClient.execute`.

        Returns:
            ``row, created = ...``: the resource, and whether the call created it. After an
            `AmbiguousWriteError`, a resource that is found counts as created.

        Raises:
            NotOneError: If several resources have the key.
            AmbiguousWriteError: If the create may have been done, and no resource is found.
            ClientError: If the server returns a resource with another key.
            TypeError: If an argument is of the wrong type.
            ValueError: If a field of ``by`` is missing, ``None`` or empty, or if ``by`` is the id,
                and a new resource would get another one.

        Examples:
            ``client.accounts.get_or_create({"external_id": "A-17"}, {"name": "Acme"})``
        """
        from cnct.client.saving.steps import play  # noqa: PLC0415 - few programs need it
        from cnct.client.saving.upserting import Upsert  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        payload: Any = {} if defaults is None else defaults
        upsert = Upsert(client, self._path, by, payload, kwargs, "defaults")
        return play(upsert.get_or_create())

    def update_or_create(self, by: By, payload: Any, **kwargs: Any) -> Upserted[Any]:
        """Create the resource with a key, or update its fields that differ.

        Nothing is sent if none differs. As `get_or_create` and as `Resource.update` with
        ``changed_only``, whose errors it raises too.

        Args:
            by: Name of the field that identifies the resource, or a list of names, with dots for
                nested fields; their values are those of ``payload``. Or a dictionary of fields and
                values, which are sent, too.
            payload: Payload of the create or update.
            **kwargs: Of all calls, see `ConnectClient.execute`.

        Returns:
            ``row, created = ...``: the resource as it is now, and whether the call created it;
            ``changed`` of the pair is whether anything was sent.

        Examples:
            ``client.products["PRD-1"].items.update_or_create("mpn", {"mpn": "A", "name": "B"})``
        """
        from cnct.client.saving.steps import play  # noqa: PLC0415 - few programs need it
        from cnct.client.saving.upserting import Upsert  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        upsert = Upsert(client, self._path, by, payload, kwargs, "payload")
        return play(upsert.update_or_create())

    def bulk_create(self, payload: list[Any], **kwargs: Any) -> Any:
        """POST a list of resources in one call, where the endpoint takes lists."""
        return self._client.create(self._path, checked_list(payload), **kwargs)

    def bulk_update(self, payload: list[Any], **kwargs: Any) -> Any:
        """PUT a list of resources in one call, where the endpoint takes lists."""
        return self._client.update(self._path, checked_list(payload), **kwargs)

    def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Any:
        """DELETE a list of resources in one call, where the endpoint takes lists."""
        return self._client.delete(self._path, checked_list(payload), **kwargs)

    def bulk(self, operations: Iterable[Operation], **options: Unpack[Options]) -> Summary:
        """Make many creates, updates, deletes and actions, a call for each, and return the counts.

        With ``concurrency``, operations on the same resource may overlap.

        Args:
            operations: Such as ``Operation.update("PRD-1", {...})``.
            **options: As for `ResourceSet.process`. Outcomes have the position of the operation as
                their id; with a journal, ``name`` is needed, and ``key`` for creates. ``recheck``
                reads the resource before its call; a 404 is ``gone``.

        Raises:
            TypeError: If an item is not an operation.
            ValueError: As `ResourceSet.process`, which also lists the other errors.

        Examples:
            ``client.products.bulk([Operation.create({...}), Operation.delete("PRD-1")])``
        """
        from cnct.client.work import runs  # noqa: PLC0415 - not at import
        from cnct.client.work.entries import items_of  # noqa: PLC0415 - not at import
        from cnct.client.work.items import bulk_plan  # noqa: PLC0415 - not at import

        client, path = self._client._plain, self._path

        def call(operation: Operation) -> Any:
            return client.execute(operation.method, operation.path(path), **operation.body)

        def reread(task: Task) -> Any:
            if task.item.id is not None:
                self.resource(task.item.id).get()
            return task.item

        client._check_progress_file(options.get("journal"))
        plan = bulk_plan(client.endpoint, path, operations, call, items_of, reread, **options)
        return runs.process(plan)


class AsyncCollectionWrites(AsyncNoun):
    """Async twin of `CollectionWrites`."""

    @abstractmethod
    def resource(self, resource_id: str | int) -> AsyncResource:
        """Return the resource with this id; no call is made."""

    async def create(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST a new resource. Async twin of `Collection.create`."""
        return await self._client.create(self._path, payload, **kwargs)

    async def get_or_create(self, by: By, defaults: Any = None, **kwargs: Any) -> Upserted[Any]:
        """Return the resource with a key, and create it if there is none.

        Async twin of `Collection.get_or_create`.
        """
        from cnct.client.saving.steps import async_play  # noqa: PLC0415 - few programs need it
        from cnct.client.saving.upserting import Upsert  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        payload: Any = {} if defaults is None else defaults
        upsert = Upsert(client, self._path, by, payload, kwargs, "defaults")
        return await async_play(upsert.get_or_create())

    async def update_or_create(self, by: By, payload: Any, **kwargs: Any) -> Upserted[Any]:
        """Create the resource with a key, or update its fields that differ.

        Async twin of `Collection.update_or_create`.
        """
        from cnct.client.saving.steps import async_play  # noqa: PLC0415 - few programs need it
        from cnct.client.saving.upserting import Upsert  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        upsert = Upsert(client, self._path, by, payload, kwargs, "payload")
        return await async_play(upsert.update_or_create())

    async def bulk_create(self, payload: list[Any], **kwargs: Any) -> Any:
        """POST a list of resources in one call. Async twin of `Collection.bulk_create`."""
        return await self._client.create(self._path, checked_list(payload), **kwargs)

    async def bulk_update(self, payload: list[Any], **kwargs: Any) -> Any:
        """PUT a list of resources in one call. Async twin of `Collection.bulk_update`."""
        return await self._client.update(self._path, checked_list(payload), **kwargs)

    async def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Any:
        """DELETE a list of resources in one call. Async twin of `Collection.bulk_delete`."""
        return await self._client.delete(self._path, checked_list(payload), **kwargs)

    async def bulk(
        self, operations: Iterable[Operation] | AsyncIterable[Operation], **options: Unpack[Options]
    ) -> Summary:
        """Make many creates, updates, deletes and actions. Async twin of `Collection.bulk`."""
        from cnct.client.work import async_runs  # noqa: PLC0415 - not at import
        from cnct.client.work.entries import async_items_of  # noqa: PLC0415 - not at import
        from cnct.client.work.items import bulk_plan  # noqa: PLC0415 - not at import

        client, path = self._client._plain, self._path

        async def call(operation: Operation) -> Any:
            return await client.execute(operation.method, operation.path(path), **operation.body)

        async def reread(task: Task) -> Any:
            if task.item.id is not None:
                await self.resource(task.item.id).get()
            return task.item

        client._check_progress_file(options.get("journal"))
        plan = bulk_plan(client.endpoint, path, operations, call, async_items_of, reread, **options)
        return await async_runs.process(plan)
