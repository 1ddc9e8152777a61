"""Request bodies: what a mock expects against what came. Knows no mocks and no client."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

_SHOWN = 300  # characters of a body that a message shows


def body_differences(expected: Any, body: bytes) -> Iterator[str]:
    """Tell what is different, one line for each; nothing if the body is as expected.

    Args:
        expected: str or bytes to the letter; JSON by value otherwise; ``None`` for any body.
        body: The bytes that came.
    """
    if expected is None:
        return
    if isinstance(expected, str | bytes):
        wanted = expected.encode() if isinstance(expected, str) else expected
        if wanted != body:
            yield f"the body is {shown(body)}, the mock has {shown(wanted)}"
        return
    try:
        came = json.loads(body)
    except ValueError:
        yield f"the body is not JSON: {shown(body)}" if body else "there is no body"
    else:
        yield from _json_differences(expected, came, "body")


def _json_differences(expected: Any, came: Any, at: str) -> Iterator[str]:
    if is_object(expected) and is_object(came):
        yield from _object_differences(expected, came, at)
    elif is_array(expected) and is_array(came):
        if len(expected) != len(came):
            yield f"{at} has {len(came)} elements, the mock has {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, came, strict=False)):
            yield from _json_differences(one, other, f"{at}[{index}]")
    elif expected != came or _only_one_is_bool(expected, came):
        yield f"{at} is {shown(came)}, the mock has {shown(expected)}"


def _object_differences(
    expected: Mapping[str, Any], came: Mapping[str, Any], at: str
) -> Iterator[str]:
    for name in [*expected, *(name for name in came if name not in expected)]:
        if name not in came:
            yield f"{at}.{name} is missing, the mock has {shown(expected[name])}"
        elif name not in expected:
            yield f"{at}.{name} is {shown(came[name])}, the mock has no such field"
        else:
            yield from _json_differences(expected[name], came[name], f"{at}.{name}")


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a value is an object of JSON."""
    return isinstance(value, Mapping)


def is_array(value: Any) -> TypeGuard[Sequence[Any]]:
    """Tell whether a value becomes an array of JSON."""
    return isinstance(value, list | tuple)


def _only_one_is_bool(expected: Any, came: Any) -> bool:
    """Tell ``true`` from ``1``, which are equal in Python and not in JSON."""
    return isinstance(expected, int | float) and isinstance(expected, bool) != isinstance(
        came, bool
    )


def shown(value: Any) -> str:
    """Write a value for a message, cut to a size that can be read."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
