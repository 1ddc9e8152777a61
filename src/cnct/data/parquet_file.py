"""Writes Parquet: row groups as pages come, by the library that `arrow_library` chooses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import IO, Any

from cnct.data.arrow_library import BATCH_ROWS, COMPRESSIONS, arrow_library
from cnct.data.columns import Columns
from cnct.data.fed_file import FedFile
from cnct.text import did_you_mean


class ParquetFile(FedFile):
    """Rows by columns, with 10,000 rows in a row group.

    Integers have 64 bits, times are UTC with microseconds, decimals have 38 digits, 18 of them
    behind the point; everything may be null. Lists are JSON text.

    Args:
        compression: ``zstd``, ``snappy``, ``gzip``, ``brotli``, ``lz4`` or ``uncompressed``.

    Raises:
        ExportError: If neither arro3 nor pyarrow is installed.
        ValueError: If the compression has another name.
    """

    def __init__(self, *, compression: str = "zstd") -> None:
        super().__init__()
        if compression not in COMPRESSIONS:
            raise ValueError(
                f"There is no compression {compression!r}.{did_you_mean(compression, COMPRESSIONS)}"
            )
        self._compression = compression
        self._library = arrow_library()
        self._rows: list[list[Any]] = []

    def begin(self, file: IO[bytes], columns: Columns | None) -> None:
        """Start the writer."""
        if columns is None:
            raise TypeError("A Parquet file needs columns")
        self._decode = columns.decoder(self._library.converters)
        self._batch = partial(self._library.batch, columns)
        write, compression = self._library.write_parquet, self._compression
        self._feed(lambda batches: write(file, columns, batches, compression))

    def write(self, rows: Sequence[bytes]) -> None:
        """Write rows in batches, whose size does not depend on that of pages: nor do the bytes."""
        decode, odd = self._decode, self.odd
        self._rows += [decode(row, odd) for row in rows]
        while len(self._rows) >= BATCH_ROWS:
            batch, self._rows = self._rows[:BATCH_ROWS], self._rows[BATCH_ROWS:]
            self._fed.put(self._batch(batch))

    def finish(self) -> None:
        """Write the last rows and the end of the file."""
        if self._rows:
            self._fed.put(self._batch(self._rows))
        super().finish()
