"""Scrubs data within texts: JSON, lines of JSON, tables such as CSV, and base64. No I/O."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:={1,2}|(?:%3D){1,2})?")
_DELIMITERS = ",;\t|"
_OPEN = ("{", "[")
_STYLES: tuple[dict[str, Any], ...] = ({}, {"separators": (",", ":")}, {"indent": 2}, {"indent": 4})

# JSON has no text like this, so that a number keeps its digits, of which a float may lose some.
_NUMBER = "\ue000{}\ue000"
_WRITTEN_NUMBER = re.compile(r'"(?:\ue000|\\ue000)([^"\\\ue000]*)(?:\ue000|\\ue000)"')

Plain = Callable[[str], str]


def scrubbed_json(text: str, value: Callable[[Any], Any], plain: Plain) -> str | None:
    """Return JSON objects and lists, of the whole text or of lines, without private values.

    Args:
        text: The text.
        value: Returns decoded JSON without private values.
        plain: Returns another line without private values.

    Returns:
        ``None`` if there is no JSON object or list.
    """
    if not text.lstrip("\ufeff \t\r\n").startswith(_OPEN):
        return None
    whole = _scrubbed_document(text, value)
    if whole is not None or "\n" not in text:
        return whole
    lines = text.split("\n")
    documents = [_scrubbed_document(line, value) for line in lines]
    if not any(documents):
        return None
    pairs = zip(lines, documents, strict=True)
    return "\n".join(plain(line) if document is None else document for line, document in pairs)


def _scrubbed_document(text: str, scrub: Callable[[Any], Any]) -> str | None:
    """Return one JSON object or list, written as before if it was in a usual style."""
    bare = text.strip("\ufeff \t\r\n")
    if not bare.startswith(_OPEN):
        return None
    try:
        value = json.loads(bare, parse_float=_NUMBER.format, parse_constant=_NUMBER.format)
        scrubbed = scrub(value)
    except ValueError:
        return None
    if scrubbed == value:
        return text
    styles = [{**style, "ensure_ascii": ascii_} for style in _STYLES for ascii_ in (True, False)]
    usual = (style for style in styles if _written(value, style) == bare)
    return text.replace(bare, _written(scrubbed, next(usual, styles[0])))


def _written(value: Any, style: dict[str, Any]) -> str:
    return _WRITTEN_NUMBER.sub(r"\1", json.dumps(value, **style))


def scrubbed_table(
    text: str, is_private: Callable[[str], bool], named: Callable[[str, str], str], plain: Plain
) -> str | None:
    """Return a table without the cells of private columns.

    Args:
        text: The text.
        is_private: Returns whether a column is private, by its name.
        named: Returns the replacement of a cell, by the name of the column.
        plain: Returns another cell without private values.

    Returns:
        ``None`` if the first line of the text names no private column.
    """
    head, line_end, _ = text.partition("\n")
    if not line_end:
        return None
    delimiter = max(_DELIMITERS, key=head.count)
    names = [cell.strip(' "\ufeff\r') for cell in head.split(delimiter)]
    if not any(map(is_private, names)):
        return None
    output = StringIO()
    line_end = "\r\n" if head.endswith("\r") else "\n"
    writer = csv.writer(output, delimiter=delimiter, lineterminator=line_end)
    most = csv.field_size_limit(len(text))  # of all readers, by default 128 KiB
    try:
        first, *rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    finally:
        csv.field_size_limit(most)
    writer.writerow(first)
    for row in rows:
        pairs = zip(row, [*names, *[""] * len(row)], strict=False)
        cells = (named(cell, name) if is_private(name) else plain(cell) for cell, name in pairs)
        writer.writerow(cells)
    table = output.getvalue()
    return table if text.endswith("\n") else table.removesuffix(line_end)


def with_scrubbed_base64(text: str, scrub: Callable[[bytes], bytes]) -> str:
    """Return a text whose words in base64 have no private values.

    Args:
        text: The text.
        scrub: Returns bytes without private values.
    """
    return "".join(_pieces(text, scrub))


def _pieces(text: str, scrub: Callable[[bytes], bytes]) -> Iterator[str]:
    done = 0
    for match in _BASE64.finditer(text):
        word = match[0]
        if word.isupper() or word.islower():  # as ids are, and texts in base64 are not
            continue
        new = _scrubbed_word(word, scrub)
        if new is not None:
            yield text[done : match.start()]
            yield new
            done = match.end()
    yield text[done:]


def _scrubbed_word(word: str, scrub: Callable[[bytes], bytes]) -> str | None:
    """Return another word in base64; ``None`` if the word has no private values."""
    digits = word.replace("%3D", "").rstrip("=")
    altchars = b"-_" if "-" in digits or "_" in digits else b"+/"
    try:
        data = b64decode(f"{digits}{'=' * (-len(digits) % 4)}", altchars, validate=True)
    except ValueError:
        return None
    scrubbed = scrub(data)
    if scrubbed == data:
        return None
    encode = urlsafe_b64encode if altchars == b"-_" else b64encode
    new = encode(scrubbed).decode()
    return new if len(digits) % 4 == 0 or digits != word else new.rstrip("=")
