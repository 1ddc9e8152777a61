"""Arrow data and Parquet files by arro3. Imported only when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import IO, Any

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema, Table
from arro3.io import write_parquet

from cnct.data.arrow_library import DECIMAL_TYPE, ROW_GROUP, Cells
from cnct.data.column_types import CONVERTERS, ODD, ColumnType
from cnct.data.columns import Columns
from cnct.data.flattener import Converter

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

# arro3 builds no arrays of these types from Python objects; it casts arrays of others.
_CAST_FROM: dict[ColumnType, DataType] = {
    "decimal": DataType.string(),
    "datetime": DataType.int64(),
    "date": DataType.int32(),
}

_COMPRESSIONS = {
    "zstd": "zstd(1)",
    "gzip": "gzip(6)",
    "brotli": "brotli(1)",
    "lz4": "lz4_raw",
}


def _microseconds(value: Any) -> Any:
    moment = CONVERTERS["datetime"](value)
    return ODD if moment is ODD else (moment - _EPOCH) // _MICROSECOND


def _days(value: Any) -> Any:
    day = CONVERTERS["date"](value)
    return ODD if day is ODD else day.toordinal() - _FIRST_DAY


def _digits(value: Any) -> Any:
    number = CONVERTERS["decimal"](value)
    return ODD if number is ODD else format(number, "f")  # arro3 reads no exponents


class Arro3Tables:
    """Builds Arrow data with arro3; see `cnct.data.arrow_library.ArrowLibrary`."""

    converters: Mapping[ColumnType, Converter] = {
        "datetime": _microseconds,
        "date": _days,
        "decimal": _digits,
    }

    def batch(self, columns: Columns, rows: Cells) -> RecordBatch:
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
        self, file: IO[bytes], columns: Columns, batches: Iterator[Any], compression: str
    ) -> None:
        """Write record batches as Parquet."""
        write_parquet(
            self.reader(columns, batches),
            file,
            compression=_COMPRESSIONS.get(compression, compression),
            max_row_group_size=ROW_GROUP,
        )


def _schema(columns: Columns) -> Schema:
    return Schema([Field(column.name, _TYPES[column.type]) for column in columns.columns])


def _array(cells: Sequence[Any], type_: ColumnType) -> Array:
    """Return the cells of a column as an Arrow array."""
    if type_ in _CAST_FROM:
        return Array(cells, _CAST_FROM[type_]).cast(_TYPES[type_])
    return Array(cells, _TYPES[type_])
