"""Reads and writes the file of a cassette: whole or not at all, and never with an API key."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cnct.exceptions import CassetteError
from cnct.testing.cassettes.cassette_format import Contents, from_text, to_text
from cnct.testing.cassettes.secret_forms import forms_of

_SUFFIXES = (".yaml", ".yml", ".json")


def checked_path(path: Any) -> Path:
    """Return the path of a cassette.

    Raises:
        TypeError: If the path is no path.
        ValueError: If the name ends with neither ``.yaml``, ``.yml`` nor ``.json``.
    """
    if not isinstance(path, str) and not hasattr(path, "__fspath__"):
        kind: str = type(path).__name__
        raise TypeError(f"path must be a path like 'cassettes/report.yaml', not {kind}")
    file = Path(path)
    if file.suffix.lower() not in _SUFFIXES:
        raise ValueError(f"path must end with .yaml or .json, not {file.name!r}")
    return file


def check_writable(path: Path) -> None:
    """Make the directory of a cassette, before anything is recorded.

    Raises:
        CassetteError: If the cassette could not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = _part_of(path)
        part.touch()
        part.unlink()
    except OSError as error:
        raise CassetteError(f"{path} cannot be recorded: {error}") from error
    if path.is_dir():
        raise CassetteError(f"{path} is a directory: name a file in it")


def read(path: Path, name: str) -> Contents:
    """Read a cassette.

    Args:
        path: The file.
        name: The file's name for messages.

    Raises:
        CassetteError: If the file cannot be read, or is no cassette.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CassetteError(f"{name} cannot be read: {error.strerror}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CassetteError(f"{name}, line {line}: is not UTF-8") from error
    return from_text(text, name)


def write(path: Path, contents: Contents, keys: Iterable[str]) -> None:
    """Write a cassette, unless it has an API key in it.

    Raises:
        CassetteError: If a key has escaped the scrubbing, or a body cannot be written.
        OSError: If the file cannot be written.
    """
    text = to_text(contents, as_json=path.suffix.lower() == ".json")
    position = forms_of(frozenset(keys)).position(text)
    if position is not None:
        line = text.count("\n", 0, position) + 1
        raise CassetteError(f"line {line} would have the API key in it")
    part = _part_of(path)
    try:
        with part.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _part_of(path: Path) -> Path:
    """Return the incomplete file, which each process has for itself."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")
