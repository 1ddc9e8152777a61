"""Prepares rows for writes by the document: refuses unknown fields, and reads numbers from text.

Knows one collection; makes no calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from cnct.openapi import OpenAPISpecs, schemas
from cnct.openapi.places import Operation, Schema
from cnct.openapi.plain_schemas import plain
from cnct.openapi.row_schemas import RowSchemas
from cnct.openapi.shapes import Object, Record, as_object, is_array, is_record
from cnct.openapi.tree import shape
from cnct.openapi.writable import WritableFields, writable_fields
from cnct.rows.compared_fields import ALL, SERVER_MADE, AllFieldsBut, Fields
from cnct.text import clean, did_you_mean

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_JSON = {"array": "[", "object": "{"}  # as exports write them
_READ = frozenset({"integer", "number", "boolean", *_JSON})
_BOOLEANS = {"true": True, "false": False}


class DocumentedRows:
    """The fields of a collection's rows, according to the document.

    Args:
        specs: The document, loaded.
        path: Path of the collection.
        is_strict: Whether unknown fields are errors.

    Attributes:
        create_fields: The fields that a new resource can have; ``None`` without a description.
        update_fields: The fields that an update can set; ``None`` without a description.
    """

    def __init__(self, specs: OpenAPISpecs, path: str, *, is_strict: bool) -> None:
        row_schemas, template = RowSchemas(specs), specs.template(path)
        read = specs.operation("GET", path)
        writes = specs.operation("PUT", f"{path}/ID"), specs.operation("POST", path)
        record = row_schemas.record(shape(template)) if template else None
        payloads = (specs.payload(write) for write in writes if write)
        bodies = [body for body in (record, *payloads) if body]
        filters, collection = read.fields if read else (), path if is_strict else None
        self._fields = _ObjectFields(bodies, filters, row_schemas.resolved, collection)
        self.update_fields = update_fields(specs, f"{path}/ID")
        self.create_fields = create_fields(specs, path)

    @property
    def names(self) -> frozenset[str]:
        """Names of the fields; empty if the document does not list them."""
        return self._fields.names

    def read(self, row: Record, place: str) -> Record:
        """Return a row whose texts are numbers, lists and so on where the document has these types.

        The cells of a CSV file are texts. Texts that cannot be read so stay.

        Args:
            row: The row.
            place: Its place, for the message.

        Raises:
            ValueError: If the row has a field that the collection does not have, on any level.
        """
        return self._fields.read(row, place)


class _ObjectFields:
    """The fields of an object, or of the objects in a list.

    Those of nested objects are read from the document when a row first has them.

    Args:
        bodies: Schemas of the object; the last one with a type of a field decides on the type.
        filters: Names of fields by which a list can be filtered, with dots for nested ones.
        resolve: Follows a reference.
        collection: Path of the collection, for messages; ``None`` to allow unknown fields.
        prefix: Path of the object, with a dot at the end; empty for the row itself.

    Attributes:
        names: Names of the fields; empty if the document does not list them.
    """

    def __init__(
        self,
        bodies: Iterable[Schema],
        filters: Iterable[str],
        resolve: Callable[[Any], Record],
        collection: str | None,
        prefix: str = "",
    ) -> None:
        walks = (schemas.composed(body, resolve, through_items=True) for body in bodies)
        parts = [part for walk in walks for part in walk]
        self._properties = schemas.by_name(parts)
        self._filters: dict[str, list[str]] = {}
        for name in filters:
            first, _, rest = name.replace("__", ".").partition(".")  # Connect has both
            self._filters.setdefault(first, []).extend([rest] if rest else [])
        names = schemas.allowed_names(parts)
        reference = ["id"] if prefix else []  # an object can always be referred to
        self.names = frozenset([*names, *self._filters, *reference] if names else ())
        self._resolve = resolve
        self._collection = collection
        self._prefix = prefix
        self._below: dict[str, tuple[str, _ObjectFields]] = {}

    def read(self, row: Record, place: str) -> Record:
        """Return a row with the values that its texts stand for.

        Raises:
            ValueError: If the row has an unknown field.
        """
        self._refuse_unknown(row, place)
        changes: Record = {}
        for name, value in row.items():
            if isinstance(value, str | dict | list | tuple):
                typed = self._value(name, value, place)
                if typed is not value:
                    changes[name] = typed
        return {**row, **changes} if changes else row

    def _value(self, name: str, value: Any, place: str) -> Any:
        kind, fields = self._field(name)
        if isinstance(value, str):
            value = _read(value, kind)
        if is_record(value):
            return fields.read(value, place)
        for element in value if is_array(value) else ():
            if is_record(element):  # types are those of JSON
                fields.read(element, place)
        return value

    def _field(self, name: str) -> tuple[str, _ObjectFields]:
        """Return the type of a field, and the fields below."""
        if name not in self._below:
            bodies = self._properties.get(name, [])
            kinds = [schemas.type_name(plain(body, self._resolve)) for body in bodies]
            below = _ObjectFields(
                bodies,
                self._filters.get(name, ()),
                self._resolve,
                self._collection,
                f"{self._prefix}{name}.",
            )
            self._below[name] = next(filter(None, reversed(kinds)), ""), below
        return self._below[name]

    def _refuse_unknown(self, row: Record, place: str) -> None:
        if self._collection is None or not self.names or row.keys() <= self.names:
            return
        name = next(name for name in row if name not in self.names)
        raise ValueError(
            clean(
                f"{place} has the field {f'{self._prefix}{name}'!r}, which {self._collection} does "
                f"not have according to the document.{did_you_mean(name, self.names)} "
                "Clients with validate='warn' (cnct: --force) do not refuse it"
            )
        )


class _AndExample:
    """Fields, and those that an example of the document sets, on all levels.

    Some documents have a field as readOnly, or not in the payload, that their own example sets.
    """

    def __init__(self, fields: Fields, example: Object) -> None:
        self._fields = fields
        self._example = example

    def below(self, name: str) -> Fields | None:
        """Return the fields below a field; ``None`` if the field is left out."""
        fields = self._fields.below(name)
        if name not in self._example:
            return fields
        value = self._example[name]
        elements = value if is_array(value) else [value]
        example = {key: part for element in elements for key, part in as_object(element).items()}
        return ALL if fields is None else _AndExample(fields, example)


def _with_example(specs: OpenAPISpecs, operation: Operation | None, fields: Fields) -> Fields:
    example: Object = as_object(specs.example(operation)) if operation else {}
    return _AndExample(
        fields, {name: value for name, value in example.items() if name not in SERVER_MADE}
    )


def create_fields(specs: OpenAPISpecs, path: str) -> Fields | None:
    """Return the fields of a resource that a create can set.

    Args:
        specs: The document, loaded.
        path: Path of the collection.

    Returns:
        ``None`` if the document does not describe the payload.
    """
    create = specs.operation("POST", path)
    body = specs.payload(create) if create else None
    if create is None or body is None:
        return None
    fields = WritableFields(specs, [body], [specs.success(create).schema])
    if not fields.names_some:
        return None
    # Where an id is required, it is that of something that exists, such as a marketplace.
    parts = schemas.composed(body, specs.resolve, "allOf")
    chosen = {"id"} & {name for part in parts for name in schemas.required(part)}
    return _with_example(specs, create, AllFieldsBut(SERVER_MADE - chosen, fields))


def update_fields(specs: OpenAPISpecs, path: str) -> Fields | None:
    """Return the fields of a resource that an update can set.

    Args:
        specs: The document, loaded.
        path: Path of the resource.

    Returns:
        ``None`` if the document does not describe the payload.
    """
    fields = writable_fields(specs, path)
    if fields is None:
        return None
    return _with_example(specs, specs.operation("PUT", path), AllFieldsBut(SERVER_MADE, fields))


def _read(text: str, kind: str) -> Any:
    """Return a text as a value of a type of the document; the text itself if it is none."""
    if not text and kind in _READ:
        return None
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    if kind in _JSON and text.startswith(_JSON[kind]):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return text
