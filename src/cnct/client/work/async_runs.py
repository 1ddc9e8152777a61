"""Runs a job in asyncio. Async twin of `runs`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from functools import partial
from typing import Any

from cnct.client.work.in_tasks import TaskCrew, in_thread
from cnct.client.work.job import Hands
from cnct.client.work.outcomes import Outcome, Summary
from cnct.client.work.progress import Reporter
from cnct.client.work.runs import Plan, note_error, raise_error


async def outcomes(plan: Plan) -> AsyncGenerator[Outcome[Any]]:
    """Yield the outcomes of a job as the calls end. Async twin of `outcomes`."""
    job = await in_thread(plan.open) if plan.settings.journal is not None else plan.open()
    report = Reporter(plan.settings.progress, job)

    def sync(mark: int) -> Awaitable[None]:
        return in_thread(partial(job.sync, mark))

    hands = Hands(plan.function, plan.reread, sync)
    crew = TaskCrew(job, hands, plan.settings.concurrency)
    try:
        async with aclosing(plan.read(job)) as entries, aclosing(crew.outcomes(entries)) as results:
            async for outcome in results:
                report.add(outcome)
                yield outcome
        raise_error(job)
    except BaseException as error:
        note_error(job, error, plan.settings.result)
        raise
    finally:
        report.close()
        job.close()


async def process(plan: Plan) -> Summary:
    """Run a job to its end, and return its summary. Async twin of `process`."""
    async with aclosing(outcomes(plan)) as results:
        async for _ in results:
            pass
    return plan.settings.result
