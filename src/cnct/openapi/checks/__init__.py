"""Checks requests against the document before sending; the caller decides the consequence.

Functions of an `OpenAPISpecs`, without state apart from caches. Knows no client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.openapi.checks.paths import check_call, check_path
    from cnct.openapi.checks.payloads import check_payload
    from cnct.openapi.checks.picks import check_picks
    from cnct.openapi.checks.problems import Problem
    from cnct.openapi.checks.queries import check_query
    from cnct.openapi.checks.requests import RequestProblems, check_request

__all__ = [
    "Problem",
    "RequestProblems",
    "check_call",
    "check_path",
    "check_payload",
    "check_picks",
    "check_query",
    "check_request",
]

_MODULES = {
    "Problem": "problems",
    "RequestProblems": "requests",
    "check_call": "paths",
    "check_path": "paths",
    "check_payload": "payloads",
    "check_picks": "picks",
    "check_query": "queries",
    "check_request": "requests",
}


def __getattr__(name: str) -> Any:
    """Import a name on first access: the first call of a program needs few of the checks."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
