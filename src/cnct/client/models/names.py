"""Names of the OpenAPI document: completion, and errors for unknown names.

Reads only documents that are at hand; no network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from cnct.client._core.urls import attribute_name
from cnct.exceptions import UnknownNameError

if TYPE_CHECKING:
    from cnct.client.models.noun import Node
    from cnct.openapi import OpenAPISpecs

T_co = TypeVar("T_co", covariant=True)
Kind = Literal["namespaces", "collections", "actions"]

_VERBS = ("get", "post", "put", "delete")  # methods of an action
_ARTICLES = {"action": "an", "namespace": "a"}


def at_hand(specs: OpenAPISpecs | None) -> OpenAPISpecs | None:
    """Return a document that can be read without a wait, ``None`` otherwise."""
    return specs if specs and specs.at_hand() else None


def names(specs: OpenAPISpecs | None, path: str, *kinds: Kind) -> list[str]:
    """Return the names of some kinds one step below a path; none without a document.

    The collections of a resource include those of its namespaces, which are reached by
    ``resource.collection("namespace/name")``.
    """
    place = specs.place(path) if specs else None
    below = [name for kind in kinds for name in getattr(place, kind, ())]
    if place and place.kind == "resource" and "collections" in kinds:
        for namespace in place.namespaces:
            nested = names(specs, f"{path}/{namespace}", "collections")
            below += [f"{namespace}/{name}" for name in nested]
    return below


def attribute(name: str, owner: type) -> str | None:
    """Return the attribute of ``owner`` for a name; ``None`` if the name needs a call."""
    text = name.replace("-", "_")
    taken = "_" in name or hasattr(owner, text)
    return None if taken or not text.isidentifier() or iskeyword(text) else text


def attributes(api_names: Iterable[str], owner: type) -> list[str]:
    """Return the attributes of ``owner`` for all names that are valid as attributes."""
    return [text for name in api_names if (text := attribute(name, owner))]


class AttributePath(str):
    """Path of an attribute whose name is not checked yet; the call checks the name."""

    __slots__ = ()


class ResourceAttributePath(AttributePath):
    """Path of an unchecked attribute of a resource, perhaps the name of an action."""

    __slots__ = ()


def check_name(thing: Any, specs: OpenAPISpecs, path: str, what: str) -> None:
    """Refuse a path at which the document has nothing that can be called.

    Does not distinguish collections from actions, since a call can succeed on either.

    Args:
        thing: The object that the name was passed to.
        specs: The document; at hand.
        path: Below the endpoint.
        what: ``collection`` or ``action``, for the message.

    Raises:
        UnknownNameError: With the nearest names, or the Python for a namespace.
    """
    _check(thing, specs, path, what, ("namespace",))


def check_attribute(thing: Any, specs: OpenAPISpecs, path: str) -> None:
    """Refuse an attribute that is not a collection: without a document it would be one.

    Args:
        thing: The object with the attribute, or its client.
        specs: The document; at hand.
        path: Below the endpoint.

    Raises:
        UnknownNameError: With the nearest names, or the Python for an action or a namespace.
    """
    _check(thing, specs, path, "collection", ("namespace", "action"))
    above, _, name = path.rpartition("/")
    if specs.kind(path) == "resource":  # an id, below a collection that was taken for a namespace
        from cnct.client.describing import written_at  # noqa: PLC0415 - only mistakes need it

        remedy = written_at(thing, above)
        raise UnknownNameError(
            f"{above!r} has no collection {name!r}: it is a collection itself, write {remedy}"
        )


def if_no_collection(thing: Any, name: str) -> str:
    """Return the Python to write if an unchecked collection is an action or a namespace.

    Args:
        thing: The collection.
        name: The attribute that the collection lacks.

    Returns:
        Empty text if that does not explain the attribute.

    Raises:
        UnknownNameError: If the document is now at hand and has no such collection.
    """
    path = thing.path
    if not isinstance(path, AttributePath):
        return ""
    if thing._specs:
        check_attribute(thing._client, thing._specs, path)
        return ""
    from cnct.client import describing  # noqa: PLC0415 - only mistakes need it

    above, _, last = path.rpartition("/")
    if not isinstance(path, ResourceAttributePath):
        client = describing.written(thing._client)
        return f"if {last!r} is a namespace, write {client}({str(path)!r}).{name}"
    if name not in _VERBS:
        return ""
    resource = describing.written(describing.resource_at(thing, above))
    wait = "await " if describing.is_awaited(thing) else ""
    return f"if {last!r} is an action, write {wait}{resource}({last!r}).{name}(...)"


def _check(thing: Any, specs: OpenAPISpecs, path: str, what: str, refused: Collection[str]) -> None:
    kind = specs.kind(path)
    if kind is None:
        from cnct.client.models.mistakes import missing_name  # noqa: PLC0415 - only mistakes need it
        from cnct.openapi.checks import check_path  # noqa: PLC0415 - only mistakes need it

        message = " ".join(problem.message for problem in check_path(specs, path))
        raise UnknownNameError(missing_name(thing, path.rpartition("/")[2], message))
    if kind in refused:
        from cnct.client.describing import instead  # noqa: PLC0415 - only mistakes need it

        name = path.rpartition("/")[2]
        raise UnknownNameError(
            f"{name!r} is {_ARTICLES[kind]} {kind}, no {what}: write {instead(thing, specs, path)}"
        )


class Names(Generic[T_co]):
    """A bound method that takes a name, with completion of names at a prompt.

    ``client.ns("subscriptions")``, ``client.ns.subscriptions`` and ``client.ns["subscriptions"]``
    are the same.

    Args:
        method: Takes the name.
        api_names: Returns the names of the document.
    """

    _steps_without_io = frozenset({"[]"})

    def __init__(self, method: Callable[[str], T_co], api_names: Callable[[], list[str]]) -> None:
        self._method = method
        self._api_names = api_names
        self.__doc__ = method.__doc__

    def __call__(self, name: str) -> T_co:
        """Return the node with this name."""
        return self._method(name)

    def __getitem__(self, name: str) -> T_co:
        """Return the node with this name."""
        return self._method(name)

    def __getattr__(self, name: str) -> T_co:
        """Return the node with this name, with ``_`` for ``-``."""
        return self._method(attribute_name(name))

    def __dir__(self) -> list[str]:
        """Return the names that are valid as attributes."""
        return attributes(self, type(self))

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the document."""
        return iter(self._api_names())

    def _callable_names(self) -> list[str]:
        return [*self]

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def __repr__(self) -> str:
        """Return the repr of the method."""
        return repr(self._method)


class Completed(Generic[T_co]):
    """A method that takes a name; bound, it is `Names`.

    Args:
        method: Takes the name.
        kind: Kind of the name.
    """

    def __init__(self, method: Callable[[Any, str], T_co], kind: Kind) -> None:
        self._method = method
        self._kind: Kind = kind
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, node: None, owner: type) -> Callable[[Any, str], T_co]: ...
    @overload
    def __get__(self, node: Node, owner: type) -> Names[T_co]: ...

    def __get__(self, node: Node | None, owner: type) -> Callable[[Any, str], T_co] | Names[T_co]:
        """Bind the method to an object; for the class, return the plain method."""
        if node is None:
            return self._method
        return Names(self._method.__get__(node), lambda: node.__names__(self._kind))


def completed(kind: Kind) -> Callable[[Callable[[Any, str], T_co]], Completed[T_co]]:
    """Decorate a method that takes a name, so that the names complete at a prompt."""
    return lambda method: Completed(method, kind)
