"""The tree of a document's paths, and the kinds of the nodes. Contains no operations."""

from __future__ import annotations

import re
from urllib.parse import unquote

from msgspec import Struct, field

from cnct.openapi.operations import lists, operation_object
from cnct.openapi.places import METHODS, Kind
from cnct.openapi.references import dereference
from cnct.openapi.shapes import Object, as_list, as_object

_ANY = "{}"  # a parameter that is a whole segment
_WILDCARD = "-"  # stands for any id in Connect's paths: /offers/-/versions
_PARAMETER = re.compile(r"\{[^}]*\}")


class PathNode(Struct, array_like=True):
    """One segment of the document's paths.

    Attributes:
        kind: The kind of the path, see `Place`.
        template: The path from the root in the document, without outer slashes.
        methods: Keys of the path in ``paths``, by HTTP method.
        tag: First tag of the first operation of this node, or else of the nodes below.
        below: The next nodes by name; ``{}`` stands for a parameter: ``{}``, ``{}.json``.
        patterns: Names in ``below`` with a parameter that is only a part of the segment.
    """

    kind: Kind = "namespace"
    template: str = ""
    methods: dict[str, str] = field(default_factory=dict[str, str])
    tag: str = ""
    below: dict[str, PathNode] = field(default_factory=dict[str, "PathNode"])
    patterns: tuple[str, ...] = ()


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
            below = node.below
            if segment in below:
                matches.append(below[segment])
            if node.patterns:
                matches += [below[p] for p in node.patterns if _fits(p, segment)]
            if segment and _ANY in below:
                matches.append(below[_ANY])
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


def tree(document: Object) -> PathNode:
    """Build the tree of a document's paths."""
    root = PathNode()
    for name, item in as_object(document.get("paths")).items():
        _plant(root, name, dereference(document, item))
    _classify(document, root, "root")
    return root


def _plant(root: PathNode, name: str, item: Object) -> None:
    node, template = root, name.strip("/")
    segments = template.split("/") if template else []
    for end, segment in enumerate(segments, 1):
        name_below = shape(segment)
        if _ANY in name_below and name_below != _ANY and name_below not in node.below:
            node.patterns += (name_below,)
        node = node.below.setdefault(name_below, PathNode(template="/".join(segments[:end])))
    methods = [method.upper() for method in METHODS if method in item]
    if methods and not node.methods:
        node.template = template
    node.methods = dict.fromkeys(methods, name) | node.methods  # the first of equal paths is used


def shape(template: str) -> str:
    """Return a template without the names of its parameters: ``products/{}/items``."""
    return _PARAMETER.sub(_ANY, template)


def _classify(document: Object, node: PathNode, kind: Kind) -> None:
    node.kind = kind
    for name, below in node.below.items():
        _classify(document, below, _kind(document, kind, name, below))
    node.tag = _tag(document, node)


def _kind(document: Object, above: Kind, name: str, node: PathNode) -> Kind:
    """Infer the kind of a path from its neighbours, since documents do not state the kind."""
    if name == _WILDCARD or _ANY in name:
        return "resource"
    if node.patterns or node.below.keys() & {_ANY, _WILDCARD}:
        return "collection"
    if not node.methods:
        return "resource" if above == "collection" else "namespace"  # an id: /modules/MD-0001
    if above in {"root", "namespace"}:
        return "collection"
    if "GET" not in node.methods:
        return "collection" if node.below else "action"
    listing = lists(document, operation_object(document, node.methods["GET"], "GET"))
    return "collection" if listing and (above == "resource" or node.below) else "action"


def _tag(document: Object, node: PathNode) -> str:
    for method, path in node.methods.items():
        for tag in as_list(operation_object(document, path, method).get("tags")):
            return str(tag)
    return next((below.tag for below in node.below.values() if below.tag), "")
