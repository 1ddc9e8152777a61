"""The errors of the bridge: each is an error of cnct and a `ClientError` of this module.

`bridged` is the edge where the errors of cnct become these; nothing else converts errors.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from cnct import exceptions as _native


class ClientError(_native.ClientError):
    """A failed call.

    Args:
        message: The problem; by default the status and its phrase.
        status_code: HTTP status, ``None`` without a response.
        error_code: Connect's code, such as ``VAL_001``.
        errors: Connect's messages.
        **kwargs: Further members of the error body, kept as ``additional_info``.
    """

    def __init__(
        self,
        message: str | None = None,
        status_code: int | None = None,
        error_code: str | None = None,
        errors: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(message, status_code, error_code, errors, **kwargs)
        self.additional_info = kwargs

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the attributes, which a new error would sort otherwise."""
        return _emptied, (type(self), self.args), vars(self)

    def __str__(self) -> str:
        """Return message or status, and the code with the errors, as programs print it."""
        text = self.message or _status_text(self.status_code) or "Unexpected error"
        if self.error_code and self.errors:
            return f"{text}: {self.error_code} - {','.join(map(str, self.errors))}"
        return text

    def __repr__(self) -> str:
        """Return status and code."""
        return f"<ClientError {self.status_code}: {self.error_code}>"


def _emptied(kind: type[ClientError], args: tuple[Any, ...]) -> ClientError:
    return kind.__new__(kind, *args)


def _status_text(status_code: int | None) -> str:
    if not status_code:
        return ""
    try:
        name = HTTPStatus(status_code).name
    except ValueError:
        return str(status_code)
    return f"{status_code} {name.replace('_', ' ').title()}"


def _derived() -> dict[type[_native.ClientError], type[ClientError]]:
    """Return the bridge's class for each class of cnct; found by name, so that they pickle."""
    kinds = [kind for kind in vars(_native).values() if isinstance(kind, type)]
    return {_native.ClientError: ClientError} | {
        kind: type(kind.__name__, (ClientError, kind), {"__module__": __name__})
        for kind in kinds
        if issubclass(kind, _native.ClientError) and kind is not _native.ClientError
    }


_KINDS = _derived()
globals().update({kind.__name__: kind for kind in _KINDS.values()})


@contextmanager
def bridged(
    cause: Callable[[_native.ClientError], BaseException | None] = lambda _: None,
) -> Generator[None]:
    """Turn an error of cnct into the bridge's class for it; the traceback stays.

    Args:
        cause: Returns the cause of an error that has none, as the HTTP library would raise it.
    """
    try:
        yield
    except _native.ClientError as error:
        kind: Any = _KINDS.get(type(error))
        if kind is not None:
            error.__class__ = kind
            error.__cause__ = error.__cause__ or cause(error)
        raise
