"""Finds the fields that an update can set, according to the document. Reads no rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnct.openapi.places import Schema
from cnct.openapi.schemas import allows_others, by_name, composed
from cnct.openapi.specs import OpenAPISpecs

_ID = "id"


class WritableFields:
    """The fields of a payload, without those that only the server sets.

    A field is the server's if the schema of the payload has it as ``readOnly``, or if only the
    schema of the response has it. The ``id`` of a nested object is a reference, and may be set even
    where the document, which reuses schemas of responses, has it as ``readOnly``. A field in
    neither schema is not the server's.

    Args:
        specs: The document.
        payload: Schemas of the payload; all fields may be set if they name none.
        responses: Schemas of the response.
        is_nested: Whether the object is a field of another one.
    """

    def __init__(
        self,
        specs: OpenAPISpecs,
        payload: Sequence[Schema],
        responses: Sequence[Schema],
        *,
        is_nested: bool = False,
    ) -> None:
        self._specs = specs
        self._is_nested = is_nested
        parts = self._parts(payload)
        self._own = by_name(parts)
        self._others = by_name(self._parts(responses)) if self._own else {}
        self._is_open = any(map(allows_others, parts))
        self._below: dict[str, WritableFields | None] = {}

    @property
    def names_some(self) -> bool:
        """Whether the document names any field of the payload."""
        return bool(self._own)

    def below(self, name: str) -> WritableFields | None:
        """Return the fields below a field; ``None`` if only the server sets the field."""
        if name not in self._below:
            self._below[name] = self._find(name)
        return self._below[name]

    def _find(self, name: str) -> WritableFields | None:
        schemas, responses = self._own.get(name, ()), self._others.get(name, ())
        is_reference = self._is_nested and name == _ID
        if schemas and not is_reference and all(map(self._is_read_only, schemas)):
            return None
        if responses and not schemas and not self._is_open:
            return None
        return WritableFields(self._specs, schemas, responses, is_nested=True)

    def _is_read_only(self, schema: Schema) -> bool:
        resolved = self._specs.resolve(schema)
        return schema.get("readOnly") is True or resolved.get("readOnly") is True

    def _parts(self, schemas: Iterable[Schema]) -> list[Schema]:
        walk = (composed(schema, self._specs.resolve, through_items=True) for schema in schemas)
        return [part for parts in walk for part in parts]


def writable_fields(specs: OpenAPISpecs, path: str) -> WritableFields | None:
    """Return the fields that a PUT to a resource can set.

    Args:
        specs: The document.
        path: Path of the resource below the endpoint.

    Returns:
        ``None`` if the document does not describe the payload.
    """
    put = specs.operation("PUT", path)
    payload = specs.payload(put) if put else None
    if payload is None:
        return None
    reads = (specs.operation("GET", place) for place in (path, path.rpartition("/")[0]))
    responses = [specs.success(read).schema for read in reads if read]
    fields = WritableFields(specs, [payload], responses)
    return fields if fields.names_some else None
