"""What help is asked for: an object of a client, as kind, path and Python. Makes no calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnct.client.fluent import AsyncConnectClient
from cnct.console.expressions import expression, in_one_step, step, variable
from cnct.openapi import OpenAPISpecs
from cnct.openapi.places import Operation, Place


class Subject(NamedTuple):
    """Something that can be looked up in the specification.

    Attributes:
        kind: ``root``, ``namespace``, ``collection``, ``resource``, ``action`` or ``set``.
        path: Below the endpoint; empty for the client.
        root: How the session at the prompt calls the client.
        python: How the session at the prompt gets to it.
        place: What the specification has there, ``None`` if nothing or if there is none.
        specs: The specification, ``None`` if there is none.
        awaited: Whether its calls are awaited.
    """

    kind: str
    path: str
    root: str
    python: str
    place: Place | None
    specs: OpenAPISpecs | None
    awaited: bool = False

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be called here, by method; nothing if the specification has nothing here."""
        return self.place.operations if self.place else {}

    def call(self, rest: str) -> str:
        """Write something that makes a call: ``.get()``."""
        return f"{'await ' if self.awaited else ''}{self.python}{rest}"

    def below(self, name: str, kind: str) -> Subject:
        """Return what is one step below."""
        path = f"{self.path}/{name}" if self.path else name
        place = self.specs.place(path) if self.specs else None
        one_more = step(name, kind, self.kind)
        python = self.python + one_more if one_more else in_one_step(self.root, path, kind)
        return self._replace(kind=kind, path=path, python=python, place=place)


def subject(thing: Any, client: Any, path: str, kind: str, specs: OpenAPISpecs | None) -> Subject:
    """Describe an object.

    Args:
        thing: The object.
        client: Its client.
        path: Its path.
        kind: What it is by its class; the specification knows better, except for a set.
        specs: The specification, if there is one.
    """
    place = specs.place(path) if specs else None
    of_class, kind = kind, place.kind if place and kind != "set" else kind
    root, lookup = variable(client, "client"), specs.place if specs else _nowhere
    if kind == "set":
        python = f"{expression(root, path, 'collection', lookup)}.all()"
    else:
        python = expression(root, path, kind, lookup)
    python = variable(thing, python) if kind == of_class else python
    return Subject(kind, path, root, python, place, specs, isinstance(client, AsyncConnectClient))


def _nowhere(_: str) -> None:
    return None
