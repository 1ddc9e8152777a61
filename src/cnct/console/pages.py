"""Writes help pages: a description of the object, the Python for next steps, and tables.

Does no I/O and no layout.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnct.console import sections
from cnct.console.blocks import Block, Code, HelpPage, Line, Prose, Section
from cnct.console.expressions import CALLS
from cnct.console.lines import of_action, of_collection, of_resource, of_set
from cnct.console.markup import beginning, says_something, to_markdown
from cnct.console.subject import Subject
from cnct.console.wording import counted, joined, one, singular, whose, words
from cnct.openapi.places import Place

_MOST_COMPARED = 500  # collections, to find those with most actions


class PageParts(NamedTuple):
    """The parts of a page that depend on the kind of object.

    Attributes:
        about: The first paragraph, in Markdown.
        lines: Python for next steps.
        blocks: Blocks below these lines.
        sections: Tables with headings.
    """

    about: str
    lines: list[Line]
    blocks: list[Block]
    sections: list[Section]


def page(subject: Subject, subtitle: str, note: str = "", *, full: bool = False) -> HelpPage:
    """Write the page of an object.

    Args:
        subject: The object.
        subtitle: The object's ``repr``.
        note: Reason for a missing specification, in Markdown.
        full: Whether to show every row of long tables and the whole of long texts.
    """
    parts = _WRITERS[subject.kind](subject, full)
    texts = [parts.about, *_descriptions(subject, full=full), note or _missing(subject)]
    prose = [Prose(text) for text in texts if text]
    code = [Code(parts.lines)] if parts.lines else []
    return HelpPage(subject.python, subtitle, [*prose, *code, *parts.blocks], parts.sections)


def _missing(subject: Subject) -> str:
    return "" if subject.place else f"**The specification has nothing at `{subject.path}`.**"


def _descriptions(subject: Subject, *, full: bool) -> list[str]:
    """Return the document's descriptions of an object in Markdown, without repetitions."""
    place, specs = subject.place, subject.specs
    if place is None or specs is None:
        return []
    texts = [(specs.description or "") if subject.kind == "root" else place.description]
    for method, operation in place.operations.items():
        if subject.kind != "set" or method == "GET":
            texts += [operation.summary, operation.description]
    whole = list(dict.fromkeys(to_markdown(text) for text in texts if says_something(text)))
    if full:
        return whole
    cut = [beginning(text) for text in whole]
    return cut if cut == whole else [*cut, f"… the rest: `{subject.python}.help(full=True)`"]


def _root(client: Subject, full: bool) -> PageParts:
    place = client.place or Place("root", "", collections=("products",))
    below = [client.below(name, "collection") for name in place.collections[:_MOST_COMPARED]]
    prominent = sorted(below, key=_action_count, reverse=True)[:3]
    lines = [
        Line(f"{collection.python}.help()", f"about {words(collection.path)}")
        for collection in prominent
    ]
    for name in place.namespaces[:1]:
        namespace = client.below(name, "namespace").python
        lines.append(Line(f"{namespace}.help()", f"about {words(name)}"))
    if client.specs:
        lines.append(Line(f'{client.python}.find("billing date")', "search all of it"))
    if prominent:
        call = client.call(f'.get("{prominent[0].path}")')
        lines.append(Line(call, "a call by its path"))
    return PageParts(f"A client of **{_title(client)}**.", lines, [], _below(client, full))


def _title(client: Subject) -> str:
    if client.specs is None:
        return "Connect's REST API"
    title_and_version = filter(None, (client.specs.title, client.specs.version))
    return " ".join(title_and_version) or "an API without a name"


def _namespace(namespace: Subject, full: bool) -> PageParts:
    place = namespace.place or Place("namespace", namespace.path, collections=("name",))
    counts = [
        counted(len(names), noun)
        for names, noun in ((place.collections, "collections"), (place.namespaces, "namespaces"))
        if names
    ]
    below = [namespace.below(name, "collection") for name in place.collections[:3]]
    lines = [
        Line(f"{collection.python}.all()", f"every {singular(_last(collection))}")
        for collection in below
    ]
    group = f", a group of {joined(counts)}" if namespace.place else ""
    about = f"The namespace **{words(_last(namespace))}**{group}."
    return PageParts(about, lines, [], _below(namespace, full))


def _collection(collection: Subject, full: bool) -> PageParts:
    resource = collection.below("ID", "resource")
    return PageParts(
        f"The collection of **{whose(_template(collection))}**.",
        of_collection(collection, resource),
        [],
        [
            *_filters(collection, full),
            *_payloads(collection, full),
            *_below(collection, full),
            *_below(resource, full, of_each=True),
        ],
    )


def _set(rows: Subject, full: bool) -> PageParts:
    about = f"A set of **{whose(_template(rows))}**. Makes no call before its rows are needed."
    return PageParts(about, of_set(rows), [], _filters(rows, full))


def _resource(resource: Subject, full: bool) -> PageParts:
    above = _template(resource).rpartition("/")[0]
    about = f"**{one(above.rpartition('/')[2]).capitalize()}**: one of the {whose(above)}."
    get = resource.operations.get("GET")
    fields = sections.answer(resource.specs, get) if resource.specs and get else []
    tables = [*_payloads(resource, full), *_below(resource, full)]
    return PageParts(about, of_resource(resource), fields, tables)


def _action(action: Subject, full: bool) -> PageParts:
    template = action.place.template if action.place else ""
    owners = [name for name in template.split("/")[:-1] if "{" not in name]
    of_owner = f" of {one(owners[-1])}" if owners else ""
    about = f"The action **{words(_last(action))}**{of_owner}."
    return PageParts(about, of_action(action), [], _payloads(action, full))


_WRITERS: dict[str, Callable[[Subject, bool], PageParts]] = {
    "root": _root,
    "namespace": _namespace,
    "collection": _collection,
    "set": _set,
    "resource": _resource,
    "action": _action,
}


def _filters(subject: Subject, full: bool) -> list[Section]:
    get = subject.operations.get("GET")
    if get is None or not get.fields:
        return []
    return [sections.filters(subject, get.fields.values(), full=full)]


def _payloads(subject: Subject, full: bool) -> list[Section]:
    return [
        section
        for method, name in CALLS[subject.kind].items()
        if method != "GET" and subject.specs and method in subject.operations
        for section in sections.payload(
            subject, subject.specs, subject.operations[method], name, full=full
        )
    ]


def _below(subject: Subject, full: bool, *, of_each: bool = False) -> list[Section]:
    place, end = subject.place, " of each" if of_each else ""
    if place is None:
        return []
    nested = _in_namespaces(subject, place) if subject.kind == "resource" else []
    names = [*place.collections, *nested]
    return [
        *sections.actions(subject, place.actions, f"Actions{end}", full=full),
        *sections.collections(subject, names, f"Collections{end}", full=full),
        *sections.namespaces(subject, [] if nested else place.namespaces, full=full),
    ]


def _in_namespaces(resource: Subject, place: Place) -> list[str]:
    """List the collections in the namespaces below a resource.

    Calling a resource returns an action, so that the namespaces cannot be reached alone.
    """
    return [
        f"{name}/{collection}"
        for name in place.namespaces
        if (namespace := resource.below(name, "namespace").place)
        for collection in namespace.collections
    ]


def _action_count(collection: Subject) -> int:
    place = collection.below("ID", "resource").place
    return len(place.actions) if place else 0


def _template(subject: Subject) -> str:
    return subject.place.template if subject.place else subject.path


def _last(subject: Subject) -> str:
    return subject.path.rpartition("/")[2]
