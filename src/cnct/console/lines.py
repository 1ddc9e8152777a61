"""The Python that can come next, as lines that work when they are pasted. Makes no calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnct.console.sections import plain_first
from cnct.console.subject import Subject
from cnct.console.wording import listed, singular, words
from cnct.openapi.fields import FilterField

Line = tuple[str, str]
"""A line of Python, and what it does."""

_COMMENT_COLUMN = 56
_SHOWN = 3


def aligned(lines: Iterable[Line]) -> str:
    """Write lines with their comments below each other."""
    rows = [*lines]
    lengths = [len(code) for code, _ in rows if len(code) <= _COMMENT_COLUMN]
    width = max(lengths, default=0)
    return "\n".join(f"{code:{width}}  # {comment}" for code, comment in rows)


def of_collection(it: Subject, each: Subject) -> list[Line]:
    """Write what a collection can do."""
    last = it.path.rpartition("/")[2]
    name, names = singular(last), words(last)
    lines: list[Line] = []
    if _can(it, "GET"):
        lines += [(f"{it.python}.all()", f"every {name}"), *_refinements(it)]
    if each.place or it.place is None:
        lines.append((each.python, f"one {name}: see its .help()"))
    if _can(it, "POST"):
        lines.append((it.call(".create(payload={...})"), f"a new {name}"))
    if "PUT" in it.operations:
        lines.append((it.call(".bulk_update([...])"), f"change several {names} at once"))
    if "DELETE" in it.operations:
        lines.append((it.call(".bulk_delete([...])"), f"delete several {names} at once"))
    return lines


def of_set(it: Subject) -> list[Line]:
    """Write how a set can be refined and read."""
    loop = "async for" if it.awaited else "for"
    return [
        *_refinements(it),
        (f"{it.python}[:10]", "the first ten"),
        (it.call(".first()"), "the first, or None"),
        (it.call(".count()"), "how many; asks for no rows"),
        (it.call('.values_list("id")'), "only these fields of each"),
        (f"{loop} row in {it.python}: print(row)", "read it, page by page"),
    ]


def of_resource(it: Subject) -> list[Line]:
    """Write what one object can do."""
    lines: list[Line] = []
    if _can(it, "GET"):
        lines += [
            (it.call(".get()"), "its data"),
            (it.call('.values("id", "name")'), "some of its data"),
        ]
    if _can(it, "PUT"):
        lines.append((it.call(".update(payload={...})"), "change it"))
    if _can(it, "DELETE"):
        lines.append((it.call(".delete()"), "delete it"))
    for name in it.place.actions[:1] if it.place else ():
        lines.append((f"{it.below(name, 'action').python}.help()", f"about the action {name}"))
    for name in it.place.collections[:1] if it.place else ():
        below = it.below(name, "collection").python
        lines.append((f"{below}.all()", f"its {words(name)}"))
    return lines


def of_action(it: Subject) -> list[Line]:
    """Write how an action is called."""
    calls = [
        (each.method.lower(), "payload={...}" if each.body else "")
        for each in it.operations.values()
    ]
    return [
        (it.call(f".{method}({argument})"), method.upper())
        for method, argument in calls or [("post", "payload={...}")]
    ]


def _refinements(it: Subject) -> list[Line]:
    """Write filter, order and search, with fields that there are."""
    get = it.operations.get("GET")
    if get is None:
        return [(f'{it.python}.filter(status="active")', "those that match")]
    rows = f"{it.python}.all()" if it.kind == "collection" else it.python
    known = plain_first(get.fields.values())
    ordering = next((field.name for field in known if field.orderable and _is_time(field)), "")
    searched = [field.name for field in known if field.searchable]
    where = listed([*searched[:_SHOWN], *(["more"] if searched[_SHOWN:] else [])])
    lines = [
        (f"{it.python}.filter({_condition(known)})", "those that match"),
        (f'{rows}.order_by("-{ordering}")', "the latest first"),
        (f'{rows}.search("text")', f"in {where}"),
    ]
    there = (_condition(known), ordering, searched)
    return [line for line, given in zip(lines, there, strict=True) if given]


def _condition(known: Sequence[FilterField]) -> str:
    """Write a filter by the field that is most telling: one of few values, else a text."""
    choices = [field for field in known if field.enum and "eq" in field.lookups]
    if choices:
        chosen = min(choices, key=lambda field: (field.name != "status", len(field.enum)))
        return f'{_keyword(chosen)}="{chosen.enum[0]}"'
    text = next((field for field in known if "ilike" in field.lookups), None)
    return f'{_keyword(text)}__ilike="*text*"' if text else ""


def _keyword(field: FilterField) -> str:
    return field.name.replace(".", "__")


def _is_time(field: FilterField) -> bool:
    return field.type in ("date", "datetime")


def _can(it: Subject, method: str) -> bool:
    return it.place is None or method in it.operations
