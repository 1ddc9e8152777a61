"""Runs tasks in a bounded number of threads, in the order in which they were submitted.

Replaces ``ThreadPoolExecutor``, which refuses tasks after the end of the main thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeVar

from cnct.client._http.forks import renew_after_fork

T = TypeVar("T")


class Workers:
    """Up to ``width`` threads, which end as soon as there are no more tasks.

    There are no idle threads, so that nothing has to be closed. If no thread can be started (at the
    exit of the interpreter, or at a limit of the system), `submit` runs the task itself. In the
    child of a fork, new threads are started.

    Args:
        width: Largest number of threads.
        daemon: Whether the interpreter exits without waiting for running tasks: for reads, whose
            results are not needed any more, but not for writes.
    """

    def __init__(self, width: int, *, daemon: bool = False) -> None:
        self._width = width
        self._daemon = daemon
        self._tasks: deque[_Task] = deque()
        self._threads: list[_Worker] = []
        self._lock = threading.Lock()
        renew_after_fork(self)

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Run a function in a thread, in a copy of the caller's context.

        Returns:
            The future, which can be cancelled until the function runs.
        """
        future: Future[T] = Future()
        run = copy_context().run
        with self._lock:
            self._tasks.append(_Task(future, lambda: run(function, *args)))
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            if self._is_too_few():
                self._start()
            threads = list(self._threads)
        if not threads:
            _Worker(self).run()
        return future

    def _is_too_few(self) -> bool:
        return sum(not thread.is_leaving for thread in self._threads) < self._width

    def _start(self) -> None:
        thread = _Worker(self, daemon=self._daemon)
        self._threads.append(thread)
        try:
            thread.start()
        except RuntimeError:  # other threads, or the caller, run the task
            self._threads.remove(thread)

    def _next(self, worker: _Worker) -> _Task | None:
        """Return the next task for a worker; ``None`` ends the worker."""
        with self._lock:
            worker.is_leaving = not self._tasks
            return self._tasks.popleft() if self._tasks else None

    def cancel(self) -> None:
        """Cancel the tasks that do not run yet."""
        with self._lock:
            tasks, self._tasks = self._tasks, deque()
        for task in tasks:
            task.future.cancel()

    def join(self) -> None:
        """Wait until all threads have ended, except for the calling one."""
        with self._lock:
            threads = [thread for thread in self._threads if thread.is_alive()]
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()

    def _renew(self) -> None:
        """Forget the tasks and threads of the parent process."""
        self._lock = threading.Lock()
        self._tasks = deque()
        self._threads = []


class _Task:
    """A function to run, and the future for the outcome."""

    def __init__(self, future: Future[Any], function: Callable[[], Any]) -> None:
        self.future = future
        self._function = function

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self._function()
        except BaseException as error:  # noqa: BLE001 - raised where the outcome is awaited
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class _Worker(threading.Thread):
    """Runs the tasks of `Workers` until there are none."""

    def __init__(self, workers: Workers, *, daemon: bool = False) -> None:
        super().__init__(name="cnct", daemon=daemon)
        self._workers = workers
        self.is_leaving = False

    def run(self) -> None:
        while (task := self._workers._next(self)) is not None:
            task.run()
            del task  # frees the objects of the task before the next one comes
