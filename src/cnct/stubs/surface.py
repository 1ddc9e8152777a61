"""Reads the nodes of a document with the types of their calls, as plain data for both worlds.

Merges the paths that one object of the client stands for, such as ``offers/{}`` and ``offers/-``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cnct.exceptions import UnknownNameError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.fields import FilterField
from cnct.openapi.places import Kind, Operation, Place
from cnct.openapi.row_schemas import PARAM, RowSchemas
from cnct.stubs.call_types import Call, CallTypes
from cnct.stubs.doc_lines import place_line
from cnct.stubs.identifiers import UniqueNames, pascal
from cnct.text import did_you_mean

_GENERIC = ("", "Typed", "Get", "Post", "Put", "Delete")
"""Beginnings of the names of the generic classes."""


@dataclass
class PathStep:
    """A segment of the document's paths.

    Attributes:
        key: Path from the root, with ids replaced by ``{}``.
        kind: Kind of the path.
        line: First sentence of the description.
        operations: Operations by method.
        below: The next segments by name.
    """

    key: str = ""
    kind: Kind = "root"
    line: str = ""
    operations: Mapping[str, Operation] = field(default_factory=dict[str, Operation])
    below: dict[str, PathStep] = field(default_factory=dict[str, "PathStep"])


@dataclass(frozen=True)
class ActionNode:
    """An action: name of a class, for several methods, and the calls by HTTP method."""

    name: str
    calls: Mapping[str, Call]


@dataclass(frozen=True)
class CollectionNode:
    """A collection, with set and resource.

    Attributes:
        name: Beginning of the names of the classes.
        key: Path, with ids replaced by ``{}``.
        row: Type of a row; empty if there is no list.
        detail: Type of a resource that is read alone.
        fields: Fields of filters.
        calls: Calls of the collection by HTTP method.
        actions: Actions of the collection by name.
        resource_calls: Calls of a resource by HTTP method.
        resource_actions: Actions of a resource by name.
        collections: Names of the collections below a resource, each with that of the classes.
    """

    name: str
    key: str
    row: str
    detail: str
    fields: Mapping[str, FilterField]
    calls: Mapping[str, Call]
    actions: Mapping[str, ActionNode]
    resource_calls: Mapping[str, Call]
    resource_actions: Mapping[str, ActionNode]
    collections: Mapping[str, str]


@dataclass(frozen=True)
class NamespaceNode:
    """The client, or a namespace.

    Attributes:
        name: Name of the class; empty for the client.
        key: Path.
        namespaces: Names of the namespaces below, each with that of the class.
        collections: Names of the collections below, each with that of the classes.
    """

    name: str
    key: str
    namespaces: Mapping[str, str]
    collections: Mapping[str, str]


def steps(specs: OpenAPISpecs, schemas: RowSchemas) -> PathStep:
    """Return the root of the document's paths."""
    root = PathStep()
    for key, place in schemas.places.items():
        step, segments = root, key.split("/") if key else []
        for end, segment in enumerate(segments, 1):
            if segment not in step.below:
                path = "/".join(segments[:end])
                node = specs.place(path) or Place("namespace", path)
                step.below[segment] = PathStep(path, node.kind, place_line(node))
            step = step.below[segment]
        step.kind, step.operations = place.kind, place.operations
        step.line = place_line(place)
    return root


