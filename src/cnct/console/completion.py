"""Completion in IPython and notebooks, where its own stops: behind calls and brackets.

``client("subscriptions").<TAB>`` and ``client("<TAB>``. IPython evaluates neither, since a call can
do anything. Here only steps that do no I/O are taken, on objects of clients alone.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any

from cnct.client.base_client import BaseClient
from cnct.client.models.collection import BaseCollection
from cnct.client.models.names import Names
from cnct.client.models.noun import HasActions, HasNamespaces, Located
from cnct.rql import R

_TEXT = r"""(?:'[^'"]*'|"[^'"]*")"""
_STEP = re.compile(rf"\.\w+|\({_TEXT}?\)|\[{_TEXT}\]")
_CHAIN = re.compile(
    rf"(?<![\w.)\]])(?P<root>[^\W\d]\w*)(?P<steps>(?:{_STEP.pattern})*)"
    r"""(?:\.|[(\[](?P<quote>['"]))(?P<start>[\w-]*)$"""
)
_OURS = (BaseClient, Located, Names, R)
_NO_IO = {"action", "all", "collection", "fields", "ns"}


def candidates(text: str, variables: dict[str, Any]) -> tuple[str, list[str]] | None:
    """Find what can come next.

    Args:
        text: What is written up to the cursor.
        variables: Those of the session.

    Returns:
        The beginning of the name that the text ends with, and the names that it can become;
        ``None`` if the text does not end in steps from an object of a client.
    """
    chain = _CHAIN.search(text)
    thing = _reached(variables.get(chain["root"]), chain["steps"]) if chain else None
    if chain is None or thing is None:
        return None
    names = _arguments(thing) if chain["quote"] else dir(thing)
    start = chain["start"]
    return start, [name for name in names if name.startswith(start) and (start or name[0] != "_")]


def _reached(thing: Any, steps: str) -> Any:
    """Take the steps that do no I/O; ``None`` if there is one that might."""
    for step in _STEP.findall(steps):
        try:
            thing = _stepped(thing, step)
        except (AttributeError, LookupError, TypeError, ValueError):
            return None
    return thing if _is(thing, *_OURS) else None


def _stepped(thing: Any, step: str) -> Any:
    inside = step[1:].strip("()[]'\"")
    match step[0]:
        case "." if _is(thing, *_OURS) and (
            inside in _NO_IO or not hasattr(thing.__class__, inside)
        ):
            return getattr(thing, inside)
        case "(" if _is(thing, HasNamespaces, HasActions, Names) and inside:
            return thing(inside)
        case "(" if getattr(thing, "__name__", "") == "all" and not inside:
            return thing()
        case "[" if _is(thing, BaseCollection, Names):
            return thing[inside]
        case _:
            return None


def _is(thing: object, *kinds: type) -> bool:
    return isinstance(thing, kinds)


def _arguments(thing: Any) -> list[str]:
    """List the names that an object can be called with."""
    match thing:
        case Names():
            return [*thing]
        case HasNamespaces():
            return thing.__names__("namespaces")
        case HasActions():
            return thing.__names__("actions")
        case _:
            return []


def activate() -> None:
    """Complete in the running IPython, if there is one and it does not do so already."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython else None
    matchers = getattr(getattr(shell, "Completer", None), "custom_matchers", None)
    if matchers is not None and not any(isinstance(each, _Matcher) for each in matchers):
        matchers.append(_Matcher(shell))


class _Matcher:
    """What IPython asks, by version 2 of its interface for matchers."""

    matcher_api_version = 2
    matcher_identifier = "cnct"
    matcher_priority = 100

    def __init__(self, shell: Any) -> None:
        self.__qualname__ = self.matcher_identifier  # IPython takes it for a function
        self._shell = shell
        self._completion = import_module("IPython.core.completer").SimpleCompletion

    def __call__(self, context: Any) -> dict[str, Any]:
        found = candidates(context.text_until_cursor, self._shell.user_ns)
        if not found:
            return {"completions": []}
        start, names = found
        return {
            "completions": [self._completion(text=name) for name in names],
            "matched_fragment": start,
            "suppress": True,
        }
