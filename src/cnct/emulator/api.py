"""The OpenAPI document as the emulator needs it: which paths there are, and what lists can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnct.openapi import OpenAPISpecs, load_document
from cnct.openapi.fields import filter_field
from cnct.openapi.references import followed
from cnct.openapi.shapes import Record, as_record
from cnct.store.tables import DEFAULT_LIMIT, MAX_LIMIT, Table

PARAM = "{}"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_SUCCESS = {"GET": "200", "POST": "201", "PUT": "200", "PATCH": "200", "DELETE": "204"}
_MOST_LISTS = 5  # inside each other; more is a circle
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path.

    Attributes:
        status: HTTP status of its success.
        media_type: Of its successful answer; empty if that has no body.
        answer: Schema of that body.
        payload: Schema of the body that it takes; ``None`` if the document has none.
        takes: Media types that it takes.
        example: A body of its successful answer, if the document has one.
    """

    status: int
    media_type: str = ""
    answer: Record = field(default_factory=dict[str, Any])
    payload: Record | None = None
    takes: tuple[str, ...] = ()
    example: Any = None


@dataclass(frozen=True, slots=True)
class Place:
    """What a path of a call leads to.

    Attributes:
        kind: ``list``, ``resource``, ``action``, or ``value``: a document of its own, such as
            settings.
        collection: The collection that is listed, or that holds the resource.
        ids: Ids in the path, the resource's own last.
        action: Name of the action, if it is one.
        key: The path, ids replaced by ``{}``.
        methods: HTTP methods, upper case, that the document has there.
    """

    kind: str
    collection: Table
    ids: tuple[str, ...]
    action: str
    key: str
    methods: frozenset[str]

    @property
    def path(self) -> str:
        """The path itself."""
        ids = iter(self.ids)
        return "/".join(next(ids) if part == PARAM else part for part in self.key.split("/"))

    @property
    def record(self) -> str:
        """The path of the nearest record, that is, up to the last id."""
        below = self.key.split("/")[::-1].index(PARAM) if self.ids else 0
        return "/".join(self.path.split("/")[: len(self.path.split("/")) - below])


