"""The mirrors of both worlds. A run over one collection is in `collection_run`."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import finalize

from cnct.api_keys import user_of
from cnct.client._core.arguments import checked_int
from cnct.client.mirroring.collection_run import CollectionRun, RowTally, gone
from cnct.client.mirroring.contents import AsyncContents, SyncContents
from cnct.client.mirroring.steps import Look, MirrorFlow, Store, async_play, play
from cnct.client.mirroring.subjects import CollectionToSync, Subjects, checked_selection, path_of
from cnct.client.mirroring.synced import Synced
from cnct.client.models.watched import LOOKBACK
from cnct.client.work.lookback import checked_lookback
from cnct.client.work.progress import Reporter, ShowsProgress, checked_progress
from cnct.data.mirror import MirrorFile, MirrorReading, sqlite_errors
from cnct.endpoints import is_same_endpoint
from cnct.exceptions import MirrorError, NotFoundError, UnknownNameError
from cnct.openapi.shapes import as_record
from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.models.collection import AsyncCollection, Collection

T = TypeVar("T")

_NOT_TOLD = frozenset({403, 404})  # statuses of keys that may not read accounts
_ROWS = 1000  # of a page; the most that Connect returns (docs/rql.md, "Default and maximum")


class MirrorBase:
    """Base of `Mirror` and `AsyncMirror`.

    Args:
        client: Makes the calls.
        path: The file, or ``:memory:``.
    """

    def __init__(self, client: Any, path: str | os.PathLike[str]) -> None:
        self._client = client
        self._filename = os.fspath(path)
        self._opened: MirrorFile | None = None
        self._documented: Subjects | None = None
        self._lock = threading.Lock()
        self._reading = MirrorReading(self._filename, client.endpoint, lambda: self._file)

    @property
    def _file(self) -> MirrorFile:
        """The file, opened at first use.

        Raises:
            MirrorError: If the file is something else, or cannot be opened.
        """
        with self._lock:
            if self._opened is None:
                self._opened = MirrorFile(self._filename)
                self._close = finalize(self, self._opened.close)
            return self._opened

    def _subjects(self) -> Subjects:
        """Return the collections of the client's document, which is read once."""
        if self._documented is None or self._documented.specs is not self._client.specs:
            self._documented = Subjects(self._client)
        return self._documented

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._lock:
            if self._opened is not None:
                self._close()
                self._opened = None
        self._reading.close()

    def __repr__(self) -> str:
        """Return class and path."""
        return clean(f"<{type(self).__name__} {self._filename}>")

    def _sync(
        self,
        collections: Iterable[Any],
        selection: Iterable[str] | None,
        lookback: timedelta | float,
        concurrency: int | None,
        progress: ShowsProgress,
    ) -> MirrorFlow[Synced]:
        """Check the arguments, and return the flow of a run that reads changes."""
        paths = [path_of(collection) for collection in collections]
        fields = checked_selection(selection)
        time = checked_lookback(lookback)
        width = _checked_width(concurrency)

        def run(one: CollectionRun) -> MirrorFlow[None]:
            return one.sync()

        return self._flow(paths, fields, time, width, checked_progress(progress), run)

    def _reconcile(
        self,
        collections: Iterable[Any],
        full: bool,
        concurrency: int | None,
        progress: ShowsProgress,
    ) -> MirrorFlow[Synced]:
        """Check the arguments, and return the flow of a run that compares ids or rows."""
        paths = [path_of(collection) for collection in collections]
        width = _checked_width(concurrency)

        def run(one: CollectionRun) -> MirrorFlow[None]:
            return one.reconcile(full=full)

        return self._flow(paths, None, LOOKBACK, width, checked_progress(progress), run)

    def _forget(self, collection: Any) -> MirrorFlow[None]:
        """Return the flow that deletes a collection from the file."""
        path = path_of(collection)
        file: MirrorFile = yield Store(lambda: self._file)
        with file.writing():
            self._check_endpoint(file, self._client)
            yield Store(partial(file.forget, path))

    def _flow(
        self,
        paths: list[str],
        selection: tuple[str, ...] | None,
        lookback: timedelta,
        width: int | None,
        progress: ShowsProgress,
        run: Any,
    ) -> MirrorFlow[Synced]:
        file: MirrorFile = yield Store(lambda: self._file)
        subjects: Subjects = yield Store(self._subjects)
        client = self._client.with_options()  # with counts of its own
        synced, tally = Synced(), RowTally()
        with file.writing(), closing(Reporter(progress, tally)) as report:
            yield from self._belong(client, file, subjects)
            mirrored = yield Store(self._mirrored)
            missing: list[str] = []
            for path in paths or self._all_of(mirrored):
                before = client._counts.read().calls
                rows = client._collection_at(path).all().limit(_ROWS)
                rows = rows.concurrency(width or client.concurrency)
                subject = yield Store(partial(_subject, subjects, path, path in mirrored))
                if subject is None:
                    missing.append(path)
                    continue
                one = CollectionRun(file, subject, rows, selection, lookback, tally, report.advance)
                try:
                    yield from run(one)
                except NotFoundError:
                    missing.append(path)
                    if path not in mirrored:
                        yield Store(partial(file.forget, path))
                    continue
                synced.add(path, one.counts, client._counts.read().calls - before)
            if missing:  # after the others, which are up to date
                raise gone(missing)
        return synced

    def _mirrored(self) -> list[str]:
        """Return the paths of all collections, also of those that were not read to their end."""
        return [state.path for state in self._file.states()]

    def _all_of(self, mirrored: list[str]) -> list[str]:
        if not mirrored:
            raise MirrorError(
                f"{self._filename} has no collections yet: name some, as in mirror.sync('requests')"
            )
        return mirrored

    def _belong(self, client: Any, file: MirrorFile, subjects: Subjects) -> MirrorFlow[None]:
        """Note the endpoint and the account in a new file, and refuse those of another one.

        The account is looked up if the key is that of another user than before.
        """
        endpoint = self._check_endpoint(file, client)
        user = user_of((yield Store(lambda: client.api_key or "")))
        if not endpoint or user != file.fact("user"):
            account = yield from self._account(client, subjects)
            before = file.fact("account")
            if before and account and before != account:
                raise MirrorError(
                    f"{self._filename} is a mirror of the account {before}, not of {account}: name"
                    " another file"
                )
            yield Store(lambda: self._note(file, client.endpoint, user, account or before))
        yield Store(lambda: file.note_fact("document", subjects.specs.version or ""))

    def _check_endpoint(self, file: MirrorFile, client: Any) -> str:
        """Return the endpoint of a file, empty if it is new, and refuse that of another client."""
        endpoint = file.fact("endpoint")
        if endpoint and not is_same_endpoint(endpoint, client.endpoint):
            raise MirrorError(
                f"{self._filename} is a mirror of {endpoint}, not of {client.endpoint}: name"
                " another file"
            )
        return endpoint

    @staticmethod
    def _note(file: MirrorFile, endpoint: str, user: str, account: str) -> None:
        with file.transaction():
            file.note_fact("endpoint", endpoint)
            file.note_fact("user", user)
            file.note_fact("account", account)

    @staticmethod
    def _account(client: Any, subjects: Subjects) -> MirrorFlow[str]:
        """Return the id of the client's account; empty if the API does not have one."""
        if subjects.specs.operation("GET", "accounts") is None:
            return ""
        first = yield Look(client._collection_at("accounts").all(), 1, _NOT_TOLD)
        row = first.rows[0] if first and first.rows else None
        return str(as_record(row).get("id", ""))


