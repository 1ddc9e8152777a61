"""The result of a call of `with_response`: the value, and what came with it. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from cnct.client._core.messages import Request, Response, Trace
from cnct.client._core.request_ids import request_id_of
from cnct.client._core.secret import SECRET_HEADERS
from cnct.rql.answers import unseen
from cnct.text import MASK, clean

T = TypeVar("T")

_INSTEAD = {
    "status_code": "status",
    "elapsed": "seconds",
    **dict.fromkeys(("body", "content", "data", "json", "result", "text"), "value"),
}


def _lower(name: Any) -> Any:
    return name.lower() if isinstance(name, str) else name


class ResponseHeaders(Mapping[str, str]):
    """Headers of a response: a read-only mapping whose names are case-insensitive.

    Args:
        headers: The headers; names are kept in lower case.
    """

    __slots__ = ("_values",)

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._values = {str(name).lower(): str(value) for name, value in headers.items()}

    def __getitem__(self, name: str) -> str:
        """Return the value of a header; several of one name are joined by commas."""
        return self._values[_lower(name)]

    def __iter__(self) -> Iterator[str]:
        """Yield the names, in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of headers."""
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a header."""
        return _lower(name) in self._values

    def __repr__(self) -> str:
        """Return the headers, cookies masked."""
        masked = {
            name: MASK if name in SECRET_HEADERS else value for name, value in self._values.items()
        }
        return clean(f"ResponseHeaders({masked})")


_OF_VALUES = frozenset({*dir(dict), *dir(list)})


def _no_attribute(_: object, name: str) -> NoReturn:
    if name[0] == "_":
        raise AttributeError(name)
    more = f": write answer.{_INSTEAD[name]}" if name in _INSTEAD else ""
    more = more or (f": write answer.value.{name}" if name in _OF_VALUES else "")
    # With a name, the interpreter would append its own hint (bpo-38530).
    raise AttributeError(f"An Answer has no {name!r}{more}", name=None, obj=None)


def _no_item(_: object, key: object) -> NoReturn:
    raise TypeError(f"An Answer is not the value itself: write answer.value[{clean(repr(key))}]")


def _no_membership(_: object, key: object) -> NoReturn:
    raise TypeError(f"An Answer is not the value itself: write {clean(repr(key))} in answer.value")


def _no_length(_: object) -> NoReturn:
    raise TypeError("An Answer is not the value itself: write len(answer.value)")


def _no_iteration(_: object) -> NoReturn:
    raise TypeError("An Answer is not the value itself: write for row in answer.value")


def _is_true(_: object) -> bool:
    return True  # as every object without a length


@unseen(
    __getattr__=_no_attribute,
    __getitem__=_no_item,
    __iter__=_no_iteration,
    __contains__=_no_membership,
    __len__=_no_length,
    __bool__=_is_true,
)
@dataclass(frozen=True, slots=True, repr=False)
class Answer(Generic[T]):
    """The result of one call, with its response; see `ConnectClient.with_response`.

    Attributes:
        value: The value that the call returns without ``with_response``.
        status: HTTP status of the response.
        headers: Headers of the response: a read-only mapping, names case-insensitive. The API key
            is masked.
        request_id: Id that the server gave to the request, for its support; ``None`` without one.
        attempts: Number of times the request was sent: 1 without retries, 0 in a dry run.
        seconds: Seconds that the call took, with retries, their pauses and redirects.
        url: URL of the response, after redirects, secrets masked.
        method: HTTP method of the request.
    """

    value: T
    status: int
    headers: Mapping[str, str]
    request_id: str | None
    attempts: int
    seconds: float
    url: str
    method: str

    def __repr__(self) -> str:
        """Return status, call, attempts, seconds and request id; leave out the value."""
        attempts = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        request_id = f", request id {self.request_id}" if self.request_id else ""
        call = f"{self.method} {self.url}"
        return clean(
            f"<Answer {self.status}{attempts} in {self.seconds:.3f} s: {call}{request_id}>"
        )


def answer_of(request: Request, response: Response, trace: Trace, value: Any) -> Answer[Any]:
    """Return the answer of a call that has ended.

    Args:
        request: The first request of the call.
        response: The last response.
        trace: The attempts.
        value: The decoded body.
    """
    last = trace.last or request
    headers = {name: last.masked(str(value)) for name, value in response.headers.items()}
    return Answer(
        value=value,
        status=response.status_code,
        headers=ResponseHeaders(headers),
        request_id=request_id_of(last, response.headers),
        attempts=trace.attempts,
        seconds=trace.seconds,
        url=last.shown_url,
        method=last.method,
    )
