"""Plans that make a collection equal to rows, shown before they are applied. Both worlds.

The comparison and the steps are in ``work``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing, closing
from html import escape
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict, Unpack

from cnct.client.saving.steps import async_play, play
from cnct.client.work import async_runs, runs
from cnct.client.work.comparing import RowComparison
from cnct.client.work.planned import PlannedChange, change_lines
from cnct.client.work.settings import Settings
from cnct.client.work.sync_steps import PlanLedger, due_entries, label, still_due
from cnct.rows.keyed import RowKey
from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.saving.steps import Saving
    from cnct.client.work.job import Entry, Job, OnError, Task
    from cnct.client.work.outcomes import Outcome, Summary
    from cnct.client.work.progress import ShowsProgress


class ApplyOptions(TypedDict, total=False):
    """Keyword arguments of `SyncPlan.outcomes`; see `SyncPlan.apply`."""

    concurrency: int
    recheck: bool
    on_error: OnError
    journal: str | os.PathLike[str] | None
    progress: ShowsProgress
    summary: Summary | None
    journal_restart: bool


class SyncPlanBase:
    """Base of the plans of both worlds. No I/O.

    Args:
        resources: The set that was compared.
        comparison: The changes.
        key: The key of rows and resources.
        query: The query of the user's set.
    """

    def __init__(self, resources: Any, comparison: RowComparison, key: RowKey, query: str) -> None:
        self.create = comparison.create
        self.update = comparison.update
        self.delete = comparison.delete
        self.same = comparison.same
        self.extra = comparison.extra
        self._resources = resources
        self._key = key
        self._query = query
        self._ledger = PlanLedger()

    def __reduce__(self) -> NoReturn:
        """Refuse copies, which could make the same changes again."""
        raise TypeError("A plan cannot be copied or pickled: make a new one with sync()")

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of changes by verb."""
        return {name: len(getattr(self, name)) for name in _VERBS}

    def __len__(self) -> int:
        """Return the number of writes: creates, updates and deletes."""
        return len(self.create) + len(self.update) + len(self.delete)

    def __iter__(self) -> Iterator[PlannedChange]:
        """Yield the creates, updates and deletes."""
        for changes in (self.create, self.update, self.delete):
            yield from changes

    def __repr__(self) -> str:
        """Return class, path and counts."""
        return clean(f"<{type(self).__name__} {self._title()}>")

    def __str__(self) -> str:
        """Return path and counts, and a table of the changes, at most 40."""
        return clean("\n".join([self._title(), *change_lines([*self])]), lines=True)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _title(self) -> str:
        place = f"{self._resources._path}{'?' if self._query else ''}{self._query}"
        numbers = (f"{count:,} {verb}" for verb, count in self.counts.items() if count)
        return f"{place} by {self._key.text}: {', '.join(numbers) or 'no resources'}"

    def _job(self, options: ApplyOptions, call: Any, read: Any, reread: Any) -> runs.Plan:
        """Return the job that applies the plan."""
        unknown = sorted(options.keys() - ApplyOptions.__annotations__.keys())
        if unknown:
            names = ", ".join(ApplyOptions.__annotations__)
            raise TypeError(f"A plan is applied without {unknown[0]!r}: use {names}")
        recheck: Any = options.setdefault("recheck", True)
        if not isinstance(recheck, bool):
            raise TypeError(f"recheck must be True or False, not {recheck!r}")
        settings = Settings(**options)
        client = self._resources._client
        client._check_progress_file(settings.journal)
        identity = {
            "endpoint": client.endpoint,
            "path": self._resources._path,
            "query": self._query,
            "function": f"sync by {self._key.text}",
        }
        expected = sum(map(self._ledger.is_due, self))
        reread_or_none = reread if recheck else None
        return runs.Plan(settings, identity, call, read, label, reread_or_none, expected=expected)

    def _entries(self, job: Job) -> Iterator[Entry]:
        """Yield the changes: deletes come last, after all other calls."""
        return due_entries(job, (self.update, self.create, self.delete), self._ledger)

    def _keys_to_read(self, options: ApplyOptions) -> set[str] | None:
        """Return an empty set if the keys of all resources are to be read before the first call.

        Returns:
            ``None`` if the list can be searched for the key of each create.
        """
        creates = any(map(self._ledger.is_due, self.create))
        is_found = self._key.fields and self._resources._finds(self._key.fields)
        return set() if creates and options.get("recheck", True) and not is_found else None

    def _still_due(
        self, change: PlannedChange, present: set[str] | None
    ) -> Saving[PlannedChange | None]:
        finds_ids = self._resources._finds(["id"])
        return still_due(change, self._resources, self._key, present, finds_ids=finds_ids)

    def _arguments(self, change: PlannedChange) -> tuple[str, str, dict[str, Any]]:
        """Return method, path and keyword arguments of the call for a change."""
        rows = self._resources
        path = rows._path if change.id is None else rows._at_id(change.id)
        payload = change.payload
        return _METHODS[change.verb], path, {} if payload is None else {"json": payload}

    def _keys_of(self, page: list[Any]) -> set[str]:
        keys = (self._key.of(row, self._resources._path) for row in page)
        return {key for key in keys if key is not None}


