"""Resources: one object of a collection, by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client._core.urls import attribute_name
from cnct.client.exceptions import NotFoundError
from cnct.client.models.action import Action
from cnct.client.models.base import Located
from cnct.client.models.values import flat

if TYPE_CHECKING:
    from cnct.client.models.collection import Collection


class Resource(Located):
    """One object of a collection, nested collections and actions included."""

    def __getattr__(self, name: str) -> Collection:
        """Return the nested collection called ``name``, ``_`` standing for ``-``."""
        return self.collection(attribute_name(name))

    def __call__(self, name: str) -> Action:
        """Return the action called ``name``."""
        return self.action(name)

    def collection(self, name: str) -> Collection:
        """Return the nested collection called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        from cnct.client.models.collection import Collection  # noqa: PLC0415 - they nest

        return Collection(self._client, self._below(name, "collection"))

    def action(self, name: str) -> Action:
        """Return the action called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return Action(self._client, self._below(name, "action"))

    def get(self, **kwargs: Any) -> Any:
        """GET the resource; see :meth:`ConnectClient.execute` for ``kwargs``."""
        return self._client.get(self._path, **kwargs)

    def exists(self) -> bool:
        """Tell whether the server has it."""
        try:
            self.get()
        except NotFoundError:
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
