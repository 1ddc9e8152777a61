"""Finds the words that can stand at the cursor. Reads the compact names and no network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from cnct.cli.completing.compact import CompactNames, Node, names_of
from cnct.cli.completing.grammar import (
    ACTION,
    API_PATH,
    BODY,
    COLLECTION,
    CONDITION,
    DATA,
    FIELD,
    FILE,
    FLAG,
    FORMS,
    ORDER,
    PLACE,
    PROFILE,
    RESOURCE,
    SELECT,
    SETTING,
)
from cnct.cli.completing.typed import Typed, typed

_ID = "{}"
_LISTS = ("in", "out")
_OPERATORS = ("ne", "lt", "le", "gt", "ge", "like", "ilike", "in", "out", "null", "empty")
_METHODS = ("POST", "PUT", "DELETE")


class Candidate(NamedTuple):
    """A word that can stand at the cursor.

    Attributes:
        text: The whole word.
        is_final: Whether the word is complete, so that a space follows.
    """

    text: str
    is_final: bool = True


def candidates(words: list[str], current: str) -> list[Candidate]:
    """Return the words that can stand at the cursor, in order and without repetitions.

    Args:
        words: The words before, without the program.
        current: The beginning of the word.
    """
    line = typed(words)
    words_there = dict.fromkeys(_candidates(line, current))
    return [word for word in words_there if word.text.startswith(current)]


def _candidates(line: Typed, current: str) -> Iterator[Candidate]:
    if current.startswith("-"):
        name, sign, value = current.partition("=")
        kind = line.form.options.get(name)
        if sign and kind and kind != FLAG:
            for word in _of_kind(line._replace(kind=kind), value):
                yield word._replace(text=f"{name}={word.text}")
            return
        if line.kind not in (ORDER, SELECT):
            yield from map(Candidate, sorted(line.form.options))
            return
    if line.offers_commands:
        yield from map(Candidate, line.form.below)
        return
    yield from _of_kind(line, current)


def _of_kind(line: Typed, current: str) -> Iterator[Candidate]:
    if isinstance(line.kind, tuple):
        yield from map(Candidate, line.kind)
        return
    source = _SOURCES.get(line.kind)
    if source is not None:
        yield from source(line, current)


def _names(line: Typed) -> CompactNames | None:
    """Return the names of the document in use; ``None`` if the cache does not have the document."""
    location = line.values.get("--spec") or os.environ.get("CNCT_SPEC", "").strip()
    if not location:
        location = _configured(line.values.get("--profile"))
    return names_of(location)


def _configured(profile: str | None) -> str:
    """Return the configured location of the document, by default that of the published one."""
    from cnct.openapi.sources import DEFAULT_LOCATION  # noqa: PLC0415 - CNCT_SPEC needs none
    from cnct.settings import report  # noqa: PLC0415 - same

    for setting in report(profile).settings:
        if setting.name == "spec" and setting.value:
            return str(setting.value)
    return DEFAULT_LOCATION


def _places(line: Typed, current: str, end: str = "") -> Iterator[Candidate]:
    """Yield the places below the typed one.

    Args:
        line: The command line.
        current: The beginning of a path.
        end: End of a collection: nothing, or ``/`` if an id follows.
    """
    names = _names(line)
    above, slash, _ = current.rpartition("/")
    node = names.at(above.lstrip("/")) if names else None
    below: dict[str, Node] = node.get("b", {}) if node else {}
    for name, child in sorted(below.items()):
        path = f"{above}{slash}{name}"
        if child["k"] == "c":
            yield Candidate(f"{path}{end}", is_final=not end)
        elif child["k"] == "n":
            yield Candidate(f"{path}/", is_final=False)


def _resources(line: Typed, current: str) -> Iterator[Candidate]:
    """Yield collections whose ids follow; with ``--from``, the collection is the whole argument."""
    return _places(line, current, "" if "--from" in line.values else "/")


def _helped(line: Typed, current: str) -> Iterator[Candidate]:
    """Yield the places and the commands that have help."""
    yield from map(Candidate, FORMS)
    yield from _places(line, current)


def _actions(line: Typed, current: str) -> Iterator[Candidate]:  # noqa: ARG001 - as all sources
    names = _names(line)
    path = line.arguments[0].strip("/") if line.arguments else ""
    node = names.at(path) if names and path else None
    owners = [node, node.get("b", {}).get(_ID) if node and node["k"] == "c" else None]
    if "--from" in line.values:
        owners = owners[1:]
    for owner in owners:
        below: dict[str, Node] = owner.get("b", {}) if owner else {}
        yield from (Candidate(name) for name, child in sorted(below.items()) if child["k"] == "a")


def _filters(line: Typed) -> dict[str, Any]:
    """Return the filters of the collection in the first argument, or around its resource."""
    names = _names(line)
    path = line.arguments[0].strip("/") if line.arguments else ""
    if names is None or not path:
        return {}
    return names.filters(names.at(path)) or names.filters(names.at(path.rpartition("/")[0]))


def _conditions(line: Typed, current: str) -> Iterator[Candidate]:
    filters = _filters(line)
    keyword, sign, value = current.partition("=")
    field, _, op = keyword.rpartition("__")
    if op not in _OPERATORS or not field:
        field, op = keyword, "eq"
    if sign:
        yield from _values(filters.get(field.replace("__", ".")), keyword, op, value)
        return
    for name, (operators, _, _) in filters.items():
        allowed = operators.split()
        if current == name or current.startswith(f"{name}__"):
            yield from (Candidate(f"{name}=", is_final=False) for _ in {"eq"} & {*allowed})
            yield from (
                Candidate(f"{name}__{operator}=", is_final=False)
                for operator in _OPERATORS
                if operator in allowed
            )
        elif allowed and "__" not in name:
            yield Candidate(f"{name}=" if allowed == ["eq"] else name, is_final=False)


def _values(field: Any, keyword: str, op: str, value: str) -> Iterator[Candidate]:
    """Yield the values of a condition; of a list, the last one."""
    choices: list[str] = field[1] if field else []
    if op in ("null", "empty"):
        choices = ["true", "false"]
    before, comma, _ = value.rpartition(",") if op in _LISTS else ("", "", "")
    for choice in choices:
        yield Candidate(f"{keyword}={before}{comma}{choice}", is_final=op not in _LISTS)


def _listed(names: Iterable[str], current: str) -> Iterator[Candidate]:
    """Yield completions for the last name of a comma-separated list; its sign is kept."""
    before, comma, last = current.rpartition(",")
    sign = last[:1] if last[:1] in "+-" else ""
    return (Candidate(f"{before}{comma}{sign}{name}", is_final=False) for name in names)


def _orders(line: Typed, current: str) -> Iterator[Candidate]:
    filters = _filters(line).items()
    return _listed([name for name, (_, _, marks) in filters if "o" in marks], current)


def _selects(line: Typed, current: str) -> Iterator[Candidate]:
    return _listed([name for name in _filters(line) if "__" not in name], current)


def _fields(line: Typed, current: str) -> Iterator[Candidate]:  # noqa: ARG001 - as all sources
    return (Candidate(name) for name in _filters(line) if "__" not in name)


def _bodies(line: Typed, current: str) -> Iterator[Candidate]:
    names = _names(line)
    if names is None or not line.arguments:
        return
    path = line.arguments[0].strip("/")
    if "--from" in line.values:
        path = f"{path}/ID" if line.form.method == "PUT" or len(line.arguments) > 1 else path
    if ACTION in line.form.arguments:
        path = f"{path}/{line.arguments[1]}"
    node = names.at(path)
    methods = [line.values.get("-X") or line.values.get("--method") or line.form.method, *_METHODS]
    bodies = (names.body(node, method) for method in methods)
    fields = next(filter(None, bodies), dict[str, list[str]]())
    name, sign, _ = current.partition("=")
    if sign:
        yield from (Candidate(f"{name}={value}") for value in fields.get(name, ()))
    else:
        yield from (Candidate(f"{field}=", is_final=False) for field in fields)


def _files(line: Typed, current: str) -> Iterator[Candidate]:  # noqa: ARG001 - as all sources
    folder, slash, _ = current.rpartition("/")
    path = os.path.expanduser(folder) if slash else "."  # noqa: PTH111 - text stays text
    try:
        entries = sorted(os.scandir(path or "/"), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = f"{folder}{slash}{entry.name}"
        if entry.is_dir():
            yield Candidate(f"{name}/", is_final=False)
        else:
            yield Candidate(name)


def _data(line: Typed, current: str) -> Iterator[Candidate]:
    if current.startswith("@"):
        yield from (word._replace(text=f"@{word.text}") for word in _files(line, current[1:]))
    elif not current:
        yield Candidate("@", is_final=False)
        yield Candidate("-")


def _profiles(line: Typed, current: str) -> Iterator[Candidate]:  # noqa: ARG001 - as all sources
    from cnct.settings import profile_names  # noqa: PLC0415 - other words need none

    return map(Candidate, profile_names())


def _settings(line: Typed, current: str) -> Iterator[Candidate]:  # noqa: ARG001 - as all sources
    from cnct.settings import OPTIONS  # noqa: PLC0415 - other words need none

    return map(Candidate, OPTIONS)


_SOURCES: dict[str, Callable[[Typed, str], Iterator[Candidate]]] = {
    COLLECTION: _places,
    RESOURCE: _resources,
    PLACE: _helped,
    API_PATH: _places,
    ACTION: _actions,
    CONDITION: _conditions,
    ORDER: _orders,
    SELECT: _selects,
    FIELD: _fields,
    BODY: _bodies,
    DATA: _data,
    FILE: _files,
    PROFILE: _profiles,
    SETTING: _settings,
}
