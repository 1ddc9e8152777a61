"""Exports of the resources of a set to files. Formats are in `cnct.data`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from cnct.client.models.set_exporting import AsyncSetExporting, SyncSetExporting

if TYPE_CHECKING:
    from cnct.client.models.set_exporting import ReadingOptions
    from cnct.client.work.progress import ShowsProgress
    from cnct.data.columns import Choice
    from cnct.data.exported import Exported


class SyncSetExports(SyncSetExporting):
    """The exports of a `ResourceSet`."""

    def to_ndjson(
        self,
        path: str | os.PathLike[str],
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
        progress: ShowsProgress = None,
        partitions: int | None = None,
        most: int | None = None,
        restart: bool = False,
    ) -> Exported:
        """Export the resources to a file with a JSON document on each line.

        Without ``columns``, a line has the bytes of the response; a resource that spans several
        lines is compacted. Arguments and errors are those of `to_csv`.

        Examples:
            ``client.requests.all().to_ndjson("requests.ndjson", concurrency=4)``
        """
        reading: ReadingOptions = {
            "by": by,
            "concurrency": concurrency,
            "columns": columns,
            "progress": progress,
            "partitions": partitions,
            "most": most,
            "restart": restart,
        }
        return self._export(path, "ndjson", {}, reading)

    def to_csv(
        self,
        path: str | os.PathLike[str],
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
        progress: ShowsProgress = None,
        partitions: int | None = None,
        most: int | None = None,
        restart: bool = False,
        delimiter: str = ",",
        quotechar: str = '"',
        quoting: Literal[0, 1, 2, 3] = 0,
        escapechar: str | None = None,
        lineterminator: str = "\n",
        encoding: str = "utf-8",
        bom: bool = False,
        plain_cells: bool = False,
    ) -> Exported:
        """Export the resources to a csv file.

        The file appears under its name when it is complete. Columns are those of the document, with
        dots for nested objects; lists are JSON. Values without a column, or of another type, are in
        the last column, ``_extra``, and are reported.

        A set without order, slice and ``overlap(False)`` is read in windows over the time of
        creation, as by `scan`, where the document allows that; any other set is read page by page.
        Rows are fetched anew, even if the set was read before.

        Args:
            path: The file; an existing one is replaced at the end. With ``partitions`` or
                ``most``, a directory.
            by: Field for the windows, see `scan`.
            concurrency: Calls at the same time; by default, the set's.
            columns: Names of columns, or of objects for all columns below; a dictionary has new
                names as its values. ``_extra`` is always the last column.
            progress: Receives a `Progress` after each page; ``True`` shows a bar on standard error,
                if that is a terminal.
            partitions: Number of files, each with a part of the set, see `partitions`. An
                interrupted export resumes with the files that are not in ``manifest.json``.
            most: Largest number of resources in a file, instead of ``partitions``.
            restart: Whether to delete the files of an earlier export in the directory first.
            delimiter: Character between cells.
            quotechar: Character around cells that need it.
            quoting: A constant of the module ``csv``, such as ``csv.QUOTE_ALL``.
            escapechar: Character before a delimiter in a cell, for ``csv.QUOTE_NONE``.
            lineterminator: End of a line.
            encoding: Encoding of the file.
            bom: Whether the file begins with a byte order mark, by which Excel recognises UTF-8.
            plain_cells: Whether text that begins with ``= + - @``, a tab or a carriage return is
                left as it is. By default, it gets an apostrophe before it, since spreadsheets run
                it as a formula. Numbers never do.

        Returns:
            The file, the number of rows, and the number of values in ``_extra`` by field.

        Raises:
            ExportError: If the directory is missing, the path is a directory (for parts: a file),
                or a cell has no place in dialect or encoding.
            InvalidCallError: If the document has no such column.
            TypeError: If an argument is of the wrong type.
            ValueError: If an argument has an invalid value, or ``by`` is passed for a slice.
            NotScannableError: If the list cannot be cut by ``by``.
            JournalError: If the directory has another export, or a complete one.
            ClientError: If a call fails. No file is left then.

        Examples:
            ``client.requests.all().to_csv("requests.csv", columns=["id", "status"], bom=True)``
        """
        options = {
            "delimiter": delimiter,
            "quotechar": quotechar,
            "quoting": quoting,
            "escapechar": escapechar,
            "lineterminator": lineterminator,
            "encoding": encoding,
            "bom": bom,
            "plain_cells": plain_cells,
        }
        reading: ReadingOptions = {
            "by": by,
            "concurrency": concurrency,
            "columns": columns,
            "progress": progress,
            "partitions": partitions,
            "most": most,
            "restart": restart,
        }
        return self._export(path, "csv", options, reading)


class AsyncSetExports(AsyncSetExporting):
    """Async twin of `SyncSetExports`, the exports of an `AsyncResourceSet`."""

    async def to_ndjson(
        self,
        path: str | os.PathLike[str],
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
        progress: ShowsProgress = None,
        partitions: int | None = None,
        most: int | None = None,
        restart: bool = False,
    ) -> Exported:
        """Export the resources to a file with a JSON document on each line.

        Async twin of `ResourceSet.to_ndjson`.
        """
        reading: ReadingOptions = {
            "by": by,
            "concurrency": concurrency,
            "columns": columns,
            "progress": progress,
            "partitions": partitions,
            "most": most,
            "restart": restart,
        }
        return await self._export(path, "ndjson", {}, reading)

    async def to_csv(
        self,
        path: str | os.PathLike[str],
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
        progress: ShowsProgress = None,
        partitions: int | None = None,
        most: int | None = None,
        restart: bool = False,
        delimiter: str = ",",
        quotechar: str = '"',
        quoting: Literal[0, 1, 2, 3] = 0,
        escapechar: str | None = None,
        lineterminator: str = "\n",
        encoding: str = "utf-8",
        bom: bool = False,
        plain_cells: bool = False,
    ) -> Exported:
        """Export the resources to a csv file. Async twin of `ResourceSet.to_csv`."""
        options = {
            "delimiter": delimiter,
            "quotechar": quotechar,
            "quoting": quoting,
            "escapechar": escapechar,
            "lineterminator": lineterminator,
            "encoding": encoding,
            "bom": bom,
            "plain_cells": plain_cells,
        }
        reading: ReadingOptions = {
            "by": by,
            "concurrency": concurrency,
            "columns": columns,
            "progress": progress,
            "partitions": partitions,
            "most": most,
            "restart": restart,
        }
        return await self._export(path, "csv", options, reading)
