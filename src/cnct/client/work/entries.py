"""Reads rows and items for a job, in both worlds. The job decides how to handle them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable
from contextlib import aclosing, closing
from typing import Any, Protocol

from cnct.client.work.job import BARRIER, Entry, Job
from cnct.client.work.spool import Spool


class _Rows(Protocol):
    def pages(self) -> Generator[list[Any]]: ...

    def _counted(self) -> int | None: ...

    def _drifts(self) -> list[str]: ...


class _AsyncRows(Protocol):
    def pages(self) -> AsyncGenerator[list[Any]]: ...

    def _counted(self) -> int | None: ...

    def _drifts(self) -> list[str]: ...


def passes(job: Job, new_set: Callable[[], _Rows]) -> Generator[Entry]:
    """Read a whole set again and again, until a pass finds no new row."""
    is_due = True
    while is_due:
        rows = new_set()
        drifts = rows._drifts()
        with closing(rows.pages()) as pages:
            for page in pages:
                yield from job.admit_page(page, rows._counted())
                if job.is_over:
                    break
        if drifts:
            job.break_off_pass()
        yield BARRIER
        is_due = job.another_pass()
    yield from job.leftovers()


def slice_of(job: Job, new_set: Callable[[], _Rows]) -> Generator[Entry]:
    """Read a slice once, before the first call, since calls could move rows out of the slice."""
    with Spool() as spool:
        rows = new_set()
        for page in rows.pages():
            job.expect(page)
            spool.add(page)
        yield from _admitted(job, spool)


def items_of(job: Job, items: Iterable[Any]) -> Generator[Entry]:
    """Read items once."""
    yield from _admitted(job, items)


def _admitted(job: Job, items: Iterable[Any]) -> Generator[Entry]:
    for item in items:
        yield from job.admit(item)
    yield from job.leftovers()


async def async_passes(job: Job, new_set: Callable[[], _AsyncRows]) -> AsyncGenerator[Entry]:
    """Read a whole set again and again. Async twin of `passes`."""
    is_due = True
    while is_due:
        rows = new_set()
        drifts = rows._drifts()
        async with aclosing(rows.pages()) as pages:
            async for page in pages:
                for entry in job.admit_page(page, rows._counted()):
                    yield entry
                if job.is_over:
                    break
        if drifts:
            job.break_off_pass()
        yield BARRIER
        is_due = job.another_pass()
    for entry in job.leftovers():
        yield entry


async def async_slice_of(job: Job, new_set: Callable[[], _AsyncRows]) -> AsyncGenerator[Entry]:
    """Read a slice once, before the first call. Async twin of `slice_of`."""
    with Spool() as spool:
        rows = new_set()
        async for page in rows.pages():
            job.expect(page)
            spool.add(page)
        for entry in _admitted(job, spool):
            yield entry


async def async_items_of(
    job: Job, items: Iterable[Any] | AsyncIterable[Any]
) -> AsyncGenerator[Entry]:
    """Read items once. Async twin of `items_of`."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            for admitted in job.admit(item):
                yield admitted
        items = ()
    for entry in _admitted(job, items):
        yield entry
