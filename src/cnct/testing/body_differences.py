"""Compares a request body with the one that a mock expects. Knows no mocks and no client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnct.openapi.shapes import Object, is_array, is_object

_LONGEST = 300  # characters of a value in a message


def body_differences(expected: Any, body: bytes, holder: str = "mock") -> Iterator[str]:
    """Describe the differences, one line each; no lines if the bodies are equal.

    Args:
        expected: str or bytes, which must be equal byte for byte; any other value is compared
            with the decoded JSON; ``None`` accepts every body.
        body: Body of the request.
        holder: Noun for the messages: ``mock`` or ``cassette`` has the expected body.
    """
    if expected is None:
        return
    if isinstance(expected, str | bytes):
        content = expected.encode() if isinstance(expected, str) else expected
        if content != body:
            yield f"the body is {short_repr(body)}, the {holder} has {short_repr(content)}"
        return
    try:
        actual = json.loads(body)
    except ValueError:
        yield f"the body is not JSON: {short_repr(body)}" if body else "there is no body"
    else:
        yield from value_differences(expected, actual, "body", holder)


def value_differences(expected: Any, actual: Any, path: str, holder: str) -> Iterator[str]:
    """Describe the differences of two JSON values, one line each.

    Args:
        expected: Value of the mock or cassette.
        actual: Value of the call.
        path: Name of the value for the messages, such as ``body``.
        holder: Noun for the messages; see `body_differences`.
    """
    if is_object(expected) and is_object(actual):
        yield from _object_differences(expected, actual, path, holder)
    elif is_array(expected) and is_array(actual):
        if len(expected) != len(actual):
            yield f"{path} has {len(actual)} elements, the {holder} has {len(expected)}"
        for index, (item, actual_item) in enumerate(zip(expected, actual, strict=False)):
            yield from value_differences(item, actual_item, f"{path}[{index}]", holder)
    elif expected != actual or _only_one_is_bool(expected, actual):
        yield f"{path} is {short_repr(actual)}, the {holder} has {short_repr(expected)}"


def _object_differences(expected: Object, actual: Object, path: str, holder: str) -> Iterator[str]:
    for name in [*expected, *(name for name in actual if name not in expected)]:
        if name not in actual:
            yield f"{path}.{name} is missing, the {holder} has {short_repr(expected[name])}"
        elif name not in expected:
            yield f"{path}.{name} is {short_repr(actual[name])}, the {holder} has no such field"
        else:
            yield from value_differences(expected[name], actual[name], f"{path}.{name}", holder)


def _only_one_is_bool(expected: Any, actual: Any) -> bool:
    """Return whether one value is a bool and the other a number: ``True == 1`` in Python only."""
    return isinstance(expected, int | float) and isinstance(expected, bool) != isinstance(
        actual, bool
    )


def short_repr(value: Any) -> str:
    """Return the repr of a value, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
