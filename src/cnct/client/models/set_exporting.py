"""Base of the exports of sets: one file, or several of which each has a part of the set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from cnct.client.work.progress import ShowsProgress
    from cnct.data.columns import Choice
    from cnct.data.exported import Exported

    class ReadingOptions(TypedDict):
        """Arguments that all formats share; see `ResourceSet.to_csv`."""

        by: str | None
        concurrency: int | None
        columns: Choice | None
        progress: ShowsProgress
        partitions: int | None
        most: int | None
        restart: bool


class SyncSetExporting:
    """Base of the exports of a `ResourceSet`."""

    def _export(
        self,
        path: str | os.PathLike[str],
        form: str,
        options: dict[str, Any],
        reading: ReadingOptions,
    ) -> Exported:
        """Export to a file, or to a directory for parts."""
        rows: Any = self
        if _has_parts(reading):
            from cnct.client.work.part_exports import (  # noqa: PLC0415 - few programs export
                SyncPartsExport,
            )

            rows._client._check_progress_file(path)
            return SyncPartsExport(rows, path, form, options=options, **reading).run()
        from cnct.client.work.exports import SyncSetExport  # noqa: PLC0415 - few programs export

        return SyncSetExport(rows, path, form, options=options, **_of_file(reading)).run()


class AsyncSetExporting:
    """Async twin of `SyncSetExporting`."""

    async def _export(
        self,
        path: str | os.PathLike[str],
        form: str,
        options: dict[str, Any],
        reading: ReadingOptions,
    ) -> Exported:
        """Export to a file or directory. Async twin of `SyncSetExporting._export`."""
        rows: Any = self
        if _has_parts(reading):
            from cnct.client.work.part_exports import (  # noqa: PLC0415 - few programs export
                AsyncPartsExport,
            )

            rows._client._check_progress_file(path)
            return await AsyncPartsExport(rows, path, form, options=options, **reading).run()
        from cnct.client.work.exports import AsyncSetExport  # noqa: PLC0415 - few programs export

        return await AsyncSetExport(rows, path, form, options=options, **_of_file(reading)).run()


def _has_parts(reading: ReadingOptions) -> bool:
    if reading["partitions"] is None and reading["most"] is None:
        if reading["restart"]:
            raise ValueError("restart is for directories: pass partitions or most too")
        return False
    return True


def _of_file(reading: ReadingOptions) -> dict[str, Any]:
    """Return the arguments for a single file."""
    return {name: reading[name] for name in ("by", "concurrency", "columns", "progress")}
