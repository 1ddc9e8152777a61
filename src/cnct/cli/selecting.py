"""Decides the fields to select in a call and to show, from ``--select`` and the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cnct.client.models.flattening import flat
from cnct.exceptions import InvalidCallError
from cnct.openapi.fields import selectable
from cnct.openapi.schemas import composed, items, properties
from cnct.text import did_you_mean, one_of

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.fields import FilterField
    from cnct.openapi.places import Operation, Schema


class FieldSelection(NamedTuple):
    """Fields of rows.

    Attributes:
        columns: Dotted fields to show, in order; empty for whole rows.
        select: Arguments of ``select`` for the call: hidden fields to add, fields to leave out.
    """

    columns: tuple[str, ...] = ()
    select: tuple[str, ...] = ()

    def row(self, row: Any) -> Any:
        """Return a row for output: whole, or flat with the fields to show."""
        return flat(row, self.columns) if self.columns else row


def names_of(text: str | None) -> list[str]:
    """Split a list of fields: ``id,status``."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def selection(specs: OpenAPISpecs | None, path: str, fields: Sequence[str]) -> FieldSelection:
    """Return the selection for a list or a resource.

    Args:
        specs: The document; ``None`` for no check.
        path: Path of the list or resource.
        fields: Names; those with ``+`` or ``-`` change whole rows, all others become the columns.

    Raises:
        InvalidCallError: If the document has no such field.
    """
    columns = tuple(dict.fromkeys(name for name in fields if name[0] not in "+-"))
    signed = tuple(name.removeprefix("+") for name in fields if name[0] in "+-")
    operation = specs.operation("GET", path) if specs else None
    if specs is None or operation is None:
        return FieldSelection(columns, signed)
    filters = _filters(specs, path, operation)
    _check(specs, operation, filters, columns)
    hidden = [name for name in columns if _is_hidden(name, filters)]
    return FieldSelection(columns, (*signed, *hidden))


def check_values(specs: OpenAPISpecs | None, path: str, name: str, texts: Iterable[str]) -> None:
    """Refuse texts that a field of a resource never has: a wait for them would not end.

    Args:
        specs: The document; ``None`` for no check.
        path: Path of the resource.
        name: The field.
        texts: The texts that it is compared with.

    Raises:
        InvalidCallError: If the document has the values of the field, and one is not among them.
    """
    operation = specs.operation("GET", path) if specs else None
    if specs is None or operation is None:
        return
    field = _filters(specs, path, operation).get(name)
    problems = [
        f"Field {name!r} takes {one_of(field.enum, text, repr(text))}"
        for text in texts
        if field and field.enum and text not in field.enum
    ]
    if problems:
        raise InvalidCallError("Not sent", errors=problems, method="GET", url=operation.template)


def _filters(specs: OpenAPISpecs, path: str, operation: Operation) -> dict[str, FilterField]:
    """Return the fields of a list; a resource has those of its list."""
    listing = specs.operation("GET", path.rpartition("/")[0])
    if listing and listing.template == _above(operation.template):
        return {**listing.fields, **operation.fields}
    return dict(operation.fields)


def _above(template: str) -> str:
    above, _, last = template.rpartition("/")
    return above if last.startswith("{") else ""


def _is_hidden(name: str, filters: dict[str, FilterField]) -> bool:
    """Return whether responses leave out a field, or an object that contains the field."""
    parts = name.split(".")
    paths = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    below = [field.hidden for path, field in filters.items() if path.startswith(f"{name}.")]
    return any(filters[path].hidden for path in paths & filters.keys()) or (
        bool(below) and all(below)
    )


def _check(
    specs: OpenAPISpecs,
    operation: Operation,
    filters: Iterable[str],
    columns: Iterable[str],
) -> None:
    """Refuse fields that neither responses nor filters have: a typo would be an empty column."""
    schema = specs.response(operation)
    row = items(specs.resolve(schema)) if schema else None
    row = row or schema
    if row is None:
        return
    names = selectable(filters)
    problems = [
        f"There is no field {name!r}.{did_you_mean(name, {*names, *_names(specs, row)})}"
        for name in columns
        if name not in names and not _has(specs, row, name.split("."))
    ]
    if problems:
        raise InvalidCallError("Not sent", errors=problems, method="GET", url=operation.template)


def _has(specs: OpenAPISpecs, schema: Schema, parts: Sequence[str]) -> bool:
    """Return whether a schema has a field; an object without properties has any."""
    if not parts:
        return True
    layers = [*composed(schema, specs.resolve)]
    below = [fields for layer in layers if (fields := properties(layer))]
    if not below:
        return True
    return any(parts[0] in fields and _has(specs, fields[parts[0]], parts[1:]) for fields in below)


def _names(specs: OpenAPISpecs, schema: Schema) -> set[str]:
    layers = composed(schema, specs.resolve)
    return {name for layer in layers for name in properties(layer)}
