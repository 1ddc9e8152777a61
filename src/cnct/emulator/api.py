"""The OpenAPI document as the emulator needs it: which paths there are, and what lists can do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from cnct.client.openapi.fields import FilterField, filter_field
from cnct.emulator.shapes import Record, as_object, is_object

PARAM = "{}"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_MAX_LIMIT = 1000  # RQL.md section 3, "Default and maximum"
_DEFAULT_LIMIT = 100
_MAX_REFERENCES = 10  # one after the other; more is a circle


@dataclass(frozen=True)
class Collection:
    """A list of records.

    Attributes:
        key: Its path, ids replaced by ``{}``: ``products/{}/items``.
        fields: Its filters by name.
        many: Names of the filters that look into lists, and so can hold several values.
        default_limit: Rows of a page if nothing is asked; ``None`` for all of them.
        max_limit: The most rows of a page.
        properties: Names of the record's own properties, as far as the document tells.
    """

    key: str
    fields: Mapping[str, FilterField] = field(default_factory=dict[str, FilterField])
    many: frozenset[str] = frozenset()
    default_limit: int | None = _DEFAULT_LIMIT
    max_limit: int | None = _MAX_LIMIT
    properties: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.key.rpartition("/")[2]

    @cached_property
    def selectable(self) -> frozenset[str]:
        """Names that ``select`` takes: the filters and everything above them."""
        names: set[str] = set()
        for name in self.fields:
            parts = name.split(".")
            names.update(".".join(parts[: end + 1]) for end in range(len(parts)))
        return frozenset(names)

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Names of the filters that are looked up or ordered by most: states, ids and orders."""
        return frozenset(
            name
            for name, filter_ in self.fields.items()
            if name not in self.many
            and (filter_.orderable or filter_.enum or f".{name}".endswith(".id"))
        )

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Names that answers carry only if ``select`` asks for them."""
        return frozenset(name for name, filter_ in self.fields.items() if filter_.hidden)


@dataclass(frozen=True, slots=True)
class Place:
    """What a path of a call leads to.

    Attributes:
        kind: ``list``, ``resource`` or ``action``.
        collection: The collection that is listed, or that holds the resource.
        ids: Ids in the path, the resource's own last.
        action: Name of the action, if it is one.
        methods: HTTP methods, upper case, that the document has there.
    """

    kind: str
    collection: Collection
    ids: tuple[str, ...]
    action: str
    methods: frozenset[str]


class Api:
    """Answers what a document says.

    Args:
        document: An OpenAPI 3 document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read every path once."""
        self._document = document
        paths = as_object(document.get("paths"))
        self._items: dict[str, Any] = {_template(path): item for path, item in paths.items()}
        self._by_length: dict[int, list[tuple[str, ...]]] = {}
        for key in self._items:
            segments = tuple(key.split("/"))
            self._by_length.setdefault(len(segments), []).append(segments)
        self.collections = {key: self._collection(key) for key in self._collection_keys()}

    def _collection_keys(self) -> Iterator[str]:
        """Find the lists: what answers an array, and what has resources below it."""
        seen: set[str] = set()
        for key in self._items:
            own = key.removesuffix(f"/{PARAM}")
            if own not in seen and (own != key or self._row_schema(key)):
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
        if not matching:
            return None
        template = min(matching, key=lambda parts: [part == PARAM for part in parts])
        pairs = zip(template, segments, strict=True)
        ids = tuple(given for part, given in pairs if part == PARAM)
        return self._place("/".join(template), ids)

    def _place(self, key: str, ids: tuple[str, ...]) -> Place:
        methods = frozenset(name.upper() for name in self._items[key] if name in _METHODS)
        own, _, last = key.rpartition("/")
        if key in self.collections:
            return Place("list", self.collections[key], ids, "", methods)
        if last == PARAM:
            return Place("resource", self.collections[own], ids, "", methods)
        holder = self.collections.get(own.removesuffix(f"/{PARAM}")) or Collection(own)
        return Place("action", holder, ids, last, methods)

    def _collection(self, key: str) -> Collection:
        get = as_object(as_object(self._items.get(key)).get("get"))
        parameters = [self._resolved(parameter) for parameter in get.get("parameters") or ()]
        fields = {f.name: f for f in map(filter_field, parameters) if f}
        limit = next((p.get("schema", {}) for p in parameters if p.get("name") == "limit"), None)
        schema = self._row_schema(key) or self._resource_schema(key)
        return Collection(
            key=key,
            fields=fields,
            many=frozenset(name for name in fields if self._is_many(schema, name)),
            default_limit=_limit(limit, "default", _DEFAULT_LIMIT),
            max_limit=_limit(limit, "maximum", _MAX_LIMIT),
            properties=frozenset(as_object(schema.get("properties"))),
        )

    def _row_schema(self, key: str) -> Record:
        schema = self._answer_schema(key)
        return self._resolved(schema.get("items")) if schema.get("type") == "array" else {}

    def _resource_schema(self, key: str) -> Record:
        return self._answer_schema(f"{key}/{PARAM}")

    def _answer_schema(self, key: str) -> Record:
        get = as_object(as_object(self._items.get(key)).get("get"))
        answer = self._resolved(as_object(get.get("responses")).get("200"))
        content = as_object(answer.get("content")).get("application/json")
        return self._resolved(as_object(content).get("schema"))

    def _is_many(self, schema: Record, name: str) -> bool:
        for part in name.split("."):
            schema = self._resolved(as_object(schema.get("properties")).get(part))
            if schema.get("type") == "array":
                return True
        return False

    def _resolved(self, node: Any) -> Record:
        """Follow local references; what is no object is an empty one."""
        for _ in range(_MAX_REFERENCES):
            if "$ref" not in as_object(node):
                break
            target: Any = self._document
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                target = as_object(target).get(part.replace("~1", "/").replace("~0", "~"))
            node = target
        return as_object(node)


def load_document(location: str | Path) -> dict[str, Any]:
    """Read an OpenAPI document, YAML or JSON, from a file.

    Raises:
        ValueError: If it is no OpenAPI 3 document.
    """
    text = Path(location).read_text(encoding="utf-8")
    document = json.loads(text) if Path(location).suffix == ".json" else _yaml(text)
    if not is_object(document) or not str(document.get("openapi", "")).startswith("3."):
        raise ValueError(f"spec must be an OpenAPI 3 document, which {location} is not")
    return document


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"spec must be YAML or JSON: {error}") from error


def _template(path: str) -> str:
    parts = path.strip("/").split("/")
    return "/".join(PARAM if part.startswith("{") else part for part in parts)


def _limit(schema: Mapping[str, Any] | None, name: str, otherwise: int) -> int | None:
    """Read a limit of the document; one that says neither is taken to have the usual ones."""
    if schema is None:
        return otherwise
    value = schema.get(name)
    return int(value) if value is not None else None
