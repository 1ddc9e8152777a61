"""Resources: one object of a collection, by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client.models.action import Action, AsyncAction
from cnct.client.models.flattening import flat
from cnct.client.models.noun import HasActions, HasCollections, Located
from cnct.exceptions import NotFoundError

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient
    from cnct.client.models.collection import AsyncCollection, Collection


class Resource(Located["ConnectClient"], HasActions[Action], HasCollections["Collection"]):
    """One object of a collection, nested collections and actions included."""

    def _collection_at(self, path: str) -> Collection:
        from cnct.client.models.collection import Collection  # noqa: PLC0415 - they nest

        return Collection(self._client, path)

    def _action_at(self, path: str) -> Action:
        return Action(self._client, path)

    def get(self, **kwargs: Any) -> Any:
        """GET the resource; see :meth:`ConnectClient.execute` for ``kwargs``."""
        return self._client.get(self._path, **kwargs)

    def exists(self) -> bool:
        """Tell whether the server has it."""
        try:
            self.get()
        except NotFoundError as error:
            if error.status_code is None:  # the specification's word, not the server's
                raise
            return False
        return True

    def update(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT changes to the resource.

        Args:
            payload: JSON payload; ``None`` sends no body.
            **kwargs: See :meth:`ConnectClient.execute`.

        Returns:
            The updated resource.
        """
        return self._client.update(self._path, payload, **kwargs)

    def delete(self, **kwargs: Any) -> Any:
        """DELETE the resource; see :meth:`ConnectClient.execute` for ``kwargs``."""
        return self._client.delete(self._path, **kwargs)

    def values(self, *fields: str) -> dict[str, Any]:
        """GET the resource and pick fields of it.

        Args:
            *fields: Names, with dots for nested ones.

        Returns:
            A flat dictionary; ``None`` where there is no such field.
        """
        return flat(self.get(), fields)


class AsyncResource(
    Located["AsyncConnectClient"], HasActions[AsyncAction], HasCollections["AsyncCollection"]
):
    """Async twin of :class:`Resource`."""

    def _collection_at(self, path: str) -> AsyncCollection:
        from cnct.client.models.collection import AsyncCollection  # noqa: PLC0415 - they nest

        return AsyncCollection(self._client, path)

    def _action_at(self, path: str) -> AsyncAction:
        return AsyncAction(self._client, path)

    async def get(self, **kwargs: Any) -> Any:
        """GET the resource. Async twin of :meth:`Resource.get`."""
        return await self._client.get(self._path, **kwargs)

    async def exists(self) -> bool:
        """Tell whether the server has it. Async twin of :meth:`Resource.exists`."""
        try:
            await self.get()
        except NotFoundError as error:
            if error.status_code is None:  # the specification's word, not the server's
                raise
            return False
        return True

    async def update(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT changes to the resource. Async twin of :meth:`Resource.update`."""
        return await self._client.update(self._path, payload, **kwargs)

    async def delete(self, **kwargs: Any) -> Any:
        """DELETE the resource. Async twin of :meth:`Resource.delete`."""
        return await self._client.delete(self._path, **kwargs)

    async def values(self, *fields: str) -> dict[str, Any]:
        """GET the resource and pick fields of it. Async twin of :meth:`Resource.values`."""
        return flat(await self.get(), fields)
