"""The paths of a document as a tree. Answers what matches a path; decodes nothing."""

from __future__ import annotations

import re

from msgspec import Struct, field

from cnct.openapi.operations import lists, said
from cnct.openapi.places import METHODS, Kind
from cnct.openapi.references import followed
from cnct.openapi.shapes import Object, as_list, as_object

_ANY = "{}"  # a parameter that is a whole segment
_WHICHEVER = "-"  # Connect's word for "whichever id", as in /offers/-/versions
_PARAMETER = re.compile(r"\{[^}]*\}")


class PathNode(Struct, array_like=True):
    """One segment of a path, and what comes below it.

    Attributes:
        kind: What it is, see `Place`.
        template: The path so far, as the document writes it, without slashes around it.
        methods: The document's name of the path (its key in ``paths``) by HTTP method.
        tag: First tag of the first operation here or, if there is none, below.
        below: Next segments by name; ``{}`` stands for a parameter: ``{}``, ``{}.json``.
        patterns: Those of their names of which a parameter is only a part.
    """

    kind: Kind = "namespace"
    template: str = ""
    methods: dict[str, str] = field(default_factory=dict[str, str])
    tag: str = ""
    below: dict[str, PathNode] = field(default_factory=dict[str, "PathNode"])
    patterns: tuple[str, ...] = ()


def matching(root: PathNode, path: str) -> list[PathNode]:
    """Find every meaning of a concrete path: names before patterns, patterns before ids."""
    steps = [root]
    for segment in path.split("/") if path else ():
        found: list[PathNode] = []
        for step in steps:
            below = step.below
            if segment in below:
                found.append(below[segment])
            if step.patterns:
                found += [below[p] for p in step.patterns if _fits(p, segment)]
            if segment and _ANY in below:
                found.append(below[_ANY])
        steps = found
    return steps


def _fits(pattern: str, segment: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\{\}", ".+"), segment) is not None


def written(root: PathNode, template: str) -> PathNode | None:
    """Find the step of a path as the document writes it."""
    step: PathNode | None = root
    for segment in template.split("/") if template else ():
        step = step and step.below.get(shape(segment))
    return step


def tree(document: Object) -> PathNode:
    """Build the tree of a document's paths."""
    root = PathNode()
    for name, item in as_object(document.get("paths")).items():
        _plant(root, name, followed(document, item))
    _classify(document, root, "root")
    return root


def _plant(root: PathNode, name: str, item: Object) -> None:
    step, template = root, name.strip("/")
    segments = template.split("/") if template else []
    for end, segment in enumerate(segments, 1):
        name_below = shape(segment)
        if _ANY in name_below and name_below != _ANY and name_below not in step.below:
            step.patterns += (name_below,)
        step = step.below.setdefault(name_below, PathNode(template="/".join(segments[:end])))
    methods = [method.upper() for method in METHODS if method in item]
    if methods and not step.methods:
        step.template = template
    step.methods = dict.fromkeys(methods, name) | step.methods  # of two like paths the first


def shape(template: str) -> str:
    """Return a template without the names of its parameters: ``products/{}/items``."""
    return _PARAMETER.sub(_ANY, template)


def _classify(document: Object, step: PathNode, kind: Kind) -> None:
    step.kind = kind
    for name, below in step.below.items():
        _classify(document, below, _kind(document, kind, name, below))
    step.tag = _tag(document, step)


def _kind(document: Object, above: Kind, name: str, step: PathNode) -> Kind:
    """Decide what a path is by what is around it: documents have no word for it."""
    if name == _WHICHEVER or _ANY in name:
        return "resource"
    if not step.methods:
        if step.patterns or step.below.keys() & {_ANY, _WHICHEVER}:
            return "collection"
        return "resource" if above == "collection" else "namespace"  # an id: /modules/MD-0001
    if above in {"root", "namespace"} or step.patterns or step.below.keys() & {_ANY, _WHICHEVER}:
        return "collection"
    if "GET" not in step.methods:
        return "collection" if step.below else "action"
    listing = lists(document, said(document, step.methods["GET"], "GET"))
    return "collection" if listing and (above == "resource" or step.below) else "action"


def _tag(document: Object, step: PathNode) -> str:
    for method, path in step.methods.items():
        for tag in as_list(said(document, path, method).get("tags")):
            return str(tag)
    return next((below.tag for below in step.below.values() if below.tag), "")
