"""Splits pages into rows without decoding them, and decodes and writes JSON exactly. No I/O.

Numbers with a fraction are decoded as decimals, and integers of any size are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cnct.openapi.shapes import is_list, is_record

# A string, or the white space between other tokens (RFC 8259, section 2).
_TOKENS = re.compile(rb'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')
_LINE_END = re.compile(rb"[\r\n]")

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


def decoded_row(row: bytes) -> Any:
    r"""Decode a row as JSON, exactly.

    A lone surrogate, which no file in UTF-8 can hold, becomes the text of an escape: ``\ud800``.
    NaN and infinities, which JSON does not have, become text.
    """
    try:
        return _decode(row)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _cleaned(json.loads(row, parse_float=Decimal, parse_constant=str))


def json_text(value: Any) -> str:
    """Return a value as JSON text without spaces; decimals are numbers."""
    try:
        return _encode(value).decode()
    except (OverflowError, UnicodeEncodeError):
        return _encode(_encodable(_cleaned(value))).decode()


def json_lines(rows: Sequence[bytes]) -> bytes:
    """Return rows as lines of JSON; a row with a line end inside is compacted."""
    if not rows:
        return b""
    data = b"\n".join(rows) + b"\n"
    if data.count(b"\n") == len(rows) and b"\r" not in data:
        return data
    return b"".join(compacted(row) + b"\n" for row in rows)


def compacted(row: bytes) -> bytes:
    """Return a row without white space between the tokens, if there is a line end."""
    row = bytes(row)
    return _TOKENS.sub(rb"\1", row) if _LINE_END.search(row) else row


def _cleaned(value: Any) -> Any:
    """Return a value with the escapes of lone surrogates as text."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if is_list(value):
        return [_cleaned(item) for item in value]
    if is_record(value):
        return {_cleaned(name): _cleaned(item) for name, item in value.items()}
    return value


def _encodable(value: Any) -> Any:
    """Return a value with integers of more than 64 bits as raw JSON."""
    if isinstance(value, int) and not isinstance(value, bool):
        return msgspec.Raw(str(value).encode())
    if is_list(value):
        return [_encodable(item) for item in value]
    if is_record(value):
        return {name: _encodable(item) for name, item in value.items()}
    return value
