"""Mocks: a call to expect and what it gets. Compares by meaning; no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from cnct.client._http.interception import WireResponse
from cnct.testing.addresses import segments
from cnct.testing.body_differences import body_differences, shown
from cnct.testing.query_terms import terms_of


class Asked(NamedTuple):
    """A call as mocks compare it; the path is the one below the base URL."""

    method: str
    path: tuple[str, ...]
    terms: tuple[str, ...]
    body: bytes = b""

    @classmethod
    def at(cls, method: str, path: str) -> Asked:
        """Take a path below the base URL, with or without a query, apart."""
        place, _, query = path.lstrip("/").partition("?")
        return cls(method.upper(), segments(place), terms_of(query))

    def __str__(self) -> str:
        """Show it on one line, without the body."""
        query = f"?{'&'.join(self.terms)}" if self.terms else ""
        return f"{self.method} {'/'.join(self.path)}{query}"


class Mock:
    """A call to expect and what it gets.

    Args:
        asked: Method, path and query to expect.
        reply: What the call gets, or the exception that it raises.
        match_body: Body to expect; see :func:`body_differences`.
    """

    def __init__(
        self, asked: Asked, reply: WireResponse | Exception, match_body: Any = None
    ) -> None:
        """Nobody has called it yet."""
        self.asked = asked
        self.calls = 0
        self._reply = reply
        self._match_body = match_body

    def differences(self, asked: Asked) -> Iterator[str]:
        """Tell what is different in a call, one line for each; nothing if it is this one."""
        mine = self.asked
        if asked.method != mine.method:
            yield f"the method is {asked.method}, the mock has {mine.method}"
        if asked.path != mine.path:
            yield f"the path is {'/'.join(asked.path)}, the mock has {'/'.join(mine.path)}"
        for term in asked.terms:
            if term not in mine.terms:
                yield f"only the call has {term}"
        for term in mine.terms:
            if term not in asked.terms:
                yield f"only the mock has {term}"
        yield from body_differences(self._match_body, asked.body)

    def expects(self, asked: Asked) -> bool:
        """Tell whether a call is the one to expect."""
        return next(self.differences(asked), None) is None

    def distance(self, asked: Asked) -> tuple[float, int]:
        """Tell how far a call is from the one to expect; the nearer, the smaller."""
        likeness = SequenceMatcher(None, str(self.asked), str(asked)).ratio()
        return -likeness, len([*self.differences(asked)])

    def reply(self) -> WireResponse:
        """Answer a call, or raise the exception that it gets."""
        self.calls += 1
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply

    def __str__(self) -> str:
        """Show it on one line, with how often it was called."""
        body = "" if self._match_body is None else f" with {shown(self._match_body)}"
        times = {0: "not called", 1: "called once"}.get(self.calls, f"called {self.calls} times")
        return f"{self.asked}{body} ({times})"


def answer_of(
    status_code: int, return_value: Any, headers: Mapping[str, str] | None
) -> WireResponse | Exception:
    """Make an answer of what a mock is given.

    Raises:
        TypeError: If ``return_value`` is neither bytes, str nor JSON, or ``status_code`` no int.
    """
    if isinstance(return_value, Exception):
        return return_value
    content, media_type = _content(return_value)
    given = {name: str(value) for name, value in (headers or {}).items()}
    if media_type and not any(name.lower() == "content-type" for name in given):
        given["Content-Type"] = media_type
    return WireResponse(checked_int(status_code, "status_code"), given, content)


def checked_int(value: Any, name: str) -> int:
    """Check an argument.

    Raises:
        TypeError: If it is not an int.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {value!r}")
    return value


def _content(value: Any) -> tuple[bytes, str]:
    match value:
        case None:
            return b"", ""
        case bytes():
            return value, "application/octet-stream"
        case str():
            return value.encode(), "text/plain; charset=utf-8"
        case _:
            return _json(value), "application/json"


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except TypeError as error:
        expected = "JSON, str, bytes, None or an exception"
        raise TypeError(f"return_value must be {expected}: {error}") from error