class SyncPlan(SyncPlanBase):
    """The writes that make a set of resources equal to rows; made by `Collection.sync`.

    ``print(plan)`` shows a table. The plan is falsy if there is nothing to write.

    Attributes:
        create: Changes for rows without a resource.
        update: Changes for resources that differ from their rows.
        delete: Changes for resources that no row has; empty without ``delete``.
        same: Resources that are equal to their rows.
        extra: Resources that no row has, and that stay; also those without a key.
    """

    def apply(
        self,
        *,
        concurrency: int = 1,
        recheck: bool = True,
        on_error: OnError = "collect",
        journal: str | os.PathLike[str] | None = None,
        progress: ShowsProgress = None,
        summary: Summary | None = None,
        journal_restart: bool = False,
    ) -> Summary:
        """Make the changes of the plan, and return the counts.

        Updates come first and deletes last. Another `apply` makes the changes that failed; a
        create that may have been done is never sent again.

        Args:
            concurrency: Number of calls at the same time, in threads.
            recheck: Whether to read each resource just before its change. A resource that has
                changed since the plan, has left the set, or was created meanwhile is ``failed``
                with a `ChangedResourceError`; ``gone`` if it was deleted, and ``skipped`` if it
                is equal to its row by now. A change between this read and the write is not
                noticed.
            on_error: ``collect`` goes on; ``stop`` starts no call after a failure; ``raise``
                does the same and raises the error.
            journal: File in which a later run, with a new plan, finds the creates that this one
                made before it was killed. For one set only.
            progress: Receives a `Progress` after each change; ``True`` shows a bar on standard
                error, if that is a terminal.
            summary: Summary to fill; has the counts so far however the job ends.
            journal_restart: Whether to begin a finished journal anew.

        Returns:
            The counts, and the outcomes of changes that were not made. The id of an outcome is
            verb and key: ``update GB-100``; for a delete, verb and id.

        Raises:
            ValueError: If a setting is out of range.
            TypeError: If a setting is of the wrong type.
            JournalError: If the journal belongs to another job, is in use, damaged or finished.
            RuntimeError: If another thread is applying the plan.
        """
        options: ApplyOptions = {
            "concurrency": concurrency,
            "recheck": recheck,
            "on_error": on_error,
            "journal": journal,
            "progress": progress,
            "summary": summary,
            "journal_restart": journal_restart,
        }
        job = self._plan(options)
        with self._ledger.turn():
            return runs.process(job)

    def outcomes(self, **options: Unpack[ApplyOptions]) -> Generator[Outcome[Any]]:
        """Make the changes of the plan, and yield an `Outcome` as each is known.

        The ``row`` of an outcome is the `PlannedChange`, and its ``value`` the resource as the
        server returned it. Leaving the loop ends the job after the running calls.

        Args:
            **options: As for `apply`.

        Raises:
            ValueError: As `apply`; so with the other errors.
        """
        return self._outcomes(self._plan(options))

    def _outcomes(self, job: runs.Plan) -> Generator[Outcome[Any]]:
        with self._ledger.turn(), closing(runs.outcomes(job)) as outcomes:
            yield from outcomes

    def _plan(self, options: ApplyOptions) -> runs.Plan:
        present = self._keys_to_read(options)

        def read(job: Job) -> Iterator[Entry]:
            if present is not None:
                for page in self._resources._whole().pages():
                    present.update(self._keys_of(page))
            yield from self._entries(job)

        def reread(task: Task) -> PlannedChange | None:
            return play(self._still_due(task.item, present))

        return self._job(options, self._call, read, reread)

    def _call(self, change: PlannedChange) -> Any:
        method, path, kwargs = self._arguments(change)
        with self._ledger.sending(change):
            return self._resources._client.execute(method, path, **kwargs)


class AsyncSyncPlan(SyncPlanBase):
    """The writes that make a set of resources equal to rows. Async twin of `SyncPlan`."""

    async def apply(
        self,
        *,
        concurrency: int = 1,
        recheck: bool = True,
        on_error: OnError = "collect",
        journal: str | os.PathLike[str] | None = None,
        progress: ShowsProgress = None,
        summary: Summary | None = None,
        journal_restart: bool = False,
    ) -> Summary:
        """Make the changes of the plan, and return the counts. Async twin of `SyncPlan.apply`."""
        options: ApplyOptions = {
            "concurrency": concurrency,
            "recheck": recheck,
            "on_error": on_error,
            "journal": journal,
            "progress": progress,
            "summary": summary,
            "journal_restart": journal_restart,
        }
        job = self._plan(options)
        with self._ledger.turn():
            return await async_runs.process(job)

    def outcomes(self, **options: Unpack[ApplyOptions]) -> AsyncGenerator[Outcome[Any]]:
        """Make the changes of the plan, and yield an `Outcome` as each is known.

        Async twin of `SyncPlan.outcomes`.
        """
        return self._outcomes(self._plan(options))

    async def _outcomes(self, job: runs.Plan) -> AsyncGenerator[Outcome[Any]]:
        with self._ledger.turn():
            async with aclosing(async_runs.outcomes(job)) as outcomes:
                async for outcome in outcomes:
                    yield outcome

    def _plan(self, options: ApplyOptions) -> runs.Plan:
        present = self._keys_to_read(options)

        async def read(job: Job) -> AsyncGenerator[Entry]:
            if present is not None:
                async with aclosing(self._resources._whole().pages()) as pages:
                    async for page in pages:
                        present.update(self._keys_of(page))
            for entry in self._entries(job):
                yield entry

        async def reread(task: Task) -> PlannedChange | None:
            return await async_play(self._still_due(task.item, present))

        return self._job(options, self._call, read, reread)

    async def _call(self, change: PlannedChange) -> Any:
        method, path, kwargs = self._arguments(change)
        with self._ledger.sending(change):
            return await self._resources._client.execute(method, path, **kwargs)


_VERBS = ("create", "update", "delete", "same", "extra")
_METHODS = {"create": "POST", "update": "PUT", "delete": "DELETE"}
