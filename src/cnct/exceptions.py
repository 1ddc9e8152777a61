"""Every error that reaches users, as one tree; warnings are in `cnct.user_warnings`.

```text
Exception
├── ClientError                 a failed call
│   ├── NotFoundError           404, or not in the OpenAPI document    (also LookupError)
│   │   └── UnknownNameError    the document has no such name          (also AttributeError)
│   ├── InvalidCallError        does not fit the document, not sent    (also ValueError)
│   ├── AmbiguousWriteError     a write that may have been done
│   ├── SpecError               the document cannot be read            (also ValueError)
│   ├── SettingsError           a setting, profile or key is unusable  (also ValueError)
│   ├── NotOneError             none or several where one was expected (also LookupError)
│   ├── ChangedResourceError    the resource has moved, not written
│   ├── WaitError               a wait that ended without its condition
│   │   ├── WaitTimeout         the time was up                        (also TimeoutError)
│   │   └── WaitFailed          the resource has failed
│   ├── NotScannableError       cannot be cut into windows, see `by`   (also ValueError)
│   ├── MirrorError             a mirror that cannot be used so        (also ValueError)
│   ├── PlaceholderError        an id of a dry run, before apply()     (also ValueError)
│   └── BatchError              some of many resources failed
├── JournalError                a journal or state that cannot be used (also ValueError)
├── ExportError                 a file that cannot be written          (also ValueError)
├── UsageRowsError              rows of usage that cannot be sent      (also ValueError)
├── RQLError                    RQL cannot express it                  (also ValueError)
│   ├── RQLTypeError            a value of a type that has no literal  (also TypeError)
│   ├── RQLSyntaxError          text that is not RQL
│   └── QueryError              a query that a collection refuses
├── UnknownParameterError       a row has no such parameter            (also KeyError)
├── NotYetEvaluatedError        an async set was not read yet          (also RuntimeError)
├── UnexpectedCallError         a call without a mock                  (also AssertionError)
├── UnusedMockError             a mock without a call                  (also AssertionError)
├── ImpossibleMockError         a mock of something the API lacks      (also AssertionError)
└── CassetteError               recorded calls that cannot be used     (also ValueError)
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnct.text import clean, rendered, status_text


class ClientError(Exception):
    """A failed call: an error response, no response, or an unreadable response.

    Args:
        message: The problem; by default the status and its phrase.
        status_code: HTTP status, ``None`` without a response.
        error_code: Connect's code, such as ``VAL_001``.
        errors: Connect's messages.
        **kwargs: ``method``, ``url``, ``attempts``, ``retry_after``, ``may_be_done``, ``remedy``
            and ``request_id`` become attributes; all others, ``additional_info``.

    Attributes:
        additional_info: Further members of the error body, such as Connect's ``params``.
        method: HTTP method of the call, ``None`` without a call.
        url: URL of the call, secrets masked.
        attempts: Number of times the request was sent.
        retry_after: Seconds to wait before a retry, as the server requested; otherwise ``None``.
        may_be_done: Whether the call was a write that failed and may have been done all the same.
        remedy: A sentence that names the setting to mend, without full stop; empty if none is
            known.
        request_id: Id that the server gave to the request, for its support; ``None`` if the
            response has none. Taken from ``X-Request-Id`` and similar headers.
    """

    def __init__(
        self,
        message: str | None = None,
        status_code: int | None = None,
        error_code: str | None = None,
        errors: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.error_code = error_code
        self.errors = None if errors is None else list(errors)
        self.method: str | None = kwargs.pop("method", None)
        self.url: str | None = kwargs.pop("url", None)
        self.attempts: int = kwargs.pop("attempts", 1)
        self.retry_after: float | None = kwargs.pop("retry_after", None)
        self.may_be_done: bool = kwargs.pop("may_be_done", False)
        self.remedy: str = kwargs.pop("remedy", "")
        self.request_id: str | None = kwargs.pop("request_id", None)
        self.additional_info: dict[str, Any] = kwargs

    _render_traceback_ = rendered

    def __str__(self) -> str:
        """Return message or status, attempts, code, errors, call, request id; leave out ``None``.

        Control characters, which a server may send, appear as escapes.
        """
        text = self.message or status_text(self.status_code) or "Unexpected error"
        text += f" after {self.attempts} attempts" if self.attempts > 1 else ""
        details = ", ".join(str(error) for error in self.errors or ())
        about = " - ".join(part for part in (self.error_code, details) if part)
        call = " ".join(part for part in (self.method, self.url) if part)
        text += f"{': ' if about else ''}{about}{f' ({call})' if call else ''}"
        text += f", request id {self.request_id}" if self.request_id else ""
        return clean(f"{text}{self._advice()}{'. ' if self.remedy else ''}{self.remedy}")

    def _advice(self) -> str:
        return ". The last attempt may have been done" if self.may_be_done else ""

    def __repr__(self) -> str:
        """Return class, status and code; without a status, the message."""
        name, status = type(self).__name__, self.status_code
        if status is None and self.message:
            return clean(f"<{name}: {self.message}>")
        return clean(f"<{name} {status}: {self.error_code}>")

    def __reduce__(self) -> tuple[Callable[..., ClientError], tuple[Any, ...]]:
        """Pickle with every argument."""
        attributes = {name: getattr(self, name) for name in CALL_ATTRIBUTES}
        args = (self.message, self.status_code, self.error_code, self.errors)
        return _rebuild, (type(self), args, {**attributes, **self.additional_info})


CALL_ATTRIBUTES = (
    *("method", "url", "attempts", "retry_after", "may_be_done", "remedy", "request_id"),
)


class NotFoundError(ClientError, LookupError):
    """Nothing exists at this URL, or nothing that this account can see.

    ``status_code`` is 404 after such a response, and ``None`` if the OpenAPI document has no such
    path and nothing was sent.
    """


class UnknownNameError(NotFoundError, AttributeError):
    """The OpenAPI document has no such name; the message names the nearest ones.

    Also an ``AttributeError``, so that ``hasattr`` and ``getattr`` with a default work.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # With a name, the interpreter would append its own hint to the message (bpo-38530).
        AttributeError.__init__(self, *self.args, name=None, obj=None)


