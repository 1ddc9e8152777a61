"""Collections: where resources are found, listed and made."""

from __future__ import annotations

from typing import Any

from cnct.client._core.urls import segment
from cnct.client.models.action import Action
from cnct.client.models.base import Located
from cnct.client.models.resource import Resource
from cnct.client.models.resourceset import ResourceSet
from cnct.rql import R


class Collection(Located):
    """A collection is a group of operations on a resource."""

    def __getitem__(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made."""
        return self.resource(resource_id)

    def __iter__(self) -> None:
        """Refuse: without this, Python would try ``collection[0]`` and never end."""
        raise TypeError("A collection is no sequence: iterate over .all() or .filter(...)")

    def __call__(self, name: str) -> Action:
        """Return the action called ``name``."""
        return self.action(name)

    def resource(self, resource_id: str | int) -> Resource:
        """Return the resource with this id; no call is made.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return Resource(self._client, f"{self._path}/{segment(resource_id)}")

    def action(self, name: str) -> Action:
        """Return the action of the collection called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return Action(self._client, self._below(name, "action"))

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
        """POST a list of new resources in one call, where the endpoint takes lists."""
        return self._client.create(self._path, _checked_list(payload), **kwargs)

    def bulk_update(self, payload: list[Any], **kwargs: Any) -> Any:
        """PUT a list of resources in one call, where the endpoint takes lists."""
        return self._client.update(self._path, _checked_list(payload), **kwargs)

    def bulk_delete(self, payload: list[Any], **kwargs: Any) -> Any:
        """DELETE a list of resources in one call, where the endpoint takes lists."""
        return self._client.delete(self._path, _checked_list(payload), **kwargs)


def _checked_list(payload: Any) -> list[Any]:
    if type(payload) not in (list, tuple):
        raise TypeError(f"payload must be a list of resources, not {type(payload).__name__}")
    return [*payload]
