"""Runs blocking functions in threads for an event loop.

Takes the place of ``asyncio.to_thread``, whose executor accepts nothing once the main thread has
ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from cnct.client._http.workers import Workers

T = TypeVar("T")

_MOST_THREADS = 32  # as the executor of asyncio has at most
_workers = Workers(_MOST_THREADS, daemon=True)


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Call a function in a thread, in a copy of the task's context, and return its result."""
    return await asyncio.wrap_future(_workers.submit(function, *args))
