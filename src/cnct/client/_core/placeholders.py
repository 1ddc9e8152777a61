"""Placeholder ids, which stand for resources that a dry run has not created yet. No I/O.

They consist of characters that neither URLs nor RQL encode, and are thus found in any text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnct.exceptions import PlaceholderError
from cnct.openapi.shapes import is_array, is_list, is_object
from cnct.text import late_pattern

MARK = "CNCT-NEW-"
"""The beginning of every placeholder."""

_MARK_BYTES = MARK.encode()
_PATTERN = late_pattern(rf"{MARK}[0-9a-f]{{6}}-\d+")
_PATTERN_BYTES = late_pattern(rb"%b[0-9a-f]{6}-\d+" % MARK.encode())

Replacement = Callable[[str], str | int]
"""Returns the id that takes the place of a placeholder."""


def placeholder(run: str, number: int) -> str:
    """Return a placeholder id.

    Args:
        run: Six hexadecimal digits, which distinguish dry runs.
        number: Distinguishes the placeholders of a dry run.
    """
    return f"{MARK}{run}-{number}"


def replaced(value: Any, replace: Replacement) -> Any:
    """Return a value with the placeholders in its texts, bytes and members replaced.

    A text that is only a placeholder becomes the id, which may be an int.
    """
    if isinstance(value, str):
        return _replaced_text(value, replace) if MARK in value else value
    if isinstance(value, bytes):
        if _MARK_BYTES not in value:
            return value
        return _PATTERN_BYTES.sub(lambda match: str(replace(match[0].decode())).encode(), value)
    if is_object(value):
        return {str(replaced(name, replace)): replaced(value[name], replace) for name in value}
    if is_array(value):
        members = [replaced(member, replace) for member in value]
        return members if is_list(value) else tuple(members)
    return value


def _replaced_text(text: str, replace: Replacement) -> str | int:
    if _PATTERN.fullmatch(text):
        return replace(text)
    return _PATTERN.sub(lambda match: str(replace(match[0])), text)


def placeholders_in(*values: Any) -> set[str]:
    """Return the placeholders in some values."""
    placeholders: set[str] = set()

    def add(text: str) -> str:
        placeholders.add(text)
        return text

    replaced(values, add)
    return placeholders


def refuse_placeholders(*values: Any) -> None:
    """Refuse values of a call that contain a placeholder.

    Raises:
        PlaceholderError: If there is a placeholder.
    """
    for text in sorted(placeholders_in(*values)):
        raise PlaceholderError(
            f"{text} stands for an id that dry_run() does not know before apply(): use it in calls "
            "that the same dry run records, or take the id from its attribute ids after apply()"
        )
