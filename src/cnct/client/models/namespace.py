"""Namespaces: where collections are found. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnct.client._core.urls import attribute_name, checked_name
from cnct.client.models.collection import Collection

if TYPE_CHECKING:
    from cnct.client.fluent import ConnectClient


class NS:
    """A namespace is a group of related collections.

    Args:
        client: Whose calls the collections make.
        path: Path below the endpoint.
    """

    def __init__(self, client: ConnectClient, path: str) -> None:
        """Keep client and path."""
        self._client = client
        self._path = path

    @property
    def path(self) -> str:
        """Path below the endpoint."""
        return self._path

    def __getattr__(self, name: str) -> Collection:
        """Return the collection called ``name``, ``_`` standing for ``-``."""
        return self.collection(attribute_name(name))

    def __call__(self, name: str) -> NS:
        """Return the nested namespace called ``name``."""
        return self.ns(name)

    def collection(self, name: str) -> Collection:
        """Return the collection called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return Collection(self._client, self._below(checked_name(name, "collection")))

    def ns(self, name: str) -> NS:
        """Return the nested namespace called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return NS(self._client, self._below(checked_name(name, "namespace")))

    def _below(self, name: str) -> str:
        return f"{self._path}/{name}" if self._path else name

    def help(self) -> NS:
        """Print what is known of the namespace, and return self."""
        self._client.print_help(self)
        return self

    def __repr__(self) -> str:
        """Show the path."""
        return f"<NS {self._path}>"
