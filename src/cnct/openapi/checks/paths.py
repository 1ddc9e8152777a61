"""Checks paths and methods against the tree of the document. Any text can be an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnct.late import late_module
from cnct.openapi.specs import OpenAPISpecs
from cnct.text import did_you_mean, either, listed, nearest

if TYPE_CHECKING:
    from cnct.openapi.checks import problems
    from cnct.openapi.checks.problems import Problem
    from cnct.openapi.places import Place
else:  # valid calls have none
    problems = late_module("cnct.openapi.checks.problems")

_FREE = "OPTIONS"  # valid on every path, though not documented
_AS_GET = "HEAD"  # RFC 9110, section 9.3.2


def check_path(specs: OpenAPISpecs, path: str) -> tuple[Problem, ...]:
    """Check that the document has a path with any methods.

    Args:
        specs: The document.
        path: Path below the endpoint, without the query: ``products/PRD-1/items``.

    Returns:
        No problem, or one: the first segment that the document does not have, and the nearest
        names.
    """
    if specs.kind(path) is not None:
        return ()
    segments = path.strip("/").split("/")
    ends = range(1, len(segments) + 1)
    end = next(end for end in ends if specs.kind("/".join(segments[:end])) is None)
    segment, above = segments[end - 1], "/".join(segments[: end - 1])
    where = f"below {above!r}" if above else "in the API"
    hint = did_you_mean(segment, _names_below(specs, above)) or " It has nothing below it."
    return (problems.Problem("path", f"There is no {segment!r} {where}.{hint}"),)


def check_call(specs: OpenAPISpecs, method: str, path: str) -> tuple[Problem, ...]:
    """Check that a path exists and can be called with a method.

    Args:
        specs: The document.
        method: HTTP method, in upper or lower case.
        path: Path below the endpoint, without the query.

    Returns:
        No problem, or one that names the existing methods or paths.
    """
    method = method.upper()
    if specs.exists("GET" if method == _AS_GET else method, path):
        return ()
    place = specs.place(path)
    if place is None:
        return check_path(specs, path)
    if method == _FREE:
        return ()
    complaint = _method_complaint(specs, place, method, path.strip("/"))
    return (problems.Problem("method", complaint),)


def _method_complaint(specs: OpenAPISpecs, place: Place, method: str, path: str) -> str:
    if not place.operations:
        below = listed(_names(place))
        return f"{path or '/'!r} cannot be called itself. Below it there are {below}."
    allowed = either(sorted(place.operations))
    return f"{path!r} takes {allowed}, not {method}.{_suggested_action(specs, place, method, path)}"


def _suggested_action(specs: OpenAPISpecs, place: Place, method: str, path: str) -> str:
    """Suggest an action with a name like the last segment, which was taken for an id."""
    if not place.template.endswith("}"):
        return ""
    above, _, last = path.rpartition("/")
    beside = [f"{above}/{name}" for name in nearest(last, _names_below(specs, above))]
    callable_ = [repr(candidate) for candidate in beside if specs.exists(method, candidate)]
    return f" Did you mean {either(callable_)}?" if callable_ else ""


def _names_below(specs: OpenAPISpecs, path: str) -> list[str]:
    """List the names one step below a path, and those in its namespaces as ``namespace/name``."""
    place = specs.place(path)
    names = _names(place)
    for namespace in place.namespaces if place else ():
        names += [f"{namespace}/{name}" for name in _names(specs.place(f"{path}/{namespace}"))]
    return names


def _names(place: Place | None) -> list[str]:
    return [*place.collections, *place.namespaces, *place.actions] if place else []
