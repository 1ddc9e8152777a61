"""Writes the Python expression of a path of the API, ready to paste. Does no I/O."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from cnct.console.payloads import literal

if TYPE_CHECKING:
    from cnct.console.described import Attribute, Described
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.places import Place

_OWNERS = {
    "namespace": {"root", "namespace"},
    "collection": {"root", "namespace", "resource"},
    "resource": {"collection"},
    "action": {"collection", "resource"},
}
"""The kinds of object that have a step to an object of the key's kind."""

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


class PathWriter(NamedTuple):
    """Writes the Python expressions of paths of one client.

    Attributes:
        root: Name of the client.
        specs: The specification, or ``None``.
        attribute: Names the attributes of the client's objects.
    """

    root: str
    specs: OpenAPISpecs | None
    attribute: Attribute

    def place(self, path: str) -> Place | None:
        """Look up a path in the specification, if there is one."""
        return self.specs.place(path) if self.specs else None

    def expression(self, path: str, kind: str) -> str:
        """Write the Python for a path.

        A path with a segment that the specification lacks is written as one name, which also works.

        Args:
            path: Below the endpoint; empty for the client itself.
            kind: Kind of the object at the path.
        """
        text, owner, above = self.root, "root", ""
        for name in path.split("/") if path else ():
            above = f"{above}/{name}" if above else name
            place = None if above == path else self.place(above)
            step_kind = kind if above == path else place.kind if place else "nothing"
            step = self.step(name, step_kind, owner)
            if step is None:
                return self.in_one_step(path, kind)
            text, owner = text + step, step_kind
        return text

    def step(self, name: str, kind: str, owner: str) -> str | None:
        """Write one step of a path: ``.items``, ``["ID"]``, ``("approve")``.

        Returns:
            ``None`` if objects of kind ``owner`` have no such step, as from a collection to another
            one.
        """
        if owner not in _OWNERS.get(kind, ()):
            return None
        if kind == "resource":
            return f"[{literal(unquote(name))}]"
        if kind in ("namespace", "action"):
            return f'("{name}")'
        attribute = self.attribute(name, owner)
        return f".{attribute}" if attribute else f'.collection("{name}")'

    def in_one_step(self, path: str, kind: str) -> str:
        """Write the Python for a path with the path as a single name."""
        above, _, name = path.rpartition("/")
        match kind:
            case "namespace":
                return f'{self.root}("{path}")'
            case "collection":
                return f'{self.root}.collection("{path}")'
            case "action" if len(above.split("/")) % 2 == 0:  # without a document, most likely
                return f"{self.expression(above, 'resource')}{self.step(name, kind, 'resource')}"
            case _:
                return (
                    f"{self.expression(above, 'collection')}{self.step(name, kind, 'collection')}"
                )


def path_writer(description: Described) -> PathWriter:
    """Return the path writer of an object's client."""
    root = variable(description.client, "client")
    return PathWriter(root, description.specs, description.attribute)


def variable(thing: object, otherwise: str) -> str:
    """Return the variable of an object in the session at the prompt, or else another text."""
    session = vars(sys.modules["__main__"])
    names = (name for name, value in [*session.items()] if value is thing)
    return next((name for name in names if not name.startswith("_")), otherwise)


def concrete(template: str) -> str:
    """Return a path of the document with ``ID`` in place of its parameters."""
    return re.sub(r"\{[^}]*\}", "ID", template)
