"""Looks places and operations up in an index, and keeps what it has made. Reads no files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnct.openapi import operations
from cnct.openapi.index import Index
from cnct.openapi.places import Kind, Operation, Place
from cnct.openapi.references import followed
from cnct.openapi.shapes import Object, as_list, as_object
from cnct.openapi.tree import PathNode, matching, written

if TYPE_CHECKING:
    from cnct.openapi.words import Words


class Lookup:
    """Answers of one index.

    Attributes:
        index: The index.
        document: The whole document, decoded as far as it is looked at.
        words: What a search looks through, once there has been one.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.document = index.document()
        self.words: Words | None = None
        self._operations: dict[tuple[str, str], Operation] = {}

    def exists(self, method: str, path: str) -> bool:
        """Tell whether a path can be called with a method."""
        step = _called(self._steps(path))
        return step is not None and method.upper() in step.methods

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path; ``None`` if the document has nothing there."""
        steps = self._steps(path)
        return (_called(steps) or steps[0]).kind if steps else None

    def place(self, path: str) -> Place | None:
        """Tell what there is at a path, and one step below it."""
        steps = self._steps(path)
        return self._place(_called(steps) or steps[0], steps) if steps else None

    def _place(self, here: PathNode, steps: list[PathNode]) -> Place:
        below = _names_below(steps)
        return Place(
            kind=here.kind,
            template=here.template,
            operations={method: self._operation(here, method) for method in here.methods},
            description=self._description(here),
            namespaces=tuple(below.get("namespace", ())),
            collections=tuple(below.get("collection", ())),
            actions=tuple(below.get("action", ())),
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """Tell what happens when a path is called with a method."""
        step = _called(self._steps(path))
        known = step is not None and method in step.methods
        return self._operation(step, method) if step and known else None

    def template(self, path: str) -> str:
        """Return the template of the path that a call to a path reaches; empty if there is none."""
        step = _called(self._steps(path))
        return step.template if step else ""

    def places(self) -> Iterator[Place]:
        """Yield every place that can be called, in the order of the document."""
        root = self.index.root
        steps = (written(root, path.strip("/")) for path in self.document["paths"])
        for step in {step.template: step for step in steps if step and step.methods}.values():
            yield self._place(step, [step])

    def item(self, path: str) -> Object:
        """Return the path item, with all its operations, as the document has it."""
        step = _called(self._steps(path))
        items = map(self._item, reversed(dict.fromkeys(step.methods.values()) if step else {}))
        return {key: part for item in items for key, part in item.items()}

    def said(self, operation: Operation) -> Object:
        """Return the operation object of an operation."""
        step = written(self.index.root, operation.template)
        path = step.methods.get(operation.method, "") if step else ""
        return operations.said(self.document, path, operation.method)

    def _steps(self, path: str) -> list[PathNode]:
        return matching(self.index.root, path.partition("?")[0].strip("/"))

    def _operation(self, step: PathNode, method: str) -> Operation:
        key = (step.methods[method], method)
        if key not in self._operations:
            self._operations[key] = operations.operation(self.document, *key)
        return self._operations[key]

    def _item(self, path: str) -> Object:
        return followed(self.document, self.document["paths"].get(path))

    def _description(self, step: PathNode) -> str:
        """Find what the document says of a place: few paths have a word of their own."""
        if step.kind == "root":
            return str(as_object(self.index.head.get("info")).get("description") or "")
        item = self._item(next(iter(step.methods.values()), ""))
        own = item.get("description") or item.get("summary")
        if own or step.kind not in {"namespace", "collection"}:
            return str(own or "")
        tags = map(as_object, as_list(self.index.head.get("tags")))
        texts = (tag.get("description") for tag in tags if tag.get("name") == step.tag)
        return str(next(texts, None) or "")


def _called(steps: list[PathNode]) -> PathNode | None:
    """Choose the meaning of a path that a call reaches: the first that has operations."""
    for step in steps:
        if step.methods:
            return step
    return None


def _names_below(steps: list[PathNode]) -> dict[Kind, list[str]]:
    """Sort the names of the next segments by what they are; ids have none."""
    kinds: dict[str, Kind] = {}
    for step in reversed(steps):
        kinds |= {name: below.kind for name, below in step.below.items()}
    found: dict[Kind, list[str]] = {}
    for name, kind in sorted(kinds.items()):
        found.setdefault(kind, []).append(name)
    return found
