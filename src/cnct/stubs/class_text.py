"""Writes the classes of a document's nodes as Python, for one world."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from cnct.stubs.call_types import Call
from cnct.stubs.client_names import CLIENT_NAMES, NAMESPACE_NAMES, RESOURCE_NAMES
from cnct.stubs.dict_text import CONSTANT, tokens
from cnct.stubs.doc_lines import docstring
from cnct.stubs.identifiers import attribute, literal
from cnct.stubs.schema_types import ANY, OBJECT
from cnct.stubs.surface import ActionNode, CollectionNode, NamespaceNode, Surface
from cnct.stubs.worlds import GENERIC, World

_TOKEN = re.compile(r"\w+")
_GENERIC_ACTIONS = {"GET": "Get", "POST": "Post", "PUT": "Put", "DELETE": "Delete"}

Lines = Iterator[str]


class _Below(NamedTuple):
    """An object one step below.

    Attributes:
        type: Its class.
        line: First sentence of its description.
    """

    type: str
    line: str

    def attribute(self, name: str) -> list[str]:
        """Return the lines of an attribute."""
        return [f"    {name}: {self.type}", *docstring(self.line, 4)]


class ClassText:
    """The classes of one world.

    Args:
        world: The world.
        surface: The nodes.
        schemas: Names of the module of schemas.
        has_filters: Whether keywords of filters are typed.
    """

    def __init__(
        self, world: World, surface: Surface, schemas: frozenset[str], *, has_filters: bool
    ) -> None:
        self._world = world
        self._surface = surface
        self._schemas = schemas
        self._has_filters = has_filters

    def text(self) -> str:
        """Return the text of the module."""
        lines = chain(
            *(self._collection(node) for node in self._surface.collections),
            *(self._namespace(node) for node in reversed(self._surface.namespaces)),
        )
        filters = ["", "from . import _filters"] if self._has_filters else []
        return "\n".join([self._world.written(GENERIC).rstrip(), *filters, *lines, ""])

    def _named(self, name: str) -> str:
        return f"{self._world.prefix}{name}"

    def _typed(self, text: str) -> str:
        """Return a type with the module before the names of schemas."""
        return _qualified(text, self._schemas)

    def _namespace(self, node: NamespaceNode) -> Lines:
        name = self._named(f"{node.name}NS" if node.name else "ConnectClient")
        taken = NAMESPACE_NAMES if node.name else CLIENT_NAMES
        base = self._named("TypedNS") if node.name else "_Client"
        spaces = self._below(node.namespaces, "NS")
        body: list[str] = [] if node.name else ["    __getattr__: None"]
        if spaces:
            yield from self._names(f"{name}Namespaces", spaces, NAMES)
            body += [f"    ns: {name}Namespaces", f"    __call__: {name}Namespaces"]
        elif not node.name:
            body += ["    ns: Undocumented", "    __call__: Undocumented"]
        yield from self._with_collections(name, base, node.collections, taken, body)

    def _with_collections(
        self,
        name: str,
        base: str,
        collections: Mapping[str, str],
        taken: frozenset[str],
        body: list[str],
    ) -> Lines:
        """Write a class with collections, and the class of their names."""
        types = self._below(collections, "Collection")
        bases = base
        if types:
            attributes = [
                line
                for api_name, below in types.items()
                if (text := attribute(api_name, taken))
                for line in below.attribute(text)
            ]
            if attributes:
                yield from _class(f"{name}Attributes", "", attributes)
                bases = f"{name}Attributes, {base}"
            own = f"{name}Attributes" if attributes else ""
            yield from _class(f"{name}Collections", own, self._calls(types))
            body = [*body, f"    collection: {name}Collections"]
        yield from _class(name, bases, body)

    def _below(self, classes: Mapping[str, str], ending: str) -> dict[str, _Below]:
        return {
            text: _Below(self._named(f"{name}{ending}"), self._surface.lines[name])
            for text, name in classes.items()
        }

    def _names(self, name: str, types: Mapping[str, _Below], taken: frozenset[str]) -> Lines:
        """Write the class of a method that takes names, which are its attributes too."""
        used = tokens(*(below.type for below in types.values())) | {"Literal"}
        attributes = [
            line
            for api_name, below in types.items()
            if (text := attribute(api_name, taken)) and text not in used
            for line in below.attribute(text)
        ]
        yield from _class(name, "", [*self._calls(types), *attributes])

    def _calls(self, types: Mapping[str, _Below]) -> list[str]:
        """Return the lines of the calls by name."""
        overload = ["    @overload"] if len(types) > 1 else []
        lines = [
            line
            for name, below in types.items()
            for line in (
                *overload,
                f"    def __call__(self, name: {literal(name)}) -> {below.type}:",
                *(docstring(below.line, 8) or ["        ..."]),
            )
        ]
        return [*lines, "    __getitem__ = __call__"]

    def _collection(self, node: CollectionNode) -> Lines:
        own = self._named(node.name)
        row, detail = self._typed(node.row or OBJECT), self._typed(node.detail)
        yield from self._resource(node, f"{own}Resource", detail)
        yield from _class(f"{own}Set", f"{self._named('TypedSet')}[{row}]", self._set(node))
        body: list[str] = []
        if node.actions:
            yield from self._action_names(f"{own}CollectionActions", node.actions)
            body += [f"    action: {own}CollectionActions", f"    __call__: {own}CollectionActions"]
        if node.fields and self._has_filters:
            body.append(self._filter(node, f"{own}Set"))
        if "POST" in node.calls:
            body.append(self._write("create", node.calls["POST"], row))
            body += self._upload(node.calls["POST"])
            body += self._upserts(node.calls["POST"], row)
        parameters = f"{row}, {own}Set, {own}Resource"
        yield from _class(
            f"{own}Collection", f"{self._named('TypedCollection')}[{parameters}]", body
        )

    def _set(self, node: CollectionNode) -> list[str]:
        body = [self._filter(node, "Self")] if node.fields and self._has_filters else []
        names = [name for name, action in node.resource_actions.items() if "POST" in action.calls]
        if names:
            body.append(
                f"    {self._world.define} act(self, action: {literal(*names)},"
                " payload: Any = None, **options: Unpack[Options]) -> Summary: ..."
            )
        return body

    def _filter(self, node: CollectionNode, result: str) -> str:
        filters = f"_filters.{node.name}Filters"
        return f"    def filter(self, *args: str | R, **kwargs: Unpack[{filters}]) -> {result}: ..."

    def _resource(self, node: CollectionNode, name: str, detail: str) -> Lines:
        body: list[str] = []
        if node.resource_actions:
            yield from self._action_names(f"{name}Actions", node.resource_actions)
            body += [f"    action: {name}Actions", f"    __call__: {name}Actions"]
        if "PUT" in node.resource_calls:
            body.append(self._update(node.resource_calls["PUT"], detail))
        base = f"{self._named('TypedResource')}[{detail}]"
        yield from self._with_collections(name, base, node.collections, RESOURCE_NAMES, body)

    def _write(self, method: str, call: Call, row: str) -> str:
        payload = self._payload(call, row)
        return (
            f"    {self._world.define} {method}(self, payload: {payload} = None,"
            f" **kwargs: Any) -> {self._typed(call.result)}: ..."
        )

    def _update(self, call: Call, row: str) -> str:
        return (
            f"    {self._world.define} update(self, payload: {self._payload(call, row)} = None, *,"
            " changed_only: bool = False, unless_changed_since:"
            f" {self._since(row)} | None = None, **kwargs: Any) -> {self._typed(call.result)}: ..."
        )

    def _upserts(self, call: Call, row: str) -> list[str]:
        """Return the lines of the calls that create a resource if it is missing."""
        payload, result = self._payload(call, row), f"Upserted[{self._typed(call.result)}]"
        arguments = {
            "get_or_create": f"defaults: {payload} = None",
            "update_or_create": f"payload: {payload.removesuffix(' | None')}",
        }
        return [
            f"    {self._world.define} {name}(self, by: By, {text}, **kwargs: Any) -> {result}: ..."
            for name, text in arguments.items()
        ]

    def _since(self, row: str) -> str:
        return "Mapping[str, Any]" if row == OBJECT else f"{row} | Mapping[str, Any]"

    def _upload(self, call: Call) -> list[str]:
        return [self._world.upload(self._typed(call.result))] if call.takes_files else []

    def _payload(self, call: Call, row: str = OBJECT) -> str:
        """Return the type of a payload; a row that was read may be sent back."""
        payload = self._typed(call.payload or ANY)
        if payload == ANY:
            return ANY
        return f"{payload} | None" if row == OBJECT else f"{payload} | {row} | None"

    def _action_names(self, name: str, actions: Mapping[str, ActionNode]) -> Lines:
        types: dict[str, _Below] = {}
        for text, action in actions.items():
            bases = [self._action_base(*item) for item in action.calls.items()]
            type_ = ", ".join(filter(None, bases)) or "_Action"
            if len(bases) > 1:
                yield from _class(self._named(f"{action.name}Action"), type_, [])
                type_ = self._named(f"{action.name}Action")
            types[text] = _Below(type_, self._surface.lines[action.name])
        yield from self._names(name, types, NAMES)

    def _action_base(self, method: str, call: Call) -> str:
        kind = _GENERIC_ACTIONS.get(method, "")
        if not kind:
            return ""
        result = self._typed(call.result)
        parameters = result if kind == "Get" else f"{self._typed(call.payload or ANY)}, {result}"
        return f"{self._named(kind)}Action[{parameters}]"


NAMES = frozenset[str]()


def _class(name: str, bases: str, body: list[str]) -> Lines:
    yield ""
    head = f"class {name}({bases}):" if bases else f"class {name}:"
    yield from [head, *body] if body else [f"{head} ..."]


def _qualified(text: str, schemas: frozenset[str]) -> str:
    """Return a type with ``schemas.`` before the names of schemas, but not in constants."""
    pieces: list[str] = []
    end = 0
    for constant in CONSTANT.finditer(text):
        pieces += [_with_module(text[end : constant.start()], schemas), constant[0]]
        end = constant.end()
    return "".join([*pieces, _with_module(text[end:], schemas)])


def _with_module(text: str, schemas: frozenset[str]) -> str:
    return _TOKEN.sub(
        lambda token: f"schemas.{token[0]}" if token[0] in schemas else token[0], text
    )
