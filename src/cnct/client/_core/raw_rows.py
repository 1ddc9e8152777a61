"""Splits pages into rows that stay as the server sent them; of each, the id is decoded. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from cnct.client._core.responses import decode
from cnct.exceptions import ClientError
from cnct.late import late_module
from cnct.openapi.shapes import is_array, is_record

if TYPE_CHECKING:
    import msgspec
else:  # not needed for small pages
    msgspec = late_module("msgspec")

_SPACE = " \t\r\n"
# An id in front of the other fields, as Connect has it: found without reading the others.
_FIRST_ID = re.compile(rb'\{[ \t\r\n]*"id"[ \t\r\n]*:[ \t\r\n]*"([^"\\]*)"').match


@cache
def _splitter() -> Any:
    """Return the decoder of a page to the bytes of the rows."""
    return msgspec.json.Decoder(list[msgspec.Raw])


@cache
def _identifier() -> Any:
    """Return the decoder of a page to rows that have nothing but an ``id``."""

    class Identified(msgspec.Struct):
        id: Any = msgspec.UNSET

    return msgspec.json.Decoder(list[Identified])


class RawRow(dict[str, Any]):
    """A row of a page, with its ``id`` alone decoded; other fields are decoded when one is read.

    Args:
        raw: The bytes of the row.

    Attributes:
        raw: As passed.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __missing__(self, name: str) -> Any:
        """Decode the row, and return a field.

        Raises:
            KeyError: If the row has no such field, or is no object.
        """
        fields = next(decoded([self]))
        if not is_record(fields) or name not in fields:
            raise KeyError(name)
        self.update(fields)
        return fields[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field, or the default."""
        try:
            return self[name]
        except KeyError:
            return default

    def __repr__(self) -> str:
        """Return the representation of the decoded row, by which readers may recognise it.

        Small pages of the same list have rows that are decoded.
        """
        return repr(next(decoded([self])))


def raw_rows(content: bytes) -> Any:
    """Return the rows of a page; decoded JSON if the page is no array.

    Raises:
        ValueError: If the page is no JSON in UTF-8, or nested too deeply for Python.
    """
    try:
        raws = _splitter().decode(content)
        content.decode()  # not checked by the split
        ids = _ids(raws, content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _searched(content)
    rows = [*map(RawRow, raws)]
    for row, id_ in zip(rows, ids, strict=False):
        if id_ is not msgspec.UNSET:
            row["id"] = id_
    return rows


def _ids(raws: Sequence[bytes], content: bytes) -> Iterable[Any]:
    """Return the ids of rows, unset where a row has none; nothing if not all rows are objects."""
    first = [*map(_FIRST_ID, raws)]
    if None not in first:
        return (found[1].decode() for found in first if found)
    try:
        return [identified.id for identified in _identifier().decode(content)]
    except msgspec.DecodeError:
        return ()


def decoded(rows: Iterable[RawRow]) -> Iterator[Any]:
    """Yield rows decoded, each when it is reached.

    Raises:
        ClientError: If Python refuses a row, which is JSON: a number has thousands of digits, or
            arrays are nested too deeply.
    """
    decode_row = msgspec.json.decode
    for row in rows:
        try:
            fields = decode_row(row.raw)
        except (msgspec.MsgspecError, RecursionError):
            fields = _decoded_slowly(row)
        yield fields


def _decoded_slowly(row: RawRow) -> Any:
    try:
        return decode(bytes(row.raw))
    except ValueError as error:
        raise ClientError(f"A row of the list cannot be decoded: {error}") from error


def _searched(content: bytes) -> Any:
    """Split a page that msgspec refuses, such as one with NaN or a lone surrogate."""
    value = decode(content)
    if not is_array(value):
        return value
    text = json.detect_encoding(content)
    page = content.decode(text, "surrogatepass")  # as the standard library does
    find = json.JSONDecoder().raw_decode
    rows: list[RawRow] = []
    position = page.index("[") + 1
    for _ in value:
        while page[position] in f"{_SPACE},":
            position += 1
        _, end = find(page, position)
        # A lone surrogate becomes an escape, since exports write the row as UTF-8.
        rows.append(RawRow(page[position:end].encode(errors="backslashreplace")))
        position = end
    return rows
