"""Flattens rows: puts the values of nested objects into the cells of columns. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnct.data.column_types import CONVERTERS, ODD, ColumnType
from cnct.data.json_rows import json_text
from cnct.openapi.shapes import Record, is_record

WHOLE_ROW = "(row)"
"""Name under which a row that is no object is counted."""

Converter: TypeAlias = Callable[[Any], Any]
"""Returns the value of a cell for a JSON value other than null, or ``ODD``."""

_Path: TypeAlias = tuple[str, ...]
Tree: TypeAlias = dict[str, Any]  # a Leaf, or the tree of an object, by name


class Leaf(NamedTuple):
    """The place of a value: a cell, a type that needs no conversion, a converter.

    The cell is -1 for a field of the document that was not chosen.
    """

    cell: int
    exact: type | None
    convert: Converter


_EXACT: dict[Any, type] = {CONVERTERS["string"]: str, CONVERTERS["boolean"]: bool}
_UNSEEN = Leaf(-1, None, json_text)


class Flattener:
    """A function that returns the cells of a decoded row. Can be pickled.

    Args:
        fields: Path and type of each cell but the last.
        hidden: Paths that are known and have no cell; ``None`` hides unknown fields, too.
        converters: Converters that replace `CONVERTERS`, by type.
    """

    def __init__(
        self,
        fields: Iterable[tuple[_Path, ColumnType]],
        hidden: Iterable[_Path] | None,
        converters: Mapping[ColumnType, Converter] | None = None,
    ) -> None:
        by_type = {**CONVERTERS, **(converters or {})}
        self.keeps_unknown = hidden is not None
        self.tree: Tree = {}
        self._width = 1
        for path in hidden or ():
            _plant(self.tree, path, _UNSEEN)
        for cell, (path, type_) in enumerate(fields):
            convert = by_type[type_]
            _plant(self.tree, path, Leaf(cell, _EXACT.get(convert), convert))
            self._width += 1

    def __call__(self, row: Any, odd: dict[str, int] | None = None) -> list[Any]:
        """Return the cells of a row; see `Columns.values`."""
        cells: list[Any] = [None] * self._width
        rest = self._fill(cells, row, self.tree) if is_record(row) else row
        if rest is not None:
            cells[-1] = json_text(rest)
            if odd is not None:
                _count(rest, self.tree, "", odd)
        return cells

    def _fill(  # noqa: C901 - one function, since it runs for every value
        self, cells: list[Any], values: Record, tree: Tree
    ) -> Record | None:
        """Put values into cells, and return the odd and unknown ones, or ``None``."""
        rest: Record = {}
        for name, value in values.items():
            if value is None:
                continue
            node = tree.get(name)
            if type(node) is Leaf:
                cell, exact, convert = node
                if cell < 0:
                    continue
                if type(value) is exact:
                    cells[cell] = value
                    continue
                converted = convert(value)
                if converted is ODD:
                    rest[name] = value
                else:
                    cells[cell] = converted
            elif node is None:
                if self.keeps_unknown:
                    rest[name] = value
            elif is_record(value):
                below = self._fill(cells, value, node)
                if below is not None:
                    rest[name] = below
            else:
                rest[name] = value
        return rest or None


def _plant(tree: Tree, path: Sequence[str], leaf: Leaf) -> None:
    """Put a leaf into a tree."""
    *above, name = path
    for step in above:
        tree = tree.setdefault(step, {})
    tree[name] = leaf


def _count(rest: Any, tree: Tree, prefix: str, odd: dict[str, int]) -> None:
    """Count the values that have no column or another type."""
    if not is_record(rest):
        odd[WHOLE_ROW] = odd.get(WHOLE_ROW, 0) + 1
        return
    for name, value in rest.items():
        below = tree.get(name)
        if is_record(below) and is_record(value):
            _count(value, below, f"{prefix}{name}.", odd)
        else:
            field = f"{prefix}{name}"
            odd[field] = odd.get(field, 0) + 1
