"""The steps that apply a plan: which changes are due, and whether a resource moved meanwhile.

Does no I/O: `still_due` yields the reads that a driver makes.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from cnct.client.saving.steps import Saving
from cnct.client.work.job import BARRIER, Entry, Job, is_ambiguous
from cnct.client.work.planned import PlannedChange
from cnct.exceptions import AmbiguousWriteError, ChangedResourceError
from cnct.rows.difference_table import one_line
from cnct.rows.differences import Difference, diff, moved_fields
from cnct.rows.keyed import RowKey
from cnct.text import clean


class PlanLedger:
    """The changes of a plan that were sent. Safe to use from several threads."""

    def __init__(self) -> None:
        self._done: set[str] = set()
        self._doubtful: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Generator[None]:
        """Hold the plan while it is applied.

        Raises:
            RuntimeError: If another thread or task is applying the plan.
        """
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("The plan is being applied already: wait for that")
        try:
            yield
        finally:
            self._lock.release()

    def is_due(self, change: PlannedChange) -> bool:
        """Return whether a change was not made."""
        return label(change) not in self._done

    @contextmanager
    def sending(self, change: PlannedChange) -> Generator[None]:
        """Keep the outcome of the call for a change.

        Raises:
            AmbiguousWriteError: If an earlier call may have created the resource.
        """
        name = label(change)
        if name in self._doubtful:
            raise AmbiguousWriteError(
                "An earlier apply() does not know how this create ended, so it is not sent again. "
                "A new plan finds the resource by its key"
            )
        try:
            yield
        except BaseException as error:
            if change.verb == "create" and is_ambiguous(error):
                self._doubtful.add(name)
            raise
        self._done.add(name)


def label(change: PlannedChange) -> str:
    """Return the id of a change's outcome, also in a journal."""
    return f"{change.verb} {change.id if change.verb == 'delete' else change.key}"


def due_entries(
    job: Job, phases: tuple[list[PlannedChange], ...], ledger: PlanLedger
) -> Iterator[Entry]:
    """Yield the changes that are not made yet, each phase after the calls of the one before.

    The plan is newer than a journal. Only creates that an earlier run made, and that the list may
    not have had yet, are not repeated.
    """
    for changes in phases:
        for change in filter(ledger.is_due, changes):
            if change.verb != "create":
                job.forget(label(change))
            yield from job.admit(change)
        yield BARRIER


def still_due(
    change: PlannedChange,
    resources: Any,
    key: RowKey,
    present: Collection[str] | None,
    *,
    finds_ids: bool,
) -> Saving[PlannedChange | None]:
    """Read the resource of a change again, and return the change if it is still due.

    Args:
        change: The change.
        resources: The set that was compared.
        key: The key.
        present: Keys of the resources, as just read; ``None`` to look for the key of a create.
        finds_ids: Whether the list can be filtered by ids, which shows if a resource has left the
            set.

    Returns:
        The change; ``None`` if the resource is already equal to its row.

    Raises:
        ChangedResourceError: If the resource changed, left the set, or was created meanwhile.
    """
    if change.verb == "create":
        row = None
        if present is None:
            row = yield resources._with_key(key.filters(change.row or {})).first
        is_present = change.key in (present or ())
        if is_present or (row is not None and key.of(row, resources._path) == change.key):
            raise _changed(change, resources, row)
        return change
    row = None
    if finds_ids:
        row = yield resources._matching(change.id).first
    if row is not None and row.get("id") == change.id:
        difference = diff(change.resource or {}, row)
    else:  # not in the set, or of a server that ignores the filter
        whole = yield partial(resources._client.get, resources._at_id(change.id))  # or a 404
        if finds_ids and row is None:
            raise _changed(change, resources, whole)
        row, difference = whole, moved_fields(change.resource or {}, whole)
    if change.verb == "update" and not change._changes_in(row):
        return None
    if difference:
        raise _changed(change, resources, row, difference)
    return change


def _changed(
    change: PlannedChange, resources: Any, row: Any, difference: Difference | None = None
) -> ChangedResourceError:
    if change.verb == "create":
        text = (
            f"a resource with the key {change.key!r} exists in {resources._path}, new or outside "
            "of the set that was compared"
        )
    elif difference is None:
        text = f"{resources._at_id(change.id)} is no longer in the set that was compared"
    else:
        place = resources._at_id(change.id)
        text = f"{place} has changed since the plan was made: {one_line([*difference])}"
    return ChangedResourceError(
        clean(f"Not sent: {text}. Make a new plan"), row=row, difference=difference or Difference()
    )