class Surface:
    """The nodes of a document.

    Args:
        root: The root of the paths.
        types: Types of the calls.
        only: Names of collections and namespaces, or paths, outside of which nothing is read;
            empty for the whole document.

    Attributes:
        namespaces: The client, and namespaces.
        collections: Collections.
        lines: First sentences of the descriptions, by the beginning of the classes' names.

    Raises:
        UnknownNameError: If the document has nothing at a path of ``only``.
    """

    def __init__(self, root: PathStep, types: CallTypes, only: Iterable[str] = ()) -> None:
        self.namespaces: list[NamespaceNode] = []
        self.collections: list[CollectionNode] = []
        self.lines: dict[str, str] = {}
        self._types = types
        self._classes = UniqueNames(_GENERIC)
        self._read_namespace([_pruned(root, only)], "")

    def _read_namespace(self, here: list[PathStep], name: str) -> None:
        namespaces, collections = _below(here, "namespace"), _nested(here, ("collection",))
        node = NamespaceNode(
            name,
            here[0].key,
            {text: self._class_name(below) for text, below in namespaces.items()},
            {text: self._class_name(below) for text, below in collections.items()},
        )
        self.namespaces.append(node)
        for text, below in namespaces.items():
            self._read_namespace(below, node.namespaces[text])
        for text, below in collections.items():
            self._read_collection(below, node.collections[text])

    def _read_collection(self, here: list[PathStep], name: str) -> None:
        resource = _resource(here)
        collections = _nested(resource, ("collection", "namespace"))
        types, key = self._types, here[0].key
        calls, resource_calls = _operations(here), _operations(resource)
        node = CollectionNode(
            name=name,
            key=key,
            row=types.row(key) if "GET" in calls else "",
            detail=types.resource(key, resource_calls.get("GET")),
            fields=calls["GET"].fields if "GET" in calls else {},
            calls=types.calls(key, calls, "collection"),
            actions=self._actions(here),
            resource_calls=types.calls(key, resource_calls, "resource"),
            resource_actions=self._actions(resource),
            collections={text: self._class_name(below) for text, below in collections.items()},
        )
        self.collections.append(node)
        for text, below in collections.items():
            self._read_collection(below, node.collections[text])

    def _actions(self, here: list[PathStep]) -> dict[str, ActionNode]:
        return {
            text: ActionNode(
                self._class_name(below),
                self._types.calls(below[0].key, _operations(below), "action"),
            )
            for text, below in _below(here, "action").items()
        }

    def _class_name(self, here: list[PathStep]) -> str:
        segments = [segment for segment in here[0].key.split("/") if segment != PARAM]
        name = self._classes.new(pascal(*segments))
        self.lines[name] = next((step.line for step in here if step.line), "")
        return name


def _resource(here: list[PathStep]) -> list[PathStep]:
    """Return the steps of a collection's resources, any id before those that are named."""
    named = [item for step in here for item in step.below.items() if item[1].kind == "resource"]
    return [below for _, below in sorted(named, key=lambda item: item[0] != PARAM)]


def _below(here: list[PathStep], kind: Kind) -> dict[str, list[PathStep]]:
    """Return the steps of a kind below, by name; the first step with a name decides on its kind."""
    names: dict[str, list[PathStep]] = {}
    for step in here:
        for text, below in step.below.items():
            names.setdefault(text, []).append(below)
    return {text: names[text] for text in sorted(names) if names[text][0].kind == kind}


def _nested(here: list[PathStep], through: tuple[Kind, ...]) -> dict[str, list[PathStep]]:
    """Return the collections below, by their paths from here.

    Args:
        here: The steps.
        through: Kinds of the steps that paths lead through: a resource has no namespaces, and a
            collection no collections, so that these are reached by a path.
    """
    result = _below(here, "collection")
    for kind in through:
        for text, below in _below(here, kind).items():
            nested = _nested(below, ("collection", "namespace"))
            result |= {f"{text}/{name}": steps for name, steps in nested.items()}
    return result


def _operations(here: list[PathStep]) -> dict[str, Operation]:
    return {
        method: operation
        for step in reversed(here)
        for method, operation in step.operations.items()
    }


def _pruned(root: PathStep, only: Iterable[str]) -> PathStep:
    """Return the root of the paths in ``only``."""
    pruned = PathStep()
    for path in only:
        step, copy = root, pruned
        for segment in path.strip("/").split("/"):
            if segment not in step.below:
                raise UnknownNameError(
                    f"The document has no {path!r}.{did_you_mean(segment, step.below)}"
                )
            step = step.below[segment]
            copy = copy.below.setdefault(segment, replace(step, below={}))
        copy.below = step.below
    return pruned if pruned.below else root
