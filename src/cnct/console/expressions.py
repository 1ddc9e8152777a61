"""Paths of the API -> the Python that reaches them, ready to be pasted. Makes no calls."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from urllib.parse import unquote

from cnct.client.fluent import ConnectClient
from cnct.client.models import NS, Resource
from cnct.client.models.names import attribute
from cnct.console.samples import literal
from cnct.openapi.places import Place

Lookup = Callable[[str], Place | None]

_ATTRIBUTES_OF: dict[str, type] = {"root": ConnectClient, "namespace": NS, "resource": Resource}
_BELOW = {
    "namespace": {"root", "namespace"},
    "collection": {"root", "namespace", "resource"},
    "resource": {"collection"},
    "action": {"collection", "resource"},
}


CALLS = {
    "collection": {
        "GET": "all",
        "POST": "create",
        "PUT": "bulk_update",
        "DELETE": "bulk_delete",
    },
    "resource": {"GET": "get", "PUT": "update", "DELETE": "delete"},
    "action": {"GET": "get", "POST": "post", "PUT": "put", "DELETE": "delete"},
}
"""The method of an object for each HTTP method, by the object's kind."""


def variable(thing: object, otherwise: str) -> str:
    """Name a thing as the session at the prompt does, if it does."""
    session = vars(sys.modules["__main__"])
    names = (name for name, value in [*session.items()] if value is thing)
    return next((name for name in names if not name.startswith("_")), otherwise)


def step(name: str, kind: str, owner: str) -> str | None:
    """Write one step of a path: ``.items``, ``["ID"]``, ``("approve")``.

    Returns:
        ``None`` if what is of kind ``owner`` has no step to this kind, as a collection has none
        to another.
    """
    if owner not in _BELOW.get(kind, ()):
        return None
    if kind == "resource":
        return f"[{literal(unquote(name))}]"
    if kind in ("namespace", "action"):
        return f'("{name}")'
    found = attribute(name, _ATTRIBUTES_OF[owner])
    return f".{found}" if found else f'.collection("{name}")'


def expression(root: str, path: str, kind: str, place: Lookup) -> str:
    """Write the Python for a path.

    Args:
        root: Name of the client.
        path: Below the endpoint; empty for the client itself.
        kind: What is at the path.
        place: Looks up what the document has at a path. Where it has nothing, the whole path is
            written as one name, which works as well.
    """
    text, owner, above = root, "root", ""
    for name in path.split("/") if path else ():
        above = f"{above}/{name}" if above else name
        found = place(above)
        now = kind if above == path else found.kind if found else "nothing"
        one_more = step(name, now, owner)
        if one_more is None:
            return in_one_step(root, path, kind)
        text, owner = text + one_more, now
    return text


def in_one_step(root: str, path: str, kind: str) -> str:
    """Write the Python for a path as the name of one thing, which works as well."""
    above, _, name = path.rpartition("/")
    match kind:
        case "namespace":
            return f'{root}("{path}")'
        case "collection":
            return f'{root}.collection("{path}")'
        case _:
            return f'{root}.collection("{above}"){step(name, kind, "collection")}'


def concrete(template: str) -> str:
    """Put an id into a path that the document writes with parameters."""
    return re.sub(r"\{[^}]*\}", "ID", template)
