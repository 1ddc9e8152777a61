"""Paths and methods against the tree of the document. An id is never taken for a name."""

from __future__ import annotations

from cnct.openapi.checks.problems import Problem
from cnct.openapi.places import Place
from cnct.openapi.specs import OpenAPISpecs
from cnct.text import did_you_mean, either, listed, nearest

_FREE = "OPTIONS"  # every path has it, no document speaks of it
_AS_GET = "HEAD"  # RFC 9110, section 9.3.2


def check_path(specs: OpenAPISpecs, path: str) -> tuple[Problem, ...]:
    """Check that there is something at a path, whatever it can be called with.

    Args:
        specs: The document.
        path: Path below the endpoint, without the query: ``products/PRD-1/items``.

    Returns:
        Nothing, or one problem that tells where the path leaves the tree and the nearest names.
    """
    if specs.kind(path) is not None:
        return ()
    segments = path.strip("/").split("/")
    ends = range(1, len(segments) + 1)
    end = next(end for end in ends if specs.kind("/".join(segments[:end])) is None)
    wrong, above = segments[end - 1], "/".join(segments[: end - 1])
    where = f"below {above!r}" if above else "in the API"
    hint = did_you_mean(wrong, _names_below(specs, above)) or " Nothing is."
    return (Problem("path", f"There is no {wrong!r} {where}.{hint}"),)


def check_call(specs: OpenAPISpecs, method: str, path: str) -> tuple[Problem, ...]:
    """Check that a path exists and can be called with a method.

    Args:
        specs: The document.
        method: HTTP method, in upper or lower case.
        path: Path below the endpoint, without the query.

    Returns:
        Nothing, or one problem that tells what there is instead.
    """
    wanted = method.upper()
    if specs.exists("GET" if wanted == _AS_GET else wanted, path):
        return ()
    place = specs.place(path)
    if place is None:
        return check_path(specs, path)
    if wanted == _FREE:
        return ()
    return (Problem("method", _wrong_method(specs, place, wanted, path.strip("/"))),)


def _wrong_method(specs: OpenAPISpecs, place: Place, method: str, path: str) -> str:
    if not place.operations:
        below = listed(_names(place))
        return f"{path or '/'!r} cannot be called itself. Below it there are {below}."
    allowed = either(sorted(place.operations))
    return f"{path!r} takes {allowed}, not {method}.{_meant_name(specs, place, method, path)}"


def _meant_name(specs: OpenAPISpecs, place: Place, method: str, path: str) -> str:
    """Suggest the action whose misspelt name has passed for an id."""
    if not place.template.endswith("}"):
        return ""
    above, _, last = path.rpartition("/")
    beside = [f"{above}/{name}" for name in nearest(last, _names_below(specs, above))]
    callable_ = [repr(candidate) for candidate in beside if specs.exists(method, candidate)]
    return f" Did you mean {either(callable_)}?" if callable_ else ""


def _names_below(specs: OpenAPISpecs, path: str) -> list[str]:
    """Name what is below a path, and what its namespaces have."""
    place = specs.place(path)
    own = _names(place)
    namespaces = place.namespaces if place else ()
    inner = {name: specs.place(f"{path}/{name}") for name in namespaces}
    return own + [f"{name}/{each}" for name, found in inner.items() for each in _names(found)]


def _names(place: Place | None) -> list[str]:
    return [*place.collections, *place.namespaces, *place.actions] if place else []
