"""Keys that match a user's rows with resources: values of fields, or of a function.

Does no I/O, and compares nothing but keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from csv import DictReader
from pathlib import PurePath
from typing import Any, TypeAlias

from cnct.openapi.shapes import Object, Record, is_array, is_object
from cnct.rows.csv_rows import whole_rows
from cnct.rows.documented_rows import DocumentedRows
from cnct.rows.table_cells import nested_row
from cnct.text import clean, did_you_mean

By: TypeAlias = str | Sequence[str] | Callable[[Any], Any]
"""A field, with dots for a nested one; several fields; or a function that returns the key."""

_REMEDIES = {
    "to_dicts": "write frame.to_dicts()",
    "to_dict": "write frame.to_dict('records')",
    "to_pylist": "write table.to_pylist()",
    "read": "read it with csv.DictReader(file) or json.load(file)",
}
"""The call that makes dicts, by a method of the object that was passed."""
_ROW_REMEDIES = {
    "__dataclass_fields__": "write dataclasses.asdict(row)",
    "model_dump": "write row.model_dump()",
    "_asdict": "write row._asdict()",
    "keys": "write dict(row)",
    "append": "read a csv file with csv.DictReader(file)",
}
"""The call that makes a dict of a row, by a method of the row."""
_LONGEST = 60  # characters of a wrong row in a message


class RowKey:
    """The key of rows and resources, as text: 1 and ``"1"`` are one key.

    Args:
        by: A field, several fields, or a function.

    Attributes:
        fields: Names of the fields; empty for a function.

    Raises:
        TypeError: If ``by`` is none of these.
        ValueError: If a name is empty, or there is none.
    """

    def __init__(self, by: By) -> None:
        self._function = by if callable(by) else None
        self.fields: tuple[str, ...] = () if callable(by) else _names(by)

    @property
    def text(self) -> str:
        """The fields, or the name of the function."""
        name: str = getattr(self._function, "__qualname__", "<lambda>")
        return ", ".join(self.fields) or ("a function" if "<lambda>" in name else name)

    def of(self, row: Object, place: str) -> str | None:
        """Return the key of a row; ``None`` if a part of the key is missing.

        Args:
            row: A row or resource.
            place: Its place, for messages.

        Raises:
            TypeError: If a part of the key is neither text nor an int.
            ValueError: If the function fails.
        """
        parts = [_part(value, name, place) for name, value in self._values(row, place)]
        if not all(parts):
            return None
        return str(parts[0]) if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)

    def _values(self, row: Object, place: str) -> list[tuple[str, Any]]:
        if self._function is None:
            return [(name, value_at(row, name)) for name in self.fields]
        try:
            key = self._function(row)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise ValueError(clean(f"{place}: the function by= failed: {text}")) from error
        return [("", part) for part in (key if is_array(key) and key else (key,))]

    def missing(self, row: Object) -> str:
        """Return the reason why a row has no key, and the remedy."""
        values = ((name, value_at(row, name)) for name in self.fields)
        name, value = next(
            (pair for pair in values if _part(pair[1], pair[0], "") is None), ("", 0)
        )
        if not name:
            return "the function by= returned nothing: return a key, or leave the row out"
        if value is not None or name.split(".", maxsplit=1)[0] in row:
            return f"{name!r} is {value!r}: fill it in, or leave the row out"
        return f"the field {name!r} is missing.{name_hint(name, row) or ' Fill it in'}"

    def filters(self, row: Object) -> list[tuple[str, Any]]:
        """Return names and values of the fields, to filter a list by the key of a row."""
        return [(name, value_at(row, name)) for name in self.fields]

    def aligned(self, row: Record, resource: Object) -> Record:
        """Return a row whose key is written as in the resource with this key."""
        for name in self.fields:
            row = _replaced(row, name.split("."), value_at(resource, name))
        return row


def value_at(row: Object, name: str, missing: Any = None) -> Any:
    """Return the value of a field with a dotted name, through objects.

    Args:
        row: The row.
        name: Name of the field.
        missing: Result if the row does not have the field.
    """
    value: Any = row
    for step in name.split("."):
        if not is_object(value) or step not in value:
            return missing
        value = value[step]
    return value


class KeyedRows:
    """Rows by their keys, in order.

    Args:
        key: The key.
        documented: Checks and reads the rows by the document; ``None`` without one.

    Attributes:
        documented: As passed.
        by_key: The rows.
        names: Names of the fields that some row has.
    """

    def __init__(self, key: RowKey, documented: DocumentedRows | None = None) -> None:
        self._key = key
        self.documented = documented
        self.by_key: dict[str, Record] = {}
        self.names: set[str] = set()

    def add(self, row: Any) -> None:
        """Add the next row.

        Raises:
            TypeError: If the row is no dict, or its key of another type than text or int.
            ValueError: If the row has no key, that of an earlier row, or an unknown field.
        """
        place = f"rows[{len(self.by_key)}]"
        if not is_object(row):
            kind, text = type(row).__name__, repr(row)[:_LONGEST]
            remedy = next(
                (f": {end}" for name, end in _ROW_REMEDIES.items() if hasattr(row, name)), ""
            )
            raise TypeError(
                clean(f"{place} must be a dict of names and values, not {kind} ({text}){remedy}")
            )
        nested = nested_row(row, place)
        if self.documented is not None:
            nested = self.documented.read(nested, place)
        key = self._key.of(nested, place)
        if key is None:
            reason = self._key.missing(nested)
            raise ValueError(clean(f"{place} has no key, since {reason}"))
        if key in self.by_key:
            first = list(self.by_key).index(key)
            raise ValueError(
                clean(
                    f"rows[{first}] and {place} have the same key {key!r} ({self._key.text}): "
                    "keep one of them, or pass several fields as by="
                )
            )
        self.by_key[key] = nested
        self.names.update(nested)

    def has(self, name: str) -> bool:
        """Return whether some row has a value of a field."""
        is_possible = name.split(".", maxsplit=1)[0] in self.names
        return is_possible and any(value_at(row, name) for row in self.by_key.values())


def checked_rows(rows: Any, *, is_async: bool) -> Any:
    """Return the rows to compare.

    Raises:
        TypeError: If they are no iterable of dicts, most likely by mistake.
    """
    kind = type(rows).__name__
    if hasattr(rows, "__aiter__"):
        if not is_async:
            raise TypeError(f"rows is asynchronous ({kind}): use an AsyncConnectClient")
        return rows
    remedy = "write [row]" if is_object(rows) else ""
    if isinstance(rows, str | bytes | PurePath):
        remedy = "read the file, such as with csv.DictReader(file) or json.load(file)"
    elif not is_array(rows):
        remedy = next((text for name, text in _REMEDIES.items() if hasattr(rows, name)), remedy)
    if remedy or not hasattr(rows, "__iter__"):
        remedy = remedy or "write [{'mpn': ...}, ...]"
        raise TypeError(f"rows must be an iterable of dicts, not {kind}: {remedy}")
    reader: Any = rows
    return whole_rows(reader, "rows") if isinstance(rows, DictReader) else rows


def _names(by: Any) -> tuple[str, ...]:
    names = (by,) if isinstance(by, str) else tuple(by) if is_array(by) else (by,)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                "by must be a field such as 'mpn', several such as ('product.id', 'mpn'), or a "
                f"function of the row, not {type(name).__name__}"
            )
    if not names or not all(step.strip() for name in names for step in name.split(".")):
        raise ValueError(
            f"by names no field ({by!r}): name the field that identifies a row, such as by='mpn'"
        )
    return names


def _part(value: Any, name: str, place: str) -> str | None:
    """Return a part of a key as text; ``None`` if it is missing, empty or NaN."""
    if value is None or value != value:  # noqa: PLR0124 - NaN stands for a missing cell
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    remedy = f": pass by='{name}.id'" if is_object(value) else ": pass a function as by="
    subject = f"{name!r} is" if name else "the function by= returned"
    text = f"{subject} a {type(value).__name__}, and keys are texts or ints"
    raise TypeError(clean(f"{place}: {text}{remedy if name else ''}"))


def name_hint(name: str, row: Object) -> str:
    """Return the remedy for a name that a row does not have; empty without one."""
    if "__" in name:
        return f" Write {name.replace('__', '.')!r}."
    if "," in name:
        return f" Write {[part.strip() for part in name.split(',')]!r}."
    return did_you_mean(name, [*row])


def _replaced(row: Object, steps: Sequence[str], value: Any) -> Record:
    """Return a copy of a row with another value at a path."""
    first, *rest = steps
    return {**row, first: _replaced(row[first], rest, value) if rest else value}
