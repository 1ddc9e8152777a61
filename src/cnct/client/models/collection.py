"""Collections: where resources are found, listed and made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client._core.urls import segment
from cnct.client.models.action import Action, AsyncAction
from cnct.client.models.known_fields import fields_of
from cnct.client.models.noun import STEPS_WITHOUT_IO, ClientT, HasActions, Located
from cnct.client.models.resource import AsyncResource, Resource
from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
from cnct.rql import R

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient


class BaseCollection(Located[ClientT]):
    """What the collections of both worlds share."""

    _steps_without_io = STEPS_WITHOUT_IO | {"[]"}

    def __iter__(self) -> None:
        """Refuse: without this, Python would try ``collection[0]`` and never end."""
        raise TypeError("A collection is no sequence: iterate over .all() or .filter(...)")

    @property
    def fields(self) -> R:
        """``R()``, with the names of the fields to filter by where the specification is at hand."""
        return fields_of(self._specs, self._path)

    def _resource_path(self, resource_id: str | int) -> str:
        return f"{self._path}/{segment(resource_id)}"


class Collection(BaseCollection["ConnectClient"], HasActions[Action]):
    """A collection is a group of operations on a resource."""

    def _action_at(self, path: str) -> Action:
        return Action(self._client, path)

    def __getitem__(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made."""
        return self.resource(resource_id)

    def resource(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return Resource(self._client, self._resource_path(resource_id))

    def all(self) -> ResourceSet:
        """Return the set of all resources."""
        return ResourceSet(self._client, self._path)

    def filter(self, *args: str | R, **kwargs: Any) -> ResourceSet:
        """Return the set of the resources that match; see :meth:`ResourceSet.filter`."""
        return self.all().filter(*args, **kwargs)

    def create(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST a new resource.

        Args:
            payload: JSON payload; ``None`` sends no body.
            **kwargs: See :meth:`ConnectClient.execute`.

        Returns:
            The new resource.
        """
        return self._client.create(self._path, payload, **kwargs)

    def bulk_create(self, payload: list[Any], **kwargs: Any) -> Any:
        """POST a list of resources in one call, where the endpoint takes lists."""
        return self._client.create(self._path, _checked_list(payload), **kwargs)

    def bulk_update(self, payload: list[Any], **kwargs: Any) -> Any:
        """PUT a list of resources in one call, where the endpoint takes lists."""
        return self._client.update(self._path, _checked_list(payload), **kwargs)

    def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Any:
        """DELETE a list of resources in one call, where the endpoint takes lists."""
        return self._client.delete(self._path, _checked_list(payload), **kwargs)


class AsyncCollection(BaseCollection["AsyncConnectClient"], HasActions[AsyncAction]):
    """Async twin of :class:`Collection`."""

    def _action_at(self, path: str) -> AsyncAction:
        return AsyncAction(self._client, path)

    def __getitem__(self, resource_id: str | int) -> AsyncResource:
        """Return the resource with this id; no call is made."""
        return self.resource(resource_id)

    def resource(self, resource_id: str | int) -> AsyncResource:
        """Return the resource with this id; no call is made.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return AsyncResource(self._client, self._resource_path(resource_id))

    def all(self) -> AsyncResourceSet:
        """Return the set of all resources."""
        return AsyncResourceSet(self._client, self._path)

    def filter(self, *args: str | R, **kwargs: Any) -> AsyncResourceSet:
        """Return the set of the resources that match; see :meth:`ResourceSet.filter`."""
        return self.all().filter(*args, **kwargs)

    async def create(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST a new resource. Async twin of :meth:`Collection.create`."""
        return await self._client.create(self._path, payload, **kwargs)

    async def bulk_create(self, payload: list[Any], **kwargs: Any) -> Any:
        """POST a list of resources in one call. Async twin of :meth:`Collection.bulk_create`."""
        return await self._client.create(self._path, _checked_list(payload), **kwargs)

    async def bulk_update(self, payload: list[Any], **kwargs: Any) -> Any:
        """PUT a list of resources in one call. Async twin of :meth:`Collection.bulk_update`."""
        return await self._client.update(self._path, _checked_list(payload), **kwargs)

    async def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Any:
        """DELETE a list of resources in one call. Async twin of :meth:`Collection.bulk_delete`."""
        return await self._client.delete(self._path, _checked_list(payload), **kwargs)


def _checked_list(payload: Any) -> list[Any]:
    if type(payload) not in (list, tuple):
        raise TypeError(f"payload must be a list of resources, not {type(payload).__name__}")
    return [*payload]
