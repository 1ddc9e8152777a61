"""The subject of a help page: an object of a client with its entry in the specification. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Self

from cnct.console.expressions import PathWriter, path_writer, variable
from cnct.openapi.places import Operation, Place

if TYPE_CHECKING:
    from cnct.console.described import Described
    from cnct.openapi import OpenAPISpecs


class Subject(NamedTuple):
    """An object with its entry in the specification.

    Attributes:
        kind: ``root``, ``namespace``, ``collection``, ``resource``, ``action`` or ``set``.
        path: Path below the endpoint; empty for the client.
        python: Python expression of the object in the session at the prompt.
        place: The specification's entry for the path, or ``None``.
        writer: Writes the Python for other paths.
        awaited: Whether calls are awaited.
        filtered: Names of the fields in a set's filter.
    """

    kind: str
    path: str
    python: str
    place: Place | None
    writer: PathWriter
    awaited: bool = False
    filtered: frozenset[str] = frozenset()

    @classmethod
    def of(cls, description: Described) -> Self:
        """Return the subject for an object.

        The kind in the specification overrides that of the class, since an object reached as a
        collection can be an action. A set stays a set.
        """
        writer, path = path_writer(description), description.path
        place = writer.place(path)
        kind = place.kind if place and description.kind != "set" else description.kind
        if kind == "set":
            python = writer.expression(path, "collection") + description.refinement
        else:
            python = writer.expression(path, kind)
        if kind == description.kind:
            python = variable(description.thing, python)
        filtered = description.filtered
        return cls(kind, path, python, place, writer, description.awaited, filtered)

    @property
    def specs(self) -> OpenAPISpecs | None:
        """The specification, or ``None``."""
        return self.writer.specs

    @property
    def operations(self) -> Mapping[str, Operation]:
        """The operations of the path by HTTP method; empty without an entry for it."""
        return self.place.operations if self.place else {}

    def call(self, rest: str) -> str:
        """Write Python that makes a call: ``rest`` is ``.get()``."""
        return f"{'await ' if self.awaited else ''}{self.python}{rest}"

    def below(self, name: str, kind: str) -> Subject:
        """Return the subject one step below."""
        path = f"{self.path}/{name}" if self.path else name
        step = self.writer.step(name, kind, self.kind)
        python = self.python + step if step else self.writer.in_one_step(path, kind)
        return self._replace(kind=kind, path=path, python=python, place=self.writer.place(path))
