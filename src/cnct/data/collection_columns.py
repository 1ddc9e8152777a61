"""Finds the columns of a collection in the document. Fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnct.data.column_types import ColumnType
from cnct.data.columns import Column, Columns
from cnct.openapi.fields import FilterField
from cnct.openapi.row_schemas import RowSchemas
from cnct.openapi.specs import OpenAPISpecs
from cnct.openapi.tree import shape

# A number without a format is a decimal, as in a schema.
_TYPES: dict[str, ColumnType] = {
    "integer": "integer",
    "decimal": "decimal",
    "float": "decimal",
    "boolean": "boolean",
    "datetime": "datetime",
    "date": "date",
}


def collection_columns(specs: OpenAPISpecs | None, path: str) -> Columns | None:
    """Return the columns of a collection.

    These are the properties of the rows in the list, completed by those of a resource, and by the
    fields that only the filters of the list name.

    Args:
        specs: The document; ``None`` if there is none at hand.
        path: Path of the collection, with ids: ``products/PRD-1/items``.

    Returns:
        ``None`` if there is no document, or none for the rows of this collection; use
        `Columns.observed` then.
    """
    template = specs.template(path) if specs else ""
    if specs is None or not template:
        return None
    key = shape(template)
    schemas = RowSchemas(specs)
    columns = Columns.documented(schemas.record(key), schemas.resolved)
    get = schemas.get(key)
    if columns is None or get is None:
        return columns
    typed = [_typed(column, get.fields) for column in columns.columns[:-1]]
    return Columns([*typed, *_missing(typed, get.fields)], is_documented=True)


def _typed(column: Column, fields: Mapping[str, FilterField]) -> Column:
    """Return a column of strings with the type of its filter, which is often the better one."""
    field = fields.get(column.name)
    is_filtered = field is not None and column.type == "string" and field.type in _TYPES
    return column._replace(type=_TYPES[field.type]) if field and is_filtered else column


def _missing(columns: Sequence[Column], fields: Mapping[str, FilterField]) -> Iterator[Column]:
    """Yield columns for the fields of filters that no property has."""
    names = [tuple(name.split(".")) for name in fields if "__" not in name]  # with __: aliases
    paths = {column.path for column in columns}
    objects = {path[:end] for path in (*paths, *names) for end in range(1, len(path))}
    for path in names:
        is_inside = any(path[:end] in paths for end in range(1, len(path) + 1))
        if path not in objects and not is_inside:
            name = ".".join(path)
            yield Column(name, path, _TYPES.get(fields[name].type, "string"))
