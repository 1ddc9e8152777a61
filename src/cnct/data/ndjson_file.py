"""Writes ndjson: a JSON document on each line. Rows without a choice of columns stay as sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

import msgspec

from cnct.data.column_types import TEXT_CONVERTERS
from cnct.data.columns import Columns
from cnct.data.json_rows import json_lines, json_text
from cnct.data.row_file import RowFile


class NdjsonFile(RowFile):
    """Lines of JSON.

    Without columns, the bytes of a row are those of the response, and the row is not decoded. With
    columns, a line is a flat object with all of them.
    """

    needs_columns = False

    def begin(self, file: IO[bytes], columns: Columns | None) -> None:
        """Store the file; ndjson has no head."""
        self._file = file
        self._columns = columns
        if columns is not None:
            self._decode = columns.decoder(TEXT_CONVERTERS)

    def write(self, rows: Sequence[bytes]) -> None:
        """Write a line for each row."""
        if self._columns is None:
            self._file.write(json_lines(rows))
        else:
            self._file.write(b"".join([self._line(self._columns, row) for row in rows]))

    def _line(self, columns: Columns, row: bytes) -> bytes:
        values = self._decode(row, self.odd)
        line = {
            column.name: msgspec.Raw(value.encode()) if column.type == "json" and value else value
            for column, value in zip(columns.columns, values, strict=True)
        }
        return json_text(line).encode() + b"\n"

    def finish(self) -> None:
        """Do nothing: ndjson has no end."""
