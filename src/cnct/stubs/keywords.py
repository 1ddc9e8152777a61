"""Types the keywords of ``filter()``: a field of a list with each operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnct.exceptions import RQLError
from cnct.openapi.fields import FilterField
from cnct.rql.conditions import keyword_parts
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
_VALUED = ("eq", "ne", "gt", "ge", "lt", "le")
_EQUALITIES = ("eq", "ne")
_TEXTS = ("like", "ilike")
_SEVERAL = ("in", "out")


def keywords(fields: Mapping[str, FilterField]) -> dict[str, str]:
    """Return the types of keywords; those that Python cannot write, or RQL reads otherwise, not."""
    return {
        keyword: type_
        for name, field in sorted(fields.items())
        for keyword, lookup, type_ in _of_field(field)
        if is_name(keyword) and _means(keyword, lookup, name)
    }


def _means(keyword: str, lookup: str, name: str) -> bool:
    """Return whether a keyword is read as this operator of this field."""
    try:
        _, operator, field = keyword_parts(keyword)
    except RQLError:
        return False
    return (operator, field) == (lookup, name)


def _of_field(field: FilterField) -> Iterator[tuple[str, str, str]]:
    """Yield keywords, each with operator and type."""
    name = field.name.replace(".", "__")
    value = literal(*field.enum) if field.enum and _is_text(field) else _plain(field)
    or_none = f"{value} | None" if "null" in field.lookups else value
    types = {
        **dict.fromkeys(_VALUED, value),
        **dict.fromkeys(_EQUALITIES, or_none),
        **dict.fromkeys(_TEXTS, "str"),
        **dict.fromkeys(_SEVERAL, f"Iterable[{value}]"),
        "null": "bool",
    }
    if "eq" in field.lookups:
        yield name, "eq", or_none
    for lookup, type_ in types.items():
        if lookup in field.lookups:
            yield f"{name}__{lookup}", lookup, type_


def _is_text(field: FilterField) -> bool:
    return field.type not in _VALUES


def _plain(field: FilterField) -> str:
    return _VALUES.get(field.type, "str")
