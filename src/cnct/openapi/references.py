"""Where a ``$ref`` leads. Reads documents as plain data, whole ones and those decoded by parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from cnct.openapi.shapes import Object, as_list, as_object, is_object

_MOST = 50  # references one after the other; more is a circle
_NOTHING: Object = {}


def followed(document: Object, node: Any) -> Object:
    """Follow the ``$ref`` of an object, and those that it leads to.

    Returns:
        What it leads to in the end. An empty object, which as a schema allows anything, where that
        is no object, is not in the document, or is never reached because the way is a circle.
    """
    for _ in range(_MOST):
        here = as_object(node)
        reference = here.get("$ref")
        if not isinstance(reference, str):  # a property can have this name
            return here
        node = _target(document, reference)
    return _NOTHING


def _target(document: Object, reference: str) -> Any:
    """Find what a JSON pointer (RFC 6901, section 6) points to; ``None`` if there is nothing."""
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