class InvalidCallError(ClientError, ValueError):
    """The query or payload does not fit the OpenAPI document; nothing was sent."""


class AmbiguousWriteError(ClientError):
    """A create or an action failed, but the server may have done it.

    There was no retry, which could do the write twice. Find the resource, or read its state, before
    you send the call again. ``status_code`` is ``None`` without a response; after a 2xx, whose body
    was incomplete or not JSON, the write was most likely done.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"may_be_done": True, **kwargs})

    def _advice(self) -> str:
        likely = "was most likely" if (self.status_code or 0) // 100 == 2 else "may have been"  # noqa: PLR2004 - 2xx
        check = "see whether the resource exists or has changed before you send it again"
        return f". It {likely} done: {check}"


class NotOneError(ClientError, LookupError):
    """There is no such resource, or there are several, where exactly one was expected."""

    @property
    def count(self) -> int:
        """Number of resources; if the server gave no total, 2 stands for 2 or more."""
        count: int = self.additional_info["count"]
        return count


class ChangedResourceError(ClientError):
    """A resource has changed since it was read, so the write was not made.

    The message lists the first differences. ``status_code`` is 412 if the server refused the write
    (``If-Match``), and otherwise ``None``: nothing was sent.
    """

    @property
    def row(self) -> Any:
        """The resource as it is now; ``None`` if it could not be read."""
        return self.additional_info["row"]

    @property
    def difference(self) -> Any:
        """The `cnct.Difference` between the row as read before, and the row as it is now."""
        return self.additional_info["difference"]


class WaitError(ClientError):
    """The wait for a resource ended without its condition: `WaitTimeout` or `WaitFailed`."""

    @property
    def row(self) -> Any:
        """The resource as last read."""
        return self.additional_info["row"]


class WaitTimeout(WaitError, TimeoutError):  # noqa: N818 - a promised name
    """The condition was not met in time; another wait starts from the present state."""


class WaitFailed(WaitError):  # noqa: N818 - a promised name
    """The resource has reached a state that was passed as ``fail``."""


class SpecError(ClientError, ValueError):
    """An OpenAPI document cannot be read; the message names the problem and its place."""


class SettingsError(ClientError, ValueError):
    """A setting, profile or API key that is missing, wrong or unsafe; the message names its place.

    Raised by the constructor of a client, and by the first call where the key comes from a command
    or a keyring. The key itself is in no message.
    """


class NotScannableError(ClientError, ValueError):
    """A list cannot be cut into windows over a field; the message names suitable fields.

    See `ResourceSet.scan` and `ResourceSet.partitions`.
    """


class MirrorError(ClientError, ValueError):
    """A mirror's file is no mirror, in use, or another account's; or a collection has no ids."""


class PlaceholderError(ClientError, ValueError):
    """A call needs the id of a resource that a dry run has not created; nothing was sent."""


class BatchError(ClientError):
    """Some resources of a job failed; the message lists the first ones.

    Args:
        message: The counts and the first failures.
        summary: The `cnct.client.work.Summary` of the job.

    Attributes:
        summary: As passed.
    """

    def __init__(self, message: str, summary: Any) -> None:
        super().__init__(message)
        self.summary = summary

    def __reduce__(self) -> tuple[Callable[..., BatchError], tuple[Any, ...]]:
        """Pickle with the summary."""
        return type(self), (self.message, self.summary)


class JournalError(ValueError):
    """A journal, checkpoint or state that cannot be used: another job's, in use or damaged."""

    _render_traceback_ = rendered


