"""Finds the schemas of records: of a collection's rows, of a resource, and of their properties.

Reads the document only; knows no storage.
"""

from __future__ import annotations

from typing import Any

from cnct.openapi.places import Operation, Place
from cnct.openapi.plain_schemas import plain
from cnct.openapi.shapes import Record, as_record, is_record
from cnct.openapi.specs import OpenAPISpecs
from cnct.openapi.tree import shape
from cnct.openapi.wrappers import rows_in

PARAM = "{}"
"""Stands in a key for an id."""


class RowSchemas:
    """The schemas of a document's records, by key: the path with ids replaced by ``{}``.

    Args:
        specs: The document.

    Attributes:
        places: Places with an operation, by key, in the order of the document.
    """

    def __init__(self, specs: OpenAPISpecs) -> None:
        self.specs = specs
        self.places: dict[str, Place] = {shape(place.template): place for place in specs.places()}
        self._resolved: dict[str, Record] = {}

    def resolved(self, schema: Any) -> Record:
        """Return a schema with ``$ref`` resolved; the empty schema for anything but an object."""
        if not is_record(schema):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        if reference not in self._resolved:
            self._resolved[reference] = as_record(self.specs.resolve(schema))
        return self._resolved[reference]

    def get(self, key: str) -> Operation | None:
        """Return the operation that reads a key, or ``None``."""
        place = self.places.get(key)
        return place.operations.get("GET") if place else None

    def record(self, key: str) -> Record:
        """Return the schema of a collection's records: of a row, completed by that of a resource.

        The empty schema if the document has none.
        """
        return _merged(self.resource(key) or self.row(key), self.row(key) or self.resource(key))

    def row(self, key: str) -> Record:
        """Return the schema of a row in the list of a collection; empty if there is no list."""
        return self.resolved(self.item(key))

    def item(self, key: str) -> Any:
        """Return the schema of a row as written in that of the list, perhaps a reference."""
        schema = self._success(key)
        wrapper = self.rows_within(schema, key)
        for name in wrapper:
            properties = as_record(plain(schema, self.resolved).get("properties"))
            schema = self.resolved(properties.get(name))
        is_list = wrapper or schema.get("type") == "array"
        return schema.get("items") if is_list else {}

    def resource(self, key: str) -> Record:
        """Return the schema of one resource of a collection; empty if it cannot be read."""
        # In some documents a resource returns a list: the list of this resource alone.
        resource = f"{key}/{PARAM}"
        return self.row(resource) or self._success(resource)

    def rows_within(self, schema: Any, key: str) -> tuple[str, ...]:
        """Return the path of the rows in an object that wraps the list of a collection.

        Args:
            schema: Schema of the response to a GET of the list.
            key: Key of the collection.

        Returns:
            Names of properties: ``("data",)``; empty if the list is not an object, or the object is
                a row, as in some documents.
        """
        resource = f"{key}/{PARAM}"
        whole = self.resolved(schema)
        if resource not in self.places or whole == self._success(resource):
            return ()
        return rows_in(whole, self.resolved, key.rpartition("/")[2])

    def property(self, schema: Any, path: str) -> Record | None:
        """Return the schema of a property, through objects and lists, or ``None``.

        Args:
            schema: Schema of the record.
            path: Name of the property, with dots for nested ones.
        """
        within = plain(schema, self.resolved)
        for name in path.split("."):
            if "items" in within:
                within = plain(within["items"], self.resolved)
            below = as_record(within.get("properties"))
            if name not in below:
                return None
            within = plain(below[name], self.resolved)
        return within

    def _success(self, key: str) -> Record:
        get = self.get(key)
        return self.resolved(self.specs.success(get).schema) if get else {}


def _merged(schema: Record, row: Record) -> Record:
    """Merge the schemas of a resource and its row in a list: either can have more properties."""
    if not as_record(schema.get("properties")):
        return schema or row
    properties = {**as_record(row.get("properties")), **as_record(schema.get("properties"))}
    for name, in_row in as_record(row.get("properties")).items():
        if not as_record(in_row).get("nullable"):  # the stricter one applies
            properties[name] = {**as_record(properties[name]), "nullable": False}
    required = {*schema.get("required", ()), *row.get("required", ())}
    return {**schema, "properties": properties, "required": sorted(required)}
