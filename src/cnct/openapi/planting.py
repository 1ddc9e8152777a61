"""Builds the tree of a document's paths, and infers the kinds of the nodes."""

from __future__ import annotations

from cnct.openapi.operations import lists, operation_object
from cnct.openapi.places import METHODS, Kind
from cnct.openapi.references import dereference
from cnct.openapi.shapes import Object, as_list, as_object
from cnct.openapi.tree import ANY, PathNode, shape

_WILDCARD = "-"  # stands for any id in Connect's paths: /offers/-/versions


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
        if ANY in name_below and name_below != ANY and name_below not in node.below:
            node.patterns.append(name_below)
        node = node.below.setdefault(name_below, PathNode("/".join(segments[:end])))
    methods = [method.upper() for method in METHODS if method in item]
    if methods and not node.methods:
        node.template = template
    node.methods = dict.fromkeys(methods, name) | node.methods  # the first of equal paths is used


def _classify(document: Object, node: PathNode, kind: Kind) -> None:
    node.kind = kind
    for name, below in node.below.items():
        _classify(document, below, _kind(document, kind, name, below))
    node.tag = _tag(document, node)


def _kind(document: Object, above: Kind, name: str, node: PathNode) -> Kind:
    """Infer the kind of a path from its neighbours, since documents do not state the kind."""
    if name == _WILDCARD or ANY in name:
        return "resource"
    if node.patterns or node.below.keys() & {ANY, _WILDCARD}:
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
