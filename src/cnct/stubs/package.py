"""Writes and checks the package of a document's types. The texts are built elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from cnct.openapi import OpenAPISpecs
from cnct.stubs.files import package_files
from cnct.stubs.headers import is_ours, origin

DEFAULT_FOLDER = "connect_types"

StrPath = str | os.PathLike[str]


class Choices(TypedDict, total=False):
    """The keyword arguments of `write`."""

    only: Iterable[str]
    asynchronous: bool
    filters: bool
    spec: str | Path | OpenAPISpecs | None


def write(
    path: StrPath = DEFAULT_FOLDER,
    *,
    only: Iterable[str] = (),
    asynchronous: bool = True,
    filters: bool = True,
    spec: str | Path | OpenAPISpecs | None = None,
) -> list[Path]:
    """Write a package with the types of an API, for type checkers and editors.

    Programs then import the client from there: ``from connect_types import ConnectClient``. The
    same document and arguments always give the same files.

    Args:
        path: Folder of the package, named like the package.
        only: Names of collections and namespaces, or paths such as ``tier/accounts``, to which the
            types are restricted; by default the whole document.
        asynchronous: Whether `AsyncConnectClient` has types too.
        filters: Whether the keywords of ``filter()`` have types.
        spec: The OpenAPI document: path, URL or loaded; by default Connect's published one.

    Returns:
        The files that were changed; none if the package was up to date.

    Raises:
        SpecError: If the document cannot be read.
        UnknownNameError: If the document has nothing at a path of ``only``.
        ValueError: If the folder's name is no name of a package.
        FileExistsError: If there are files in the folder that `write` has not written.
        OSError: If a file cannot be written.
    """
    folder = Path(path)
    files = _files(folder, only, asynchronous, filters, spec)
    present = _present(folder)
    folder.mkdir(parents=True, exist_ok=True)
    changed: list[Path] = []
    for name, text in files.items():
        if present.pop(name, None) != text:
            _replace(folder / name, text)
            changed.append(folder / name)
    for name in present:
        (folder / name).unlink()
        changed.append(folder / name)
    return changed


def check(
    path: StrPath = DEFAULT_FOLDER,
    *,
    only: Iterable[str] = (),
    asynchronous: bool = True,
    filters: bool = True,
    spec: str | Path | OpenAPISpecs | None = None,
) -> str:
    """Return why the package at a path is out of date, for CI; empty text if up to date.

    Args:
        path: As for `write`; so with the other arguments.
        only: See `write`.
        asynchronous: See `write`.
        filters: See `write`.
        spec: See `write`.

    Raises:
        SpecError: As `write`; so with the other errors.
    """
    folder = Path(path)
    files = _files(folder, only, asynchronous, filters, spec)
    if not folder.is_dir():
        return "there is no such folder"
    return _difference(files, _present(folder))


def _files(
    folder: Path,
    only: Iterable[str],
    asynchronous: bool,
    filters: bool,
    spec: str | Path | OpenAPISpecs | None,
) -> dict[str, str]:
    name = folder.resolve().name
    if not name.isidentifier():
        raise ValueError(f"{name!r} cannot be the name of a package: write {DEFAULT_FOLDER!r}")
    if isinstance(only, str):
        raise TypeError(f"only must be a list of names, not text: write only=[{only!r}]")
    specs = spec if isinstance(spec, OpenAPISpecs) else OpenAPISpecs(spec)
    return package_files(specs, [*only], asynchronous=asynchronous, filters=filters)


def _present(folder: Path) -> dict[str, str]:
    """Return the texts of a package's files by name; none if there is no folder.

    Raises:
        FileExistsError: If a file is not of such a package.
    """
    if not folder.is_dir():
        return {}
    present: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        if file.name == "__pycache__":
            continue
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        if not file.is_file() or (text and not is_ours(text)):
            raise FileExistsError(
                f"{file} was not written by cnct stubs, which replaces whole folders: name another"
                " folder"
            )
        present[file.name] = text
    return present


def _difference(files: Mapping[str, str], present: Mapping[str, str]) -> str:
    if files == present:
        return ""
    for new, old in zip(origin(files), origin(present), strict=False):
        if new != old:
            return f"{old}, now {new}"
    if files.keys() - present.keys():
        return f"missing: {', '.join(sorted(files.keys() - present.keys()))}"
    names = [name for name, text in files.items() if present[name] != text]
    names += sorted(present.keys() - files.keys())
    return f"different: {', '.join(names)}"


def _replace(file: Path, text: str) -> None:
    """Write a file aside and move it into place, so that the file is whole or as before."""
    aside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
