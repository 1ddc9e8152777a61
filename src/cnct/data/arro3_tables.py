"""Arrow data and Parquet files by arro3. Imported only when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema, Table
from arro3.io import write_parquet

from cnct.data.arrow_library import DECIMAL_TYPE, ROW_GROUP, Rows
from cnct.data.column_types import ColumnType
from cnct.data.columns import Columns

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = date(1970, 1, 1).toordinal()

_TYPES: dict[ColumnType, DataType] = {
    "string": DataType.string(),
    "integer": DataType.int64(),
    "decimal": DataType.decimal128(*DECIMAL_TYPE),
    "float": DataType.float64(),
    "boolean": DataType.bool(),
    "datetime": DataType.timestamp("us", tz="UTC"),
    "date": DataType.date32(),
    "json": DataType.string(),
}


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _days(day: date) -> int:
    return day.toordinal() - _FIRST_DAY


def _digits(number: Decimal) -> str:
    return format(number, "f")  # arro3 reads no exponents


# arro3 has no constructor of these types from Python objects, and casts from other types.
_CASTS: dict[ColumnType, tuple[Callable[[Any], Any], DataType]] = {
    "decimal": (_digits, DataType.string()),
    "datetime": (_microseconds, DataType.int64()),
    "date": (_days, DataType.int32()),
}


class Arro3Tables:
    """Builds Arrow data with arro3; see `cnct.data.arrow_library.ArrowLibrary`."""

    def batch(self, columns: Columns, rows: Rows) -> RecordBatch:
        """Return a record batch of rows."""
        values = zip(*rows, strict=True) if rows else ((),) * len(columns.columns)
        types = (column.type for column in columns.columns)
        arrays = [_array(cells, type_) for cells, type_ in zip(values, types, strict=True)]
        return RecordBatch.from_arrays(arrays, schema=_schema(columns))

    def reader(self, columns: Columns, batches: Iterator[Any]) -> RecordBatchReader:
        """Return a stream of record batches."""
        return RecordBatchReader.from_batches(_schema(columns), batches)

    def table(self, columns: Columns, batches: Sequence[Any]) -> Table:
        """Return a table of record batches."""
        return Table.from_batches(batches, schema=_schema(columns))

    def write_parquet(
        self, path: str, columns: Columns, batches: Iterator[Any], compression: str
    ) -> None:
        """Write record batches to a Parquet file."""
        write_parquet(
            self.reader(columns, batches),
            path,
            compression="lz4_raw" if compression == "lz4" else compression,
            max_row_group_size=ROW_GROUP,
        )


def _schema(columns: Columns) -> Schema:
    return Schema([Field(column.name, _TYPES[column.type]) for column in columns.columns])


def _array(cells: Sequence[Any], type_: ColumnType) -> Array:
    """Return the values of a column as an Arrow array."""
    if type_ not in _CASTS:
        return Array(cells, _TYPES[type_])
    plain, plain_type = _CASTS[type_]
    values = [None if value is None else plain(value) for value in cells]
    return Array(values, plain_type).cast(_TYPES[type_])
