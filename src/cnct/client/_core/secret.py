"""Keeps the API key out of reprs, tracebacks with local variables, and causes.

No I/O. Texts of messages are masked by `cnct.text.masked`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

from cnct.openapi.shapes import is_list, is_object
from cnct.text import MASK, clean, masked

SECRET_HEADERS = frozenset(
    {"authorization", "authentication", "proxy-authorization", "cookie", "set-cookie"}
)
"""Names of headers, lower case, whose values are never shown."""

# Their frames hold headers as raw bytes, and their errors become causes of ours.
_LIBRARIES = frozenset(
    (
        *("requests", "urllib3", "http", "email", "ssl", "socket"),
        *("httpx2", "httpcore2", "h11", "anyio", "json", "msgspec"),
    )
)
# Our modules that hold raw bytes like the libraries.
_WIRE = frozenset(
    (
        "cnct.client._core.response_body",
        *(
            f"cnct.client._http.{name}"
            for name in (
                *("framing", "framed_response", "connections", "adapter"),
                *("async_streams", "async_transport", "async_direct", "async_request"),
            )
        ),
    )
)
_LEVELS = 50  # of nesting; errors of Connect have 3


class _LocalsCleared:
    """Clears the local variables of HTTP libraries in an error that leaves the block."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            clear_library_locals(error)


LIBRARY_LOCALS_CLEARED = _LocalsCleared()
"""Wrap every call that passes the API key to an HTTP library in this block."""


def clear_library_locals(error: BaseException) -> None:
    """Clear the local variables of HTTP libraries in the tracebacks of an error and its causes.

    Those of our modules that handle raw bytes are cleared too.

    The lines of the tracebacks stay. Reporters that show local variables (``pytest -l``, rich)
    would show the raw headers. Frames of users are left unchanged.
    """
    for member in causes(error):
        for frame in _frames(member.__traceback__):
            module = str(frame.f_globals.get("__name__"))
            if module in _WIRE or module.partition(".")[0] in _LIBRARIES:
                with suppress(RuntimeError):  # the frame still runs, further up
                    frame.clear()


def mask_error(error: BaseException, secret: str) -> None:
    """Mask a secret in an error and its causes, and escape their control characters.

    Tracebacks print the causes with our own error.
    """
    for member in causes(error):
        member.args = tuple(_disarmed(arg, secret) for arg in member.args)
        for name, value in vars(member).items():
            if isinstance(value, str):  # such as ``doc`` of a JSONDecodeError
                setattr(member, name, masked(value, secret))


def masked_data(value: Any, secret: str, levels: int = _LEVELS) -> Any:
    """Return decoded JSON with a secret masked in every text, names included.

    Args:
        value: Decoded JSON.
        secret: The secret.
        levels: Depth of nesting to keep; ``...`` replaces deeper values.
    """
    if isinstance(value, str):
        return masked(value, secret)
    if levels == 0 and (is_list(value) or is_object(value)):
        return "..."
    if is_list(value):
        return [masked_data(part, secret, levels - 1) for part in value]
    if is_object(value):
        rest = levels - 1
        return {masked(name, secret): masked_data(value[name], secret, rest) for name in value}
    return value


def _disarmed(arg: object, secret: str) -> object:
    if isinstance(arg, str):
        return clean(masked(arg, secret))
    if isinstance(arg, BaseException | int | float | None):
        return arg
    text = repr(arg)
    return arg if masked(text, secret) == text else MASK


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error with its causes, contexts, members of groups and errors among its values."""
    seen: dict[int, BaseException] = {}
    todo: list[object] = [error]
    while todo:
        member = todo.pop()
        if not isinstance(member, BaseException) or id(member) in seen:
            continue
        seen[id(member)] = member
        yield member
        todo += (member.__cause__, member.__context__, *member.args, *vars(member).values())
        todo += getattr(member, "exceptions", ())  # of an ExceptionGroup


def _frames(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next
