"""The columns of a DataFrame: names and types for Spark, and record batches for Arrow. No I/O.

Layouts are sent to workers that may lack this package, so they consist of tuples and texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnct.data.column_types import DECIMAL_DIGITS, DECIMAL_PLACES, ColumnType
from cnct.data.columns import EXTRA, Column, Columns
from cnct.exceptions import InvalidCallError
from cnct.text import clean, did_you_mean

PlainColumn: TypeAlias = tuple[str, tuple[str, ...], ColumnType]
"""A `Column` as a plain tuple."""

PlainLayout: TypeAlias = tuple[tuple[PlainColumn, ...], tuple[PlainColumn, ...], str]
"""A `Layout` as plain tuples."""


class _Types(NamedTuple):
    """The names of a type in DDL of Spark, and in Arrow."""

    ddl: str
    arrow: str


_TYPES: dict[ColumnType, _Types] = {
    "string": _Types("string", "string"),
    "integer": _Types("bigint", "int64"),
    "decimal": _Types(
        f"decimal({DECIMAL_DIGITS},{DECIMAL_PLACES})",
        f"decimal128({DECIMAL_DIGITS}, {DECIMAL_PLACES})",
    ),
    "float": _Types("double", "double"),
    "boolean": _Types("boolean", "bool"),
    "datetime": _Types("timestamp", ""),  # see _IN_ZONE
    "date": _Types("date", "date32[day]"),
    "json": _Types("string", "string"),
}

_IN_ZONE = re.compile(r"timestamp\[us, tz=(.+)\]")
"""The Arrow type of times: Sail passes the zone of its session."""


class Layout(NamedTuple):
    """The columns of a DataFrame.

    Attributes:
        columns: The columns in order; the path of ``_extra`` is empty.
        others: Columns of the collection that the DataFrame does not have.
        zone: Time zone in the Arrow type of times; the values are the same in each.
    """

    columns: tuple[Column, ...]
    others: tuple[Column, ...] = ()
    zone: str = "UTC"

    @classmethod
    def of(cls, columns: Columns) -> Layout:
        """Return the layout with all columns, named as conditions are: ``asset__product__id``.

        A name that Spark, which ignores letter case, cannot distinguish gets underscores at the
        end.
        """
        taken = {EXTRA}
        renamed: list[Column] = []
        for column in columns.columns[:-1]:
            name = "__".join(column.path)
            while name.lower() in taken:
                name += "_"
            taken.add(name.lower())
            renamed.append(column._replace(name=name))
        return cls((*renamed, Column(EXTRA, (), "json")))

    @classmethod
    def from_plain(cls, plain: PlainLayout) -> Layout:
        """Return a layout from the tuples of `plain`."""
        *parts, zone = plain
        columns, others = (tuple(Column(*column) for column in part) for part in parts)
        return cls(columns, others, zone)

    @property
    def plain(self) -> PlainLayout:
        """The layout as tuples and texts."""
        return tuple(map(_plain, self.columns)), tuple(map(_plain, self.others)), self.zone

    @property
    def ddl(self) -> str:
        """The schema as Spark reads it from text."""
        return ", ".join(
            f"`{column.name.replace('`', '``')}` {_TYPES[column.type].ddl}"
            for column in self.columns
        )

    def without(self, paths: Iterable[tuple[str, ...]]) -> Layout:
        """Return the layout without the columns at or below some paths."""
        removed = {*paths}
        kept: list[Column] = []
        others = [*self.others]
        for column in self.columns:
            path = column.path
            is_removed = any(path[:end] in removed for end in range(1, len(path) + 1))
            (others if is_removed else kept).append(column)
        return Layout(tuple(kept), tuple(others), self.zone)

    def requested(self, schema: Any) -> Layout:
        """Return the columns that a schema names, in the same order.

        Args:
            schema: A ``StructType`` of Spark, or a schema of Arrow, which Sail passes.

        Raises:
            InvalidCallError: If the schema has another name or type.
        """
        by_name = {column.name.lower(): column for column in self.columns}
        columns: list[Column] = []
        zone = self.zone
        for name, type_ in _fields_of(schema):
            column = by_name.get(name.lower())
            if column is None:
                raise InvalidCallError(_unknown(name, self))
            in_zone = _IN_ZONE.fullmatch(type_)
            if in_zone and column.type == "datetime":
                zone = in_zone[1]
            elif type_ not in _TYPES[column.type]:
                raise InvalidCallError(
                    f"Column {clean(name)!r} is of type {_TYPES[column.type].ddl}, not"
                    f" {clean(type_)}: write that type, and cast the column of the DataFrame"
                )
            columns.append(column._replace(name=name))
        names = {column.path for column in columns}
        others = [column for column in self.columns if column.path not in names]
        return Layout(tuple(columns), (*self.others, *others), zone)

    def arrow_schema(self, pyarrow: Any) -> Any:
        """Return the schema for Arrow; all columns can be null."""
        return pyarrow.schema(
            [(column.name, _arrow_type(column.type, self.zone, pyarrow)) for column in self.columns]
        )

    def batch(self, cells: Iterable[Sequence[Any]], pyarrow: Any) -> Any:
        """Return the cells of rows, from `decoder`, as a record batch of Arrow."""
        schema = self.arrow_schema(pyarrow)
        values = zip(*cells, strict=True)
        arrays = [
            pyarrow.array(cells, type=field.type)
            for cells, field in zip(values, schema, strict=True)
        ]
        return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)

    def decoder(self) -> Callable[[bytes], Sequence[Any]]:
        """Return the function from the JSON of a row to its cells, in the order of the columns."""
        columns = [column for column in self.columns if column.path]
        has_extra = len(columns) < len(self.columns)
        others = [column for column in self.others if column.path]
        decode = Columns(columns, hidden=others if has_extra else None).decoder()
        if not has_extra:
            return lambda row: decode(row)[:-1]
        place = next(index for index, column in enumerate(self.columns) if not column.path)
        if place == len(columns):
            return decode

        def moved(row: bytes) -> list[Any]:
            *cells, extra = decode(row)
            return [*cells[:place], extra, *cells[place:]]

        return moved


def _plain(column: Column) -> PlainColumn:
    return column.name, column.path, column.type


def _fields_of(schema: Any) -> list[tuple[str, str]]:
    """Return names and types of a schema of Spark or Arrow."""
    if hasattr(schema, "fieldNames"):
        return [(field.name, field.dataType.simpleString()) for field in schema.fields]
    return [(field.name, str(field.type)) for field in schema]


def _unknown(name: str, layout: Layout) -> str:
    hidden = next((column for column in layout.others if "__".join(column.path) == name), None)
    if hidden:
        return (
            f"Column {clean(name)!r} is hidden or removed: write option('select',"
            f" {hidden.path[0]!r})"
        )
    names = [column.name for column in layout.columns]
    return f"There is no column {clean(name)!r}.{did_you_mean(name, names)}"


def _arrow_type(type_: ColumnType, zone: str, pyarrow: Any) -> Any:
    match type_:
        case "integer":
            return pyarrow.int64()
        case "decimal":
            return pyarrow.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES)
        case "float":
            return pyarrow.float64()
        case "boolean":
            return pyarrow.bool_()
        case "datetime":
            return pyarrow.timestamp("us", tz=zone)
        case "date":
            return pyarrow.date32()
        case _:
            return pyarrow.string()
