"""Decodes rows straight into cells: msgspec checks names and types, without objects in between.

A row that does not fit goes through `Flattener`, which has the rules for such rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec

from cnct.data.column_types import CONVERTERS, ODD
from cnct.data.flattener import Converter, Flattener, Leaf, Tree
from cnct.data.json_rows import decoded_row
from cnct.openapi.shapes import is_record

_INTEGER: Any = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_EXACT: dict[Any, Any] = {
    CONVERTERS["string"]: str | None,
    CONVERTERS["boolean"]: bool | None,
    CONVERTERS["integer"]: _INTEGER | None,
}
_PATIENCE = 100  # misses more than hits after which all rows take the other way


class _Conversion(NamedTuple):
    """A converter and the cell of the result."""

    cell: int
    convert: Converter


class _Shape(NamedTuple):
    """The class of an object, and the shapes of the objects in it by attribute."""

    kind: Any
    below: dict[str, _Shape]


class RowDecoder:
    """A function that returns the cells of a row from the JSON of the row.

    Args:
        flattener: Decides about the cells; both ways have the same result.
    """

    def __init__(self, flattener: Flattener) -> None:
        self._flattener = flattener
        self._shape = _shape(flattener.tree, forbids_unknown=flattener.keeps_unknown)
        self._decode = msgspec.json.Decoder(self._shape.kind, float_hook=Decimal).decode
        leaves = sorted(_leaves(flattener.tree, ""), key=lambda leaf: leaf[1].cell)
        self._cells = _getter([name for name, _ in leaves])
        self._conversions = [
            _Conversion(leaf.cell, leaf.convert) for _, leaf in leaves if leaf.convert not in _EXACT
        ]
        self._misses = _PATIENCE

    def __call__(self, row: bytes, odd: dict[str, int] | None = None) -> list[Any]:
        """Return the cells of a row; see `Columns.values`."""
        if self._misses:
            cells = self._typed(row)
            if cells is not None:
                self._misses = min(self._misses + 1, _PATIENCE)
                return cells
            self._misses -= 1
        return self._flattener(decoded_row(row), odd)

    def _typed(self, row: bytes) -> list[Any] | None:
        """Return the cells of a row that fits; ``None`` for any other."""
        try:
            fields = self._decode(row)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        try:
            cells = [*self._cells(fields), None]
        except AttributeError:  # an object is null
            _fill(fields, self._shape)
            cells = [*self._cells(fields), None]
        for cell, convert in self._conversions:
            value = cells[cell]
            if value is not None:
                value = cells[cell] = convert(value)
                if value is ODD:
                    return None
        return cells


def _shape(tree: Tree, *, forbids_unknown: bool) -> _Shape:
    """Return the shape of an object: attributes are numbered, since names can be any text."""
    fields: list[tuple[str, Any, Any]] = []
    below: dict[str, _Shape] = {}
    for number, (name, node) in enumerate(tree.items()):
        attribute = f"f{number}"
        if is_record(node):
            inner = below[attribute] = _shape(node, forbids_unknown=forbids_unknown)
            field = msgspec.field(name=name, default_factory=inner.kind)
            fields.append((attribute, inner.kind | None, field))
        elif node.cell < 0:
            fields.append((attribute, msgspec.Raw, msgspec.field(name=name, default=None)))
        else:
            field = msgspec.field(name=name, default=None)
            fields.append((attribute, _EXACT.get(node.convert, Any), field))
    kind = msgspec.defstruct("Row", fields, forbid_unknown_fields=forbids_unknown, gc=False)
    return _Shape(kind, below)


def _getter(names: list[str]) -> Callable[[Any], Sequence[Any]]:
    """Return a function that returns the values of dotted attributes."""
    if len(names) > 1:
        return attrgetter(*names)
    getters = [*map(attrgetter, names)]  # for one name alone, it returns the value itself
    return lambda fields: [get(fields) for get in getters]


def _leaves(tree: Tree, prefix: str) -> Iterator[tuple[str, Leaf]]:
    """Yield the dotted attributes of the values that have a cell."""
    for number, node in enumerate(tree.values()):
        if is_record(node):
            yield from _leaves(node, f"{prefix}f{number}.")
        elif node.cell >= 0:
            yield f"{prefix}f{number}", node


def _fill(fields: Any, shape: _Shape) -> None:
    """Replace the objects that are null by empty ones."""
    for attribute, inner in shape.below.items():
        value = getattr(fields, attribute)
        if value is None:
            setattr(fields, attribute, inner.kind())
        else:
            _fill(value, inner)
