"""Looks up places and operations in an index, and caches operations. Reads no files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cnct.late import late_module
from cnct.openapi.index import Index
from cnct.openapi.shapes import Object, as_list, as_object
from cnct.openapi.tree import PathNode, matching, node_at

if TYPE_CHECKING:
    from cnct.openapi import references
    from cnct.openapi.places import Kind, Operation, Place
    from cnct.openapi.words import Words
else:  # the path of a call needs no references
    references = late_module("cnct.openapi.references")


class Lookup:
    """Looks up paths in one index.

    Attributes:
        index: The index.
        words: The words of the document; ``None`` before the first search.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.words: Words | None = None
        self._operations: dict[tuple[str, str], Operation] = {}

    @cached_property
    def document(self) -> Object:
        """The document, whose parts are decoded on first access."""
        return self.index.document()

    @cached_property
    def _written(self) -> Object:
        return self.index.document(as_written=True)

    def exists(self, method: str, path: str) -> bool:
        """Return whether a path can be called with a method."""
        node = _callable(self._nodes(path))
        return node is not None and method.upper() in node.methods

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path; ``None`` if the document has nothing there."""
        nodes = self._nodes(path)
        return (_callable(nodes) or nodes[0]).kind if nodes else None

    def place(self, path: str) -> Place | None:
        """Return the place at a path; ``None`` if the document has nothing there."""
        nodes = self._nodes(path)
        return self._place(_callable(nodes) or nodes[0], nodes) if nodes else None

    def _place(self, here: PathNode, nodes: list[PathNode]) -> Place:
        from cnct.openapi.places import Place  # noqa: PLC0415 - loads msgspec

        below = _names_below(nodes)
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
        """Return the operation of a path and an upper-case method, or ``None``."""
        node = _callable(self._nodes(path))
        return self._operation(node, method) if node and method in node.methods else None

    def template(self, path: str) -> str:
        """Return the template of a path with ids; empty if no operation matches."""
        node = _callable(self._nodes(path))
        return node.template if node else ""

    def places(self) -> Iterator[Place]:
        """Yield every place that can be called, in the order of the document."""
        root = self.index.root
        nodes = (node_at(root, path.strip("/")) for path in self.document["paths"])
        for node in {node.template: node for node in nodes if node and node.methods}.values():
            yield self._place(node, [node])

    def item(self, path: str) -> Object:
        """Return the unchanged path item, with all operations."""
        node = _callable(self._nodes(path))
        items = map(self._item, reversed(dict.fromkeys(node.methods.values()) if node else {}))
        return {key: part for item in items for key, part in item.items()}

    def operation_object(self, operation: Operation) -> Object:
        """Return the operation object of an operation."""
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        node = node_at(self.index.root, operation.template)
        path = node.methods.get(operation.method, "") if node else ""
        return operations.operation_object(self.document, path, operation.method)

    def _nodes(self, path: str) -> list[PathNode]:
        return matching(self.index.root, path.partition("?")[0].strip("/"))

    def _operation(self, node: PathNode, method: str) -> Operation:
        key = (node.methods[method], method)
        if key not in self._operations:
            from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

            self._operations[key] = operations.operation(self.document, *key)
        return self._operations[key]

    def _item(self, path: str) -> Object:
        return references.dereference(self._written, self._written["paths"].get(path))

    def _description(self, node: PathNode) -> str:
        """Return the description of a path or, since few paths have one, of its tag."""
        if node.kind == "root":
            return str(as_object(self.index.head.get("info")).get("description") or "")
        item = self._item(next(iter(node.methods.values()), ""))
        own = item.get("description") or item.get("summary")
        if own or node.kind not in {"namespace", "collection"}:
            return str(own or "")
        tags = map(as_object, as_list(self.index.head.get("tags")))
        texts = (tag.get("description") for tag in tags if tag.get("name") == node.tag)
        return str(next(texts, None) or "")


def _callable(nodes: list[PathNode]) -> PathNode | None:
    """Return the node that a call reaches: the first with operations."""
    for node in nodes:
        if node.methods:
            return node
    return None


def _names_below(nodes: list[PathNode]) -> dict[Kind, list[str]]:
    """Return the names of the next segments by kind; the first node with a name decides."""
    kinds: dict[str, Kind] = {}
    for node in reversed(nodes):
        kinds |= {name: below.kind for name, below in node.below.items()}
    names: dict[Kind, list[str]] = {}
    for name, kind in sorted(kinds.items()):
        names.setdefault(kind, []).append(name)
    return names
