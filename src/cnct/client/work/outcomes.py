"""Outcomes of single resources, and the summary of a job. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from cnct.exceptions import BatchError, ClientError

T = TypeVar("T")
Id: TypeAlias = str | int
State: TypeAlias = Literal["done", "failed", "unknown", "gone", "skipped"]

STATES: tuple[State, ...] = ("done", "failed", "unknown", "gone", "skipped")
_FAILURES = ("failed", "unknown")
_SHOWN = 5  # outcomes in a repr or a message
_WHOLE_ERRORS = 100  # errors that keep their tracebacks, since frames keep rows in memory
_LONGEST = 200  # characters of an error in a repr or a message


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The result of a job for one resource.

    Attributes:
        id: Id of the resource, or the value of ``key``; the position, from 0, of an item without
            either.
        row: The row or item that was passed to the function; ``None`` in a `Summary`, which keeps
            no rows, and where only the journal knows the resource.
        value: The value that the function returned; ``None`` in a `Summary` and for a resource
            that an earlier run of the journal has done.
        error: The exception of ``failed``, ``unknown`` and ``gone``.
        state: ``done``; ``failed``; ``unknown`` after an `AmbiguousWriteError` or a call without a
            recorded end; ``gone`` after a 404 on re-reading; ``skipped`` if the resource no longer
            matches, or the item is repeated.
        attempts: Number of calls of the function, those of earlier runs of the journal included.
    """

    id: Id
    row: Any = None
    value: T | None = None
    error: BaseException | None = None
    state: State = "done"
    attempts: int = 0

    @property
    def is_failure(self) -> bool:
        """Whether the state is ``failed`` or ``unknown``."""
        return self.state in _FAILURES

    def __str__(self) -> str:
        """Return id, state and error in one line."""
        error = "" if self.error is None else f": {_line(error_text(self.error))}"
        return f"{_line(str(self.id))} {self.state}{error}"


@dataclass(slots=True, repr=False)
class Summary:
    """The counts of a job, and the outcomes of the resources that were not done.

    Pass one as ``summary=`` to keep the counts however the job ends; the job adds to the counts
    that the summary has.

    Attributes:
        done: Number of resources that the function handled.
        failed: Number of resources for which the function raised an error.
        unknown: Number of resources that may have been handled.
        gone: Number of resources that were deleted before.
        skipped: Number of resources that no longer matched, of repeated items, and of recorded
            calls that `DryRunClient.apply` did not send.
        resumed: Number of those ``done`` that an earlier run of the journal had done.
        not_done: Outcomes that are not ``done``, without rows and values.
        complete: Whether the job is complete: the last whole pass found only handled resources, or
            all items were handled.
        note: Why the job is not complete; empty for a complete one.
    """

    done: int = 0
    failed: int = 0
    unknown: int = 0
    gone: int = 0
    skipped: int = 0
    resumed: int = 0
    not_done: list[Outcome[Any]] = field(default_factory=list[Outcome[Any]])
    complete: bool = False
    note: str = ""

    @property
    def total(self) -> int:
        """Number of outcomes."""
        return self.done + self.failed + self.unknown + self.gone + self.skipped

    @property
    def failures(self) -> list[Outcome[Any]]:
        """Outcomes whose state is ``failed`` or ``unknown``."""
        return [outcome for outcome in self.not_done if outcome.is_failure]

    def raise_for_failures(self) -> None:
        """Raise an error if any resource failed or is unknown.

        Raises:
            BatchError: With this summary, chained to the first error.
        """
        failures = self.failures
        if failures:
            text = f"{self._counts()}: {'; '.join(_listed(failures))}"
            raise BatchError(text, self) from failures[0].error

    def _add(self, outcome: Outcome[Any]) -> None:
        setattr(self, outcome.state, getattr(self, outcome.state) + 1)
        if outcome.state != "done":
            if outcome.error is not None and len(self.not_done) >= _WHOLE_ERRORS:
                _forget_frames(outcome.error)
            self.not_done.append(replace(outcome, row=None, value=None))

    def _counts(self) -> str:
        counts = [f"{getattr(self, state):,} {state}" for state in STATES if getattr(self, state)]
        return f"{', '.join(counts) or '0 done'} of {self.total:,}"

    def __repr__(self) -> str:
        """Return the counts, the note, and the first outcomes that are not done."""
        note = f" ({self.note})" if self.note else ""
        lines = "".join(f"\n  {line}" for line in _listed(self.not_done))
        return f"<Summary: {self._counts()}{note}{lines}>"


def _listed(outcomes: list[Outcome[Any]]) -> Iterator[str]:
    yield from map(str, outcomes[:_SHOWN])
    if len(outcomes) > _SHOWN:
        yield f"and {len(outcomes) - _SHOWN:,} more"


def error_text(error: BaseException) -> str:
    """Return an error as text, with the class unless it is a ClientError."""
    if isinstance(error, ClientError):
        return str(error)
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _line(text: str) -> str:
    """Return a text as one line of printable characters, whatever the server sent."""
    line = " ".join(text.split())
    line = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _forget_frames(error: BaseException) -> None:
    """Remove the tracebacks of an error and its causes."""
    chain: BaseException | None = error
    while chain is not None and chain.__traceback__ is not None:
        chain.__traceback__ = None
        chain = chain.__cause__ or chain.__context__
