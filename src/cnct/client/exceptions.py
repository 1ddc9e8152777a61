"""What can go wrong with a call, as one small tree.

::

    ClientError              every failed call
      NotFoundError          404, or unknown to the specification; also a LookupError
      InvalidCallError       does not fit the specification, not sent; also a ValueError
      AmbiguousWriteError    a write of which nobody knows whether it was done
    NotYetEvaluatedError     an asynchronous set was asked what it has not read yet
"""

from __future__ import annotations

import http
from collections.abc import Callable, Sequence
from typing import Any


class ClientError(Exception):
    """A call that failed: an error answer, no answer, or an answer that makes no sense.

    Args:
        message: What happened; by default the status in words.
        status_code: HTTP status, ``None`` if there was no answer.
        error_code: Connect's code, such as ``VAL_001``.
        errors: Connect's messages.
        **kwargs: Anything else; ``method``, ``url``, ``attempts`` and ``retry_after`` become
            attributes of their own.

    Attributes:
        additional_info: What else came with the error (``params`` of Connect's body, for one).
        method: HTTP method of the call, if there was one.
        url: Its URL, secrets masked.
        attempts: How often it was sent.
        retry_after: Seconds that the server asked to wait, if it did.
    """

    def __init__(
        self,
        message: str | None = None,
        status_code: int | None = None,
        error_code: str | None = None,
        errors: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep what is known of the failure."""
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.error_code = error_code
        self.errors = None if errors is None else list(errors)
        self.method: str | None = kwargs.pop("method", None)
        self.url: str | None = kwargs.pop("url", None)
        self.attempts: int = kwargs.pop("attempts", 1)
        self.retry_after: float | None = kwargs.pop("retry_after", None)
        self.additional_info: dict[str, Any] = kwargs

    def __str__(self) -> str:
        """Tell status, code, messages, attempts, method and URL, as far as they are known."""
        text = self.message or status_text(self.status_code) or "Unexpected error"
        text += f" after {self.attempts} attempts" if self.attempts > 1 else ""
        details = ", ".join(str(error) for error in self.errors or ())
        about = " - ".join(part for part in (self.error_code, details) if part)
        call = " ".join(part for part in (self.method, self.url) if part)
        return f"{text}{': ' if about else ''}{about}{f' ({call})' if call else ''}"

    def __repr__(self) -> str:
        """Show class, status and code."""
        return f"<{type(self).__name__} {self.status_code}: {self.error_code}>"

    def __reduce__(self) -> tuple[Callable[..., ClientError], tuple[Any, ...]]:
        """Pickle with everything that was given."""
        known = {name: getattr(self, name) for name in KNOWN}
        args = (self.message, self.status_code, self.error_code, self.errors)
        return _rebuild, (type(self), args, {**known, **self.additional_info})


KNOWN = ("method", "url", "attempts", "retry_after")


class NotFoundError(ClientError, LookupError):
    """There is nothing at this URL, or not for this account.

    With ``status_code`` 404 the server says so; with ``None`` the specification did, and nothing
    was sent.
    """


class InvalidCallError(ClientError, ValueError):
    """The query or payload does not fit the specification; nothing was sent."""


class InvalidCallWarning(UserWarning):
    """The call does not fit the specification; it is sent all the same."""


class AmbiguousWriteError(ClientError):
    """A create or an action may have been done, and the answer that would tell did not come.

    It was not repeated, because that could do it twice. Look whether it was done (find the
    resource, or read its state) before you send it again.
    """

    def __str__(self) -> str:
        """Tell what happened, and what to check."""
        check = "see whether the resource exists or has changed before you send it again"
        return f"{super().__str__()}. It may have been done: {check}"


class NotYetEvaluatedError(RuntimeError):
    """An asynchronous set cannot know this before it has been read; the message says the way."""


def status_text(status_code: int | None) -> str:
    """Name a status: ``404 Not Found``; unknown ones by their number."""
    if status_code is None:
        return ""
    try:
        return f"{status_code} {http.HTTPStatus(status_code).phrase}"
    except ValueError:
        return f"{status_code} (unknown status)"


def _rebuild(kind: type[ClientError], args: tuple[Any, ...], known: dict[str, Any]) -> ClientError:
    return kind(*args, **known)
