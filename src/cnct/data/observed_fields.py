"""Observes the fields of decoded rows and their types, where there is no document. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias, get_args

from cnct.data.column_types import ColumnType, value_type
from cnct.openapi.shapes import is_record

_FREQUENT = 20  # a type of less than a twentieth of the values is odd

_NAMES: dict[str, ColumnType] = {name: name for name in get_args(ColumnType)}
_Path: TypeAlias = tuple[str, ...]


class ObservedFields:
    """The fields of rows with the types of their values.

    Args:
        depth: Names in a path; deeper objects are JSON.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._fields: dict[str, _Field] = {}

    def add(self, row: Any) -> None:
        """Observe a row; one that is no object has no fields."""
        if is_record(row):
            self._add(row, self._fields, 1)

    def _add(self, values: dict[str, Any], fields: dict[str, _Field], depth: int) -> None:
        for name, value in values.items():
            field = fields.setdefault(name, _Field())
            if is_record(value) and depth < self._depth:
                field.objects += 1
                self._add(value, field.below, depth + 1)
            elif value is not None:
                field.types[value_type(value)] += 1

    def types(self) -> list[tuple[_Path, ColumnType]]:
        """Return paths and types of the columns, in the order in which they were first seen."""
        return [*_types(self._fields, ())]


class _Field:
    """A field: the number of its objects, the fields in these, and the types of other values."""

    def __init__(self) -> None:
        self.objects = 0
        self.below: dict[str, _Field] = {}
        self.types: Counter[ColumnType] = Counter()

    def frequent(self) -> set[str]:
        """Return the types that are not odd; an object is a type, too."""
        counts = {"object": self.objects, **{str(name): n for name, n in self.types.items()}}
        total = sum(counts.values())
        return {name for name, count in counts.items() if count and count * _FREQUENT >= total}


def _types(fields: dict[str, _Field], path: _Path) -> Iterator[tuple[_Path, ColumnType]]:
    for name, field in fields.items():
        frequent = field.frequent()
        if frequent == {"object"} and field.below:
            yield from _types(field.below, (*path, name))
        else:
            yield (*path, name), _joined(frequent)


def _joined(types: set[str]) -> ColumnType:
    """Return the type that holds the values of all types."""
    if len(types) == 1:
        return _NAMES.get(types.pop(), "json")
    if types and types <= {"integer", "decimal"}:
        return "decimal"
    return "string" if types and types <= {"string", "date", "datetime"} else "json"
