"""A job: which rows to hand to the function, what an outcome means, and when all is over.

Does no I/O of its own: `Job.perform` yields the steps that a driver takes. Safe to use from the
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
        id: Its id, key or position.
        item: The row or item; ``None`` where only the journal knows the id.
        attempts: Calls in earlier runs.
    """

    id: Id
    item: Any
    attempts: int = 0


class _Barrier:
    """Tells the driver to wait until everything that runs has ended, before it reads on."""


BARRIER = _Barrier()
Entry: TypeAlias = Task | Outcome[Any] | _Barrier
Flow: TypeAlias = Generator[Callable[[], Any], Any, Outcome[Any]]
"""Yields steps; the driver calls each, and sends the result or throws the error."""


class Hands(NamedTuple):
    """What a driver does for a job.

    Attributes:
        call: Calls the user's function with a row or item.
        reread: Reads the resource of a task again, and returns its row, or ``None`` if it no longer
            matches; ``None`` for jobs that do not re-read.
        sync: Waits until the journal is on the disk, up to a mark.
    """

    call: Callable[[Any], Any]
    reread: Callable[[Task], Any] | None
    sync: Callable[[int], Any]


class Job:
    """The state of a job.

    Args:
        identify: Returns the id of a row or item, ``None`` for an item that has none.
        summary: Receives the outcomes.
        journal: The open journal, if any.
        on_error: Consequence of a failure.
        rereads: Whether resources are read again before the call.
        finds_by_id: Whether the resource of an id can be read without its row.
        of_set: Whether rows of a set are handled: one that is read again leads to nothing, whereas
            an item that comes again is ``skipped``.

    Attributes:
        is_stopped: Whether nothing new may start.
        error: Exception to raise at the end.
        expected: Number of outcomes to expect, as far as it is known.
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
        """Yield what the rows of a page of a set lead to; handled ones lead to nothing.

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
        """Count rows of a slice, which are admitted one by one later."""
        _check_versions(rows, self._identify)
        self.expected = (self.expected or 0) + len(rows)

    def break_off_pass(self) -> None:
        """Note that a pass did not read the whole set, since it moved too fast."""
        self._passes.break_off()

    def another_pass(self) -> bool:
        """End a pass over a set, and return whether another one is due."""
        return not self.is_stopped and self._passes.end()

    def admit(self, item: Any) -> list[Task | Outcome[Any]]:
        """Return what a row or item leads to: a call, a known outcome, or nothing."""
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

    def leftovers(self) -> Iterator[Task | Outcome[Any]]:
        """Yield what the calls without an end lead to whose resources were not read again."""
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
        """Count an outcome of an earlier run; it does not stop this one."""
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
        """Wait until the journal, if there is one, is on the disk up to a mark."""
        return None if self._journal is None else self._journal.sync(mark)

    def stop(self, note: str, error: BaseException | None = None) -> None:
        """Start nothing new; the first error is raised at the end."""
        with self._lock:
            if not self.is_stopped:
                self.is_stopped, self._summary.note = True, note
            self.error = self.error or error

    def end_reading(self, error: BaseException) -> None:
        """Take an error of the rows: what was read before it is handled, and then it is raised."""
        with self._lock:
            self._summary.note = self._summary.note or "the rows could not be read to the end"
            self.error = self.error or error

    def give_up(self, *tasks: Task) -> list[Outcome[Any]]:
        """Report tasks, by default all that run, as ``unknown``; later outcomes are dropped."""
        with self._lock:
            return [
                self._end(
                    task, Outcome(task.id, task.item, None, None, "unknown", task.attempts + 1)
                )
                for task in tasks or list(self._running.values())
                if id(task) in self._running
            ]

    def close(self) -> None:
        """End the job: note in summary and journal whether it is complete."""
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
    """Return whether a call may have been done: its error may be wrapped."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AmbiguousWriteError) or not isinstance(cause, Exception):
            return True
        cause = cause.__cause__
    return False


def _check_versions(rows: Sequence[Any], identify: Callable[[Any], Id | None]) -> None:
    """Refuse rows that are versions of one resource: one of them would stand for all."""
    versions: dict[Any, Any] = {}
    for row in rows:
        key, version = identify(row), row.get("version")
        if versions.setdefault(key, version) != version:
            raise ValueError(
                f"Two rows have the id {key!r} and different versions: pass key=, "
                "such as key=lambda row: f\"{row['id']} {row['version']}\""
            )
