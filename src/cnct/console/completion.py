"""Completes names in IPython and notebooks behind calls and brackets: ``client("tier").<TAB>``.

IPython evaluates no calls, since they may do anything. This module takes only steps without I/O.
Classes of a client list them in ``_steps_without_io``: names of attributes, and ``[]`` if an index
does no I/O. An object that is called with a name lists the possible names in ``_callable_names()``.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from types import MethodType
from typing import Any

_TEXT = r"""(?:'[^'"]*'|"[^'"]*")"""
_STEP = re.compile(rf"\.\w+|\({_TEXT}?\)|\[{_TEXT}\]")
_CHAIN = re.compile(
    rf"(?<![\w.)\]])(?P<root>[^\W\d]\w*)(?P<steps>(?:{_STEP.pattern})*)"
    r"""(?:\.|(?P<bracket>[(\[])['"])(?P<start>[\w-]*)$"""
)


def candidates(text: str, variables: dict[str, Any]) -> tuple[str, list[str]] | None:
    """Return the completions of a text.

    Args:
        text: The input up to the cursor.
        variables: Variables of the session.

    Returns:
        The beginning of a name at the end of the text, and the names that begin like this; ``None``
        if the text does not end in steps from an object of a client.
    """
    chain = _CHAIN.search(text)
    thing = _reached(variables.get(chain["root"]), chain["steps"]) if chain else None
    if chain is None or thing is None:
        return None
    names = _names_inside(thing, chain["bracket"]) if chain["bracket"] else dir(thing)
    start = chain["start"]
    return start, [name for name in names if name.startswith(start) and (start or name[0] != "_")]


def _reached(thing: Any, steps: str) -> Any:
    """Take the steps; return ``None`` if one of them might do I/O."""
    for step in _STEP.findall(steps):
        try:
            thing = _after(thing, step)
        except (AttributeError, LookupError, TypeError, ValueError):
            return None
    return thing if _steps_without_io(thing) is not None else None


def _after(thing: Any, step: str) -> Any:
    """Take one step; return ``None`` if it might do I/O."""
    inside = step[1:].strip("()[]'\"")
    steps = _steps_without_io(thing)
    match step[0]:
        case "." if steps is not None and (inside in steps or not _class_has(thing, inside)):
            return getattr(thing, inside)
        case "(" if inside and steps and _class_has(thing, "_callable_names"):
            return thing(inside)
        case "(" if not inside and _is_method_without_io(thing):
            return thing()
        case "[" if steps and "[]" in steps:
            return thing[inside]
        case _:
            return None


def _steps_without_io(thing: Any) -> frozenset[str] | None:
    """Return the steps that make no call, ``None`` for an object of another library."""
    return getattr(thing.__class__, "_steps_without_io", None)


def _is_method_without_io(thing: object) -> bool:
    if not isinstance(thing, MethodType):
        return False
    return thing.__name__ in (_steps_without_io(thing.__self__) or ())


def _names_inside(thing: Any, bracket: str) -> list[str]:
    """List the names that an object can be called with, or indexed by."""
    method = "_callable_names" if bracket == "(" else "_ipython_key_completions_"
    return getattr(thing, method)() if _class_has(thing, method) else []


def _class_has(thing: Any, name: str) -> bool:
    # The objects themselves answer any name with a collection or a field.
    return hasattr(thing.__class__, name)


def activate() -> None:
    """Add the completions to the running IPython, if there is one, unless it has them already."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython else None
    matchers = getattr(getattr(shell, "Completer", None), "custom_matchers", None)
    if matchers is not None and not any(isinstance(matcher, _Matcher) for matcher in matchers):
        matchers.append(_Matcher(shell))


class _Matcher:
    """A matcher of IPython (version 2 of the matcher API)."""

    matcher_api_version = 2
    matcher_identifier = "cnct"
    matcher_priority = 100

    def __init__(self, shell: Any) -> None:
        self.__qualname__ = self.matcher_identifier  # IPython expects a function
        self._shell = shell
        self._completion = import_module("IPython.core.completer").SimpleCompletion

    def __call__(self, context: Any) -> dict[str, Any]:
        completions = candidates(context.text_until_cursor, self._shell.user_ns)
        if completions is None:
            return {"completions": []}
        start, names = completions
        return {
            "completions": [self._completion(text=name) for name in names],
            "matched_fragment": start,
            "suppress": True,
        }
