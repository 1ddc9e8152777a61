"""Namespaces: where collections are found. No I/O."""

from __future__ import annotations

from cnct.client._core.urls import attribute_name
from cnct.client.models.base import Located
from cnct.client.models.collection import Collection


class NS(Located):
    """A namespace is a group of related collections."""

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
        return Collection(self._client, self._below(name, "collection"))

    def ns(self, name: str) -> NS:
        """Return the nested namespace called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return NS(self._client, self._below(name, "namespace"))