class Mirror(MirrorBase, SyncContents):
    """A local copy of collections in a SQLite file; made by `ConnectClient.mirror`.

    Collections are read from the file as they are from the server: ``mirror.requests.filter(...)``.
    """

    def sync(
        self,
        *collections: str | Collection,
        select: Iterable[str] | None = None,
        lookback: timedelta | float = LOOKBACK,
        concurrency: int | None = None,
        progress: ShowsProgress = None,
    ) -> Synced:
        """Bring collections up to date, and return the counts by path.

        The first run reads all rows. Later ones read the rows that were changed or created since
        the start of the run before, by the server's clock; without changes, at one call a
            collection. The rows that a later run reads depend on the times by which the list can be
            filtered:

        * of the last change: new and changed rows;
        * of creation alone: new rows. Changed ones are found by `reconcile`;
        * none: all rows, in each run, with a `FullScanWarning` before.

        Rows are committed window by window. After an error or a kill, the next run goes on there.

        Args:
            *collections: Names like ``requests``, ``subscriptions/assets`` or
                ``products/PRD-000-000-000/items``, or collections like ``client.requests``. By
                default, all collections of the mirror.
            select: Hidden fields to fetch, and fields to leave out, with ``-`` before them. Other
                fields than before let the run read all rows. ``None`` keeps those of the last run.
            lookback: Seconds, or a ``timedelta``, by which changes are read again that were found
                by the run before: records may be dated before the server shows them.
            concurrency: Number of windows to read at a time; by default, the client's.
            progress: ``True`` for a bar on the terminal, or a function that receives a `Progress`
                whose figures count rows.

        Raises:
            MirrorError: If the file is something else, a mirror of another account or in use; the
                client uses no document, or the rows of a collection have no ids of their own.
            UnknownNameError: If the document has no such collection.
            NotFoundError: If a collection does not exist any more, such as that of a deleted
                product; after the others, which are up to date.
            SpecError: If the document cannot be read.
            ClientError: If a call fails.
            TypeError: If an argument is of the wrong type.
            ValueError: If an argument has an invalid value, or a set is not a whole collection.
        """
        return self._play(self._sync(collections, select, lookback, concurrency, progress))

    def reconcile(
        self,
        *collections: str | Collection,
        full: bool = False,
        concurrency: int | None = None,
        progress: ShowsProgress = None,
    ) -> Synced:
        """Remove the rows that the server no longer has, and return the counts by path.

        Reads the ids of all rows, and the rows that the mirror lacks. A row that was removed stays
        in the changes of the mirror. Where a list cannot be filtered by a time of the last change,
            all rows are read and compared.

        Args:
            *collections: As for `sync`; a collection that was never synchronised is read first.
            full: Whether to read and compare all rows, since embedded objects
                (``asset.product.name``) change without the time of the last change.
            concurrency: As for `sync`.
            progress: As for `sync`.

        Raises:
            MirrorError: As `sync`; so with the other errors.
        """
        return self._play(self._reconcile(collections, full, concurrency, progress))

    def forget(self, collection: str | Collection) -> None:
        """Delete a collection with its rows from the file, and keep it up to date no longer.

        Raises:
            MirrorError: If the mirror has no such collection, or is in use.
        """
        self._play(self._forget(collection))

    def _play(self, flow: MirrorFlow[T]) -> T:
        with sqlite_errors(self._filename):
            return play(flow)

    def __enter__(self) -> Self:
        """Return the mirror."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()


class AsyncMirror(MirrorBase, AsyncContents):
    """Async twin of `Mirror`."""

    async def sync(
        self,
        *collections: str | AsyncCollection,
        select: Iterable[str] | None = None,
        lookback: timedelta | float = LOOKBACK,
        concurrency: int | None = None,
        progress: ShowsProgress = None,
    ) -> Synced:
        """Bring collections up to date, and return the counts. Async twin of `Mirror.sync`."""
        return await self._play(self._sync(collections, select, lookback, concurrency, progress))

    async def reconcile(
        self,
        *collections: str | AsyncCollection,
        full: bool = False,
        concurrency: int | None = None,
        progress: ShowsProgress = None,
    ) -> Synced:
        """Remove the rows that the server no longer has. Async twin of `Mirror.reconcile`."""
        return await self._play(self._reconcile(collections, full, concurrency, progress))

    async def forget(self, collection: str | AsyncCollection) -> None:
        """Delete a collection with its rows from the file. Async twin of `Mirror.forget`."""
        await self._play(self._forget(collection))

    async def _play(self, flow: MirrorFlow[T]) -> T:
        with sqlite_errors(self._filename):
            return await async_play(flow)

    async def __aenter__(self) -> Self:
        """Return the mirror."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()


def _subject(subjects: Subjects, path: str, is_mirrored: bool) -> CollectionToSync | None:
    """Return a collection; ``None`` for one of the mirror that the document no longer has."""
    try:
        return subjects.subject(path)
    except UnknownNameError:
        if not is_mirrored:
            raise
    return None


def _checked_width(concurrency: Any) -> int | None:
    return None if concurrency is None else checked_int("concurrency", concurrency, 1)
