"""Work over the resources of a set: `process`, `outcomes` and `act`. Runs are in ``work``."""

from __future__ import annotations

import json
import os
from abc import abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from cnct.client._core.paging import Window
from cnct.client._core.urls import checked_name, segment
from cnct.client.models.names import check_name
from cnct.client.models.set_base import SetBase
from cnct.rql import R

if TYPE_CHECKING:
    from cnct.client.work.job import Job, OnError, Task
    from cnct.client.work.outcomes import Id, Outcome, Summary
    from cnct.client.work.progress import ShowsProgress
    from cnct.client.work.runs import Plan
    from cnct.client.work.settings import Options

T = TypeVar("T")


class SetWork(SetBase):
    """Base of the work over sets of both worlds. No I/O."""

    @property
    def _is_slice(self) -> bool:
        return self._query.window != Window()

    def _plan(
        self,
        function: Callable[[Any], Any],
        options: Options,
        read: Callable[[Job], Any],
        reread: Callable[[Task], Any],
    ) -> Plan:
        from cnct.client.work.runs import Plan  # noqa: PLC0415 - not at import
        from cnct.client.work.settings import Settings, identify_row  # noqa: PLC0415 - not at import

        self._client._check_progress_file(options.get("journal"))
        if "-id" in self._query.selection:
            raise ValueError(
                f"select('-id') removes the ids by which the resources of {self!r} are told apart: "
                "leave it out"
            )
        settings = Settings(**options)
        window = "[{}:{}]".format(*self._query.window) if self._is_slice else ""
        identity = {
            "endpoint": self._client.endpoint,
            "path": self._path,
            "query": f"{self._query.text}{window}",
            "function": "" if settings.journal is None else settings.function_name(function),
        }
        identify = identify_row(settings.key, self._path)
        reread_or_none = reread if settings.recheck else None
        return Plan(settings, identity, function, read, identify, reread_or_none, of_set=True)

    def _matching(self, resource_id: Id) -> Any:
        """Return this set, filtered for one resource."""
        query = self._query.replaced("where", self._query.where & R(id=resource_id))
        return self._with_query(query.replaced("window", Window()).replaced("size", 1))

    def _at_id(self, resource_id: Id) -> str:
        return f"{self._path}/{segment(resource_id)}"

    def _action_path(self, row: Any, action: str) -> str:
        return f"{self._at_id(row['id'])}/{action}"

    @staticmethod
    def _named(options: Options, action: str, payload: Any) -> Options:
        """Return options with the name of an action and its payload for the journal."""
        if options.get("name") is not None or options.get("journal") is None:
            return options
        import hashlib  # noqa: PLC0415 - not at import

        from cnct.client.work.settings import Settings  # noqa: PLC0415 - not at import

        if callable(payload):
            text = Settings(**options).function_name(payload)
        else:
            text = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:16]
        return {**options, "name": f"act {action} {text}"}

    def _checked_action(self, action: str) -> str:
        name = checked_name(action, "action")
        specs = self._strict_specs()
        if specs:
            check_name(self, specs, f"{self._path}/ID/{name}", "action")
        self._client._check_write("POST", f"{self._path}/ID/{name}")
        return name

    @staticmethod
    def _row_id(task: Task) -> Any:
        """Return the id of a task's resource, from the row or else from the journal."""
        return task.id if task.item is None else task.item["id"]


