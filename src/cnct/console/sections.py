"""Builds the tables of a help page from the specification. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnct.console.blocks import PYTHON, Block, Code, HelpTable, Line, Prose, Section
from cnct.console.examples import call, examples
from cnct.console.markup import first_sentence
from cnct.console.payloads import PayloadField, literal, payload_shapes
from cnct.console.subject import Subject
from cnct.console.wording import counted, joined, words
from cnct.openapi import OpenAPISpecs
from cnct.openapi.fields import FilterField
from cnct.openapi.places import Operation
from cnct.openapi.schemas import items, properties

_ROWS = 30
_MOST_ROWS = 2_000  # of a table in full
_MOST_NAMES = 300  # in a sentence
_CHOICES = 12
_OPERATORS = {
    **{name: name for name in ("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike")},
    "in": "in_",
    "out": "out",
    "null": "null",
}
"""The operators as Python writes them, by their names in the document."""
_DONE = {"GET": "list", "POST": "create", "PUT": "update several", "DELETE": "delete several"}
_DONE_TO_ONE = {"GET": "get", "PUT": "update"}


def filters(subject: Subject, fields: Iterable[FilterField], *, full: bool) -> Section:
    """Tabulate the fields by which a list can be filtered, ordered and searched."""
    rows = [_filter_row(field, full=full) for field in plain_first(fields) if field.lookups]
    about = f"They complete at the prompt: `{subject.python}.fields.<TAB>`"
    table = _table(subject, ("Field", "Type or values", "Operators", "Also"), rows, full=full)
    return Section(f"Filters ({len(rows)})", [Prose(about), table])


def plain_first(fields: Iterable[FilterField]) -> list[FilterField]:
    """Sort fields by depth and name; Connect's older spellings (``asset__id``) come last."""
    return sorted(fields, key=lambda field: ("__" in field.name, field.name.count("."), field.name))


def _filter_row(field: FilterField, *, full: bool) -> tuple[str, ...]:
    uses = [("order", field.orderable), ("search", field.searchable), ("select", field.hidden)]
    return (
        _code(field.name),
        _choices(field.enum, full=full) or field.type,
        " ".join(_OPERATORS[lookup] for lookup in _OPERATORS if lookup in field.lookups),
        ", ".join(use for use, possible in uses if possible),
    )


def payload(
    subject: Subject, specs: OpenAPISpecs, operation: Operation, method: str, *, full: bool
) -> list[Section]:
    """Tabulate the payload of an operation, one section for each alternative, with an example.

    Args:
        subject: The object of the call.
        specs: The specification that describes the operation.
        operation: The operation.
        method: The method of the object: ``create``.
        full: Whether to show every row and the document's example however long.
    """
    schema = specs.payload(operation)
    shapes = payload_shapes(schema, specs.resolve) if schema else []
    values = examples(specs, operation, method, [shape.schema for shape in shapes], full=full)
    return [
        Section(
            f"Payload of {method}(){shape.name and f': {shape.name}'}",
            [
                *([_fields(subject, shape.fields, full=full)] if shape.fields else []),
                Code([Line(subject.call(f".{method}(\n    payload={literal(value, 4)}\n)"))]),
            ],
        )
        for shape, value in zip(shapes, values, strict=True)
    ]


def _fields(subject: Subject, fields: Sequence[PayloadField], *, full: bool) -> HelpTable:
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
    columns = ("Field", "Type", "Required", "Allowed", "Description")
    return _table(subject, columns, rows, full=full)


def collections(subject: Subject, names: Sequence[str], title: str, *, full: bool) -> list[Section]:
    """Tabulate the collections one step below."""
    below = [subject.below(name, "collection") for name in names[: _limit(len(names), full=full)]]
    rows = [(_code(collection.python), _collection_summary(collection)) for collection in below]
    table = _table(subject, (PYTHON, "What it is"), rows, full=full, total=len(names))
    return [Section(f"{title} ({len(names)})", [table])] if names else []


