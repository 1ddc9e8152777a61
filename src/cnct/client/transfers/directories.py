"""Plans the upload of a directory: which files, under which names. Sends nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, TypeAlias, TypedDict, Unpack

from cnct.client.work.items import each_plan
from cnct.client.work.job import OnError
from cnct.client.work.outcomes import Id, Summary
from cnct.client.work.progress import ShowsProgress
from cnct.client.work.runs import Plan
from cnct.client.work.settings import Options
from cnct.text import listed

Fields: TypeAlias = Mapping[str, Any] | Callable[[Path], Mapping[str, Any] | None] | None
"""Further form fields of an upload, or a function that returns those of a file."""


class DirectoryOptions(TypedDict, total=False):
    """Keyword arguments of `Collection.upload_directory` for the job; see `ResourceSet.process`."""

    concurrency: int
    recheck: Callable[[Path], Any]
    on_error: OnError
    journal: str | os.PathLike[str] | None
    progress: ShowsProgress
    name: str | None
    journal_restart: bool


@dataclass(slots=True, repr=False)
class Uploads(Summary):
    """The counts of the upload of a directory, and the responses by file.

    Attributes:
        results: Responses by the path of the file below the directory, with ``/``. A file that an
            earlier run of the journal has uploaded has none.
    """

    results: dict[Id, Any] = field(default_factory=dict[Id, Any])


class Directory:
    """The upload of a directory.

    Args:
        folder: The directory.
        pattern: As of `pathlib.Path.glob`: ``*.png``, or ``**/*`` with the directories below.
            Hidden files are left out, unless a name in the pattern begins with a dot.

    Attributes:
        files: The files, in the order of their paths.
        uploads: The result.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If the pattern is blank, or leaves the directory.
        OSError: If there is no such directory, or it cannot be read.
    """

    def __init__(self, folder: str | os.PathLike[str], pattern: str) -> None:
        self._root = _checked_folder(folder)
        self._pattern = _checked_pattern(pattern)
        self.files = sorted(self._files())
        self.uploads = Uploads()

    def _files(self) -> Iterator[Path]:
        shows_hidden = any(step.startswith(".") for step in PurePath(self._pattern).parts)
        for file in self._root.glob(self._pattern):
            is_hidden = any(step.startswith(".") for step in file.relative_to(self._root).parts)
            if file.is_file() and (shows_hidden or not is_hidden):
                yield file

    def add(self, file: Path, value: Any) -> Any:
        """Keep the response to a file, and return it."""
        self.uploads.results[self._key(file)] = value
        return value

    def _key(self, file: Path) -> str:
        """Return the path of a file below the directory."""
        return file.relative_to(self._root).as_posix()

    def _without(self, journal: Any) -> list[Path]:
        """Return the files but the journal of this upload, which changes while it runs."""
        if not (isinstance(journal, str) or hasattr(journal, "__fspath__")):
            return self.files
        place = Path(journal).resolve()
        return [file for file in self.files if file.resolve() != place]

    def plan(
        self,
        place: tuple[str, str],
        send: Callable[[Path], Any],
        read: Callable[..., Any],
        *,
        is_async: bool,
        **options: Unpack[DirectoryOptions],
    ) -> Plan:
        """Return the job.

        Args:
            place: Endpoint, and path of the collection.
            send: Uploads a file.
            read: Reads the items of a job.
            is_async: Whether ``send`` is asynchronous.
            **options: Settings of the job.

        Raises:
            TypeError: If an option is of the wrong type.
            ValueError: If an option has an invalid value.
        """
        endpoint, path = place
        unknown = sorted(options.keys() - DirectoryOptions.__annotations__.keys())
        if unknown:
            names = listed(sorted(DirectoryOptions.__annotations__))
            raise TypeError(f"upload_directory() takes no argument {unknown[0]!r}: use {names}")
        settings: Options = {**options, "summary": self.uploads, "key": self._key}
        files = self._without(options.get("journal"))
        plan = each_plan(endpoint, files, send, read, is_async=is_async, **settings)
        name = options.get("name") or f"upload {self._root.resolve() / self._pattern}"
        identity = {"endpoint": endpoint, "path": path, "query": "", "function": name}
        return plan._replace(identity=identity)


def _checked_folder(folder: Any) -> Path:
    if not (isinstance(folder, str) or hasattr(folder, "__fspath__")):
        raise TypeError(f"folder must be the path of a directory, not {type(folder).__name__}")
    path = Path(folder)
    try:
        with os.scandir(path):
            return path
    except NotADirectoryError as error:
        text = "folder is a file: upload() sends a single one"
        raise NotADirectoryError(errno.ENOTDIR, text, str(path)) from error
    except OSError as error:
        where = "" if path.is_absolute() else f", seen from {Path.cwd()}"
        text = f"folder cannot be read{where}: {error.strerror}"
        raise type(error)(error.errno, text, str(path)) from error


def _checked_pattern(pattern: Any) -> str:
    if not isinstance(pattern, str):
        raise TypeError(f"pattern must be a str like '*.png', not {type(pattern).__name__}")
    steps = PurePath(pattern).parts
    if not steps or ".." in steps or PurePath(pattern).anchor:
        raise ValueError(f"pattern must be like '*.png' or '**/*', below folder, not {pattern!r}")
    return pattern


def fields_of(data: Fields, file: Path) -> Mapping[str, Any] | None:
    """Return the form fields of the upload of a file."""
    return data(file) if callable(data) else data
