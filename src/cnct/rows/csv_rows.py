"""Reads the rows of a ``csv.DictReader``, and refuses lines with too few or too many cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from cnct.text import clean, listed

_DELIMITERS = ";\t|,"  # of columns


def whole_rows(reader: csv.DictReader[Any], source: str) -> Iterator[Any]:
    """Yield the rows of a file.

    A line that is cut short has ``None`` in its last fields, which would clear these. Such lines
    pass if the reader has a ``restval``, which fills them on purpose, or reads empty cells as
    ``None`` (``QUOTE_NOTNULL``, ``QUOTE_STRINGS``), which cannot be told from missing ones.

    Args:
        reader: The reader.
        source: Name of the file, for messages.

    Raises:
        ValueError: If a line has fewer or more cells than the header, two columns have one name, or
            the names of all columns are in one.
    """
    _check_header(reader, source)
    dialect = reader.reader.dialect
    shows_gaps = reader.restval is None and dialect.quoting <= csv.QUOTE_NONE
    for row in reader:
        place = f"{source}, line {reader.line_num}"
        if None in row:
            raise ValueError(
                clean(
                    f"{place} has more cells than the header: put quotes around a cell that "
                    f"contains {dialect.delimiter!r}"
                )
            )
        names = [name for name, cell in row.items() if cell is None] if shows_gaps else []
        if names:
            raise ValueError(
                clean(
                    f"{place} has fewer cells than the header, none for {listed(names)}: the file "
                    "may be cut off. Complete the line; an empty cell clears a field"
                )
            )
        yield row


def _check_header(reader: csv.DictReader[Any], source: str) -> None:
    names = [*(reader.fieldnames or ())]
    others = [sign for sign in _DELIMITERS if len(names) == 1 and sign in str(names[0])]
    if others:
        raise ValueError(
            clean(
                f"{source} has a single column, {names[0]!r}: save the file with "
                f"{reader.reader.dialect.delimiter!r} between the cells, or read it with "
                f"csv.DictReader(file, delimiter={others[0]!r})"
            )
        )
    name = next((name for name in names if names.count(name) > 1), None)
    if name is not None:
        raise ValueError(
            clean(f"{source} has two columns with the name {name!r}: rename or remove one")
        )
