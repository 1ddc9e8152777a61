"""Completes in IPython and notebooks behind and inside calls: ``client("tier").<TAB>``.

IPython evaluates no calls, since they may have side effects. This module takes only steps without
I/O, as declared by the classes of a client: ``_steps_without_io`` has the attributes that may be
read or called, and ``[]`` if an index does no I/O; ``_refinements`` has the methods that return a
set of the same list. ``_callable_names()`` lists the names that an object can be called with, and
``_completions(method, argument)`` the names and values for an argument of a method.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import MethodType
from typing import Any, NamedTuple

from cnct.console.cursor import Cursor, Token, cursor


class Candidates(NamedTuple):
    """The completions of a text.

    Attributes:
        start: The text before the cursor with which the names begin.
        names: The completions.
        exclusive: Whether no other names are valid there; instead of a keyword, any expression is.
    """

    start: str
    names: list[str]
    exclusive: bool = True


def candidates(code: str, variables: dict[str, Any]) -> Candidates | None:
    """Return the completions for a piece of code.

    Args:
        code: The input up to the cursor.
        variables: Variables of the session.

    Returns:
        ``None`` if the code does not end in steps from an object of a client.
    """
    place = cursor(code)
    names = _names(place, variables) if place else None
    if place is None or names is None:
        return None
    start = place.argument.start
    sign = start[:1] if place.argument.place == "text" and start[:1] in ("-", "+") else ""
    start = start.removeprefix(sign)
    matches = [name for name in names if name.startswith(start) and (start or name[:1] != "_")]
    is_keyword = place.sign == "(" and place.argument.place == "name"
    return Candidates(start, matches, exclusive=not is_keyword)


def _names(place: Cursor, variables: dict[str, Any]) -> list[str] | None:
    """Return the names for a place; ``None`` for objects of other libraries."""
    thing = _reached(place, place.chain.steps, variables)
    match place.sign:
        case ".":
            return None if thing is None else dir(thing)
        case "[":
            return None if thing is None else _listed(thing, "_ipython_key_completions_")
        case _ if thing is not None:
            return _listed(thing, "_callable_names") if place.argument.place == "text" else None
        case _:
            return _of_argument(place, variables)


def _of_argument(place: Cursor, variables: dict[str, Any]) -> list[str] | None:
    *steps, method = [*place.chain.steps] or [Token("group", "(")]
    owner = _reached(place, steps, variables) if method.kind == "name" else None
    if owner is None or not _class_has(owner, "_completions"):
        return None
    names: list[str] = owner._completions(method.text, place.argument)
    return names


def _listed(thing: Any, method: str) -> list[str]:
    names: list[str] = getattr(thing, method)() if _class_has(thing, method) else []
    return names


def _reached(place: Cursor, steps: Sequence[Token], variables: dict[str, Any]) -> Any:
    """Follow steps from a variable; return ``None`` if a step might do I/O."""
    thing = variables.get(place.chain.root)
    if _steps_without_io(thing) is None:
        thing, steps = _fields_around(place, steps, variables)
    try:
        while steps and thing is not None:
            thing, steps = _after(thing, *steps)
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    return thing if _steps_without_io(thing) is not None else None


def _fields_around(
    place: Cursor, steps: Sequence[Token], variables: dict[str, Any]
) -> tuple[Any, Sequence[Token]]:
    """Return the fields of the list for ``R()`` within its ``filter(...)``."""
    thing = variables.get(place.chain.root)
    is_r = isinstance(thing, type) and hasattr(thing, "__rql__")
    if not is_r or not steps or steps[0].kind != "group":
        return None, ()
    for call in place.around:
        *before, method = [*call.steps] or [Token("group", "(")]
        inner = place._replace(chain=call._replace(steps=before), around=())
        owner = _reached(inner, before, variables) if method.text == "filter" else None
        if owner is not None:
            return getattr(owner, "fields", None), steps[1:]
    return None, ()


def _after(thing: Any, step: Token, *rest: Token) -> tuple[Any, Sequence[Token]]:
    """Follow one step, or a method with its call; return ``None`` if this might do I/O.

    Returns:
        The object, and the remaining steps.
    """
    steps, refinements = _steps_without_io(thing) or (), _refinements(thing)
    if step.kind == "name":
        call = rest[0] if rest and rest[0].text == "(" else None
        if call and step.text in refinements:
            return thing.all(), rest[1:]
        if step.text in steps or not _class_has(thing, step.text):
            attribute = getattr(thing, step.text)
            if call and isinstance(attribute, MethodType) and step.text in steps:
                return _called(attribute, call), rest[1:]
            return attribute, rest
    elif step.text == "(" and _class_has(thing, "_callable_names"):
        return (thing(step.value) if step.value else None), rest
    elif step.is_slice and "[:]" in refinements:
        return thing.all(), rest
    elif "[]" in steps and not step.is_slice:
        return thing[step.value or "ID"], rest
    return None, ()


def _called(method: Any, call: Token) -> Any:
    """Call a method without I/O; a variable counts as any id or name."""
    return method(call.value or "ID") if call.inside else method()


def _steps_without_io(thing: Any) -> frozenset[str] | None:
    """Return the steps without I/O; ``None`` for an object of another library."""
    return getattr(thing.__class__, "_steps_without_io", None)


def _refinements(thing: Any) -> frozenset[str]:
    return getattr(thing.__class__, "_refinements", frozenset())


def _class_has(thing: Any, name: str) -> bool:
    # Not from the objects, which return a collection or a field for any name.
    return hasattr(thing.__class__, name)


def activate() -> None:
    """Add the completions to the running IPython, if any, once."""
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
        lines = context.full_text.split("\n")[: context.cursor_line]
        code = "\n".join([*lines, context.text_until_cursor])
        completions = candidates(code, self._shell.user_ns)
        if completions is None:
            return {"completions": []}
        return {
            "completions": [self._completion(text=name) for name in completions.names],
            "matched_fragment": completions.start,
            "suppress": completions.exclusive,
        }
