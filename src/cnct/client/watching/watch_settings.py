"""Checks the arguments of ``watch()`` before anything is read. No I/O."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cnct.client._core.arguments import checked_seconds
from cnct.client._core.paging import Window
from cnct.client.work.lookback import checked_lookback
from cnct.exceptions import ClientError
from cnct.rql.literals import aware
from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.models.set_base import SetBase

_LONGEST = 60.0  # seconds of a pause while nothing comes, unless the interval is longer
_MOST_INTERVALS = 10  # in such a pause


class WatchSettings:
    """The arguments of `ResourceSet.watch`, checked.

    Attributes:
        interval: Seconds between two looks.
        longest: Limit of the pauses between two looks.
        state: The file; ``None`` keeps nothing.
        start: Time from which changes are new; ``None`` without one.
        is_from_all: Whether all rows are new.
        by: Name of the time by which changes are found; ``None`` for that of the document.
        lookback: Time by which each look goes back.
        timeout: Seconds after which the watch ends.
        until: Time at which the watch ends; ``None`` for no such time.
        patience: Seconds for which failures in a row are outlived.
        on_failure: Receives each failure that is outlived.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has an invalid value.
    """

    def __init__(
        self,
        *,
        interval: float,
        state: str | os.PathLike[str] | None,
        since: datetime | Literal["all"] | None,
        by: str | None,
        lookback: timedelta | float,
        timeout: float | None,
        until: datetime | None,
        errors: float | Callable[[ClientError], object] | None,
    ) -> None:
        self.interval = checked_seconds("interval", interval)
        if not 0 < self.interval < inf:
            raise ValueError(
                f"interval must be above 0 seconds and finite, not {interval}: each look is a call"
            )
        self.longest = max(self.interval, min(self.interval * _MOST_INTERVALS, _LONGEST))
        self.state = None if state is None else _checked_path(state)
        self.is_from_all = isinstance(since, str) and since == "all"
        is_moment = since is not None and not self.is_from_all
        self.start = _checked_moment("since", since, " or 'all'") if is_moment else None
        self.by = _checked_name(by)
        self.lookback = checked_lookback(lookback)
        self.timeout = inf if timeout is None else checked_seconds("timeout", timeout)
        self.until = None if until is None else _checked_moment("until", until)
        self.on_failure = _checked_function(errors) if callable(errors) else None
        is_seconds = errors is not None and self.on_failure is None
        self.patience = _checked_patience(errors) if is_seconds else inf


def check_watchable(rows: SetBase) -> None:
    """Refuse a set whose changes cannot be found.

    Raises:
        ValueError: If the set is a slice or ordered, or its rows come without ids.
    """
    query = rows._query
    if query.window != Window():
        raise ValueError(
            f"{rows!r} is a slice, whose positions move: leave the slice out, and end the loop"
            " with break"
        )
    if query.ordering:
        raise ValueError(
            "A watch yields rows in the order in which they changed: leave"
            f" order_by({', '.join(map(repr, query.ordering))}) out"
        )
    if "-id" in query.selection:
        raise ValueError(
            f"select('-id') removes the ids by which changes of {rows._path} are recognised: leave"
            " it out"
        )


def check_selection(rows: SetBase, names: list[str]) -> None:
    """Refuse a set whose rows come without the times by which changes are found.

    Raises:
        ValueError: In this case.
    """
    for field in rows._query.selection:
        own = f"{field.removeprefix('-')}."
        if field.startswith("-") and any(
            f"{name.replace('__', '.')}.".startswith(own) for name in names
        ):
            raise ValueError(
                f"select({field!r}) removes the time by which changes are found"
                f" ({', '.join(names)}): leave it out"
            )


def _checked_path(state: Any) -> Path:
    path: Any = state if isinstance(state, str) else getattr(state, "__fspath__", lambda: None)()
    if not isinstance(path, str):
        raise TypeError(f"state must be the path of a file, not {type(state).__name__}")
    if not path or "\0" in path:
        raise ValueError(clean(f"state must be the path of a file, not {path!r}"))
    return Path(path)


def _checked_moment(name: str, value: Any, more: str = "") -> datetime:
    if isinstance(value, datetime):
        return aware(value)
    kind, remedy = type(value).__name__, ""
    if isinstance(value, date):
        remedy = f": write datetime({value.year}, {value.month}, {value.day}, tzinfo=UTC)"
    elif isinstance(value, str):
        kind, remedy = f"{value!r:.40}", ": write datetime.fromisoformat('...')"
    raise TypeError(clean(f"{name} must be a datetime{more}, not {kind}{remedy}"))


def _checked_name(by: Any) -> str | None:
    if by is not None and (not isinstance(by, str) or not by):
        kind = "an empty text" if isinstance(by, str) else type(by).__name__
        raise TypeError(f"by must be the name of a field with a time, not {kind}")
    return by


def _checked_patience(errors: Any) -> float:
    if not isinstance(errors, int | float) or isinstance(errors, bool):
        raise TypeError(
            "errors must be a number of seconds or a function of the error, not"
            f" {type(errors).__name__}"
        )
    return checked_seconds("errors", errors)


def _checked_function(errors: Any) -> Callable[[ClientError], object]:
    from inspect import iscoroutinefunction  # noqa: PLC0415 - takes a while to import

    if iscoroutinefunction(errors):
        raise TypeError("errors must be a plain function of the error, not a coroutine function")
    function: Callable[[ClientError], object] = errors
    return function
