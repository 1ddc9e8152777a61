"""Finds the property that a field means by another name, as some fields of Connect's document do.

``product_id`` is ``product.id`` or ``asset.product.id``, ``asset.external.id`` is
``asset.external_id``, and ``created`` is ``events.created.at``. No public source describes them;
they are inferred from the names.
"""

from __future__ import annotations

import re
from typing import Any

from cnct.openapi.shapes import Record, as_record, is_record

_SEPARATOR = re.compile(r"__|[._]")
_SKIPPED = ("events", "tiers", "contract", "asset")  # properties that names of fields leave out
_MOMENT = "at"


def aliased_path(record: Record, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path of the property that a field means; the field's own if there is no other."""
    node: Any = record
    for name in path:
        if not is_record(node) or name not in node:
            words = _SEPARATOR.split(".".join(path))
            return _path(record, words) or path
        node = node[name]
    return path


def _path(node: Any, words: list[str]) -> tuple[str, ...]:
    """Return the path of some words below an object; they can be joined, or skip a property."""
    if not words:
        return (_MOMENT,) if _MOMENT in as_record(node) else ()
    if not is_record(node):
        return ()
    for end in range(len(words), 0, -1):
        name = "_".join(words[:end])
        rest = words[end:]
        if name in node:
            below = _path(node[name], rest)
            if below or not rest:
                return (name, *below)
    for name in _SKIPPED:
        below = _path(node[name], words) if is_record(node.get(name)) else ()
        if below:
            return (name, *below)
    return ()
