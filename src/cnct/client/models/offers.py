"""Names and values from the document that complete the arguments of calls. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING

from cnct.client.models.names import names
from cnct.exceptions import RQLError
from cnct.openapi import schemas
from cnct.openapi.fields import FilterField, selectable
from cnct.openapi.shapes import as_list
from cnct.rql.conditions import keyword_parts

if TYPE_CHECKING:
    from cnct.console.cursor import Argument
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.places import Schema

Fields = Mapping[str, FilterField]

_PAYLOADS = {
    "create": "POST",
    "bulk_create": "POST",
    "update": "PUT",
    "bulk_update": "PUT",
    "bulk_delete": "DELETE",
    "post": "POST",
    "put": "PUT",
    "delete": "DELETE",
}
"""The HTTP method of each method that takes a payload."""

_WITHOUT_CHOICES = frozenset({"like", "ilike", "null", "empty"})
_RANGES = {"ge", "lt"}


def offers(specs: OpenAPISpecs, path: str, method: str, argument: Argument) -> list[str]:
    """Return the names and values for an argument.

    Args:
        specs: The document; at hand.
        path: Path below the endpoint of the object with the method.
        method: Name of the method.
        argument: The argument as typed so far.
    """
    if method in _PAYLOADS:
        is_payload = argument.keyword in ("", "payload", "json")
        return _of_payload(specs, path, _PAYLOADS[method], argument) if is_payload else []
    if method == "act" and argument.place == "text" and not argument.keyword:
        return names(specs, f"{path}/ID", "actions")
    if argument.keys or argument.place == "key":
        return []
    listing = path.rpartition("/")[0] if method in ("values", "wait_until") else path
    operation = specs.operation("GET", listing)
    fields: Fields = operation.fields if operation else {}
    if argument.place == "name":
        return _keywords(fields, method, argument.start)
    if argument.keyword:
        return _of_keyword(fields, method, argument.keyword)
    return sorted(_positional(fields, method))


def choices(field: FilterField, op: str) -> list[str]:
    """Return the documented values that an operator compares a field with, if any."""
    return [] if op in _WITHOUT_CHOICES else [*field.enum]


def _keywords(fields: Fields, method: str, start: str) -> list[str]:
    """Return the keywords of conditions; before the first letter, those without an operator."""
    if method not in ("filter", "wait_until"):
        return []
    return [
        f"{keyword}="
        for field in fields.values()
        for keyword in _keywords_of(field, with_operators=bool(start) and method == "filter")
        if not iskeyword(keyword) and keyword.isidentifier() and keyword != "self"
    ]


def _keywords_of(field: FilterField, *, with_operators: bool) -> Iterator[str]:
    plain = field.name.replace(".", "__")
    for op in sorted(field.lookups) if with_operators else ("eq",):
        spellings = (plain, f"{plain}__eq") if op == "eq" else (f"{plain}__{op}",)
        good = (text for text in spellings if _condition(text) == (field.name, op))
        yield from (text for text in [next(good, None)] if text and op in field.lookups)


def _condition(keyword: str) -> tuple[str, str]:
    """Return the field and the operator of a keyword; empty texts if it is not a condition."""
    try:
        _, op, name = keyword_parts(keyword)
    except RQLError:
        return "", ""
    return name, op


def _of_keyword(fields: Fields, method: str, keyword: str) -> list[str]:
    match method:
        case "filter" | "wait_until":
            name, op = _condition(keyword)
            field = fields.get(name)
            return choices(field, op) if field else []
        case "scan" | "partitions" if keyword == "by":
            return [name for name, field in fields.items() if field.lookups >= _RANGES]
        case _:
            return []


def _positional(fields: Fields, method: str) -> Iterable[str]:
    match method:
        case "order_by":
            return (name for name, field in fields.items() if field.orderable)
        case "select" | "values_list" | "values":
            return selectable(fields)
        case "on":
            return (name for name, field in fields.items() if "in" in field.lookups)
        case _:
            return ()


def _of_payload(specs: OpenAPISpecs, path: str, method: str, argument: Argument) -> list[str]:
    operation = specs.operation(method, path)
    schema = specs.payload(operation) if operation else None
    parts = [] if schema is None else _parts(specs, [schema])
    for key in argument.keys:
        parts = _parts(
            specs, [below[key] for part in parts if key in (below := schemas.properties(part))]
        )
    if argument.place == "key":
        return list(dict.fromkeys(name for part in parts for name in _writable(specs, part)))
    choices = (choice for part in parts for choice in as_list(part.get("enum")))
    return [choice for choice in choices if isinstance(choice, str)] if argument.keys else []


def _parts(specs: OpenAPISpecs, wholes: Iterable[Schema]) -> list[Schema]:
    """Return the schemas that some schemas, or the elements of their lists, are composed of."""
    return [
        part
        for whole in wholes
        for part in schemas.composed(whole, specs.resolve, through_items=True)
    ]


def _writable(specs: OpenAPISpecs, schema: Schema) -> Iterator[str]:
    for name, part in schemas.properties(schema).items():
        if not any(inner.get("readOnly") for inner in (part, specs.resolve(part))):
            yield name
