"""The interface of file formats: begin with the columns, write pages of rows, finish. No calls.

A format module knows neither the network nor the name of the file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import IO

from cnct.data.columns import Columns
from cnct.exceptions import ExportError


class RowFile(ABC):
    """Writes rows in one format.

    Attributes:
        needs_columns: Whether `begin` needs columns, and cannot write rows as they came.
        most_rows: Largest number of rows in a file; ``None`` for no limit.
        odd: Number of values that went to ``_extra``, by dotted field.
    """

    needs_columns = True
    most_rows: int | None = None

    def __init__(self) -> None:
        self.odd: dict[str, int] = {}

    @abstractmethod
    def begin(self, file: IO[bytes], columns: Columns | None) -> None:
        """Write the head of the file.

        Args:
            file: An empty binary file.
            columns: The columns; ``None`` only if `needs_columns` is False.
        """

    @abstractmethod
    def write(self, rows: Sequence[bytes]) -> None:
        """Write rows, each the JSON of one row as sent by the server."""

    @abstractmethod
    def finish(self) -> None:
        """Write the end of the file, and leave the file open."""

    def abort(self) -> None:  # noqa: B027 - most formats hold nothing
        """End the writing of an incomplete file. Safe to call after `finish`."""

    def check_rows(self, count: int) -> None:
        """Refuse a number of rows that a file cannot hold.

        Raises:
            ExportError: If there are too many.
        """
        if self.most_rows is not None and count > self.most_rows:
            raise ExportError(
                f"{count:,} rows do not fit into this format, which has room for"
                f" {self.most_rows:,}: filter the set, write several files with partitions=, or"
                " choose another format"
            )
