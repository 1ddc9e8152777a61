"""The header of each file: the document with version and hash, and the arguments of the command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from cnct.openapi import OpenAPISpecs
from cnct.text import clean

_BEGIN = "# written by `cnct stubs"
_LINES = 2  # that name the arguments and the document


def header(specs: OpenAPISpecs, only: Iterable[str], *, asynchronous: bool, filters: bool) -> str:
    """Return the comment at the top of each file."""
    options = [
        *(("--only", ",".join(only)) if only else ()),
        *(() if asynchronous else ("--no-async",)),
        *(() if filters else ("--no-filters",)),
    ]
    command = clean(" ".join(["cnct stubs", *map(shlex.quote, options)]))
    title, version = _line(specs.title), _line(specs.version)
    return (
        f"# written by `{command}`\n"
        f"# from the document {title} {version}, sha256 {specs.digest}\n"
        "# Run the command again instead of editing this file.\n"
        "# ruff: noqa\n"
        "# fmt: off\n"
        "# pyright: reportUnusedImport=false\n"  # a part of an API needs only some of the imports
    )


def is_ours(text: str) -> bool:
    """Return whether the text of a file begins with such a header."""
    return text.startswith(_BEGIN)


def origin(files: Mapping[str, str]) -> list[str]:
    """Return the lines of a package's header that name the arguments and the document."""
    text = files.get("__init__.pyi", "")
    lines = text.splitlines()[:_LINES] if is_ours(text) else []
    return [line.removeprefix("# ") for line in lines]


def _line(text: str | None) -> str:
    return clean(" ".join((text or "").split()))
