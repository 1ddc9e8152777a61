"""An export in a directory: a file for each part of a set, and ``manifest.json``.

The manifest is written before the first file and after each one, so that a run resumes where
another one was killed. Fetches nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from cnct.data.columns import Columns
from cnct.data.exported import Exported
from cnct.data.part_plan import Part, PartPlan, plain_json
from cnct.data.whole_file import WholeFile
from cnct.exceptions import ExportError, JournalError
from cnct.openapi.shapes import Record
from cnct.text import listed

MANIFEST = "manifest.json"

_OURS = re.compile(r"(part-\d{5,}\.\w+|manifest\.json)(\.part)?")
_AGAIN = "pass restart=True to export anew, or name another directory"


class PartDirectory:
    """A directory with the files of an export; use it in a ``with`` block, which holds a lock.

    Args:
        path: The directory; created if missing.
        suffix: Suffix of the files.
        export: Identity of the export: JSON values by name.
        restart: Whether to delete the files of an earlier export first.

    Raises:
        ExportError: If the path is no directory, has other files, or another export is writing it.
        JournalError: If the directory has another export, a damaged or a complete one.
        OSError: If the directory cannot be read or written.
    """

    def __init__(
        self, path: str | os.PathLike[str], suffix: str, export: Record, *, restart: bool = False
    ) -> None:
        self.path = Path(path)
        self._suffix = suffix
        self._export: Record = plain_json(export)
        self._lock = threading.Lock()
        self._held = ExitStack()
        self._start = monotonic()
        self._plan = PartPlan({}, None, ())
        _make(self.path)
        _hold(self.path, self._held)
        try:
            self._open(restart=restart)
        except BaseException:
            self._held.close()
            raise

    def _open(self, *, restart: bool) -> None:
        """Read the manifest, and delete the files that an interrupted or earlier run left."""
        names = sorted(path.name for path in self.path.iterdir())
        manifest = self.path / MANIFEST
        foreign = [name for name in names if not (_OURS.fullmatch(name) or name[0] == ".")]
        if foreign and MANIFEST not in names:
            raise ExportError(
                f"{str(self.path)!r} has other files ({listed(foreign)}): name an empty directory"
            )
        if MANIFEST in names and not restart:
            self._plan = self._checked_plan(manifest)
        ours = [name for name in names if _OURS.fullmatch(name)]
        incomplete = [name for name in ours if name.endswith(".part")]
        if not self.is_planned and not restart and len(ours) > len(incomplete):
            raise JournalError(
                f"{str(self.path)!r} has files of an export, and no manifest: {_AGAIN}"
            )
        manifest_first = sorted(ours if restart else incomplete, key=lambda name: name != MANIFEST)
        for name in manifest_first:
            (self.path / name).unlink()

    def _checked_plan(self, manifest: Path) -> PartPlan:
        """Return the plan of an interrupted export, in which damaged files are incomplete."""
        try:
            plan = PartPlan.read(manifest.read_text(encoding="utf-8"))
        except (JournalError, UnicodeDecodeError) as error:
            raise JournalError(f"{manifest}: {error}; {_AGAIN}") from error
        if differences := plan.differences(self._export):
            raise JournalError(
                f"{manifest} belongs to another export, with {', '.join(differences)}: {_AGAIN}"
            )
        checked = tuple(part if self._is_whole(part) else _reset(part) for part in plan.parts)
        if all(part.rows is not None for part in checked):
            raise JournalError(f"The export in {str(self.path)!r} is complete: {_AGAIN}")
        return plan._replace(parts=checked)

    def _is_whole(self, part: Part) -> bool:
        path = self.path / part.file
        return part.rows is not None and path.is_file() and _sha256(path) == part.sha256

    @property
    def is_planned(self) -> bool:
        """Whether there is an interrupted export to resume."""
        return bool(self._plan.parts)

    @property
    def columns(self) -> Columns | None:
        """The columns of rows without a document; ``None`` if there is a document."""
        return self._plan.columns

    @property
    def expected(self) -> int:
        """Number of rows of all parts."""
        return sum(part.expected if part.rows is None else part.rows for part in self._plan.parts)

    def plan(self, parts: Iterable[tuple[str, int]], columns: Columns | None) -> None:
        """Store the parts.

        Args:
            parts: Filter and number of rows of each part.
            columns: Columns of rows without a document.
        """
        files = tuple(
            Part(f"part-{number:05}.{self._suffix}", filter_, count)
            for number, (filter_, count) in enumerate(parts)
        )
        self._store(PartPlan(self._export, columns, files))

    def pending(self) -> Iterator[tuple[int, Part]]:
        """Yield the parts that are not complete, with their numbers."""
        for number, part in enumerate(self._plan.parts):
            if part.rows is None:
                yield number, part

    def complete(self, number: int, exported: Exported) -> None:
        """Store that the file of a part is complete. Safe to call from several threads."""
        with self._lock:
            part = self._plan.parts[number]._replace(
                rows=exported.rows,
                sha256=_sha256(Path(exported.path)),
                extra=dict(sorted(exported.extra.items())),
            )
            self._store(self._plan.completed(number, part))

    def exported(self) -> Exported:
        """Return the report of all files, those of an interrupted run too."""
        parts = self._plan.parts
        extra: Counter[str] = Counter()
        for part in parts:
            extra.update(part.extra)
        rows = sum(part.rows or 0 for part in parts)
        return Exported(str(self.path), rows, dict(extra), monotonic() - self._start)

    def _store(self, plan: PartPlan) -> None:
        self._plan = plan
        file = WholeFile(self.path / MANIFEST)
        try:
            file.file.write(plan.text().encode())
            file.commit()
        finally:
            file.discard()

    def __enter__(self) -> Self:
        """Return the directory."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self._held.close()


def _reset(part: Part) -> Part:
    return Part(part.file, part.filter, part.expected)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make(path: Path) -> None:
    """Create a directory if missing."""
    try:
        path.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise ExportError(
            f"There is no directory {str(path.parent)!r} for {path.name!r}: create it first"
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise ExportError(
            f"{str(path)!r} is no directory, and partitions are files in one: name a directory"
        ) from None


if sys.platform == "win32":

    def _hold(path: Path, held: ExitStack) -> None:
        """Do nothing: Windows cannot lock a directory."""

else:
    import fcntl

    def _hold(path: Path, held: ExitStack) -> None:
        """Lock a directory until a stack is closed."""
        descriptor = os.open(path, os.O_RDONLY)
        held.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            raise ExportError(
                f"Another export is writing {str(path)!r}: wait until it has ended, or name"
                " another directory"
            ) from None