class Api:
    """Answers what a document says.

    Args:
        location: OpenAPI 3 document, YAML or JSON.

    Raises:
        SpecError: If it is none.

    Attributes:
        specs: The same document, for checks.
    """

    def __init__(self, location: str | Path) -> None:
        """Read every path once."""
        self.specs = OpenAPISpecs(location)
        document = self._document = load_document(location)
        paths = as_record(document.get("paths"))
        self._items: dict[str, Any] = {}
        self._names: dict[str, str] = {}  # of the last id of a path
        for path, item in paths.items():
            self._items.setdefault(_template(path), {}).update(as_record(item))
            self._names[_template(path)] = path.rpartition("/")[2].strip("{}")
        self._by_length: dict[int, list[tuple[str, ...]]] = {}
        for key in self._items:
            segments = tuple(key.split("/"))
            self._by_length.setdefault(len(segments), []).append(segments)
        self._arrays = {key for key in self._items if self._takes_array(key)}
        self._usual_limits = not any(map(self._tells_limits, self._items))
        self.collections = {key: self._collection(key) for key in self._collection_keys()}

    def _collection_keys(self) -> Iterator[str]:
        """Find the lists: what answers an array, and what has resources below it."""
        seen: set[str] = set()
        for key, item in self._items.items():
            own = key.removesuffix(f"/{PARAM}")
            listed = own != key and (len(item) > 1 or "post" not in item)
            if own.endswith(PARAM):
                continue  # below a record, with a name of its own
            if own not in seen and (listed or (own == key and self._row_schema(key))):
                seen.add(own)
                yield own

    def find(self, path: str) -> Place | None:
        """Look up a path below the base, ids already decoded; literal names win over ids."""
        segments = tuple(path.split("/"))
        matching = [
            template
            for template in self._by_length.get(len(segments), ())
            if all(part in (PARAM, given) for part, given in zip(template, segments, strict=True))
        ]
        if not matching or "" in segments:
            return None
        template = min(matching, key=lambda parts: [part == PARAM for part in parts])
        pairs = zip(template, segments, strict=True)
        ids = tuple(given for part, given in pairs if part == PARAM)
        return self._place("/".join(template), ids)

    def _place(self, key: str, ids: tuple[str, ...]) -> Place:
        item = self._items[key]
        methods = frozenset(name.upper() for name in item if name in _METHODS)
        own, _, last = key.rpartition("/")
        if key in self.collections:
            return Place("list", self.collections[key], ids, "", key, methods)
        if last == PARAM and own in self.collections and key not in self._arrays:
            return Place("resource", self.collections[own], ids, "", key, methods)
        if "get" in item:
            return Place("value", Table(key), ids, "", key, methods)
        holder = self.collections.get(own.removesuffix(f"/{PARAM}")) or Table(own)
        return Place("action", holder, ids, last, key, methods)

    def lists(self, collection: Table) -> bool:
        """Tell whether the records of a collection can be listed."""
        return "get" in as_record(self._items.get(collection.key))

    def operation(self, key: str, method: str) -> Operation:
        """Return what the document says of a method of a path.

        Args:
            key: The path, ids replaced by ``{}``.
            method: HTTP method, upper case.
        """
        said = as_record(as_record(self._items.get(key)).get(method.lower()))
        answers = as_record(said.get("responses"))
        status = min((code for code in answers if code[0] in "23"), default=_SUCCESS[method])
        content = as_record(self.resolved(answers.get(status)).get("content"))
        body = as_record(self.resolved(said.get("requestBody")).get("content"))
        media_type = next(iter(content), "")
        told = as_record(content.get(media_type))
        return Operation(
            status=int(status.replace("X", "0")),
            media_type=media_type if content or status in answers else JSON,
            answer=as_record(told.get("schema")),
            payload=as_record(as_record(body.get(JSON)).get("schema")) if JSON in body else None,
            takes=tuple(body),
            example=self._example(told),
        )

    def _takes_array(self, key: str) -> bool:
        """Tell whether a path that ends in an id is set to an array, and so is no record."""
        payload = self.operation(key, "PUT").payload
        return key.endswith(PARAM) and self.resolved(payload).get("type") == "array"

    def _example(self, told: Record) -> Any:
        given = next(iter(as_record(told.get("examples")).values()), None)
        return told.get("example", self.resolved(given).get("value"))

    def _tells_limits(self, key: str) -> bool:
        schema = self._limit_schema(key) or {}
        return "default" in schema or "maximum" in schema

    def _limit_schema(self, key: str) -> Record | None:
        found = (p for p in self._parameters(key) if p.get("name") == "limit")
        return next((as_record(parameter.get("schema")) for parameter in found), None)

    def _parameters(self, key: str) -> list[Record]:
        get = as_record(as_record(self._items.get(key)).get("get"))
        return [self.resolved(parameter) for parameter in get.get("parameters") or ()]

    def _collection(self, key: str) -> Table:
        fields = {f.name: f for f in map(filter_field, self._parameters(key)) if f}
        # A document that tells no limits at all, as Connect's, leaves out the usual ones.
        limit = None if self._usual_limits else self._limit_schema(key)
        schema = self._resource_schema(key) or self._row_schema(key)
        listed = self._row_schema(key) or schema
        return Table(
            key=key,
            fields=fields,
            many={name: place for name in fields if (place := self._lists_in(listed, name))},
            default_limit=_limit(limit, "default", DEFAULT_LIMIT),
            max_limit=_limit(limit, "maximum", MAX_LIMIT),
            properties=frozenset(as_record(listed.get("properties"))),
            identifier=self._identifier(key, schema),
            row=_both(schema, listed),
        )

    def _identifier(self, key: str, schema: Record) -> str:
        """Find the property that is meant by the last id of a path."""
        properties = as_record(schema.get("properties"))
        name = self._names.get(f"{key}/{PARAM}", "id")
        name = name if name in properties or "__" not in name else name.rpartition("__")[2]
        if name not in properties:
            listed_only = f"{key}/{PARAM}" not in self._items
            return "" if properties and listed_only and "id" not in properties else "id"
        below = as_record(self.resolved(properties[name]).get("properties"))
        return f"{name}.id" if "id" in below else name

    def _row_schema(self, key: str) -> Record:
        schema = self._answer_schema(key)
        return self.resolved(schema.get("items")) if schema.get("type") == "array" else {}

    def _resource_schema(self, key: str) -> Record:
        # A resource that is said to be a list is taken for one of it.
        below = f"{key}/{PARAM}"
        return self._row_schema(below) or self._answer_schema(below)

    def _answer_schema(self, key: str) -> Record:
        return self.resolved(self.operation(key, "GET").answer)

    def _lists_in(self, schema: Record, name: str) -> str:
        """Tell where the lists are on the way to a property; empty if there are none."""
        places: list[str] = []
        parts = name.split(".")
        for end, part in enumerate(parts, 1):
            schema = self.resolved(as_record(schema.get("properties")).get(part))
            while schema.get("type") == "array" and len(places) < _MOST_LISTS:
                places.append(".".join(parts[:end]))
                schema = self.resolved(schema.get("items"))
        return " ".join(places)

    def resolved(self, node: Any) -> Record:
        """Follow local references; what is no object is an empty one."""
        return (
            dict(followed(self._document, node)) if "$ref" in as_record(node) else as_record(node)
        )


def _both(schema: Record, other: Record) -> Record:
    """Join two schemas of the same record: a list may tell less than a resource, or more."""
    if not as_record(schema.get("properties")):
        return schema or other
    names = {**as_record(other.get("properties")), **as_record(schema.get("properties"))}
    for name, told in as_record(other.get("properties")).items():
        if not as_record(told).get("nullable"):  # what one of them never leaves empty, is never
            names[name] = {**as_record(names[name]), "nullable": False}
    required = {*schema.get("required", ()), *other.get("required", ())}
    return {**schema, "properties": names, "required": sorted(required)}


def _template(path: str) -> str:
    parts = path.strip("/").split("/")
    return "/".join(PARAM if part.startswith("{") else part for part in parts)


def _limit(schema: Mapping[str, Any] | None, name: str, otherwise: int) -> int | None:
    """Read a limit of the document; one that says neither is taken to have the usual ones."""
    if schema is None:
        return otherwise
    value = schema.get(name)
    return int(value) if value is not None else None
