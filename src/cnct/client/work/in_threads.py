"""Runs the steps of a job in the caller's thread, or in several threads. Decides nothing.

The threads are plain daemon threads: they can be started after the main thread has ended.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator
from contextvars import copy_context
from typing import Any

from cnct.client.work.interrupts import Interrupts
from cnct.client.work.job import Entry, Flow, Hands, Job, Task
from cnct.client.work.outcomes import Outcome

_SECONDS_TO_LOOK = 1.0  # seconds, for a Ctrl-C just before the wait
_ROOM = 4  # tasks read ahead, and outcomes not handed out, for each thread


def play(flow: Flow) -> Outcome[Any]:
    """Run the steps of a flow, and return the result."""
    try:
        step = next(flow)
        while True:
            try:
                result = step()
            except BaseException as error:  # noqa: BLE001 - the flow decides
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        outcome: Outcome[Any] = stop.value
        return outcome


def one_by_one(job: Job, entries: Iterator[Entry], hands: Hands) -> Generator[Outcome[Any]]:
    """Make the calls in the caller's thread, each when the consumer takes its outcome."""
    for entry in entries:
        if isinstance(entry, Outcome):
            yield entry
        elif isinstance(entry, Task):
            with Interrupts(most=1) as interrupts:
                outcome = play(job.perform(entry, hands))
            if interrupts.count:
                job.stop("interrupted", KeyboardInterrupt())
            yield outcome
        if job.is_stopped:
            return


class Crew:
    """Runs a job in several threads, while the caller's thread reads rows and takes outcomes.

    Args:
        job: The job.
        hands: Functions for its steps.
        size: Number of threads.
    """

    def __init__(self, job: Job, hands: Hands, size: int) -> None:
        self._job = job
        self._hands = hands
        self._size = size
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._tasks: deque[Task] = deque()
        self._outcomes: deque[Outcome[Any]] = deque()
        self._running = 0
        self._is_closed = False
        self._is_read = False  # whether all entries were read
        self._waits = False  # whether a barrier was read
        self._interrupts = Interrupts(self._wake)
        self._interrupts_seen = 0
        self._is_given_up = False

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def outcomes(self, entries: Iterator[Entry]) -> Generator[Outcome[Any]]:
        """Yield the outcomes as the calls end.

        After a read error or a Ctrl-C, running calls are still awaited; a second Ctrl-C reports
        them as unknown. The job keeps the error.
        """
        try:
            while (outcome := self._next_or_stop(entries)) is not None:
                yield outcome
        except GeneratorExit:
            self._job.stop("its outcomes were not read to the end")
            while self._next_or_stop(entries) is not None:
                pass
            raise
        finally:
            self._end_threads()

    def _next_or_stop(self, entries: Iterator[Entry]) -> Outcome[Any] | None:
        with self._interrupts:  # a KeyboardInterrupt could leave a lock behind
            while True:
                try:
                    return self._next(entries)
                except Exception as error:  # noqa: BLE001 - raised when the job has ended
                    self._job.end_reading(error)
                    self._is_read = True
                except BaseException as error:  # noqa: BLE001 - raised when the job has ended
                    self._job.stop("interrupted", error)

    def _next(self, entries: Iterator[Entry]) -> Outcome[Any] | None:
        """Read entries until a call has ended; return the outcome, or ``None`` at the end."""
        while True:
            self._see_interrupts()
            with self._changed:
                if self._outcomes:
                    self._changed.notify_all()
                    return self._outcomes.popleft()
                if self._job.is_stopped:
                    self._tasks.clear()
                    self._is_read = True
                is_idle = self._is_given_up or not (self._running or self._tasks)
                if is_idle and self._is_read:
                    return None
                self._waits = self._waits and not is_idle
                if self._is_read or self._waits or len(self._tasks) >= _ROOM * self._size:
                    self._changed.wait(_SECONDS_TO_LOOK)
                    continue
            with self._interrupts.raised():
                entry = next(entries, None)
            self._take(entry)

    def _see_interrupts(self) -> None:
        """Stop at the first Ctrl-C; stop waiting at the second."""
        if self._interrupts.count > self._interrupts_seen:
            self._interrupts_seen = self._interrupts.count
            self._job.stop("interrupted", KeyboardInterrupt())
            if self._interrupts_seen > 1:
                with self._changed:
                    self._outcomes += self._job.give_up()
                    self._is_given_up = True

    def _take(self, entry: Entry | None) -> None:
        with self._changed:
            if entry is None:
                self._is_read = True
            elif isinstance(entry, Outcome):
                self._outcomes.append(entry)
            elif isinstance(entry, Task):
                self._tasks.append(entry)
                self._start_thread()
                self._changed.notify_all()
            else:
                self._waits = True

    def _start_thread(self) -> None:
        if len(self._threads) < min(self._size, self._running + len(self._tasks)):
            run = copy_context().run
            thread = threading.Thread(target=run, args=(self._work,), name="cnct-work", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (task := self._next_task()) is not None:
            try:
                outcomes = [play(self._job.perform(task, self._hands))]
            except BaseException as error:  # noqa: BLE001 - the journal cannot be written
                self._job.stop("the journal could not be written", error)
                outcomes = self._job.give_up(task)
            with self._changed:
                self._running -= 1
                if not self._is_given_up:
                    self._outcomes += outcomes
                self._changed.notify_all()

    def _next_task(self) -> Task | None:
        with self._changed:
            while not self._is_closed:
                has_room = len(self._outcomes) < _ROOM * self._size
                if self._tasks and has_room and not self._job.is_stopped:
                    self._running += 1
                    return self._tasks.popleft()
                self._changed.wait()
        return None

    def _end_threads(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if not self._is_given_up:
            for thread in self._threads:
                thread.join()
