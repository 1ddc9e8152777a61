"""The tree of a document's paths. Contains no operations; `planting` builds the tree.

Does not import msgspec, which takes longer to import than the first call of a program.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cnct.text import late_pattern

if TYPE_CHECKING:
    from cnct.openapi.places import Kind

ANY = "{}"
"""Name in the tree of a parameter that is a whole segment."""

_PARAMETER = late_pattern(r"\{[^}]*\}")


class PathNode:
    """One segment of the document's paths.

    Args:
        template: The path from the root in the document, without outer slashes.

    Attributes:
        kind: The kind of the path, see `Place`.
        template: As above.
        methods: Keys of the path in ``paths``, by HTTP method.
        tag: First tag of the first operation of this node, or else of the nodes below.
        patterns: Names in ``below`` with a parameter that is only a part of the segment.
    """

    __slots__ = ("_below", "_stored", "kind", "methods", "patterns", "tag", "template")

    def __init__(self, template: str = "") -> None:
        self.kind: Kind = "namespace"
        self.template = template
        self.methods: dict[str, str] = {}
        self.tag = ""
        self.patterns: list[str] = []
        self._below: dict[str, PathNode] = {}
        self._stored: dict[str, list[Any]] = {}

    @property
    def below(self) -> dict[str, PathNode]:
        """The next nodes by name; ``{}`` stands for a parameter: ``{}``, ``{}.json``.

        The nodes of a stored tree are made at the first access.
        """
        stored = self._stored
        if stored:
            self._below = {name: self.from_plain(part) for name, part in stored.items()}
            self._stored = {}
        return self._below

    def plain(self) -> list[Any]:
        """Return the tree below as JSON; `from_plain` reads it."""
        below = {name: node.plain() for name, node in self.below.items()}
        return [self.kind, self.template, self.methods, self.tag, self.patterns, below]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> PathNode:
        """Return the tree of `plain`.

        Raises:
            TypeError: If it is of another form.
            ValueError: If it is of another form.
        """
        node = cls()
        node.kind, node.template, node.methods, node.tag, node.patterns, node._stored = plain
        return node


def matching(root: PathNode, path: str) -> list[PathNode]:
    """Return all nodes that match a path with ids: names before patterns, patterns before ids.

    Names may be percent-encoded in the path.
    """
    nodes = [root]
    for encoded in path.split("/") if path else ():
        segment = encoded
        if "%" in encoded and not any(encoded in node.below for node in nodes):
            segment = unquote(encoded)
        matches: list[PathNode] = []
        for node in nodes:
            below = node._below or node.below  # the property takes as long as all the rest
            if segment in below:
                matches.append(below[segment])
            if node.patterns:
                matches += [below[p] for p in node.patterns if _fits(p, segment)]
            if segment and ANY in below:
                matches.append(below[ANY])
        nodes = matches
    return nodes


def _fits(pattern: str, segment: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\{\}", ".+"), segment) is not None


def node_at(root: PathNode, template: str) -> PathNode | None:
    """Return the node of a template, whatever the names of its parameters."""
    node: PathNode | None = root
    for segment in template.split("/") if template else ():
        node = node and node.below.get(shape(segment))
    return node


def shape(template: str) -> str:
    """Return a template without the names of its parameters: ``products/{}/items``."""
    return _PARAMETER.sub(ANY, template)
