"""The method `watch` of sets and collections. The looks are decided in ``client.watching``."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cnct.client.watching.watch_settings import WatchSettings
    from cnct.exceptions import ClientError

LOOKBACK = timedelta(minutes=15)
"""Time by which watches and mirrors read changes again, unless another one is passed."""


class Watched:
    """A set or collection of a synchronous client, which can be watched."""

    def watch(
        self,
        *,
        interval: float = 10.0,
        state: str | os.PathLike[str] | None = None,
        since: datetime | Literal["all"] | None = None,
        by: str | None = None,
        lookback: timedelta | float = LOOKBACK,
        timeout: float | None = None,
        until: datetime | None = None,
        errors: float | Callable[[ClientError], object] | None = None,
    ) -> Generator[dict[str, Any]]:
        """Yield the resources that are new or have changed, look by look, until the loop ends.

        Each change is yielded at least once, also over restarts if there is a ``state``; several
        changes between two looks are one. A resource counts as delivered when the next one is
        requested: one whose handling was cut off comes again. Resources that are deleted, or no
        longer match, are not yielded.

        A look reads the resources that changed since the look before, by the document's time of
        the last change. A list without one is read whole and compared, with a `FullScanWarning` if
        that is more than a page.

        Args:
            interval: Seconds between two looks, above 0. Each look that finds nothing makes the
                pause half as long again, up to ten times the interval and 60 seconds, or to the
                interval if that is longer; pauses vary at random by up to a fifth.
            state: File from which a later run goes on. For one endpoint, query and process at a
                time.
            since: Resources that changed at or after this time are new; ``"all"`` are. By default
                those that change after the first look. With an existing ``state``, the watch goes
                on there.
            by: Name of the time by which changes are found, for clients without a document;
                ``"created"``, whatever the list's name for it, finds new resources only.
            lookback: Seconds, or a ``timedelta``, by which changes are read again: resources may be
                dated before the server shows them. Most looks go back up to a minute, and one in
                each third of this time goes back this far.
            timeout: Seconds after which the watch ends, after a last look, whose failure is raised;
                0 stands for a single look. ``None`` for no end.
            until: Time at which the watch ends, likewise.
            errors: Seconds for which failed looks in a row are tolerated, or a function that
                receives the error of each, and may raise it. ``None`` goes on without end. Only for
                failures that may pass: 408, 425, 429, 5xx, and lost connections. All others are
                raised at once. After ``Retry-After``, the next look waits as long, up to an hour.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If an argument has an invalid value, or the set is a slice or ordered, or
                its rows come without ids or times. Also if ``since`` is a time, and the list has
                none.
            NotScannableError: On iteration: if the list cannot be filtered by ``by``.
            JournalError: On iteration, before the first call: if the state belongs to another
                watch, is in use, damaged, or cannot be written.
            ClientError: On iteration: if a look fails for good.

        In tests, the clock of the emulator (``ConnectClient(..., clock=connect.clock)``) moves
        instead of waiting; under mocks, pauses take no time.

        Examples:
            ``for request in client.requests.filter(status="pending").watch(state="seen"): ...``
        """
        from cnct.client.watching.watches import watch  # noqa: PLC0415 - few programs watch

        rows, settings = _checked(
            self,
            interval=interval,
            state=state,
            since=since,
            by=by,
            lookback=lookback,
            timeout=timeout,
            until=until,
            errors=errors,
        )
        return watch(rows, settings)


class AsyncWatched:
    """Async twin of `Watched`."""

    def watch(
        self,
        *,
        interval: float = 10.0,
        state: str | os.PathLike[str] | None = None,
        since: datetime | Literal["all"] | None = None,
        by: str | None = None,
        lookback: timedelta | float = LOOKBACK,
        timeout: float | None = None,
        until: datetime | None = None,
        errors: float | Callable[[ClientError], object] | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Yield the resources that are new or have changed, look by look, until the loop ends.

        Async twin of `ResourceSet.watch`: read it with ``async for``. ``errors`` is a plain
        function here too. After a ``break``, the state is free as soon as nothing refers to the
        watch; close one that a variable refers to.
        """
        from cnct.client.watching.watches import AsyncWatch  # noqa: PLC0415 - few programs watch

        rows, settings = _checked(
            self,
            interval=interval,
            state=state,
            since=since,
            by=by,
            lookback=lookback,
            timeout=timeout,
            until=until,
            errors=errors,
        )
        return AsyncWatch(rows, settings)


def _checked(watched: Any, **options: Any) -> tuple[Any, WatchSettings]:
    """Return the set of a set or collection, and the arguments that fit it."""
    from cnct.client.watching.watch_settings import (  # noqa: PLC0415 - few programs watch
        WatchSettings,
        check_watchable,
    )

    rows, settings = watched.all(), WatchSettings(**options)
    rows._client._check_progress_file(settings.state)
    rows._client._check_watch(rows._path)
    check_watchable(rows)
    return rows, settings