def namespaces(subject: Subject, names: Sequence[str], *, full: bool) -> list[Section]:
    """Tabulate the namespaces one step below, with their collections."""
    below = [subject.below(name, "namespace") for name in names[:_MOST_ROWS]]
    rows = [
        (_code(namespace.python), ", ".join(map(_code, namespace.place.collections)))
        for namespace in below
        if namespace.place
    ]
    table = _table(subject, (PYTHON, "Collections"), rows, full=full)
    return [Section(f"Namespaces ({len(names)})", [table])] if names else []


def actions(subject: Subject, names: Sequence[str], title: str, *, full: bool) -> list[Section]:
    """Tabulate the actions one step below, each with the call to make."""
    below = [subject.below(name, "action") for name in names[:_MOST_ROWS]]
    rows = [
        (_code(_action_call(action, operation)), _action_summary(operation))
        for action in below
        for operation in action.operations.values()
    ]
    table = _table(subject, (PYTHON, "What it does"), rows, full=full)
    return [Section(f"{title} ({len(names)})", [table])] if names else []


def _action_call(action: Subject, operation: Operation) -> str:
    """Write the call of an action, or of its help if the payload is long."""
    method = operation.method.lower()
    text = call(action.specs, operation, method)
    return f"{action.python}.help()" if text is None else action.call(f".{text}")


def answer(specs: OpenAPISpecs, operation: Operation) -> list[Block]:
    """List the fields of an operation's response."""
    names = answer_fields(specs, operation)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    text = ", ".join(map(_code, names[:_MOST_NAMES]))
    return [Prose(f"**Fields of the answer:** {text}{more}")] if names else []


def answer_fields(specs: OpenAPISpecs, operation: Operation) -> list[str]:
    """Return the names of the fields of an operation's response, or of the rows in a list."""
    schema = specs.response(operation)
    if schema is None:
        return []
    whole = specs.resolve(schema)
    return [*properties(specs.resolve(items(whole) or whole))]


def _collection_summary(collection: Subject) -> str:
    """Describe a collection in a line: in the document's words, or else by its calls."""
    first = next(iter(collection.operations.values()), None)
    if first and (text := _summary(first)):
        return text
    resource = collection.below("ID", "resource")
    on_list = [_DONE.get(method, method.lower()) for method in collection.operations]
    on_each = [_DONE_TO_ONE.get(method, method.lower()) for method in resource.operations]
    calls = [joined(on_list)] if on_list else []
    calls += [f"{joined(on_each)} each"] if on_each else []
    below = resource.place.collections if resource.place else ()
    return "; ".join(calls) or ", ".join(map(_code, below))


def _action_summary(operation: Operation) -> str:
    """Describe an action in a line: in the document's words, or else by the operation's id."""
    name = words(operation.operation_id.rpartition("_")[2])
    return _summary(operation) or name.removeprefix(f"{operation.method.lower()} ")


def _summary(operation: Operation) -> str:
    return first_sentence(operation.summary or operation.description)


def _table(
    subject: Subject,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    *,
    full: bool,
    total: int = 0,
) -> HelpTable:
    """Return a table without empty columns.

    Args:
        subject: The object whose page has the table.
        columns: Headings.
        rows: The rows, or the first of them.
        full: Whether to show more than ``_ROWS`` rows.
        total: Number of rows, by default that of ``rows``.
    """
    filled = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    visible = rows[: _limit(total or len(rows), full=full)]
    rest = (total or len(rows)) - len(visible)
    hint = "" if full else f": `{subject.python}.help(full=True)`"
    more = f"{counted(rest, 'more rows')}{hint}" if rest else ""
    cells = [tuple(row[index] for index in filled) for row in visible]
    return HelpTable(tuple(columns[index] for index in filled), cells, more)


def _limit(count: int, *, full: bool) -> int:
    """Return the number of rows to show; a slightly too long table is shown whole."""
    return _MOST_ROWS if full else _ROWS if count > _ROWS + 2 else count


def _choices(choices: Sequence[str], *, full: bool) -> str:
    visible = choices if full else choices[:_CHOICES]
    rest = len(choices) - len(visible)
    return ", ".join([*map(_code, visible), *([f"… {rest} more"] if rest else [])])


def _code(text: str) -> str:
    return f"`{text}`"
