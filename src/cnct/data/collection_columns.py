"""Finds the columns of a collection in the document. Fetches nothing."""

from __future__ import annotations

from cnct.data.columns import Columns
from cnct.openapi.row_schemas import RowSchemas
from cnct.openapi.specs import OpenAPISpecs
from cnct.openapi.tree import shape


def collection_columns(specs: OpenAPISpecs | None, path: str) -> Columns | None:
    """Return the columns of a collection.

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
    return Columns.documented(schemas.row(key) or schemas.resource(key), schemas.resolved)
