"""Writes classes of `TypedDict`, and aliases, as Python."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cnct.stubs.identifiers import is_name

CONSTANT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
"""A text within a type."""

_TOKEN = re.compile(r"\w+")


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
    items = (f"    {key!r}: {type_!r}," for key, type_ in keys.items())
    return "\n".join([f"{name} = TypedDict({name!r}, {{", *items, f"}}{end})"])


def alias(name: str, type_: str) -> str:
    """Return the text of an alias; a text, since the type may refer to a later one."""
    return f"{name}: TypeAlias = {type_!r}"
