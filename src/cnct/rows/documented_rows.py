"""Prepares rows for writes by the document: refuses unknown fields, and reads numbers from text.

Knows one collection; makes no calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from cnct.openapi import OpenAPISpecs, schemas
from cnct.openapi.places import Schema
from cnct.openapi.plain_schemas import plain
from cnct.openapi.row_schemas import RowSchemas
from cnct.openapi.shapes import Record, as_record, is_record
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
        names: Names of the fields; empty if the document does not describe them.
        create_fields: The fields that a new resource can have; ``None`` without a description.
        update_fields: The fields that an update can set; ``None`` without a description.
    """

    def __init__(self, specs: OpenAPISpecs, path: str, *, is_strict: bool) -> None:
        self._is_strict = is_strict
        row_schemas, template = RowSchemas(specs), specs.template(path)
        self._path = path
        resolved = row_schemas.resolved
        create = specs.operation("POST", path)
        bodies = [row_schemas.record(shape(template))] if template else []
        bodies += [as_record(specs.payload(create))] if create else []
        properties: dict[str, Schema] = {}
        for body in bodies:
            properties |= schemas.properties(plain(body, resolved))
        read = specs.operation("GET", path)
        filters = (name.partition(".")[0] for name in (read.fields if read else ()))
        self.names = frozenset(properties) and frozenset([*properties, *filters])
        self._types = _Types(properties, resolved)
        self.update_fields = update_fields(specs, f"{path}/ID")
        self.create_fields: Fields | None = None
        body = plain(specs.payload(create), resolved) if create else {}
        if create and schemas.properties(body):
            fields = WritableFields(specs, [body], [specs.success(create).schema])
            # Where an id is required, it is that of something that exists, such as a marketplace.
            chosen = {"id"} & {*schemas.required(body)}
            # Some documents have a field as readOnly that their own example of a create sets.
            example = as_record(specs.example(create)).keys() - SERVER_MADE
            self.create_fields = _AndOthers(AllFieldsBut(SERVER_MADE - chosen, fields), example)

    def read(self, row: Record, place: str) -> Record:
        """Return a row whose texts are numbers, lists and so on where the document has these types.

        The cells of a CSV file are texts. Texts that cannot be read so stay.

        Args:
            row: The row.
            place: Its place, for the message.

        Raises:
            ValueError: If the row has a field that the collection does not have.
        """
        unknown = next((name for name in row if name not in self.names), None)
        if self._is_strict and self.names and unknown is not None:
            raise ValueError(
                clean(
                    f"{place} has the field {unknown!r}, which {self._path} does not have "
                    f"according to the document.{did_you_mean(unknown, self.names)} "
                    "Clients with validate='off' do not check this"
                )
            )
        return self._types.read(row)


class _Types:
    """The types of an object's fields, read from the document when a row first has the field."""

    def __init__(self, properties: Mapping[str, Schema], resolve: Callable[[Any], Record]) -> None:
        self._properties = properties
        self._resolve = resolve
        self._fields: dict[str, tuple[str, _Types]] = {}

    def _field(self, name: str) -> tuple[str, _Types]:
        if name not in self._fields:
            schema = plain(self._properties.get(name, {}), self._resolve)
            below = _Types(schemas.properties(schema), self._resolve)
            self._fields[name] = schemas.type_name(schema), below
        return self._fields[name]

    def read(self, row: Record) -> Record:
        """Return a row with the values that its texts stand for."""
        changes: Record = {}
        for name, value in row.items():
            typed = value
            if isinstance(value, str):
                typed = _read(value, self._field(name)[0])
            elif is_record(value):
                typed = self._field(name)[1].read(value)
            if typed is not value:
                changes[name] = typed
        return {**row, **changes} if changes else row


class _AndOthers:
    """Fields, and others on the first level."""

    def __init__(self, fields: Fields, others: Collection[str]) -> None:
        self._fields = fields
        self._others = others

    def below(self, name: str) -> Fields | None:
        """Return the fields below a field; ``None`` if the field is left out."""
        return self._fields.below(name) or (ALL if name in self._others else None)


def update_fields(specs: OpenAPISpecs, path: str) -> Fields | None:
    """Return the fields of a resource that an update can set.

    Args:
        specs: The document, loaded.
        path: Path of the resource.

    Returns:
        ``None`` if the document does not describe the payload.
    """
    fields = writable_fields(specs, path)
    return None if fields is None else AllFieldsBut(SERVER_MADE, fields)


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
