"""Checks the arguments of downloads. Does no I/O, except to see whether a path is a directory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cnct.client._core.arguments import checked_bool
from cnct.client._core.headers import check_mapping
from cnct.client.transfers.byte_progress import ByteProgress
from cnct.client.transfers.call_options import CallOptions, check_call
from cnct.client.work.progress import ShowsProgress, checked_progress

_OWN_HEADERS = frozenset({"range", "if-range"})
_BODIES = frozenset({"json", "data", "files", "content"})
_OWN = frozenset({"overwrite", "progress", "resume"})


class DownloadOptions(CallOptions, total=False):
    """Keyword arguments of `ConnectClient.download`."""

    progress: ShowsProgress
    resume: bool
    overwrite: bool | None


class DownloadPlan(NamedTuple):
    """The arguments of a download, checked.

    Attributes:
        path: The file, or the directory for it.
        is_directory: Whether ``path`` is a directory.
        is_resource: Whether JSON would be the resource itself, not a file.
        progress: A function, or ``True`` for a bar.
        resume: Whether to continue the ``.part`` of an earlier run, and to leave one.
        overwrites: Whether an existing file is replaced.
        call: Keyword arguments of the call.
    """

    path: Path
    is_directory: bool
    is_resource: bool
    progress: ShowsProgress
    resume: bool
    overwrites: bool
    call: dict[str, Any]

    def new_progress(self) -> ByteProgress:
        """Return the progress of one download."""
        return ByteProgress(self.progress)


def download_plan(path: Any, options: Mapping[str, Any], *, is_resource: bool) -> DownloadPlan:
    """Return the arguments of a download, checked.

    Args:
        path: The file, or the directory for it.
        options: The `DownloadOptions`.
        is_resource: Whether JSON would be the resource itself, not a file.

    Raises:
        TypeError: If an argument is of the wrong type, or there is no such argument.
        ValueError: If ``path`` is empty, or an argument is not one of downloads.
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
    overwrite = options.get("overwrite")
    if overwrite is not None:
        checked_bool("overwrite", overwrite)
    return DownloadPlan(
        target,
        is_directory,
        is_resource,
        checked_progress(options.get("progress")),
        checked_bool("resume", options.get("resume", True)),
        # A name that a server chooses must not hit a file that is there for another reason.
        not is_directory if overwrite is None else overwrite,
        _checked_call(options),
    )


def _checked_call(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the call, none of which a download sets itself."""
    call = {name: options[name] for name in options.keys() - _OWN}
    headers: Any = call.get("headers") or {}
    check_mapping("headers", headers)
    own = [name for name in headers if str(name).lower() in _OWN_HEADERS]
    if own:
        raise ValueError(f"The header {own[0]} is set by the download: leave it out")
    bodies = sorted(name for name in _BODIES & call.keys() if call[name] is not None)
    if bodies:
        raise ValueError(f"A download sends no body: leave {bodies[0]} out")
    call = {name: call[name] for name in call.keys() - _BODIES}
    check_call("download", call, _OWN)
    return call
