"""The state of a job: decides the rows to handle, the effect of each outcome, and the end.

Does no I/O: `Job.perform` yields the steps that a driver takes. Safe to use from the
threads of one driver.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

from cnct.client.work.journal import Journal, Past
from cnct.client.work.outcomes import Id, Outcome, State, Summary
from cnct.client.work.passes import Passes
from cnct.exceptions import AmbiguousWriteError, ClientError

OnError: TypeAlias = Literal["collect", "stop", "raise"]

_NOT_FOUND = 404


class Task(NamedTuple):
    """A row or item for which the function is to be called.

    Attributes:
        id: Id, key or position.
        item: The row or item; ``None`` where only the journal knows the id.
        attempts: Calls in earlier runs.
    """

    id: Id
    item: Any
    attempts: int = 0


class _Barrier:
    """Marks a point at which the driver awaits all running calls before it continues to read."""


BARRIER = _Barrier()
Entry: TypeAlias = Task | Outcome[Any] | _Barrier
Flow: TypeAlias = Generator[Callable[[], Any], Any, Outcome[Any]]
"""Yields steps; the driver calls each, and sends the result or throws the error."""


class Hands(NamedTuple):
    """The functions with which a driver takes the steps of a job.

    Attributes:
        call: Calls the user's function with a row or item.
        reread: Reads the resource of a task again, and returns the row, or ``None`` if the row no
            longer matches; ``None`` for jobs without re-reading.
        sync: Waits until the journal is on the disk, up to a mark.
    """

    call: Callable[[Any], Any]
    reread: Callable[[Task], Any] | None
    sync: Callable[[int], Any]


class Job:
    """The state of a job.

    Args:
        identify: Returns the id of a row or item, ``None`` for an item without one.
        summary: Receives the outcomes.
        journal: The open journal, if any.
        on_error: Consequence of a failure.
        rereads: Whether resources are read again before the call.
        finds_by_id: Whether the resource of an id can be read without its row.
        of_set: Whether the job handles rows of a set: a repeated row is ignored, whereas a repeated
            item is ``skipped``.

    Attributes:
        is_stopped: Whether no further call may start.
        error: Exception to raise at the end.
        expected: Number of outcomes to expect, ``None`` if unknown.
    """

    def __init__(
        self,
        identify: Callable[[Any], Id | None],
        summary: Summary,
        journal: Journal | None = None,
        *,
        on_error: OnError = "collect",
        rereads: bool = False,
        finds_by_id: bool = False,
        of_set: bool = True,
    ) -> None:
        self.is_stopped = False
        self.error: BaseException | None = None
        self.expected: int | None = None
        self._identify = identify
        self._summary = summary
        self._journal = journal
        self._past: dict[Id, Past] = {} if journal is None else journal.past
        self._on_error = on_error
        self._rereads = rereads
        self._finds_by_id = finds_by_id
        self._of_set = of_set
        self._passes = Passes()
        self._handled: set[Id] = set()
        self._position = -1
        self._running: dict[int, Task] = {}
        self._failures = 0
        self._lock = threading.RLock()
        summary.complete, summary.note = False, ""

    @property
    def is_over(self) -> bool:
        """Whether no further row is read."""
        return self.is_stopped or bool(self._passes.overrun)

    def admit_page(self, rows: Sequence[Any], total: int | None) -> Iterator[Task | Outcome[Any]]:
        """Yield a task or outcome for each row of a page that is not handled yet.

        Args:
            rows: The rows.
            total: Number of rows in the set, if the server gave one.
        """
        self._passes.page(total)
        self.expected = total if self.expected is None else self.expected
        _check_versions(rows, self._identify)
        for row in rows:
            if self.is_over:
                return
            entries = self.admit(row)
            self._passes.row(is_new=bool(entries))
            yield from entries

    def expect(self, rows: Sequence[Any]) -> None:
        """Add the rows of a slice to the expected number; each is admitted later."""
        _check_versions(rows, self._identify)
        self.expected = (self.expected or 0) + len(rows)

    def break_off_pass(self) -> None:
        """Note that a pass did not read the whole set, since rows moved too fast."""
        self._passes.break_off()

    def another_pass(self) -> bool:
        """End a pass over a set, and return whether another one is due."""
        return not self.is_stopped and self._passes.end()

    def admit(self, item: Any) -> list[Task | Outcome[Any]]:
        """Return a list of the task of a row or item, or of its outcome in an earlier run."""
        self._position += 1
        key = self._identify(item)
        if key is None:
            return [Task(self._position, item)]
        if key in self._handled:
            return [] if self._of_set else [self._known(Outcome(key, item, state="skipped"))]
        self._handled.add(key)
        past = self._past.pop(key, None)
        if past is None:
            return [Task(key, item)]
        if past.state == "done":
            return [self._known(Outcome(key, item, state="done", attempts=past.attempts))]
        if past.state == "unknown" and not self._rereads:
            return [self._known(_without_end(key, item, past.attempts))]
        return [Task(key, item, past.attempts)]

    def forget(self, key: Id) -> None:
        """Forget the outcome of an earlier run: a plan that is newer than the journal decides."""
        self._past.pop(key, None)

    def leftovers(self) -> Iterator[Task | Outcome[Any]]:
        """Yield tasks or outcomes for calls without an end whose resource was not read again."""
        for key, past in list(self._past.items()):
            if past.state != "unknown" or self.is_stopped:
                continue
            del self._past[key]
            self._handled.add(key)
            if self._rereads and self._finds_by_id:
                yield Task(key, None, past.attempts)
            else:
                yield self._known(_without_end(key, None, past.attempts))

    def _known(self, outcome: Outcome[Any]) -> Outcome[Any]:
        """Count an outcome of an earlier run, which does not stop this run."""
        with self._lock:
            self._summary._add(outcome)
            self._summary.resumed += outcome.state == "done"
            self._failures += outcome.is_failure
        return outcome

    def perform(self, task: Task, hands: Hands) -> Flow:
        """Yield the steps for a task, and return its outcome."""
        with self._lock:
            self._running[id(task)] = task
        key, item, attempts = task
        if hands.reread is not None:
            try:
                item = yield partial(hands.reread, task)
            except BaseException as error:  # noqa: BLE001 - every task has an outcome
                state: State = "gone" if _is_missing(error) else "failed"
                return self._end(task, Outcome(key, task.item, None, error, state, attempts))
            if item is None:
                return self._end(task, Outcome(key, task.item, None, None, "skipped", attempts))
        try:
            if self._journal is not None:
                yield partial(hands.sync, self._journal.begin(key))
            attempts += 1
            value = yield partial(hands.call, item)
        except BaseException as error:  # noqa: BLE001 - every task has an outcome
            state = "unknown" if is_ambiguous(error) else "failed"
            return self._end(task, Outcome(key, item, None, error, state, attempts))
        return self._end(task, Outcome(key, item, value, None, "done", attempts))

    def _end(self, task: Task, outcome: Outcome[Any]) -> Outcome[Any]:
        with self._lock:
            if self._running.pop(id(task), None) is None:
                return outcome  # given up, and reported as unknown
            self._summary._add(outcome)
            self._failures += outcome.is_failure
            if isinstance(outcome.error, KeyboardInterrupt | SystemExit):
                self.stop("interrupted", outcome.error)
            if outcome.is_failure and self._on_error != "collect":
                error = outcome.error if self._on_error == "raise" else None
                self.stop(f"stopped after {outcome.id} {outcome.state}", error)
        if self._journal is not None:
            self._journal.end(outcome)
        return outcome

    def sync(self, mark: int) -> None:
        """Wait until the journal, if any, is on the disk up to a mark."""
        return None if self._journal is None else self._journal.sync(mark)

    def stop(self, note: str, error: BaseException | None = None) -> None:
        """Start no further calls; the first error is raised at the end."""
        with self._lock:
            if not self.is_stopped:
                self.is_stopped, self._summary.note = True, note
            self.error = self.error or error

    def end_reading(self, error: BaseException) -> None:
        """Store an error of reading, to be raised after the rows before it are handled."""
        with self._lock:
            self._summary.note = self._summary.note or "the rows could not be read to the end"
            self.error = self.error or error

    def give_up(self, *tasks: Task) -> list[Outcome[Any]]:
        """Report tasks, by default all running ones, as ``unknown``; drop their later outcomes."""
        with self._lock:
            return [
                self._end(
                    task, Outcome(task.id, task.item, None, None, "unknown", task.attempts + 1)
                )
                for task in tasks or list(self._running.values())
                if id(task) in self._running
            ]

    def close(self) -> None:
        """End the job, and record in summary and journal whether it is complete."""
        summary, overrun = self._summary, self._passes.overrun
        if not self.is_stopped and self.error is None:
            summary.complete, summary.note = not overrun, overrun
        if self._journal is not None:
            if summary.complete and not self._failures:
                self._journal.finish({"done": summary.done, "total": summary.total})
            self._journal.close()


def _without_end(key: Id, item: Any, attempts: int) -> Outcome[Any]:
    error = AmbiguousWriteError("An earlier run of the journal does not know how its call ended")
    return Outcome(key, item, None, error, "unknown", attempts)


def _is_missing(error: BaseException) -> bool:
    return isinstance(error, ClientError) and error.status_code == _NOT_FOUND


def is_ambiguous(error: BaseException) -> bool:
    """Return whether an error, perhaps wrapped, leaves unknown whether the call was done."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AmbiguousWriteError) or not isinstance(cause, Exception):
            return True
        cause = cause.__cause__
    return False


def _check_versions(rows: Sequence[Any], identify: Callable[[Any], Id | None]) -> None:
    """Refuse rows that are versions of one resource, since only the first would be handled."""
    versions: dict[Any, Any] = {}
    for row in rows:
        key, version = identify(row), row.get("version")
        if versions.setdefault(key, version) != version:
            raise ValueError(
                f"Two rows have the id {key!r} and different versions: pass key=, "
                "such as key=lambda row: f\"{row['id']} {row['version']}\""
            )
