"""Runs a job from its journal to its summary. The asynchronous runs are in `async_runs`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from inspect import iscoroutine
from typing import Any, NamedTuple

from cnct.client.work.in_threads import Crew, one_by_one
from cnct.client.work.job import Entry, Hands, Job, Task
from cnct.client.work.journal import Journal
from cnct.client.work.outcomes import Id, Outcome, Summary
from cnct.client.work.progress import Reporter
from cnct.client.work.settings import Settings


class Plan(NamedTuple):
    """A job that has not begun.

    Attributes:
        settings: Settings of the job.
        identity: Members that identify the job in a journal; empty without a journal.
        function: The user's function.
        read: Reads the rows or items: a generator, or an async one for an async job.
        identify: Returns the id of a row or item.
        reread: Reads the resource of a task again; ``None`` for jobs without re-reading.
        of_set: Whether the job handles the rows of a set.
        expected: Number of items, ``None`` if unknown.
    """

    settings: Settings
    identity: Mapping[str, Any]
    function: Callable[[Any], Any]
    read: Callable[[Job], Any]
    identify: Callable[[Any], Id | None]
    reread: Callable[[Task], Any] | None = None
    of_set: bool = False
    expected: int | None = None

    def open(self) -> Job:
        """Open and read the journal, and start the job."""
        settings = self.settings
        journal = None
        if settings.journal is not None:
            restart = settings.journal_restart
            journal = Journal(settings.journal, self.identity, restart=restart)
        job = Job(
            self.identify,
            settings.result,
            journal,
            on_error=settings.on_error,
            rereads=self.reread is not None,
            finds_by_id=self.of_set and settings.key is None,
            of_set=self.of_set,
        )
        job.expected = self.expected
        return job


def outcomes(plan: Plan) -> Generator[Outcome[Any]]:
    """Yield the outcomes of a job as the calls end."""
    job = plan.open()
    report = Reporter(plan.settings.progress, job)
    hands = Hands(_plain(plan.function), plan.reread, job.sync)
    size = plan.settings.concurrency
    try:
        with (
            closing(plan.read(job)) as entries,
            closing(_played(job, entries, hands, size)) as results,
        ):
            for outcome in results:
                report.add(outcome)
                yield outcome
        raise_error(job)
    except BaseException as error:
        note_error(job, error, plan.settings.result)
        raise
    finally:
        report.close()
        job.close()


def _played(
    job: Job, entries: Generator[Entry], hands: Hands, size: int
) -> Generator[Outcome[Any]]:
    if size == 1:
        return one_by_one(job, entries, hands)
    return Crew(job, hands, size).outcomes(entries)


def process(plan: Plan) -> Summary:
    """Run a job to its end, and return its summary."""
    for _ in outcomes(plan):
        pass
    return plan.settings.result


def _plain(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(item: Any) -> Any:
        value = function(item)
        if iscoroutine(value):
            value.close()
            raise TypeError("The function returned a coroutine: use an AsyncConnectClient")
        return value

    return call


def raise_error(job: Job) -> None:
    """Raise the error that stopped a job, if one did."""
    if job.error is not None:
        raise job.error


def note_error(job: Job, error: BaseException, summary: Summary) -> None:
    """Stop a job after an error, and attach the summary to the error."""
    if isinstance(error, GeneratorExit):
        job.stop("its outcomes were not read to the end")
        return
    job.stop("interrupted" if not isinstance(error, Exception) else "stopped by an error")
    vars(error)["summary"] = summary
