"""Plans the upload of a directory: which files, under which names. Sends nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from cnct.client.transfers.call_options import CallOptions, check_call
from cnct.client.transfers.upload_options import file_arguments
from cnct.client.transfers.upload_targets import UploadTarget
from cnct.client.work.items import each_plan
from cnct.client.work.job import OnError
from cnct.client.work.outcomes import Id, Summary
from cnct.client.work.progress import ShowsProgress
from cnct.client.work.runs import Plan

if TYPE_CHECKING:
    from cnct.client.base_client import BaseClient

Fields: TypeAlias = Mapping[str, Any] | Callable[[Path], Mapping[str, Any] | None] | None
"""Further form fields of an upload, or a function that returns those of a file."""


class _JobOptions(TypedDict, total=False):
    """Keyword arguments of `Collection.upload_directory` for the job; see `ResourceSet.process`."""

    concurrency: int
    recheck: Callable[[Path], Any]
    on_error: OnError
    journal: str | os.PathLike[str] | None
    progress: ShowsProgress
    name: str | None
    journal_restart: bool


class DirectoryOptions(_JobOptions, CallOptions, total=False):
    """Keyword arguments of `Collection.upload_directory`."""

    content_type: str | None
    data: Fields
    method: str | None


_OWN = DirectoryOptions.__annotations__.keys() - CallOptions.__annotations__.keys()
_OF_JOB = _JobOptions.__annotations__.keys()
_OF_FILES = CallOptions.__annotations__.keys() | {"content_type", "data"}


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
        options: The other arguments of the call.

    Attributes:
        files: The files, in the order of their paths.
        uploads: The result.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If the pattern is blank, or leaves the directory.
        OSError: If there is no such directory, or it cannot be read.
    """

    def __init__(
        self, folder: str | os.PathLike[str], pattern: str, options: DirectoryOptions
    ) -> None:
        self._options: dict[str, Any] = _checked_options(options)
        self._place = "", ""
        self._target = UploadTarget("POST", None)
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

    def aim(self, client: BaseClient[Any, Any, Any], path: str, target: UploadTarget) -> None:
        """Set the place of the files, and check the arguments that are those of each upload.

        Args:
            client: The client.
            path: Path of the collection.
            target: The place of a file in a call.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If an argument has an invalid value.
        """
        self._place, self._target = (client.endpoint, path), target
        options = self._of_each()
        if callable(options.get("data")):
            del options["data"]
        call = file_arguments(options, target.field).call
        client._request(target.method, path, call, is_checked=True)

    def _of_each(self) -> dict[str, Any]:
        return {name: value for name, value in self._options.items() if name in _OF_FILES}

    def upload(self, file: Path) -> tuple[UploadTarget, Path, dict[str, Any]]:
        """Return the arguments of `Uploading` for a file; calls the user's function for fields."""
        options = self._of_each()
        data = options.get("data")
        return self._target, file, {**options, "data": data(file) if callable(data) else data}

    def plan(
        self, send: Callable[[Path], Any], read: Callable[..., Any], *, is_async: bool
    ) -> Plan:
        """Return the job.

        Args:
            send: Uploads a file.
            read: Reads the items of a job.
            is_async: Whether ``send`` is asynchronous.

        Raises:
            TypeError: If an option is of the wrong type.
            ValueError: If an option has an invalid value.
        """
        endpoint, path = self._place
        settings: Any = {name: value for name, value in self._options.items() if name in _OF_JOB}
        settings |= {"summary": self.uploads, "key": self._key}
        plan = each_plan(endpoint, self._to_send(), send, read, is_async=is_async, **settings)
        name = self._options.get("name") or f"upload {self._root.resolve() / self._pattern}"
        identity = {"endpoint": endpoint, "path": path, "query": "", "function": name}
        return plan._replace(identity=identity)

    def _to_send(self) -> list[Path]:
        """Return the files but the journal of this upload, which changes while it runs."""
        journal: Any = self._options.get("journal")
        if not (isinstance(journal, str) or hasattr(journal, "__fspath__")):
            return self.files
        place = Path(journal).resolve()
        return [file for file in self.files if file.resolve() != place]


def _checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    check_call("upload_directory", options, _OWN)
    recheck = options.get("recheck")
    if recheck is not None and not callable(recheck):
        raise TypeError(
            "recheck must be a function that takes the path of a file and returns the path, or"
            f" None to leave the file out, not {recheck!r}"
        )
    return {**options}


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
