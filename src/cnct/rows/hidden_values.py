"""Hides the values of password parameters from tables and messages. Changes no rows."""

from __future__ import annotations

from typing import Any

from cnct.openapi.shapes import is_array, is_object
from cnct.text import MASK

_SHOWN = frozenset({"id", "name", "type", "title"})
_DEEPEST = 100  # levels


class HiddenText(str):
    """A text whose ``repr`` is a mask."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the mask in quotes."""
        return repr(MASK)


def is_secret(value: Any) -> bool:
    """Return whether a value is a parameter of the type ``password``."""
    return is_object(value) and value.get("type") == "password"


def hidden(value: Any, is_inside: bool = False, level: int = 0) -> Any:
    """Return an equal value in which the texts of passwords are `HiddenText`.

    Args:
        value: A value of a row.
        is_inside: Whether the value is within a parameter of the type ``password``.
        level: Number of objects and lists around the value.
    """
    if level > _DEEPEST:
        return value
    if is_array(value):
        return [hidden(element, is_inside, level + 1) for element in value]
    if is_object(value):
        is_inside = is_inside or is_secret(value)
        return {
            name: hidden(below, is_inside and name not in _SHOWN, level + 1)
            for name, below in value.items()
        }
    return HiddenText(value) if is_inside and isinstance(value, str) else value


def masked(value: Any) -> Any:
    """Return a value of a row with a mask in place of each `HiddenText`, to be written as JSON.

    Args:
        value: The value, as `hidden` returned it.
    """
    if isinstance(value, HiddenText):
        return MASK
    if is_array(value):
        return [masked(element) for element in value]
    if is_object(value):
        return {name: masked(below) for name, below in value.items()}
    return value
