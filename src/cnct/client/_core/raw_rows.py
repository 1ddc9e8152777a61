"""Splits pages into rows that stay as the server sent them; of each, the id is decoded. No I/O."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cnct.client._core.responses import decode
from cnct.openapi.shapes import is_array, is_record

_SPACE = " \t\r\n"


class _Identified(msgspec.Struct):
    id: Any = msgspec.UNSET


_split = msgspec.json.Decoder(list[msgspec.Raw]).decode
_identify = msgspec.json.Decoder(list[_Identified]).decode


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
        fields = decode(bytes(self.raw))
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
        """Return the bytes, which are the same for the same row."""
        return repr(bytes(self.raw))


def raw_rows(content: bytes) -> Any:
    """Return the rows of a page; decoded JSON if the page is no array.

    Raises:
        ValueError: If the page is no JSON in UTF-8.
    """
    try:
        rows = [RawRow(raw) for raw in _split(content)]
    except msgspec.DecodeError:
        return _searched(content)
    content.decode()  # not checked by the split
    try:
        for row, identified in zip(rows, _identify(content), strict=True):
            if identified.id is not msgspec.UNSET:
                row["id"] = identified.id
    except msgspec.DecodeError:  # not all rows are objects; keys are decoded at need
        pass
    return rows


def _searched(content: bytes) -> Any:
    """Split a page that msgspec refuses, such as one with NaN or a lone surrogate."""
    value = decode(content)
    if not is_array(value):
        return value
    text = json.detect_encoding(content)
    page = content.decode(text)
    find = json.JSONDecoder().raw_decode
    rows: list[RawRow] = []
    position = page.index("[") + 1
    for _ in value:
        while page[position] in f"{_SPACE},":
            position += 1
        _, end = find(page, position)
        rows.append(RawRow(page[position:end].encode()))
        position = end
    return rows
