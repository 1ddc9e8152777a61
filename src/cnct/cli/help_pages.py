"""Writes help about the API for the shell: command lines, filters, bodies, actions.

All facts come from the document; does no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnct.console.blocks import Block, Code, HelpPage, HelpTable, Line, Prose, Section
from cnct.console.markup import beginning, first_sentence, says_something, to_markdown
from cnct.console.payloads import payload_shapes
from cnct.console.sections import plain_first
from cnct.console.wording import one, whose, words
from cnct.openapi import OpenAPISpecs
from cnct.openapi.fields import FilterField
from cnct.openapi.places import Operation, Place

_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike", "in", "out", "null")
_ROWS = 40
_CHOICES = 12


class Helper:
    """Writes the help of places of one document.

    Args:
        specs: The document.
        full: Whether long tables and texts are whole.
    """

    def __init__(self, specs: OpenAPISpecs, *, full: bool) -> None:
        self._specs = specs
        self._full = full

    def page(self, path: str, place: Place) -> HelpPage:
        """Write the page of a place.

        Args:
            path: As the user named it.
            place: The document's entry.
        """
        title = f"cnct help {path}".strip()
        if place.kind == "root":
            return HelpPage(title, self._title(), self._texts(place), self._below("", place))
        blocks: list[Block] = [Prose(f"**{_about(path, place)}**"), *self._texts(place)]
        lines = [Line(line, "") for line in self._lines(path, place)]
        if lines:
            blocks.append(Code(lines))
        return HelpPage(title, place.template, blocks, [*self._sections(path, place)])

    def _title(self) -> str:
        return " ".join(filter(None, (self._specs.title, self._specs.version)))

    def _texts(self, place: Place) -> list[Block]:
        texts = [place.description]
        for operation in place.operations.values():
            texts += [operation.summary, operation.description]
        markdown = dict.fromkeys(to_markdown(text) for text in texts if says_something(text))
        return [Prose(text if self._full else beginning(text)) for text in markdown if text]

    def _lines(self, path: str, place: Place) -> Iterator[str]:
        """Yield the command lines that apply to a place."""
        get = place.operations.get("GET")
        match place.kind:
            case "collection":
                if get:
                    yield f"cnct ls {path}{_condition(get)}"
                    yield f"cnct count {path}"
                resource = self._specs.place(f"{path}/ID")
                if resource and "GET" in resource.operations:
                    yield f"cnct get {path}/ID"
                if "POST" in place.operations:
                    yield f"cnct create {path} -d @body.json"
            case "resource":
                if get:
                    yield f"cnct get {path}"
                if "PUT" in place.operations:
                    yield f"cnct update {path} field=value"
                if "DELETE" in place.operations:
                    yield f"cnct delete {path}"
            case _:
                yield from self._calls(path, place)

    def _calls(self, path: str, place: Place) -> Iterator[str]:
        above, _, name = path.rpartition("/")
        for operation in place.operations.values():
            method = "" if len(place.operations) == 1 or operation.method == "POST" else " -X {}"
            body = " field=value" if operation.body else ""
            yield f"cnct call {above} {name}{method.format(operation.method)}{body}"

    def _sections(self, path: str, place: Place) -> Iterator[Section]:
        get = place.operations.get("GET")
        if place.kind == "collection" and get and get.fields:
            yield self._filters(plain_first(get.fields.values()))
        for method, operation in place.operations.items():
            if method != "GET" and operation.body:
                yield from self._bodies(operation)
        yield from self._below(path, place)
        if place.kind == "collection" and (resource := self._specs.place(f"{path}/ID")):
            yield from self._below(f"{path}/ID", resource)

    def _filters(self, fields: Sequence[FilterField]) -> Section:
        rows = [
            (
                f"`{field.name}`",
                self._choices(field.enum) or field.type,
                " ".join(sorted(field.lookups, key=_OPERATORS.index)),
                ", ".join(_uses(field)),
            )
            for field in fields
        ]
        columns = ("Field", "Type or values", "Operators", "Also")
        return Section(f"Filters ({len(rows)})", [self._table(columns, rows)])

    def _bodies(self, operation: Operation) -> Iterator[Section]:
        schema = self._specs.payload(operation)
        for shape in payload_shapes(schema, self._specs.resolve) if schema else ():
            name = f": {shape.name}" if shape.name else ""
            rows = [
                (
                    f"`{field.name}`",
                    field.type,
                    "yes" if field.required else "",
                    self._choices(field.choices) or field.bounds,
                    first_sentence(field.description),
                )
                for field in shape.fields
            ]
            columns = ("Field", "Type", "Required", "Allowed", "Description")
            yield Section(f"Body of {operation.method}{name}", [self._table(columns, rows)])

    def _below(self, path: str, place: Place) -> list[Section]:
        named = (
            ("Actions", place.actions),
            ("Collections", place.collections),
            ("Namespaces", place.namespaces),
        )
        sections = [
            (title, [self._row(f"{path}/{name}".strip("/")) for name in names])
            for title, names in named
            if names
        ]
        return [
            Section(f"{title} ({len(rows)})", [self._table(("Command", "About"), rows)])
            for title, rows in sections
        ]

    def _row(self, path: str) -> tuple[str, ...]:
        place = self._specs.place(path)
        operations = place.operations.values() if place else ()
        texts = [text for op in operations for text in (op.summary, op.description) if text]
        names = (*place.collections, *place.namespaces) if place else ()
        about = first_sentence(texts[0]) if texts else ", ".join(names[:_CHOICES])
        return (f"`cnct help {path}`", about)

    def _choices(self, choices: Sequence[str]) -> str:
        visible = choices if self._full else choices[:_CHOICES]
        rest = len(choices) - len(visible)
        return ", ".join(
            [*(f"`{choice}`" for choice in visible), *([f"… {rest} more"] if rest else [])]
        )

    def _table(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> HelpTable:
        """Return a table without empty columns, cut unless the page is full."""
        filled = [index for index in range(len(columns)) if any(row[index] for row in rows)]
        visible = rows if self._full or len(rows) <= _ROWS else rows[:_ROWS]
        rest = len(rows) - len(visible)
        more = f"{rest} more rows: `--full`" if rest else ""
        cells = [tuple(row[index] for index in filled) for row in visible]
        return HelpTable(tuple(columns[index] for index in filled), cells, more)


def _about(path: str, place: Place) -> str:
    last = path.rpartition("/")[2]
    match place.kind:
        case "collection":
            return f"The collection of {whose(place.template)}."
        case "namespace":
            return f"The namespace {words(last)}."
        case "resource":
            return f"{one(place.template.split('/')[-2]).capitalize()}."
        case _:
            return f"The action {words(last)}."


def _condition(operation: Operation) -> str:
    """Return a filter by the field with the fewest values, and an ordering."""
    fields = plain_first(operation.fields.values())
    enums = [field for field in fields if field.enum and "eq" in field.lookups]
    best = min(enums, key=lambda field: (field.name != "status", len(field.enum)), default=None)
    condition = f" {best.name}={best.enum[0]}" if best else ""
    times = [field.name for field in fields if field.orderable and "created" in field.name]
    return f"{condition} --order -{times[0]}" if times else condition


def _uses(field: FilterField) -> Iterable[str]:
    uses = (("order", field.orderable), ("search", field.searchable), ("select", field.hidden))
    return (use for use, possible in uses if possible)
