"""Slow steps of asynchronous calls, run in threads so as not to delay the event loop."""

from __future__ import annotations

from typing import Any

from cnct.client._core.messages import Response
from cnct.client._core.responses import content_of, decoded_rows, is_large


def import_driver(library: str) -> None:
    """Import all modules that the first call needs."""
    from cnct.client._http.async_opening import import_all  # noqa: PLC0415 - slow import
    from cnct.client.identity import user_agent  # noqa: PLC0415 - imports this room

    import_all()
    user_agent(library)


async def rows_of(response: Response) -> list[Any] | None:
    """Decode a large array in a thread; return ``None`` for any other body."""
    if not is_large(response):
        return None
    from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

    return await in_thread(decoded_rows, content_of(response))
