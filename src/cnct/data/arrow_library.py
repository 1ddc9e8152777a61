"""Chooses the library that builds Arrow data: arro3, or pyarrow where only that is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any, Protocol, TypeAlias

from cnct.data.column_types import ColumnType
from cnct.data.columns import Columns
from cnct.data.flattener import Converter
from cnct.exceptions import ExportError

Cells: TypeAlias = Sequence[list[Any]]
"""Cells of rows, as a `Flattener` with the converters of the library returns them."""

DECIMAL_TYPE = (38, 18)
"""Precision and scale of decimals; `Columns` puts all others into ``_extra``."""

ROW_GROUP = 10_000
"""Rows of a row group of a Parquet file, which are in memory until the group is written."""

BATCH_ROWS = 1_000
"""Rows of a record batch."""

COMPRESSIONS = ("zstd", "snappy", "gzip", "brotli", "lz4", "uncompressed")
"""Compressions of Parquet that both libraries write."""


class ArrowLibrary(Protocol):
    """Builds Arrow data and writes Parquet. Objects of the library are opaque to callers.

    Attributes:
        converters: Converters for cells as the library takes them.
    """

    @property
    def converters(self) -> Mapping[ColumnType, Converter]:
        """Converters for cells as the library takes them."""
        ...

    def schema(self, columns: Columns) -> Any:
        """Return the Arrow schema of columns; every field may be null."""
        ...

    def batch(self, columns: Columns, rows: Cells) -> Any:
        """Return a record batch of rows."""
        ...

    def reader(self, columns: Columns, batches: Iterator[Any]) -> Any:
        """Return a stream of record batches, each taken from the iterator when read."""
        ...

    def write_parquet(
        self, file: IO[bytes], columns: Columns, batches: Iterator[Any], compression: str
    ) -> None:
        """Write record batches as Parquet, each row group when full.

        Args:
            file: An empty binary file, which stays open.
            columns: Columns of the file.
            batches: Record batches of these columns.
            compression: One of `COMPRESSIONS`.
        """
        ...


# In the order of preference; imported when needed, since that takes 40 ms, and 200 ms for pyarrow.
_LIBRARIES = {
    "cnct.data.arro3_tables": ("arro3", "arro3.core", "arro3.io"),
    "cnct.data.pyarrow_tables": ("pyarrow",),
}


def arrow_library() -> ArrowLibrary:
    """Return the library to use.

    Raises:
        ExportError: If neither arro3 nor pyarrow is installed.
    """
    for module, packages in _LIBRARIES.items():
        if all(find_spec(package) for package in packages):
            library: ArrowLibrary = import_module(module).LIBRARY
            return library
    raise ExportError(
        "Parquet and Arrow need the packages of the extra parquet: pip install arro3-core arro3-io"
    )
