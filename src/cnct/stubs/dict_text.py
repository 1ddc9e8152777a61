"""Writes classes of `TypedDict`, and aliases, as Python."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cnct.stubs.identifiers import is_name

CONSTANT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
"""A text within a type."""

_TOKEN = re.compile(r"\w+")
_BUILTIN = frozenset({"Any", "Literal", "None", "bool", "dict", "float", "int", "list", "str"})


def tokens(*types: str) -> set[str]:
    """Return the names that types refer to."""
    return {token for type_ in types for token in _TOKEN.findall(CONSTANT.sub("", type_))}


def typed_dict(name: str, keys: Mapping[str, str], *, total: bool) -> str:
    """Return the text of a class of `TypedDict`.

    A key that cannot be an attribute, or would hide a name that a later type refers to, needs a
    call of `TypedDict` instead of a class.
    """
    used = tokens(*keys.values())
    end = "" if total else ", total=False"
    if all(is_name(key) and key[:2] != "__" and key not in used for key in keys):
        lines = [f"class {name}(TypedDict{end}):"]
        return "\n".join([*lines, *(f"    {key}: {type_}" for key, type_ in keys.items())])
    items = (f"    {key!r}: {_value(type_)}," for key, type_ in keys.items())
    return "\n".join([f"{name} = TypedDict({name!r}, {{", *items, f"}}{end})"])


def _value(type_: str) -> str:
    """Return a type as an argument of a call: as text if a later class may be part of the type."""
    if tokens(type_) <= _BUILTIN:
        return type_
    text = repr(type_)
    return "Any" if "\\" in text else text  # type checkers refuse escapes in such a text


def aliases(types: Mapping[str, str]) -> list[str]:
    """Return the texts of aliases, each after those to which it refers.

    Args:
        types: Types by the name of their alias; none refers to itself.
    """
    ordered: dict[str, str] = {}
    todo = sorted(types, reverse=True)
    while todo:
        name = todo.pop()
        missing = sorted((tokens(types[name]) & types.keys()) - ordered.keys())
        if missing:
            todo += [name, *missing]
        else:
            ordered[name] = f"{name}: TypeAlias = {types[name]}"
    return [*ordered.values()]
