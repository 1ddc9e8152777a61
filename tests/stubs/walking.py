"""Walks from the typed client over all that its stubs name, beside a client at run time."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from cnct import AsyncConnectClient, ConnectClient, UnknownNameError
from cnct.openapi.checks import check_query
from cnct.openapi.tree import shape

FILES = {"": "_sync.pyi", "Async": "_async.pyi"}
CLIENTS = {"": ConnectClient, "Async": AsyncConnectClient}
NAMING = ("ns", "collection", "action")


class Class(NamedTuple):
    """A class of the stubs.

    Attributes:
        bases: Names of its bases, with their arguments.
        attributes: Annotations of its attributes.
        calls: Results of ``__call__`` by the name that is passed.
        methods: Names of its methods.
    """

    bases: list[str]
    attributes: dict[str, str]
    calls: dict[str, str]
    methods: set[str]


def classes(file: Path) -> dict[str, Class]:
    """Read the classes of a file of stubs."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name: _class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class(node: ast.ClassDef) -> Class:
    own = Class([ast.unparse(base) for base in node.bases], {}, {}, set())
    for part in node.body:
        if isinstance(part, ast.AnnAssign):
            own.attributes[ast.unparse(part.target)] = ast.unparse(part.annotation)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            own.methods.add(part.name)
            if part.name == "__call__":
                literal = part.args.args[1].annotation
                own.calls[ast.literal_eval(literal.slice)] = ast.unparse(part.returns)
    return own


class Walk:
    """A walk over the stubs of one world.

    A class of resources has the names of all its ids, such as those of ``modules/MD-0001``: a name
    must exist at one of them.

    Attributes:
        steps: Number of places that were reached.
        conditions: Number of keywords of filters that were tried.
    """

    def __init__(self, folder: Path, document: Path, prefix: str) -> None:
        self.steps = self.conditions = 0
        self._prefix = prefix
        self._classes = classes(folder / FILES[prefix])
        self._filters = classes(folder / "_filters.pyi")
        self._client = CLIENTS[prefix](
            "ApiKey SU-1:x", "http://127.0.0.1:9/v1", specs_location=document
        )
        self._client.specs.load()
        self._ids: dict[str, set[str]] = {}
        for place in self._client.specs.places():
            segments = shape(place.template).split("/")
            for end, segment in enumerate(segments):
                self._ids.setdefault("/".join(segments[:end]), set()).add(segment)

    def over_all(self) -> None:
        self._at(f"{self._prefix}ConnectClient", [self._client])

    def _at(self, name: str, things: list[Any]) -> None:
        self.steps += 1
        for cls in self._with_bases(name):
            for method in cls.methods:
                assert hasattr(type(things[0]), method), (name, method)
            for attribute, type_ in cls.attributes.items():
                if attribute == "__call__":
                    self._called(type_, things)
                elif attribute in NAMING:
                    self._named(type_, [getattr(thing, attribute) for thing in things])
                elif attribute != "__getattr__":
                    self._reached(type_, things, lambda thing, text=attribute: getattr(thing, text))

    def _named(self, name: str, methods: list[Any]) -> None:
        """Go to all names of a method that takes names: called, indexed and as attributes."""
        self._called(name, methods)
        for cls in self._with_bases(name):
            for text, type_ in cls.attributes.items():
                assert at_one(methods, lambda method, text=text: getattr(method, text)), type_
            for text in cls.calls:
                assert at_one(methods, lambda method, text=text: method[text]), (name, text)

    def _called(self, name: str, things: list[Any]) -> None:
        for cls in self._with_bases(name):
            for text, type_ in cls.calls.items():
                self._reached(type_, things, lambda thing, text=text: thing(text))

    def _reached(self, type_: str, things: list[Any], step: Callable[[Any], Any]) -> None:
        below = at_one(things, step)
        assert below, (type_, things)
        kind = type(below[0]).__name__
        name = type_.partition("[")[0]
        assert kind.startswith(self._prefix)
        assert name.endswith(kind.removeprefix("Async")), (type_, below)
        if name.endswith("Collection"):
            self._collection(name, below)
        else:
            self._at(name, below)

    def _collection(self, name: str, things: list[Any]) -> None:
        base = next(base for base in self._classes[name].bases if "TypedCollection[" in base)
        set_name, resource = base.removesuffix("]").split(", ")[-2:]
        self._at(name, things)
        self._at(set_name, [things[0].all()])
        self._filtered(
            f"{set_name.removeprefix(self._prefix).removesuffix('Set')}Filters", things[0]
        )
        self._at(resource, [thing[id_] for thing in things for id_ in self._ids_of(thing.path)])

    def _filtered(self, name: str, thing: Any) -> None:
        """Try each keyword, and check the query against the document."""
        for keyword, type_ in (
            self._filters[name].attributes.items() if name in self._filters else ()
        ):
            self.conditions += 1
            query = thing.filter(**{keyword: sample(type_)}).query
            assert check_query(self._client.specs, thing.path, str(query)) == (), query

    def _ids_of(self, path: str) -> list[str]:
        """Return the ids that the document names below a collection, and any other."""
        key = "/".join("{}" if text == "ID-1" else text for text in path.split("/"))
        return sorted({"ID-1", *self._ids.get(key, ())} - {"{}"})

    def _with_bases(self, name: str) -> Iterator[Class]:
        cls = self._classes.get(name)
        if cls is None:  # a base of the library
            return
        yield cls
        for base in cls.bases:
            yield from self._with_bases(base.partition("[")[0])


SAMPLES = {
    "bool": True,
    "date": "2026-01-31",
    "float": 1.5,
    "int": 1,
    "Moment": "2026-01-31T00:00:00+00:00",
    "Number": 1.5,
    "str": "x",
}


def sample(type_: str) -> Any:
    """Return a value of a type."""
    if type_.startswith("Iterable["):
        return [sample(type_.removeprefix("Iterable[").removesuffix("]"))]
    if type_.startswith("Literal"):
        values = ast.literal_eval(type_.removesuffix(" | None").removeprefix("Literal"))
        return values[0]
    return SAMPLES[type_.partition(" | ")[0]]


def at_one(things: list[Any], step: Callable[[Any], Any]) -> list[Any]:
    """Return the results of a step from those things that have the name."""
    results = []
    for thing in things:
        with suppress(UnknownNameError):
            results.append(step(thing))
    return results
