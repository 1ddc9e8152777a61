"""Runs blocking functions in threads for an event loop.

Replaces ``asyncio.to_thread``, whose executor refuses work after the end of the main thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from cnct.client._http.workers import Workers

T = TypeVar("T")

_MOST_THREADS = 32  # the maximum of asyncio's executor
_workers = Workers(_MOST_THREADS, daemon=True)


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Call a function in a thread, in a copy of the task's context, and return the result."""
    return await asyncio.wrap_future(_workers.submit(function, *args))


async def completed_in_thread(
    function: Callable[[], T], on_cancel: Callable[[], object] | None = None
) -> T:
    """Call a function in a thread, to its end even if the task is cancelled; return the result.

    Args:
        function: The function.
        on_cancel: Called if the task is cancelled, so that the function can end early.
    """
    running = asyncio.ensure_future(in_thread(function))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        if on_cancel is not None:
            on_cancel()
        await asyncio.wait([running])
        running.exception()  # retrieved, so that asyncio logs nothing
        raise