class ExportError(ValueError):
    """A file that an export cannot write: its directory, format, options or limits."""

    _render_traceback_ = rendered


class UsageRowsError(ValueError):
    """Rows of usage that cannot be sent; nothing was sent. The message lists the first problems.

    Args:
        message: The counts and the first problems.
        problems: Problems as `cnct.usage.RowProblem`, at most 100.
        count: Number of all problems.

    Attributes:
        problems: As passed.
        count: As passed.
    """

    _render_traceback_ = rendered

    def __init__(self, message: str, problems: Sequence[Any] = (), count: int = 0) -> None:
        super().__init__(message)
        self.problems = list(problems)
        self.count = count

    def __reduce__(self) -> tuple[type[UsageRowsError], tuple[str, list[Any], int]]:
        """Pickle with the problems."""
        return type(self), (str(self), self.problems, self.count)


class RQLError(ValueError):
    """A value, field or expression that RQL cannot express; the message has the reason."""

    _render_traceback_ = rendered


class RQLTypeError(RQLError, TypeError):
    """A value of a type that RQL, or this operator, has no literal for."""


class RQLSyntaxError(RQLError):
    """Text that is not RQL.

    Args:
        text: The text that was read.
        position: Zero-based index in the text where reading stopped.
        expected: Description of valid text at this position.

    Attributes:
        text: As passed.
        position: As passed.
        expected: As passed.
    """

    def __init__(self, text: str, position: int, expected: str) -> None:
        rest = repr(text[position : position + 12]) if position < len(text) else "the end"
        super().__init__(f"Bad RQL at position {position}: expected {expected}, found {rest}")
        self.text = text
        self.position = position
        self.expected = expected

    def __reduce__(self) -> tuple[type[RQLSyntaxError], tuple[str, int, str]]:
        """Pickle by the constructor's arguments, not by the message."""
        return type(self), (self.text, self.position, self.expected)


class QueryError(RQLError):
    """A query that a collection refuses, as the server does.

    Args:
        message: The problem, in the words of the server.
        details: The parts of the query that are wrong; by default ``{"error": message}``.

    Attributes:
        message: As passed.
        details: ``filter``, ``lookup`` and ``value`` of a condition that the field does not take,
            otherwise ``error``: the message.
    """

    def __init__(self, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = {"error": message} if details is None else dict(details)


class UnknownParameterError(KeyError):
    """The row has no parameter with this id; the message names the nearest ones."""

    _render_traceback_ = rendered

    def __str__(self) -> str:
        """Return the message, which a ``KeyError`` would show in quotes."""
        return str(self.args[0])


class NotYetEvaluatedError(RuntimeError):
    """An asynchronous set has not read this yet; the message names the method to await."""

    _render_traceback_ = rendered


class UnexpectedCallError(AssertionError):
    """A call that no mock expects: the call, the mocks, and the difference to the nearest one.

    Not a ``ClientError``: code under test that handles failed calls must not hide it.
    """


class UnusedMockError(AssertionError):
    """Mocks that no call used."""


class ImpossibleMockError(AssertionError):
    """A mock of something that the API does not have, according to ``specs``."""


class CassetteError(ValueError):
    """A cassette that is missing, damaged, or cannot be recorded; the message names the remedy."""


def _rebuild(kind: type[ClientError], args: tuple[Any, ...], kwargs: dict[str, Any]) -> ClientError:
    return kind(*args, **kwargs)
