"""Exports of the resources of a set as tables: Parquet, Excel and Arrow."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from cnct.client.models.set_exporting import AsyncSetExporting, SyncSetExporting

if TYPE_CHECKING:
    from cnct.client.models.set_exporting import ReadingOptions
    from cnct.client.work.progress import ShowsProgress
    from cnct.data.arrow_rows import ArrowRows
    from cnct.data.columns import Choice
    from cnct.data.exported import Exported

Compression = Literal["zstd", "snappy", "gzip", "brotli", "lz4", "uncompressed"]


class SyncSetTables(SyncSetExporting):
    """The tables of a `ResourceSet`."""

    def to_parquet(
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
        compression: Compression = "zstd",
    ) -> Exported:
        """Export the resources to a Parquet file, with 10,000 rows in a row group.

        Integers have 64 bits, times are UTC with microseconds, decimals have 38 digits, 18 of them
        behind the point; lists are JSON text; everything may be null. Other arguments and errors
        are those of `to_csv`. Needs the extra ``parquet``, or pyarrow.

        Args:
            path: The file; with ``partitions`` or ``most``, a directory.
            by: Field for the windows.
            concurrency: Calls at the same time; of a directory, files at the same time.
            columns: Names of columns, or a dictionary with new names.
            progress: Receives a `Progress` after each page.
            partitions: Number of files, each with a part of the set.
            most: Largest number of resources in a file.
            restart: Whether to delete an earlier export in the directory first.
            compression: ``zstd``, ``snappy``, ``gzip``, ``brotli``, ``lz4`` or ``uncompressed``.

        Examples:
            ``client.requests.all().to_parquet("requests", partitions=8, concurrency=4)``
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
        return self._export(path, "parquet", {"compression": compression}, reading)

    def to_xlsx(
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
        sheet: str | None = None,
        long_text: Literal["error", "cut"] = "error",
    ) -> Exported:
        """Export the resources to an Excel workbook with one sheet.

        The header is bold and stays visible. Times are in UTC; integers beyond 2**53 and decimals
        of more than 15 digits, which Excel would change, are text; no text is taken for a formula
        or a link. The rows are counted first, since a sheet has 1,048,575 below its header. Other
        arguments and errors are those of `to_csv`. Needs the extra ``xlsx``.

        Args:
            path: The file; with ``partitions`` or ``most``, a directory.
            by: Field for the windows.
            concurrency: Calls at the same time; of a directory, files at the same time.
            columns: Names of columns, or a dictionary with new names.
            progress: Receives a `Progress` after each page.
            partitions: Number of files, each with a part of the set.
            most: Largest number of resources in a file.
            restart: Whether to delete an earlier export in the directory first.
            sheet: Name of the sheet; by default, the name of the collection.
            long_text: ``error`` refuses texts of more than 32,767 characters, which no cell holds;
                ``cut`` cuts them, with an `ExportWarning`.

        Raises:
            ExportError: As `to_csv`, and if there are too many rows, or a text is too long.

        Examples:
            ``client.requests.all().to_xlsx("requests.xlsx", columns=["id", "status"])``
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
        options = {"sheet": _sheet(self, sheet), "long_text": long_text}
        return self._export(path, "xlsx", options, reading)

    def arrow(
        self,
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
    ) -> ArrowRows:
        """Return the resources as Arrow data, for polars, DuckDB, pandas or pyarrow.

        The resources are read while such a library takes them, page by page, and anew by each
        library that takes them. Without a document, the first 1,000 are read at once, since they
        decide the columns. Columns and types are those of `to_parquet`.

        Args:
            by: Field for the windows.
            concurrency: Calls at the same time.
            columns: Names of columns, or a dictionary with new names.

        Raises:
            ExportError: If neither the extra ``parquet`` nor pyarrow is installed.
            InvalidCallError: If the document has no such column.

        Examples:
            ``polars.DataFrame(client.requests.all().arrow(concurrency=4))``
        """
        from cnct.client.work.arrow_export import SyncArrow  # noqa: PLC0415 - few programs need it

        rows: Any = self
        return SyncArrow(rows, by, concurrency).run(columns)


class AsyncSetTables(AsyncSetExporting):
    """Async twin of `SyncSetTables`."""

    async def to_parquet(
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
        compression: Compression = "zstd",
    ) -> Exported:
        """Export the resources to a Parquet file, with 10,000 rows in a row group.

        Async twin of `ResourceSet.to_parquet`.
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
        return await self._export(path, "parquet", {"compression": compression}, reading)

    async def to_xlsx(
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
        sheet: str | None = None,
        long_text: Literal["error", "cut"] = "error",
    ) -> Exported:
        """Export the resources to an Excel workbook with one sheet.

        Async twin of `ResourceSet.to_xlsx`.
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
        options = {"sheet": _sheet(self, sheet), "long_text": long_text}
        return await self._export(path, "xlsx", options, reading)

    async def arrow(
        self,
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
    ) -> ArrowRows:
        """Return the resources as Arrow data, for polars, DuckDB, pandas or pyarrow.

        Async twin of `ResourceSet.arrow`; reads all resources at once and keeps them, since these
        libraries await nothing.
        """
        from cnct.client.work.arrow_export import AsyncArrow  # noqa: PLC0415 - few programs need it

        rows: Any = self
        return await AsyncArrow(rows, by, concurrency).run(columns)


def _sheet(rows: Any, sheet: str | None) -> str:
    """Return the name of a sheet, by default that of the collection."""
    path: str = rows._path
    return path.rpartition("/")[2] if sheet is None else sheet
