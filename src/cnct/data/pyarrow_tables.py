"""Arrow data and Parquet files by pyarrow, for environments that have no arro3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import IO, Any

from cnct.data.arrow_library import DECIMAL_TYPE, ROW_GROUP, Cells
from cnct.data.column_types import ColumnType
from cnct.data.columns import Columns
from cnct.data.flattener import Converter

_arrow: Any = import_module("pyarrow")  # few environments have its types

_TYPES: dict[ColumnType, Any] = {
    "string": _arrow.string(),
    "integer": _arrow.int64(),
    "decimal": _arrow.decimal128(*DECIMAL_TYPE),
    "float": _arrow.float64(),
    "boolean": _arrow.bool_(),
    "datetime": _arrow.timestamp("us", tz="UTC"),
    "date": _arrow.date32(),
    "json": _arrow.string(),
}


class PyarrowTables:
    """Builds Arrow data with pyarrow; see `cnct.data.arrow_library.ArrowLibrary`."""

    converters: Mapping[ColumnType, Converter] = {}

    def schema(self, columns: Columns) -> Any:
        """Return the Arrow schema of columns."""
        return _arrow.schema([(column.name, _TYPES[column.type]) for column in columns.columns])

    def batch(self, columns: Columns, rows: Cells) -> Any:
        """Return a record batch of rows."""
        schema = self.schema(columns)
        values = zip(*rows, strict=True) if rows else ((),) * len(columns.columns)
        arrays = [
            _arrow.array(cells, field.type) for cells, field in zip(values, schema, strict=True)
        ]
        return _arrow.RecordBatch.from_arrays(arrays, schema=schema)

    def reader(self, columns: Columns, batches: Iterator[Any]) -> Any:
        """Return a stream of record batches."""
        return _arrow.RecordBatchReader.from_batches(self.schema(columns), batches)

    def write_parquet(
        self, file: IO[bytes], columns: Columns, batches: Iterator[Any], compression: str
    ) -> None:
        """Write record batches as Parquet."""
        parquet: Any = import_module("pyarrow.parquet")
        codec = "none" if compression == "uncompressed" else compression
        with parquet.ParquetWriter(file, self.schema(columns), compression=codec) as writer:
            for group in _groups(batches):
                table = _arrow.Table.from_batches(group, schema=self.schema(columns))
                writer.write_table(table, row_group_size=ROW_GROUP)


def _groups(batches: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield the batches of a row group each: pyarrow begins a new one with each table."""
    group: list[Any] = []
    for batch in batches:
        group.append(batch)
        if sum(part.num_rows for part in group) >= ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


LIBRARY = PyarrowTables()
