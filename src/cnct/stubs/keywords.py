"""Types the keywords of ``filter()``: a field of a list with each of its operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnct.openapi.fields import FilterField
from cnct.stubs.identifiers import is_name, literal

_VALUES = {
    "integer": "int",
    "float": "float",
    "decimal": "Number",
    "boolean": "bool",
    "date": "date | str",
    "datetime": "Moment",
}
_ALIASES = "Moment: TypeAlias = datetime | date | str\nNumber: TypeAlias = Decimal | float\n"
IMPORTS = (
    "from collections.abc import Iterable\n"
    "from datetime import date, datetime\n"
    "from decimal import Decimal\n"
    "from typing import Literal, TypeAlias, TypedDict\n\n" + _ALIASES
)
_SEVERAL = ("in", "out")
_TEXTS = ("like", "ilike")
_ORDER = ("eq", "ne", "gt", "ge", "lt", "le", *_TEXTS, *_SEVERAL, "null")


def keywords(fields: Mapping[str, FilterField]) -> dict[str, str]:
    """Return the types of keywords; a name that Python cannot write is left out."""
    return {
        keyword: type_
        for name, field in sorted(fields.items())
        for keyword, type_ in _of_field(name.replace(".", "__"), field)
        if is_name(keyword)
    }


def _of_field(name: str, field: FilterField) -> Iterator[tuple[str, str]]:
    value = literal(*field.enum) if field.enum and _is_text(field) else _plain(field)
    or_none = f"{value} | None" if "null" in field.lookups else value
    for lookup in _ORDER:
        if lookup not in field.lookups:
            continue
        keyword = f"{name}__{lookup}"
        if lookup == "eq":
            yield name, or_none
            yield keyword, or_none
        elif lookup == "null":
            yield keyword, "bool"
        elif lookup in _SEVERAL:
            yield keyword, f"Iterable[{value}]"
        elif lookup in _TEXTS:
            yield keyword, "str"
        else:
            yield keyword, or_none if lookup == "ne" else value


def _is_text(field: FilterField) -> bool:
    return field.type not in _VALUES


def _plain(field: FilterField) -> str:
    return _VALUES.get(field.type, "str")
