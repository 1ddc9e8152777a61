"""What a list endpoint says of its filters, read from the notes in its query parameters.

The notes (``**lookups:**``, ``**ordering:** true``, ``**search:** true``, ``**null:**``,
``**default:** *hidden*``) are django-rql's own generated text (RQL.md, "How this was established").
Reads only what it is given; validation and evaluation happen elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

_NOTE = re.compile(r"\*\*(\w+):?\*\*:?[ \t]*([^\n]*)")
_CONSTANTS = frozenset({"null()", "empty()"})


class FilterField(Struct, frozen=True):
    """A field that a list endpoint can filter, order, search or select by.

    Attributes:
        name: Dotted path, as RQL writes it.
        lookups: Operators allowed: of eq ne lt le gt ge like ilike in out, and ``null``.
            Empty for fields that only exist for ``select``.
        type: string, integer, decimal, float, boolean, date or datetime.
        enum: The values allowed; empty where any is.
        orderable: Whether ``ordering`` takes it.
        searchable: Whether ``search`` looks into it.
        hidden: Whether answers carry it only when ``select`` asks for it.
        null_words: Unquoted words that mean null here, apart from ``null()``.
        description: What the document says beside its notes.
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


def filter_field(parameter: Mapping[str, Any]) -> FilterField | None:
    """Read one OpenAPI parameter object; ``None`` if it is not a filter (no lookups note)."""
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
