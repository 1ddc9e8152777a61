"""The file of a download while it is incomplete, with the notes by which another run continues it.

Beside ``NAME.part`` is ``NAME.part.json``: where the bytes are from, and in which version.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from cnct.client.transfers.resumption import Resumption, Validator
from cnct.data.whole_file import WholeFile
from cnct.openapi.shapes import Record, is_record

_PART = ".part"
_NOTES = ".part.json"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class DownloadSource(NamedTuple):
    """The place that a file is downloaded from.

    Attributes:
        url: URL without query, user name and password.
        query: Hash of the query, which may contain a signature.
    """

    url: str
    query: str

    @classmethod
    def of(cls, url: str) -> DownloadSource:
        """Return the source for a URL."""
        path, _, query = url.partition("?")
        return cls(path, hashlib.sha256(query.encode()).hexdigest())


class DownloadPart:
    """A file that is downloaded, and gets its name when it is whole.

    Args:
        path: The file.
        source: Where the bytes come from; ``None`` to keep no notes and continue nothing.
        overwrites: Whether an existing file is replaced.

    Raises:
        ExportError: If the directory is missing, the path is no file, or another process or thread
            is writing it.
        FileExistsError: If there is a file that must not be replaced.
        OSError: If the file cannot be created.

    Attributes:
        path: The file, as passed.
    """

    def __init__(self, path: Path, source: DownloadSource | None, *, overwrites: bool) -> None:
        self.path = path
        self._source = source
        self._overwrites = overwrites
        if not overwrites and os.path.lexists(path):
            raise self._exists()
        self._file = WholeFile(path, continues=source is not None)
        self._notes = self._file.part.with_name(f"{self._file.part.name}.json")
        self._has_notes = False

    @property
    def part(self) -> str:
        """The path of the incomplete file."""
        return str(self._file.part)

    @property
    def can_be_continued(self) -> bool:
        """Whether another run can continue the file."""
        return self._has_notes

    def _exists(self) -> FileExistsError:
        return FileExistsError(
            f"{str(self.path)!r} exists: pass overwrite=True (cnct: --overwrite) to replace it,"
            " or another path"
        )

    def resumption(self) -> Resumption:
        """Return the state in which the file was left, and cut off bytes that are of no use."""
        notes = None if self._source is None else _notes(self._notes, self._source)
        resumption = Resumption()
        if notes is not None:
            total = notes["total"]
            validator = Validator(notes["etag"], notes["last_modified"])
            size = self._file.part.stat().st_size
            resumption = Resumption(size, validator, total)
            self._has_notes = True
        self._cut(resumption.position)
        return resumption

    def restart(self, validator: Validator, total: int | None) -> None:
        """Begin a version of the file from its first byte."""
        self._cut(0)
        self._has_notes = self._source is not None and bool(validator.condition)
        if not self._has_notes:
            self._notes.unlink(missing_ok=True)
            return
        notes = {**(self._source or DownloadSource("", ""))._asdict(), **validator._asdict()}
        text = json.dumps({**notes, "total": total, "boot": _boot()})
        with _named(self._notes):
            self._notes.write_text(text, encoding="utf-8")

    def _cut(self, size: int) -> None:
        self._file.file.seek(size)
        self._file.file.truncate()

    def write(self, data: bytes) -> None:
        """Append bytes, to outlive this process."""
        with _named(self._file.part):
            self._file.file.write(data)
            self._file.file.flush()

    def commit(self) -> None:
        """Write everything to the disk, and give the file its name.

        Raises:
            FileExistsError: If there is such a file by now, which must not be replaced.
        """
        try:
            with _named(self._file.part):
                self._file.commit(overwrites=self._overwrites)
        except FileExistsError:
            raise self._exists() from None
        self._notes.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file, and remove it unless it is whole or can be continued."""
        if self._has_notes:
            self._file.leave()
        elif not self._file.file.closed:
            self.drop()

    def drop(self) -> None:
        """Remove the incomplete file and its notes."""
        self._file.discard()
        self._notes.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Generator[None]:
    """Name the file in errors that the system raises without one, as for a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def continued_in(directory: Path, source: DownloadSource) -> Path | None:
    """Return the file in a directory that was begun from a source, ``None`` if there is none."""
    for notes in sorted(directory.glob(f"*{_NOTES}")):
        name = notes.name.removesuffix(_NOTES)
        if _notes(notes, source) is not None and notes.with_name(f"{name}{_PART}").is_file():
            return directory / name
    return None


def _notes(path: Path, source: DownloadSource) -> Record | None:
    """Return the notes at a path if they are of this source, else ``None``.

    A strong ETag names the version whatever the query, which differs between signed links. After a
    restart of the machine, bytes that never reached the disk may be zeros.
    """
    notes: Any = None
    with suppress(OSError, ValueError):
        notes = json.loads(path.read_text("utf-8"))
    texts = ("url", "query", "etag", "last_modified", "boot")
    if not is_record(notes) or not all(isinstance(notes.get(name), str) for name in texts):
        return None
    if not isinstance(notes.get("total"), int | None) or notes["boot"] != _boot():
        return None
    is_same_query = bool(notes["etag"]) or notes["query"] == source.query
    return notes if notes["url"] == source.url and is_same_query else None


def _boot() -> str:
    """Return a text that changes when the machine starts; empty where the system has none."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""
