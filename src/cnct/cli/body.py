"""Reads the JSON body of a write: ``-d`` and words like ``name=Thing category.id=CAT-1``."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click

from cnct.cli.conditions import Word, decoded, word_of
from cnct.openapi.shapes import Record, is_record

_DOT = re.compile(r"(?<!\\)\.")
_EXAMPLE = "name=Thing, or count:=3"


def body_of(words: Sequence[str], data: str | None) -> Any:
    r"""Return the body of a write; ``None`` if there is none.

    Args:
        words: ``name=text`` or ``name:=json``. Dots in names nest; ``\.`` is a dot of the name.
        data: JSON, ``@file``, or ``-`` for standard input. Words are merged into it.

    Raises:
        click.UsageError: If a part cannot be read, or two parts contradict each other.
    """
    base = None if data is None else decoded(_text(data), "--data")
    if not words:
        return base
    body: Record = {} if base is None else base
    if not is_record(body):
        raise click.UsageError("--data is no JSON object, so that words cannot be added to it")
    places: set[tuple[str, ...]] = set()
    for argument in words:
        word = word_of(argument, _EXAMPLE)
        names = tuple(name.replace(r"\.", ".") for name in _DOT.split(word.name))
        if names in places:
            raise click.UsageError(f"{word.name!r} is there twice: write it once")
        places.add(names)
        _put(body, names, word)
    return body


def _put(body: Record, names: tuple[str, ...], word: Word) -> None:
    *above, last = names
    for name in above:
        below = body.setdefault(name, {})
        if not is_record(below):
            raise click.UsageError(f"{word.name!r} is below {name!r}, which is no object")
        body = below
    if is_record(body.get(last)) and not word.is_json:
        raise click.UsageError(f"{word.name!r} is an object already: write one of the two")
    body[last] = word.value


def _text(data: str) -> str | bytes:
    """Return the text of ``--data``.

    Raises:
        click.UsageError: If a file cannot be read.
    """
    if data in ("-", "@-"):
        return standard_input().read()
    if not data.startswith("@"):
        return data
    with opened(data[1:], "--data") as file:
        return file.read()


def opened(name: str, option: str) -> BinaryIO:
    """Open a file that an option names.

    Raises:
        click.UsageError: If the file cannot be opened.
    """
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(f"{option}: {name} cannot be read: {problem}") from error


def standard_input() -> BinaryIO:
    """Return standard input as a file of bytes.

    Raises:
        click.UsageError: If standard input is closed.
    """
    if sys.stdin is None:
        raise click.UsageError("Standard input is closed")
    return sys.stdin.buffer