class SyncSetWork(SetWork):
    """The work over a `ResourceSet`."""

    @abstractmethod
    def pages(self) -> Generator[list[dict[str, Any]]]:
        """Yield the resources in lists."""

    def process(
        self,
        function: Callable[[dict[str, Any]], Any],
        *,
        concurrency: int = 1,
        recheck: bool = False,
        on_error: OnError = "collect",
        journal: str | os.PathLike[str] | None = None,
        progress: ShowsProgress = None,
        name: str | None = None,
        summary: Summary | None = None,
        key: Callable[[dict[str, Any]], Id] | None = None,
        journal_restart: bool = False,
    ) -> Summary:
        """Call a function with each resource of the set, and return the counts.

        The set is read again until a whole pass finds only resources that were handled, so that
        none is left out while calls, or other programs, change the set. No resource is passed to
        the function twice. If rows enter as fast as they are handled, the job ends with a ``note``
        in the summary. A slice is read once, before the first call.

        Args:
            function: Takes the row. With ``concurrency`` 1, it is called in this thread.
            concurrency: Number of calls at the same time, in threads.
            recheck: Whether to read each resource just before its call. A resource that no longer
                matches the set is ``skipped``, and a 404 is ``gone``.
            on_error: ``collect`` goes on; ``stop`` starts no call after a failure; ``raise``
                does the same and raises the error.
            journal: File from which a later run resumes after this one was killed. For one set and
                function only.
            progress: Receives a `Progress` after each outcome; ``True`` shows a bar on standard
                error, if that is a terminal.
            name: Name of the function in the journal; needed for a lambda.
            summary: Summary to fill; has the counts so far however the job ends.
            key: Returns the identity of a row, a str or int; by default the row's ``id``.
            journal_restart: Whether to begin a finished journal anew.

        Returns:
            The counts, and the outcomes of resources that were not done.

        Raises:
            ValueError: If a setting is out of range, or rows have no ids.
            TypeError: If a setting is of the wrong type.
            JournalError: If the journal belongs to another job, is in use, damaged or finished.
            ClientError: If the set cannot be read. An error that ends the job has the summary so
                far as attribute ``summary``.

        Examples:
            ``client.requests.filter(status="pending").process(approve, concurrency=8)``
        """
        options: Options = {
            "concurrency": concurrency,
            "recheck": recheck,
            "on_error": on_error,
            "journal": journal,
            "progress": progress,
            "name": name,
            "summary": summary,
            "key": key,
            "journal_restart": journal_restart,
        }
        from cnct.client.work import runs  # noqa: PLC0415 - not at import

        return runs.process(self._job(function, options))

    def outcomes(
        self, function: Callable[[dict[str, Any]], T], **options: Unpack[Options]
    ) -> Generator[Outcome[T]]:
        """Call a function with each resource, and yield an `Outcome` as each is known.

        Leaving the loop ends the job after the running calls.

        Args:
            function: Takes the row.
            **options: As for `process`.

        Raises:
            ValueError: As `process`; so with the other errors.
        """
        from cnct.client.work import runs  # noqa: PLC0415 - not at import

        return runs.outcomes(self._job(function, options))

    def act(self, action: str, payload: Any = None, **options: Unpack[Options]) -> Summary:
        """POST an action of each resource of the set, and return the counts.

        Args:
            action: Name, such as ``approve``.
            payload: JSON payload, or a function that takes the row and returns one; ``None`` sends
                no body.
            **options: As for `process`.

        Raises:
            UnknownNameError: If the document is at hand and has no such action.
            ValueError: As `process`; so with the other errors.

        Examples:
            ``client.requests.filter(status="pending").act("approve", {"template_id": "TL-1"})``
        """
        from cnct.client.work import runs  # noqa: PLC0415 - not at import

        name = self._checked_action(action)

        def post(row: Any) -> Any:
            body = payload(row) if callable(payload) else payload
            return self._client.create(self._action_path(row, name), body)

        return runs.process(self._job(post, self._named(options, name, payload)))

    def _job(self, function: Callable[[Any], Any], options: Options) -> Plan:
        from cnct.client.work.entries import passes, slice_of  # noqa: PLC0415 - not at import
        from cnct.client.work.settings import checked_function  # noqa: PLC0415 - not at import

        checked_function(function, is_async=False)
        read = partial(slice_of if self._is_slice else passes, new_set=self.all)
        return self._plan(function, options, read, self._reread)

    def _reread(self, task: Task) -> Any:
        """Read a resource again; return ``None`` if the resource no longer matches.

        Raises:
            NotFoundError: If there is no such resource any more.
        """
        resource_id = self._row_id(task)
        row = self._matching(resource_id).first()
        if row is None:
            self._client.get(self._at_id(resource_id))
        return row


class AsyncSetWork(SetWork):
    """Async twin of `SyncSetWork`, the work over an `AsyncResourceSet`."""

    @abstractmethod
    def pages(self) -> AsyncGenerator[list[dict[str, Any]]]:
        """Yield the resources in lists."""

    async def process(
        self,
        function: Callable[[dict[str, Any]], Awaitable[Any]],
        *,
        concurrency: int = 1,
        recheck: bool = False,
        on_error: OnError = "collect",
        journal: str | os.PathLike[str] | None = None,
        progress: ShowsProgress = None,
        name: str | None = None,
        summary: Summary | None = None,
        key: Callable[[dict[str, Any]], Id] | None = None,
        journal_restart: bool = False,
    ) -> Summary:
        """Call a function with each resource of the set. Async twin of `ResourceSet.process`.

        The function is asynchronous, and each call runs in a task of its own.
        """
        options: Options = {
            "concurrency": concurrency,
            "recheck": recheck,
            "on_error": on_error,
            "journal": journal,
            "progress": progress,
            "name": name,
            "summary": summary,
            "key": key,
            "journal_restart": journal_restart,
        }
        from cnct.client.work import async_runs  # noqa: PLC0415 - not at import

        return await async_runs.process(self._job(function, options))

    def outcomes(
        self, function: Callable[[dict[str, Any]], Awaitable[T]], **options: Unpack[Options]
    ) -> AsyncGenerator[Outcome[T]]:
        """Call a function with each resource, and yield an `Outcome` as each is known.

        Async twin of `ResourceSet.outcomes`.
        """
        from cnct.client.work import async_runs  # noqa: PLC0415 - not at import

        return async_runs.outcomes(self._job(function, options))

    async def act(self, action: str, payload: Any = None, **options: Unpack[Options]) -> Summary:
        """POST an action of each resource of the set. Async twin of `ResourceSet.act`."""
        from inspect import isawaitable  # noqa: PLC0415 - slow import

        from cnct.client.work import async_runs  # noqa: PLC0415 - not at import

        name = self._checked_action(action)

        async def post(row: Any) -> Any:
            value = payload(row) if callable(payload) else payload
            body = await value if isawaitable(value) else value
            return await self._client.create(self._action_path(row, name), body)

        return await async_runs.process(self._job(post, self._named(options, name, payload)))

    def _job(self, function: Callable[[Any], Any], options: Options) -> Plan:
        from cnct.client.work import entries  # noqa: PLC0415 - not at import
        from cnct.client.work.settings import checked_function  # noqa: PLC0415 - not at import

        checked_function(function, is_async=True)
        read = entries.async_slice_of if self._is_slice else entries.async_passes
        return self._plan(function, options, partial(read, new_set=self.all), self._reread)

    async def _reread(self, task: Task) -> Any:
        """Read a resource again. Async twin of `SyncSetWork._reread`."""
        resource_id = self._row_id(task)
        row = await self._matching(resource_id).first()
        if row is None:
            await self._client.get(self._at_id(resource_id))
        return row
