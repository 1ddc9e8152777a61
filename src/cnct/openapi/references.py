"""Follows ``$ref`` within a document, plain or decoded on access."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from cnct.openapi.shapes import Object, as_list, as_object, is_object

FILES = "x-cnct-files"
"""Key at the top of a document joined from several files: stamps of the others, by path."""

_MOST = 50  # references in a chain; a longer one is a cycle
_NOTHING: Object = {}


def dereference(document: Object, node: Any) -> Object:
    """Follow the references of an object to the end.

    Returns:
        The object at the end. If the target is missing or the references form a cycle, an empty
        object, which as a schema allows any value.
    """
    for _ in range(_MOST):
        here = as_object(node)
        reference = here.get("$ref")
        if not isinstance(reference, str):  # a property can have this name
            return here
        node = target(document, reference)
    return _NOTHING


def target(document: Object, reference: str) -> Any:
    """Return the value at a JSON pointer (RFC 6901, section 6), or ``None``."""
    start, *steps = reference.split("/")
    if start != "#":
        return None
    node: Any = document
    for step in steps:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if is_object(node):
            node = node.get(name)
        else:
            node = dict(enumerate(as_list(node))).get(int(name) if name.isdecimal() else -1)
    return node
