"""Arrow data and Parquet files by arro3. Imported only when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import IO, Any

from cnct.data.arrow_library import DECIMAL_TYPE, ROW_GROUP, Cells
from cnct.data.column_types import CONVERTERS, ODD, ColumnType
from cnct.data.columns import Column, Columns
from cnct.data.flattener import Converter

_arrow: Any = import_module("arro3.core")  # its types need those of numpy
_io: Any = import_module("arro3.io")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = date(1970, 1, 1).toordinal()

_TYPES: dict[ColumnType, Any] = {
    "string": _arrow.DataType.string(),
    "integer": _arrow.DataType.int64(),
    "decimal": _arrow.DataType.decimal128(*DECIMAL_TYPE),
    "float": _arrow.DataType.float64(),
    "boolean": _arrow.DataType.bool(),
    "datetime": _arrow.DataType.timestamp("us", tz="UTC"),
    "date": _arrow.DataType.date32(),
    "json": _arrow.DataType.string(),
}

# arro3 builds no arrays of these types from Python objects; it casts arrays of others.
_CAST_FROM: dict[ColumnType, Any] = {
    "decimal": _arrow.DataType.string(),
    "datetime": _arrow.DataType.int64(),
    "date": _arrow.DataType.int32(),
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

    def schema(self, columns: Columns) -> Any:
        """Return the Arrow schema of columns."""
        return _arrow.Schema(
            [_arrow.Field(column.name, _TYPES[column.type]) for column in columns.columns]
        )

    def batch(self, columns: Columns, rows: Cells) -> Any:
        """Return a record batch of rows."""
        values = zip(*rows, strict=True) if rows else ((),) * len(columns.columns)
        pairs = zip(values, columns.columns, strict=True)
        arrays = [_array(cells, column) for cells, column in pairs]
        return _arrow.RecordBatch.from_arrays(arrays, schema=self.schema(columns))

    def reader(self, columns: Columns, batches: Iterator[Any]) -> Any:
        """Return a stream of record batches."""
        return _arrow.RecordBatchReader.from_batches(self.schema(columns), batches)

    def write_parquet(
        self, file: IO[bytes], columns: Columns, batches: Iterator[Any], compression: str
    ) -> None:
        """Write record batches as Parquet."""
        output = _Output(file)
        try:
            _io.write_parquet(
                self.reader(columns, output.checked(batches)),
                output,
                compression=_COMPRESSIONS.get(compression, compression),
                max_row_group_size=ROW_GROUP,
            )
        finally:
            output.check()


class _Output:
    """A file that keeps an error of writing: arro3 panics if `write` raises one.

    Args:
        file: The file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._error: OSError | None = None
        self.seek = file.seek  # arro3 recognises files by this method

    def flush(self) -> None:
        """Do nothing: the owner of the file flushes it."""

    def write(self, data: bytes) -> int:
        """Write, and keep the first error."""
        try:
            return self._file.write(data)
        except OSError as error:
            self._error = self._error or error
            return len(data)

    def check(self) -> None:
        """Raise the error.

        Raises:
            OSError: If a write failed.
        """
        if self._error is not None:
            raise self._error

    def checked(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches until a write fails."""
        for batch in batches:
            self.check()
            yield batch


def _array(cells: Sequence[Any], column: Column) -> Any:
    """Return the cells of a column as an Arrow array."""
    type_ = _TYPES[column.type]
    if column.type in _CAST_FROM:
        return _arrow.Array(cells, _CAST_FROM[column.type]).cast(type_)
    return _arrow.Array(cells, type_)


LIBRARY = Arro3Tables()
