"""Bases of the objects that users hold: their place in the API, and the names below it. No I/O."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cnct.client._core.urls import attribute_path, checked_name
from cnct.client.models.mistakes import answer_mistakes
from cnct.client.models.names import (
    AttributePath,
    Kind,
    ResourceAttributePath,
    at_hand,
    attributes,
    check_attribute,
    check_name,
    completed,
    names,
)

if TYPE_CHECKING:
    from cnct.client._core.messages import Request
    from cnct.client.base_client import BaseClient
    from cnct.client.fluent import AsyncConnectClient, ConnectClient
    from cnct.console.cursor import Argument
    from cnct.openapi import OpenAPISpecs

ClientT = TypeVar("ClientT", bound="BaseClient[Any, Any, Any]")
NamespaceT = TypeVar("NamespaceT")
CollectionT = TypeVar("CollectionT")
ActionT = TypeVar("ActionT")
LocatedT = TypeVar("LocatedT", bound="Located[Any]")

STEPS_WITHOUT_IO = frozenset({"action", "all", "collection", "fields", "ns"})
"""Attributes that completion may read, or call, since none makes a call of the API."""


class Node:
    """A place in the API with others below it."""

    _path: str
    """Path below the endpoint."""

    def __repr__(self) -> str:
        """Return class and path."""
        return f"<{type(self).__name__} {self._path}>"

    @property
    def _specs(self) -> OpenAPISpecs | None:
        """The OpenAPI document, if in use and readable without a wait."""
        return None

    def _strict_specs(self) -> OpenAPISpecs | None:
        """Return the document at hand, if names that it does not have are refused."""
        return None

    def __names__(self, *kinds: Kind) -> list[str]:
        """Return the document's names one step below. The dunder name cannot hide a collection."""
        return names(self._specs, self._path, *kinds)

    def _read_arguments(self) -> tuple[str, dict[str, Any]]:
        """Return path and keyword arguments of the call that reads the place."""
        return self._path, {}

    def _below(self, name: Any, what: str) -> str:
        """Return the path of a node below, its name checked."""
        checked = checked_name(name, what)
        return f"{self._path}/{checked}" if self._path else checked

    def _path_in_document(self, name: Any, what: str) -> str:
        """Return the path of a node below, checked against a document at hand."""
        path = self._below(name, what)
        specs = self._strict_specs()
        if specs:
            check_name(self, specs, path, what)
        return path


class HasNamespaces(Node, Generic[NamespaceT]):
    """A node with namespaces below it: a client or a namespace."""

    def __call__(self, name: str) -> NamespaceT:
        """Return the namespace called ``name``."""
        return self.ns(name)

    @completed("namespaces")
    def ns(self, name: str) -> NamespaceT:
        """Return the namespace called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return self._ns_at(self._below(name, "namespace"))

    @abstractmethod
    def _ns_at(self, path: str) -> NamespaceT: ...

    def _callable_names(self) -> list[str]:
        return self.__names__("namespaces")


answer_mistakes("namespace", HasNamespaces)


class HasCollections(Node, Generic[CollectionT]):
    """A node with collections below it: a client, a namespace or a resource."""

    _unchecked: type[str] = AttributePath
    """Type of a path that is not checked against the document."""

    def __getattr__(self, name: str) -> CollectionT:
        """Return the collection called ``name``, with ``_`` for ``-``."""
        if name[0] == "_":  # no collection's name has one, and copy probes nodes without attributes
            raise AttributeError(name)
        own = type(self)  # methods are found faster here than on an object with __getattr__
        specs = own._strict_specs(self)
        if specs:
            path = attribute_path(self._path, name, str)
            check_attribute(self, specs, path)
        else:
            path = attribute_path(self._path, name, self._unchecked)
        return own._collection_at(self, path)

    def __dir__(self) -> list[str]:
        """Return the methods, and the document's collections below."""
        return [*super().__dir__(), *attributes(self.__names__("collections"), type(self))]

    @completed("collections")
    def collection(self, name: str) -> CollectionT:
        """Return the collection called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
            UnknownNameError: If the document is at hand and has no such name.
        """
        return self._collection_at(self._path_in_document(name, "collection"))

    @abstractmethod
    def _collection_at(self, path: str) -> CollectionT: ...


class HasActions(Node, Generic[ActionT]):
    """A node with actions below it: a collection or a resource."""

    _unchecked: type[str] = ResourceAttributePath
    """As of `HasCollections`, which a resource is too."""

    def __call__(self, name: str) -> ActionT:
        """Return the action called ``name``."""
        return self.action(name)

    @completed("actions")
    def action(self, name: str) -> ActionT:
        """Return the action called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
            UnknownNameError: If the document is at hand and has no such name.
        """
        return self._action_at(self._path_in_document(name, "action"))

    @abstractmethod
    def _action_at(self, path: str) -> ActionT: ...

    def _callable_names(self) -> list[str]:
        return self.__names__("actions")


answer_mistakes("caller of actions", HasActions)


class Located(Node, Generic[ClientT]):
    """A node of a client, at a path below its endpoint.

    Args:
        client: Makes the calls.
        path: Path below the endpoint.
    """

    _steps_without_io = STEPS_WITHOUT_IO

    def __init__(self, client: ClientT, path: str) -> None:
        self._client = client
        self._path = path

    @property
    def path(self) -> str:
        """Path below the endpoint."""
        return self._path

    @property
    def url(self) -> str:
        """Absolute URL, for a set that of the first page. The API key is masked."""
        return self._read_request().shown_url

    def to_curl(self) -> str:
        """Return a shell command that GETs this URL with curl, and with the same headers.

        The command reads the API key from the variable ``CNCT_API_KEY``. Other secret headers are
        masked.
        """
        from cnct.client._core.curl import curl_command  # noqa: PLC0415 - only people need it

        return curl_command(self._read_request())

    def _read_request(self) -> Request:
        path, kwargs = self._read_arguments()
        return self._client._request("GET", path, kwargs, is_checked=True)

    @property
    def _specs(self) -> OpenAPISpecs | None:
        return at_hand(self._client.specs)

    def _strict_specs(self) -> OpenAPISpecs | None:
        return self._client._strict_specs()

    def help(self: LocatedT, full: bool = False) -> LocatedT:
        """Print a description and the calls that can come next, and return self.

        Args:
            full: Whether to print every row of long tables, and long texts whole.
        """
        self._client._print_help(self, full=full)
        return self

    def _completions(self, method: str, argument: Argument) -> list[str]:
        """Return the names and values that complete an argument of a method."""
        from cnct.client.models.offers import offers  # noqa: PLC0415 - only prompts need it

        specs = self._specs
        return offers(specs, self._path, method, argument) if specs else []

    def _repr_html_(self) -> str | None:
        from cnct.client.describing import help_html  # noqa: PLC0415 - only notebooks need it

        return help_html(self._client, self)


class SyncNoun(Located["ConnectClient"]):
    """A node of a `ConnectClient`."""


class AsyncNoun(Located["AsyncConnectClient"]):
    """A node of an `AsyncConnectClient`."""
