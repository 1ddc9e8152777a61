"""The names that the specification has at a place: completion, and errors for names it lacks.

Looks only into specs that are at hand; no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from cnct.client._core.urls import attribute_name
from cnct.exceptions import UnknownNameError

if TYPE_CHECKING:
    from cnct.client.models.noun import Node
    from cnct.openapi import OpenAPISpecs

T = TypeVar("T")
Kind = Literal["namespaces", "collections", "actions"]


def at_hand(specs: OpenAPISpecs | None) -> OpenAPISpecs | None:
    """Return specs that can be asked without a wait, ``None`` otherwise."""
    return specs if specs and specs.at_hand() else None


def names(specs: OpenAPISpecs | None, path: str, *kinds: Kind) -> list[str]:
    """List the names of some kinds one step below a path; none without specs."""
    place = specs.place(path) if specs else None
    return [name for kind in kinds for name in getattr(place, kind, ())]


def attribute(name: str, owner: type) -> str | None:
    """Return the attribute of ``owner`` that reaches ``name``; ``None`` where only a call does."""
    text = name.replace("-", "_")
    taken = "_" in name or hasattr(owner, text)
    return None if taken or not text.isidentifier() or iskeyword(text) else text


def attributes(found: Iterable[str], owner: type) -> list[str]:
    """Return the attributes of ``owner`` that reach those names which an attribute can reach."""
    return [text for name in found if (text := attribute(name, owner))]


def check_name(specs: OpenAPISpecs, path: str, what: str) -> None:
    """Refuse a path at which the specification has nothing that can be called.

    Whether it is a collection or an action is not asked: a call can succeed on either.

    Args:
        specs: Where to look; at hand.
        path: Below the endpoint.
        what: ``collection`` or ``action``, for the message.

    Raises:
        UnknownNameError: With the nearest names.
    """
    path_kind = specs.kind(path)
    if path_kind == "namespace":
        above, _, name = path.rpartition("/")
        raise UnknownNameError(f"{name!r} is a namespace, no {what}: {_call(above)}({name!r})")
    if path_kind is not None:
        return
    from cnct.openapi.checks import check_path  # noqa: PLC0415 - only mistakes need it

    raise UnknownNameError(" ".join(problem.message for problem in check_path(specs, path)))


def _call(path: str) -> str:
    return "client" + "".join(f"({name!r})" for name in path.split("/") if path)


class Names(Generic[T]):
    """A bound method that takes a name, and whose names complete at a prompt.

    ``client.ns("subscriptions")``, ``client.ns.subscriptions`` and ``client.ns["subscriptions"]``
    are the same.

    Args:
        method: Takes the name.
        known: Returns the names that are known.
    """

    _steps_without_io = frozenset({"[]"})

    def __init__(self, method: Callable[[str], T], known: Callable[[], list[str]]) -> None:
        """Keep both."""
        self._method = method
        self._known = known
        self.__doc__ = method.__doc__

    def __call__(self, name: str) -> T:
        """Return what has this name."""
        return self._method(name)

    def __getitem__(self, name: str) -> T:
        """Return what has this name."""
        return self._method(name)

    def __getattr__(self, name: str) -> T:
        """Return what has this name, ``_`` standing for ``-``."""
        return self._method(attribute_name(name))

    def __dir__(self) -> list[str]:
        """List the names that are known."""
        return attributes(self, type(self))

    def __iter__(self) -> Iterator[str]:
        """Yield the names that are known, as the API has them."""
        return iter(self._known())

    def _callable_names(self) -> list[str]:
        return [*self]

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def __repr__(self) -> str:
        """Show the method."""
        return repr(self._method)


class Completed(Generic[T]):
    """A method that takes a name; bound, it is :class:`Names`.

    Args:
        method: Takes the name.
        kind: What the name is one of.
    """

    def __init__(self, method: Callable[[Any, str], T], kind: Kind) -> None:
        """Keep both."""
        self._method = method
        self._kind: Kind = kind
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, node: None, owner: type) -> Callable[[Any, str], T]: ...
    @overload
    def __get__(self, node: Node, owner: type) -> Names[T]: ...

    def __get__(self, node: Node | None, owner: type) -> Callable[[Any, str], T] | Names[T]:
        """Bind the method; of the class, return it as it is."""
        if node is None:
            return self._method
        return Names(self._method.__get__(node), lambda: node.__names__(self._kind))


def completed(kind: Kind) -> Callable[[Callable[[Any, str], T]], Completed[T]]:
    """Complete the names that a method takes."""
    return lambda method: Completed(method, kind)
