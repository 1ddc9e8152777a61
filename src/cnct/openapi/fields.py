"""Reads the filters of a list endpoint from the notes in its query parameters.

django-rql generates these notes: ``**lookups:**``, ``**ordering:** true``, ``**search:** true``,
``**null:**``, ``**default:** *hidden*`` (docs/rql.md, "Sources"). Filters are checked in `checks`
and evaluated in the store, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from cnct.rql.nodes import Constant, Literal, Value

MOST_ORDERING = 5
"""How many fields one ``ordering`` can have (docs/rql.md, "Ordering")."""

_NULL = Constant("null()")
_NOTE = re.compile(r"\*\*(\w+):?\*\*:?[ \t]*([^\n]*)")
_CONSTANTS = frozenset({"null()", "empty()"})


class FilterField(Struct, frozen=True):
    """A field that a list endpoint can filter, order, search or select by.

    Attributes:
        name: Dotted path, as in RQL.
        lookups: Allowed operators, of eq ne lt le gt ge like ilike in out, and ``null`` if the
            field can be null. Empty for a field that only ``select`` takes.
        type: string, integer, decimal, float, boolean, date or datetime.
        enum: The allowed values; empty for any value.
        orderable: Whether ``ordering`` takes the field.
        searchable: Whether ``search`` looks into the field.
        hidden: Whether responses leave the field out unless ``select`` names it.
        null_words: Unquoted words that mean null in this field, apart from ``null()``.
        description: The description without the notes.
    """

    name: str
    lookups: frozenset[str]
    type: str = "string"
    enum: tuple[str, ...] = ()
    orderable: bool = False
    searchable: bool = False
    hidden: bool = False
    null_words: frozenset[str] = frozenset()
    description: str = ""

    def means_null(self, value: Value) -> bool:
        """Return whether a value means null: ``null()`` or one of the field's ``null_words``.

        In quotes these words are ordinary strings.
        """
        if isinstance(value, Literal):
            return not value.quote and value.text in self.null_words
        return value == _NULL


def selectable(fields: Iterable[str]) -> frozenset[str]:
    """Return the names that ``select`` takes: the fields, and the objects that contain them."""
    paths = [name.split(".") for name in fields]
    return frozenset(".".join(path[:end]) for path in paths for end in range(1, len(path) + 1))


def filter_field(parameter: Mapping[str, Any]) -> FilterField | None:
    """Read an OpenAPI parameter object; ``None`` for one without a lookups note."""
    text = str(parameter.get("description") or "")
    notes = {name: value.strip() for name, value in _NOTE.findall(text)}
    if parameter.get("in") != "query" or "lookups" not in notes:
        return None
    schema: Mapping[str, Any] = parameter.get("schema") or {}
    return FilterField(
        name=str(parameter["name"]),
        lookups=frozenset(_words(notes["lookups"])),
        type=_type_of(schema),
        enum=tuple(str(choice) for choice in schema.get("enum") or ()),
        orderable=notes.get("ordering") == "true",
        searchable=notes.get("search") == "true",
        hidden="hidden" in notes.get("default", ""),
        null_words=frozenset(_words(notes.get("null", ""))) - _CONSTANTS,
        description=_NOTE.sub("", text).strip(),
    )


def _words(text: str) -> list[str]:
    return [word for word in (part.strip() for part in text.split(",")) if word]


def _type_of(schema: Mapping[str, Any]) -> str:
    match (schema.get("type"), schema.get("format")):
        case ("string", "date"):
            return "date"
        case ("string", "date-time" | "datetime"):
            return "datetime"
        case (_, "decimal"):
            return "decimal"
        case ("number", _):
            return "float"
        case (("integer" | "boolean") as plain, _):
            return str(plain)
        case _:
            return "string"
