"""Checks the settings of a job, and identifies the job for journals. No I/O."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict, get_args

from cnct.client._core.arguments import checked_int
from cnct.client.work.job import OnError
from cnct.client.work.outcomes import Id, Summary
from cnct.client.work.progress import ShowsProgress, checked_progress
from cnct.openapi.shapes import is_object
from cnct.text import either


class Options(TypedDict, total=False):
    """Keyword arguments of `Settings`."""

    concurrency: int
    recheck: bool | Callable[[Any], Any]
    on_error: OnError
    journal: str | os.PathLike[str] | None
    progress: ShowsProgress
    name: str | None
    summary: Summary | None
    key: Callable[[Any], Id] | None
    journal_restart: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a job; see `ResourceSet.process`."""

    concurrency: int = 1
    recheck: bool | Callable[[Any], Any] = False
    on_error: OnError = "collect"
    journal: str | os.PathLike[str] | None = None
    progress: ShowsProgress = None
    name: str | None = None
    summary: Summary | None = None
    key: Callable[[Any], Id] | None = None
    journal_restart: bool = False
    result: Summary = field(init=False)

    def __post_init__(self) -> None:
        """Check the settings."""
        checked_int("concurrency", self.concurrency, 1)
        if self.on_error not in get_args(OnError):
            raise ValueError(
                f"on_error must be {either(map(repr, get_args(OnError)))}, not {self.on_error!r}"
            )
        checked_progress(self.progress)
        _check_optional("name", self.name, str)
        _check_optional("summary", self.summary, Summary)
        journal: Any = self.journal
        if not (journal is None or isinstance(journal, str) or hasattr(journal, "__fspath__")):
            raise TypeError(f"journal must be the path of a file, not {journal!r}")
        if self.key is not None and not callable(self.key):
            raise TypeError("key must be a function that returns the id of a row or item")
        if self.journal_restart and self.journal is None:
            raise ValueError("journal_restart needs a journal: pass journal='a file'")
        object.__setattr__(self, "result", Summary() if self.summary is None else self.summary)

    def function_name(self, function: Callable[..., Any]) -> str:
        """Return the name of the job's function for the journal.

        Raises:
            ValueError: If the function has no name of its own, and ``name`` is missing.
        """
        if self.name is not None:
            return self.name
        name: str = getattr(function, "__qualname__", "<lambda>")
        if "<lambda>" in name:
            raise ValueError(
                f"{function!r} has no name by which a later run could recognise its journal: "
                "pass name='...'"
            )
        return f"{function.__module__}:{name}"


def _check_optional(name: str, value: Any, kind: type) -> None:
    if value is not None and not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, not {type(value).__name__}")


def checked_function(function: Any, *, is_async: bool) -> None:
    """Refuse a function that is not callable, or async in a sync job and vice versa.

    Raises:
        TypeError: In these cases.
    """
    if not callable(function):
        remedy = ": for an action, write act('name', {...})" if isinstance(function, str) else ""
        raise TypeError(f"The function must be callable, not {type(function).__name__}{remedy}")
    if not is_async and inspect.iscoroutinefunction(function):
        raise TypeError(
            f"{function!r} is asynchronous: use an AsyncConnectClient, or a plain function"
        )


def identify_row(key: Callable[[Any], Id] | None, place: str) -> Callable[[Any], Id]:
    """Return the function that returns the id of a row of a set."""

    def row_id(row: Any) -> Id:
        value = row.get("id") if is_object(row) else None
        if value is None:
            raise ValueError(
                f"A row of {place} has no id: pass key=, a function that returns what "
                "identifies a row"
            )
        return checked_id(value)

    return row_id if key is None else lambda row: checked_id(key(row))


def identify_item(
    key: Callable[[Any], Id] | None, *, is_journaled: bool
) -> Callable[[Any], Id | None]:
    """Return the function that returns the id of an item, ``None`` for an item without one."""

    def item_id(item: Any) -> Id | None:
        value = item.get("id") if is_object(item) else item
        if isinstance(value, str | int) and not isinstance(value, bool):
            return value
        if is_journaled:
            raise ValueError(
                "An item has no id by which a later run could find it in the journal: pass key=, "
                "a function that returns one"
            )
        return None

    return item_id if key is None else lambda item: checked_id(key(item))


def checked_id(value: Any) -> Id:
    """Return an id.

    Raises:
        TypeError: If the id is neither a str nor an int.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError(f"An id must be a str or an int, not {type(value).__name__}: pass key=")
    return value
