"""Pages of help: what an object is, the Python that comes next, and its tables. Makes no calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnct.console import sections
from cnct.console.expressions import CALLS
from cnct.console.lines import Line, aligned, of_action, of_collection, of_resource, of_set
from cnct.console.markup import beginning, to_markdown
from cnct.console.page import Block, Code, Page, Prose, Section
from cnct.console.subject import Subject
from cnct.console.wording import counted, listed, one, singular, whose, words
from cnct.openapi.places import Place


class Written(NamedTuple):
    """What is particular to a kind of object."""

    about: str
    lines: list[Line]
    blocks: list[Block]
    sections: list[Section]


def page(it: Subject, shown: str, note: str = "", *, full: bool = False) -> Page:
    """Write the page of an object.

    Args:
        it: The object.
        shown: Its ``repr``.
        note: In Markdown, why there is no specification, if there is none.
        full: Whether to show every row and the whole of every description.
    """
    written = _WRITERS[it.kind](it, full)
    blocks: list[Block] = [Prose(written.about)]
    blocks += [
        Prose(text) for text in (*_descriptions(it, full=full), note or _missing(it)) if text
    ]
    code = [Code(aligned(written.lines))] if written.lines else []
    return Page(it.python, shown, [*blocks, *code, *written.blocks], written.sections)


def _missing(it: Subject) -> str:
    return "" if it.place else f"**The specification has nothing at `{it.path}`.**"


def _descriptions(it: Subject, *, full: bool) -> list[str]:
    """Collect what the document says, in Markdown, each text once."""
    place, specs = it.place, it.specs
    if place is None or specs is None:
        return []
    texts = [(specs.description or "") if it.kind == "root" else place.description]
    texts += [
        text for each in place.operations.values() for text in (each.summary, each.description)
    ]
    whole = list(dict.fromkeys(to_markdown(text) for text in texts if text.strip()))
    if full:
        return whole
    cut = [beginning(text) for text in whole]
    return cut if cut == whole else [*cut, f"… the rest: `{it.python}.help(full=True)`"]


def _root(it: Subject, full: bool) -> Written:
    place = it.place or Place("root", "", collections=("products",))
    some = sorted((it.below(name, "collection") for name in place.collections), key=_dullness)[:3]
    lines = [(f"{each.python}.help()", f"about {words(each.path)}") for each in some]
    lines += [
        (f"{it.below(name, 'namespace').python}.help()", f"about {words(name)}")
        for name in place.namespaces[:1]
    ]
    lines += [(f'{it.python}.find("billing date")', "search all of it")] if it.specs else []
    lines += [(it.call(f'.get("{each.path}")'), "a call by its path") for each in some[:1]]
    return Written(f"A client of **{_title(it)}**.", lines, [], _below(it, full))


def _title(it: Subject) -> str:
    if it.specs is None:
        return "Connect's REST API"
    return " ".join(filter(None, (it.specs.title, it.specs.version))) or "an API without a name"


def _namespace(it: Subject, full: bool) -> Written:
    place = it.place or Place("namespace", it.path, collections=("name",))
    inside = [
        counted(len(names), what)
        for names, what in ((place.collections, "collections"), (place.namespaces, "namespaces"))
        if names
    ]
    some = [it.below(name, "collection") for name in place.collections[:3]]
    lines = [(f"{each.python}.all()", f"every {singular(_last(each))}") for each in some]
    group = f", a group of {listed(inside)}" if it.place else ""
    return Written(f"The namespace **{words(_last(it))}**{group}.", lines, [], _below(it, full))


def _collection(it: Subject, full: bool) -> Written:
    each = it.below("ID", "resource")
    return Written(
        f"The collection of **{whose(_template(it))}**.",
        of_collection(it, each),
        [],
        [
            *_filters(it, full),
            *_payloads(it, full),
            *_below(it, full),
            *_below(each, full, each=True),
        ],
    )


def _set(it: Subject, full: bool) -> Written:
    about = f"A set of **{whose(_template(it))}**. Makes no call before its rows are needed."
    return Written(about, of_set(it), [], _filters(it, full))


def _resource(it: Subject, full: bool) -> Written:
    above = _template(it).rpartition("/")[0]
    about = f"**{one(above.rpartition('/')[2]).capitalize()}**: one of the {whose(above)}."
    get = it.operations.get("GET")
    fields = sections.answer(it.specs, get) if it.specs and get else []
    return Written(about, of_resource(it), fields, [*_payloads(it, full), *_below(it, full)])


def _action(it: Subject, full: bool) -> Written:
    above = (
        [name for name in it.place.template.split("/")[:-1] if "{" not in name] if it.place else []
    )
    of = f" of {one(above[-1])}" if above else ""
    return Written(
        f"The action **{words(_last(it))}**{of}.", of_action(it), [], _payloads(it, full)
    )


_WRITERS: dict[str, Callable[[Subject, bool], Written]] = {
    "root": _root,
    "namespace": _namespace,
    "collection": _collection,
    "set": _set,
    "resource": _resource,
    "action": _action,
}


def _filters(it: Subject, full: bool) -> list[Section]:
    get = it.operations.get("GET")
    return [sections.filters(it, get.fields.values(), full=full)] if get and get.fields else []


def _payloads(it: Subject, full: bool) -> list[Section]:
    writes = [(method, call) for method, call in CALLS[it.kind].items() if method != "GET"]
    found = [(it.operations.get(method), call) for method, call in writes]
    return [
        section
        for operation, call in found
        if it.specs and operation
        for section in sections.payload(it, it.specs, operation, call, full=full)
    ]


def _below(it: Subject, full: bool, *, each: bool = False) -> list[Section]:
    place, end = it.place, " of each" if each else ""
    if place is None:
        return []
    inside = _in_namespaces(it, place) if it.kind == "resource" else []
    return [
        *sections.actions(it, place.actions, f"Actions{end}", full=full),
        *sections.collections(it, [*place.collections, *inside], f"Collections{end}", full=full),
        *sections.namespaces(it, [] if inside else place.namespaces, full=full),
    ]


def _in_namespaces(it: Subject, place: Place) -> list[str]:
    """List the collections in the namespaces of a resource, which is called for actions only."""
    return [
        f"{name}/{inner}"
        for name in place.namespaces
        if (below := it.below(name, "namespace").place)
        for inner in below.collections
    ]


def _dullness(it: Subject) -> int:
    """Order collections for a first look: those with the most actions first."""
    each = it.below("ID", "resource").place
    return -len(each.actions) if each else 0


def _template(it: Subject) -> str:
    return it.place.template if it.place else it.path


def _last(it: Subject) -> str:
    return it.path.rpartition("/")[2]
