"""Runs the steps of a job in asyncio tasks. Decides nothing."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from inspect import isawaitable
from typing import Any

from cnct.client.work.job import Entry, Flow, Hands, Job, Task
from cnct.client.work.outcomes import Outcome

_ROOM = 4  # rows read ahead for each call that runs
_SECONDS_TO_CANCEL = 1.0


async def play(flow: Flow) -> Outcome[Any]:
    """Run the steps of a flow, and return the result. Async twin of `in_threads.play`."""
    try:
        step = next(flow)
        while True:
            try:
                result = step()
                if isawaitable(result):
                    result = await result
            except BaseException as error:  # noqa: BLE001 - the flow decides
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        outcome: Outcome[Any] = stop.value
        return outcome


async def in_thread(function: Callable[[], Any]) -> Any:
    """Run a blocking function in a thread of its own, and return the result.

    The loop's executor refuses work after the main thread has ended.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return  # cancelled
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        try:
            result, failure = function(), None
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            result, failure = None, error
        loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="cnct-work", daemon=True).start()
    return await future


class TaskCrew:
    """Async twin of `in_threads.Crew`: a task for each call, and one that reads rows."""

    _reader: asyncio.Task[None]

    def __init__(self, job: Job, hands: Hands, size: int) -> None:
        self._job = job
        self._hands = hands
        self._size = size
        self._tasks: deque[Task] = deque()
        self._outcomes: deque[Outcome[Any]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._waits = False  # whether a barrier was read
        self._is_interrupted = False
        self._changed = asyncio.Event()  # a call can start, or an outcome is ready
        self._wanted = asyncio.Event()  # the reader may continue

    async def outcomes(self, entries: AsyncIterator[Entry]) -> AsyncGenerator[Outcome[Any]]:
        """Yield the outcomes as the calls end. Async twin of `Crew.outcomes`."""
        self._reader = self._task(self._read(entries))
        try:
            while (outcome := await self._next_or_stop()) is not None:
                yield outcome
        except GeneratorExit:
            self._job.stop("its outcomes were not read to the end")
            while await self._next_or_stop() is not None:
                pass
            raise

    def _task(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine)
        task.add_done_callback(lambda _: self._changed.set())
        return task

    async def _read(self, entries: AsyncIterator[Entry]) -> None:
        try:
            async for entry in entries:
                if isinstance(entry, Outcome):
                    self._outcomes.append(entry)
                elif isinstance(entry, Task):
                    self._tasks.append(entry)
                else:
                    self._waits = True
                self._changed.set()
                while self._waits or len(self._tasks) + len(self._outcomes) >= _ROOM * self._size:
                    self._wanted.clear()
                    await self._wanted.wait()
        except Exception as error:  # noqa: BLE001 - raised when the job has ended
            self._job.end_reading(error)

    async def _next_or_stop(self) -> Outcome[Any] | None:
        while True:
            try:
                return await self._next()
            except asyncio.CancelledError as error:
                self._job.stop("interrupted", error)
                if self._is_interrupted:
                    await self._give_up()
                self._is_interrupted = True

    async def _next(self) -> Outcome[Any] | None:
        """Start calls until one has ended; return the outcome, or ``None`` at the end."""
        while not self._outcomes:
            self._changed.clear()
            if self._job.is_stopped:
                self._tasks.clear()
                self._reader.cancel()
            while self._tasks and len(self._running) < self._size:
                self._start(self._tasks.popleft())
            if not self._running:
                self._waits = False
                if self._reader.done():
                    return None
            self._wanted.set()
            await self._changed.wait()
        return self._outcomes.popleft()

    def _start(self, task: Task) -> None:
        call = self._task(self._call(task))
        self._running.add(call)
        call.add_done_callback(self._running.discard)

    async def _call(self, task: Task) -> None:
        try:
            self._outcomes.append(await play(self._job.perform(task, self._hands)))
        except Exception as error:  # noqa: BLE001 - raised when the job has ended
            self._job.stop("the journal could not be written", error)
            self._outcomes += self._job.give_up(task)

    async def _give_up(self) -> None:
        """Cancel the calls, and report those that do not end as unknown."""
        for call in self._running:
            call.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_SECONDS_TO_CANCEL)
        self._running.clear()
        self._outcomes += self._job.give_up()
