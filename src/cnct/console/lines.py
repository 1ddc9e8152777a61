"""Lists the Python for next steps as lines ready to paste. Does no I/O."""

from __future__ import annotations

from collections.abc import Sequence

from cnct.console.blocks import Line
from cnct.console.examples import call
from cnct.console.payloads import literal
from cnct.console.sections import answer_fields, plain_first
from cnct.console.subject import Subject
from cnct.console.wording import joined, singular, words
from cnct.openapi.fields import FilterField

_SEARCH_FIELDS = 3


def of_collection(collection: Subject, resource: Subject) -> list[Line]:
    """List the calls of a collection, and the step to a resource."""
    last = collection.path.rpartition("/")[2]
    name, names = singular(last), words(last)
    lines: list[Line] = []
    if _can(collection, "GET"):
        lines += [Line(f"{collection.python}.all()", f"every {name}"), *_refinements(collection)]
    if resource.place or collection.place is None:
        lines.append(Line(resource.python, f"one {name}: see its .help()"))
    if _can(collection, "POST"):
        lines += _call(collection, "POST", "create", f"a new {name}")
    if "PUT" in collection.operations:
        lines += _call(collection, "PUT", "bulk_update", f"change several {names} at once")
    if "DELETE" in collection.operations:
        lines += _call(collection, "DELETE", "bulk_delete", f"delete several {names} at once")
    return lines


def _call(subject: Subject, verb: str, method: str, comment: str) -> list[Line]:
    """Write a call with an example payload; none if the call needs several lines.

    The call is then in the section about the payload.
    """
    text = call(subject.specs, subject.operations.get(verb), method)
    return [] if text is None else [Line(subject.call(f".{text}"), comment)]


def of_set(rows: Subject) -> list[Line]:
    """List the ways to refine and read a set."""
    loop = "async for" if rows.awaited else "for"
    return [
        *_refinements(rows),
        Line(f"{rows.python}[:10]", "the first ten"),
        Line(rows.call(".first()"), "the first, or None"),
        Line(rows.call(".count()"), "how many; asks for no rows"),
        Line(rows.call(f".values_list({_some_fields(rows, 1)})"), "only these fields of each"),
        Line(f"{loop} row in {rows.python}: print(row)", "read it, page by page"),
    ]


def of_resource(resource: Subject) -> list[Line]:
    """List the calls of a resource, and an action and a collection below it."""
    lines: list[Line] = []
    if _can(resource, "GET"):
        lines += [
            Line(resource.call(".get()"), "its data"),
            Line(resource.call(f".values({_some_fields(resource, 2)})"), "some of its data"),
        ]
    if _can(resource, "PUT"):
        lines += _call(resource, "PUT", "update", "change it")
    if _can(resource, "DELETE"):
        lines += _call(resource, "DELETE", "delete", "delete it")
    for name in resource.place.actions[:1] if resource.place else ():
        action = resource.below(name, "action").python
        lines.append(Line(f"{action}.help()", f"about the action {name}"))
    for name in resource.place.collections[:1] if resource.place else ():
        collection = resource.below(name, "collection").python
        lines.append(Line(f"{collection}.all()", f"its {words(name)}"))
    return lines


def of_action(action: Subject) -> list[Line]:
    """List the calls of an action; a POST if the specification has none."""
    return [
        line
        for verb in action.operations or ("POST",)
        for line in _call(action, verb, verb.lower(), verb)
    ]


def _some_fields(subject: Subject, count: int) -> str:
    """Write the names of some fields of a resource, the most common ones first."""
    get = subject.operations.get("GET")
    names = answer_fields(subject.specs, get) if subject.specs and get else []
    usual = [name for name in ("id", "name", "status") if name in names or not names]
    chosen = list(dict.fromkeys([*usual, *names]))[:count]
    return ", ".join(map(literal, chosen))


def _refinements(rows: Subject) -> list[Line]:
    """List a filter, an ordering and a search by fields of the specification."""
    get = rows.operations.get("GET")
    if get is None:
        return [Line(f'{rows.python}.filter(status="active")', "those that match")]
    python = f"{rows.python}.all()" if rows.kind == "collection" else rows.python
    fields = plain_first(get.fields.values())
    lines: list[Line] = []
    if condition := _condition([field for field in fields if field.name not in rows.filtered]):
        lines.append(Line(f"{rows.python}.filter({condition})", "those that match"))
    if ordering := next((field.name for field in fields if _orders_by_time(field)), ""):
        lines.append(Line(f'{python}.order_by("-{ordering}")', "the latest first"))
    if searchable := [field.name for field in fields if field.searchable]:
        more = ["more"] if searchable[_SEARCH_FIELDS:] else []
        comment = f"in {joined([*searchable[:_SEARCH_FIELDS], *more])}"
        lines.append(Line(f'{python}.search("text")', comment))
    return lines


def _condition(fields: Sequence[FilterField]) -> str:
    """Write a filter by the status or another field with choices, or else by a text."""
    choices = [field for field in fields if field.enum and "eq" in field.lookups]
    if choices:
        field = min(choices, key=_distance)
        return f'{_keyword(field)}="{field.enum[0]}"'
    text = next((field for field in fields if "ilike" in field.lookups), None)
    return f'{_keyword(text)}__ilike="*text*"' if text else ""


def _distance(field: FilterField) -> tuple[bool, int, int]:
    return field.name != "status", field.name.count("."), len(field.enum)


def _keyword(field: FilterField) -> str:
    return field.name.replace(".", "__")


def _orders_by_time(field: FilterField) -> bool:
    return field.orderable and field.type in ("date", "datetime")


def _can(subject: Subject, method: str) -> bool:
    return subject.place is None or method in subject.operations
