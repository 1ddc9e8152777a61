"""Describes the collections that a mirror keeps, by the API's document. Makes no calls."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import unquote

from cnct.client._core.urls import checked_name
from cnct.client.checking import load
from cnct.client.models.names import check_name
from cnct.client.models.query import signed_fields
from cnct.client.work.cursor_fields import CursorFields, cursor_fields
from cnct.data.collection_columns import collection_columns
from cnct.data.columns import Column
from cnct.data.mirror import DocumentedTables, Table
from cnct.exceptions import MirrorError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.tree import shape


class CollectionToSync(NamedTuple):
    """A collection to mirror.

    Attributes:
        path: Path below the endpoint.
        parent: The ids in the path, joined by ``/``.
        table: The table of the rows.
        cursor: The times by which rows can be filtered.
        columns: Columns of the view.
    """

    path: str
    parent: str
    table: Table
    cursor: CursorFields
    columns: tuple[Column, ...]


class Subjects:
    """Finds the collections of a client's document.

    Args:
        client: A client of either world.

    Raises:
        MirrorError: If the client uses no document.
        SpecError: If the document cannot be read.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self.specs = _document(client)
        self._documented = DocumentedTables(self.specs)

    def subject(self, path: str) -> CollectionToSync:
        """Return the collection at a path.

        Raises:
            UnknownNameError: If the document has no such collection.
            MirrorError: If the collection cannot be listed.
        """
        operation = self.specs.operation("GET", path)
        if operation is None or self.specs.kind(path) != "collection":
            check_name(self._client, self.specs, path, "collection")
            raise MirrorError(
                f"{path!r} is no list that can be mirrored: name a collection like 'requests' or"
                " 'products/PRD-000-000-000/items'"
            )
        key = shape(self.specs.template(path))
        pairs = zip(key.split("/"), path.split("/"), strict=True)
        parent = "/".join(unquote(segment) for name, segment in pairs if "{}" in name)
        table = self._documented.table(key)
        columns = collection_columns(self.specs, path)
        return CollectionToSync(
            path,
            parent,
            table,
            cursor_fields(path, operation.fields),
            columns.columns if columns else (),
        )


def _document(client: Any) -> OpenAPISpecs:
    specs: OpenAPISpecs | None = client.specs
    if specs is None:
        raise MirrorError(
            "A mirror needs the API's OpenAPI document: leave use_specs=False out, or pass"
            " specs_location to the client"
        )
    load(specs)
    specs.load()
    return specs


def path_of(collection: Any) -> str:
    """Return the path of a collection: of its name, of the object, or of a whole set.

    Raises:
        TypeError: If it is neither.
        ValueError: If the name is no path, or a set is filtered, ordered or sliced.
    """
    if isinstance(collection, str):
        return checked_name(collection, "collection")
    path = getattr(collection, "path", None)
    if not isinstance(path, str) or not hasattr(collection, "all"):
        raise TypeError(
            "A mirror takes names of collections like 'requests', or collections like"
            f" client.requests, not {type(collection).__name__}"
        )
    whole = collection.all()
    if whole._query.text or whole._query.window != (0, None):
        raise ValueError(
            f"A mirror keeps whole collections, not {collection!r}: pass {path!r}, and filter when"
            " you read the mirror"
        )
    return str(path)


def checked_selection(names: Any) -> tuple[str, ...] | None:
    """Return the arguments of ``select()``; ``None`` for those of the last run.

    Raises:
        TypeError: If the names are no strings, or one string, whose letters would be the names.
    """
    if isinstance(names, str):
        raise TypeError(f"select takes a list of names: write select=[{names!r}]")
    return None if names is None else signed_fields(tuple(names), "select")
