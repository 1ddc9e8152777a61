"""Reads ids and rows for work on many resources: lines of text, ndjson, or one JSON array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import click

from cnct.cli.body import opened, standard_input
from cnct.cli.conditions import decoded
from cnct.exceptions import InvalidCallError
from cnct.openapi.shapes import is_record

Item = str | int | dict[str, Any]


def items_from(source: str, option: str = "--from") -> Iterator[Item]:
    """Yield the items of a file, one for each line that is not blank.

    Args:
        source: Path, or ``-`` for standard input.
        option: The option or argument, for messages.

    Yields:
        An id, or a row as a dictionary.

    Raises:
        click.UsageError: If the file cannot be read, or a line is neither an id nor a row.
    """
    if source == "-":
        yield from _items(standard_input(), "standard input")
        return
    with opened(source, option) as file:
        yield from _items(file, source)


def _items(file: BinaryIO, name: str) -> Iterator[Item]:
    for number, line in enumerate(file, 1):
        text = line.strip()
        if number == 1 and text.startswith(b"["):
            yield from _array(text + b"\n" + file.read(), name)
            return
        if text:
            yield _item(text, f"{name}, line {number}")


def _array(text: bytes, name: str) -> Iterator[Item]:
    for number, value in enumerate(decoded(text, name), 1):
        yield _checked(value, f"{name}, element {number}")


def _item(text: bytes, place: str) -> Item:
    if text[:1] in (b"{", b'"'):
        return _checked(decoded(text, place), place)
    try:
        return _checked(text.decode(), place)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{place} is no UTF-8") from error


def _checked(value: Any, place: str) -> Item:
    is_id = isinstance(value, int) and not isinstance(value, bool)
    if is_id or is_record(value) or (isinstance(value, str) and _is_one_word(value)):
        item: Item = value
        return item
    raise click.UsageError(f"{place} is neither an id nor a row: write one like PR-000-000-000")


def _is_one_word(text: str) -> bool:
    return bool(text.strip(".")) and not any(sign in text for sign in " \t,;")


def id_of(item: Item) -> str | int:
    """Return the id of an item.

    Raises:
        InvalidCallError: If a row has none.
    """
    value: Any = item.get("id") if isinstance(item, dict) else item
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidCallError("The row has no id: give it a member id, a text or a number")
    return value
