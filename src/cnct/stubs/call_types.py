"""Finds the types of a document's calls: payloads, results, rows. Knows no client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnct.openapi import OpenAPISpecs
from cnct.openapi.file_fields import FORM, file_types
from cnct.openapi.places import Operation, Schema
from cnct.openapi.row_schemas import PARAM, RowSchemas
from cnct.openapi.schemas import items, type_name
from cnct.openapi.shapes import JSON, as_object
from cnct.stubs.schema_names import SchemaNames, row_name
from cnct.stubs.schema_types import ANY, OBJECT, PAYLOAD, RESPONSE, SchemaTypes

# Takes a `dict[str, Any]`, but no dictionary that is written into the call: its values are others.
_ANY_DICT = "dict[str, Undocumented]"
_VERBS = {"POST": "Create", "PUT": "Update", "PATCH": "Patch", "DELETE": "Delete"}


class Call(NamedTuple):
    """The types of a call.

    Attributes:
        payload: Type of the payload; empty if the document has none.
        result: Type of the returned value.
        takes_files: Whether the body is a form for files, or a file itself.
    """

    payload: str
    result: str
    takes_files: bool = False


class CallTypes:
    """The types of the calls of a document.

    Args:
        specs: The document.
        schemas: The schemas of the document's records.
        names: Names for the schemas.

    Attributes:
        types: The types of the schemas.
    """

    def __init__(self, specs: OpenAPISpecs, schemas: RowSchemas, names: SchemaNames) -> None:
        self.types = SchemaTypes(specs, names)
        self._specs = specs
        self._schemas = schemas
        self._records: dict[str, list[tuple[Schema, str]]] = {}

    def row(self, key: str) -> str:
        """Return the type of a row of a collection; any object if the document has none."""
        return self._record(key, self._schemas.item(key))

    def resource(self, key: str, get: Operation | None) -> str:
        """Return the type of a resource of a collection."""
        if get is None:
            return OBJECT
        success = self._specs.success(get)
        resource = self._schemas.item(f"{key}/{PARAM}") or success.schema
        if success.media_type and not success.media_type.startswith(JSON):
            return "bytes"
        return self._record(key, resource)

    def calls(self, key: str, operations: Mapping[str, Operation], kind: str) -> dict[str, Call]:
        """Return the types of some calls by HTTP method; those that read records are apart.

        Args:
            key: Path of the collection or action, with ids replaced by ``{}``.
            operations: The operations by method.
            kind: ``collection``, ``resource`` or ``action``: part of the names of inline schemas.
        """
        return {
            method: Call(
                self._payload(key, method, operation, kind),
                self._result(key, operation, kind),
                FORM in operation.body or bool(file_types(operation)),
            )
            for method, operation in operations.items()
            if method != "GET" or kind == "action"
        }

    def _record(self, key: str, schema: object) -> str:
        """Return the type of a record: of a row, a resource, or the result of a write."""
        whole = self._schemas.resolved(schema)
        if not whole:
            return OBJECT
        text = self._kept(key, schema)
        if not text:
            text = self._typed(schema, key, "")
            self._records.setdefault(key, []).append((as_object(schema), text))
        return text

    def _kept(self, key: str, schema: object) -> str:
        """Return the type of a collection's record if the schema is equal; otherwise empty text."""
        records = self._records.get(key, ())
        return next((text for other, text in records if other == schema), "")

    def _typed(self, schema: object, key: str, ending: str) -> str:
        if "$ref" in as_object(schema):
            return self.types.type_of(schema, "", RESPONSE)
        return self.types.type_of(schema, row_name(key) + ending, RESPONSE)

    def _payload(self, key: str, method: str, operation: Operation, kind: str) -> str:
        if not operation.body:
            return ""
        schema = self._specs.payload(operation)
        if not schema:
            return ANY
        ending = "" if kind == "action" else _VERBS.get(method, "")
        element = items(self._schemas.resolved(schema))
        name = row_name(key) + ending
        if element is not None and type_name(self._schemas.resolved(schema)) == "array":
            return f"Sequence[{self._payload_type(element, name)}]"
        return self._payload_type(schema, name)

    def _payload_type(self, schema: object, name: str) -> str:
        text = self.types.type_of(schema, name, PAYLOAD)
        return text if text in {ANY, OBJECT} else f"{text} | {_ANY_DICT}"

    def _result(self, key: str, operation: Operation, kind: str) -> str:
        success = self._specs.success(operation)
        if success.status == _NO_CONTENT:
            return "None"
        if not success.media_type:
            return ANY
        if not success.media_type.startswith(JSON):
            return "bytes"
        if not self._schemas.resolved(success.schema):
            return ANY
        if kind != "action":
            return self._record(key, success.schema)
        collection = key.rpartition("/")[0].removesuffix(f"/{PARAM}")
        return self._kept(collection, success.schema) or self._typed(success.schema, key, "Result")


_NO_CONTENT = 204
