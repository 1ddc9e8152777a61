"""The tables of a page of help: what the specification says of a place. Makes no calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cnct.console.markup import first_sentence
from cnct.console.page import Block, Code, Prose, Section, Table
from cnct.console.samples import Field, literal, sample, variants
from cnct.console.subject import Subject
from cnct.console.wording import counted, listed, words
from cnct.openapi import OpenAPISpecs
from cnct.openapi.fields import FilterField
from cnct.openapi.places import Operation

_ROWS = 30
_CHOICES = 12
_EXAMPLE_LINES = 30
_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike", "in", "out", "null")


def filters(it: Subject, fields: Iterable[FilterField], *, full: bool) -> Section:
    """Tabulate what a list can be filtered, ordered and searched by, the plain names first."""
    rows = [_filter_row(field, full=full) for field in plain_first(fields) if field.lookups]
    about = f"They complete at the prompt: `{it.python}.fields.<TAB>`"
    table = _table(it, ("Field", "Type or values", "Operators", "Also"), rows, full=full)
    return Section(f"Filters ({len(rows)})", [Prose(about), table])


def plain_first(fields: Iterable[FilterField]) -> list[FilterField]:
    """Order fields by how far they are nested; Connect's older spellings (``asset__id``) last."""
    return sorted(fields, key=lambda field: ("__" in field.name, field.name.count("."), field.name))


def _filter_row(field: FilterField, *, full: bool) -> tuple[str, ...]:
    also = [("order", field.orderable), ("search", field.searchable), ("select", field.hidden)]
    return (
        _code(field.name),
        _choices(field.enum, full=full) or field.type,
        " ".join(sorted(field.lookups, key=_OPERATORS.index)),
        ", ".join(name for name, given in also if given),
    )


def payload(
    it: Subject, specs: OpenAPISpecs, operation: Operation, call: str, *, full: bool
) -> list[Section]:
    """Tabulate what an operation takes, with an example of the call.

    Args:
        it: What is called.
        specs: Where its operation is described.
        operation: The operation.
        call: The method of ``it``, in Python: ``create``.
        full: Whether to show everything.
    """
    schema = specs.payload(operation)
    shapes = variants(schema, specs.resolve) if schema else []
    examples = [sample(shape.schema, specs.resolve) for shape in shapes]
    given = specs.example(operation)
    if examples and given is not None and (full or len(_lines(given)) <= _EXAMPLE_LINES):
        examples[0] = given
    return [
        Section(
            f"Payload of {call}(){shape.name and f': {shape.name}'}",
            [
                *([_fields(it, shape.fields, full=full)] if shape.fields else []),
                Code(it.call(f".{call}(\n    payload={literal(example, 4)}\n)")),
            ],
        )
        for shape, example in zip(shapes, examples, strict=True)
    ]


def _lines(value: Any) -> list[str]:
    return literal(value).splitlines()


def _fields(it: Subject, fields: Sequence[Field], *, full: bool) -> Table:
    rows = [
        (
            _code(field.name),
            field.type,
            "yes" if field.required else "",
            ", ".join(filter(None, (_choices(field.choices, full=full), field.bounds))),
            first_sentence(field.description),
        )
        for field in fields
    ]
    return _table(it, ("Field", "Type", "Required", "Allowed", "Description"), rows, full=full)


def collections(it: Subject, names: Sequence[str], title: str, *, full: bool) -> list[Section]:
    """Tabulate the collections one step below."""
    below = [it.below(name, "collection") for name in names]
    rows = [(_code(each.python), _summary(each)) for each in below]
    table = _table(it, ("Python", "What it is"), rows, full=full)
    return [Section(f"{title} ({len(names)})", [table])] if names else []


def namespaces(it: Subject, names: Sequence[str], *, full: bool) -> list[Section]:
    """Tabulate the namespaces one step below, with what they hold."""
    below = [it.below(name, "namespace") for name in names]
    rows = [
        (_code(each.python), ", ".join(_code(name) for name in each.place.collections))
        for each in below
        if each.place
    ]
    table = _table(it, ("Python", "Collections"), rows, full=full)
    return [Section(f"Namespaces ({len(names)})", [table])] if names else []


def actions(it: Subject, names: Sequence[str], title: str, *, full: bool) -> list[Section]:
    """Tabulate the actions one step below, each as the call that it takes."""
    below = [it.below(name, "action") for name in names]
    rows = [
        (_code(each.call(f".{operation.method.lower()}()")), _deed(operation))
        for each in below
        if each.place
        for operation in each.place.operations.values()
    ]
    table = _table(it, ("Python", "What it does"), rows, full=full)
    return [Section(f"{title} ({len(names)})", [table])] if names else []


def answer(specs: OpenAPISpecs, operation: Operation) -> list[Block]:
    """Name the fields of what an operation answers."""
    schema = specs.response(operation)
    properties = specs.resolve(schema).get("properties") if schema else None
    names = ", ".join(_code(name) for name in properties or ())
    return [Prose(f"**Fields of the answer:** {names}")] if names else []


def _summary(it: Subject) -> str:
    """Say in a line what a collection is: by what can be done with it if the document is silent."""
    if text := next((_said(operation) for operation in it.operations.values()), ""):
        return text
    each = it.below("ID", "resource")
    here = [_DONE.get(method, method.lower()) for method in it.operations]
    to_one = [_DONE_TO_ONE.get(method, method.lower()) for method in each.operations]
    said = [*([listed(here)] if here else []), *([f"{listed(to_one)} each"] if to_one else [])]
    below = ", ".join(_code(name) for name in each.place.collections) if each.place else ""
    return "; ".join(said) or below


_DONE = {"GET": "list", "POST": "create", "PUT": "update several", "DELETE": "delete several"}
_DONE_TO_ONE = {"GET": "get", "PUT": "update"}


def _said(operation: Operation) -> str:
    return first_sentence(operation.summary or operation.description)


def _deed(operation: Operation) -> str:
    """Say in a line what an action does: by the operation's id if the document is silent."""
    name = words(operation.operation_id.rpartition("_")[2])
    return _said(operation) or name.removeprefix(f"{operation.method.lower()} ")


def _table(
    it: Subject, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, full: bool
) -> Table:
    """Make a table without columns that stay empty, and of ``_ROWS`` rows unless ``full``."""
    filled = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    shown = rows if full or len(rows) <= _ROWS + 2 else rows[:_ROWS]
    left_out = len(rows) - len(shown)
    more = f"{counted(left_out, 'more rows')}: `{it.python}.help(full=True)`" if left_out else ""
    picked = [tuple(row[index] for index in filled) for row in shown]
    return Table(tuple(columns[index] for index in filled), picked, more)


def _choices(choices: Sequence[str], *, full: bool) -> str:
    shown = choices if full else choices[:_CHOICES]
    left_out = len(choices) - len(shown)
    return ", ".join([*map(_code, shown), *([f"… {left_out} more"] if left_out else [])])


def _code(text: str) -> str:
    return f"`{text}`"
