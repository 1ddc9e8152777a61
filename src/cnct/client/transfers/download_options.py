"""Checks the arguments of downloads. Does no I/O, except to see whether a path is a directory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cnct.client._core.arguments import checked_bool
from cnct.client._core.headers import check_mapping
from cnct.client.transfers.byte_progress import ByteProgress
from cnct.client.transfers.call_options import check_call
from cnct.client.work.progress import ShowsProgress, checked_progress

_OWN_HEADERS = frozenset({"range", "if-range"})
_BODIES = frozenset({"json", "data", "files", "content"})
_OWN = ("overwrite", "path", "progress", "resume")


class DownloadOptions(NamedTuple):
    """The arguments of a download, checked.

    Attributes:
        path: The file, or the directory for it.
        is_directory: Whether ``path`` is a directory.
        is_resource: Whether JSON would be the resource itself, not a file.
        progress: A function, or ``True`` for a bar.
        resume: Whether to continue the ``.part`` of an earlier run, and to leave one.
        overwrites: Whether an existing file is replaced.
    """

    path: Path
    is_directory: bool
    is_resource: bool
    progress: ShowsProgress
    resume: bool
    overwrites: bool

    def new_progress(self) -> ByteProgress:
        """Return the progress of one download."""
        return ByteProgress(self.progress)


def download_options(
    path: Any, progress: Any, resume: Any, overwrite: Any, *, is_resource: bool
) -> DownloadOptions:
    """Return the arguments of a download.

    Raises:
        TypeError: If one is of the wrong type.
        ValueError: If ``path`` is empty.
    """
    example = "a path like 'report.xlsx', or a directory"
    try:
        target = Path(path)
    except TypeError as error:
        raise TypeError(f"path must be {example}, not {type(path).__name__}") from error
    text = path if isinstance(path, str) else str(target)
    if not text.strip() or "\0" in text:
        raise ValueError(f"path must be {example}, not {text!r}")
    is_directory = target.is_dir()
    ends = text.endswith(("/", os.sep))
    if ends and not is_directory:
        raise ValueError(f"There is no directory {text!r}: create it first, or name a file")
    if overwrite is not None:
        checked_bool("overwrite", overwrite)
    return DownloadOptions(
        target,
        is_directory,
        is_resource,
        checked_progress(progress),
        checked_bool("resume", resume),
        # A name that a server chooses must not hit a file that is there for another reason.
        not is_directory if overwrite is None else overwrite,
    )


def check_download_call(kwargs: Mapping[str, Any]) -> None:
    """Refuse arguments of a call that a download sets itself.

    Raises:
        TypeError: If the headers are no mapping, the timeout is no number, or a call has no such
            argument.
        ValueError: If there are any, or the timeout is negative.
    """
    headers: Any = kwargs.get("headers") or {}
    check_mapping("headers", headers)
    own = [name for name in headers if str(name).lower() in _OWN_HEADERS]
    if own:
        raise ValueError(f"The header {own[0]} is set by the download: leave it out")
    bodies = sorted(name for name in _BODIES & kwargs.keys() if kwargs[name] is not None)
    if bodies:
        raise ValueError(f"A download sends no body: leave {bodies[0]} out")
    check_call("download", {name: kwargs[name] for name in kwargs.keys() - _BODIES}, _OWN)
