"""Partitions: parts of a set for other processes. Contain neither key nor connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, overload

from cnct.client._core.arguments import checked_int
from cnct.client._http.task_jobs import AsyncJobs
from cnct.client.models.query import Query
from cnct.client.work.scan_fields import ScanField
from cnct.client.work.scan_run import ScanRun
from cnct.client.work.source import AsyncSource, SetT, Source, SourceBase
from cnct.client.work.windows import Piece
from cnct.exceptions import NotScannableError

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet

# A fixed time, so that the same rows are cut into the same partitions on any day.
_PIVOT = datetime(2024, 1, 1, tzinfo=UTC)
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie"})


class Partition:
    """A part of a set that any client can read. Can be pickled.

    Partitions of a set are disjoint, and together they are the set.

    Attributes:
        path: Path of the list below the endpoint.
        count: Number of resources at the time of counting.
    """

    def __init__(self, path: str, query: Query, count: int) -> None:
        self.path = path
        self.count = count
        self._query = query

    @overload
    def read(self, client: ConnectClient) -> ResourceSet: ...
    @overload
    def read(self, client: AsyncConnectClient) -> AsyncResourceSet: ...

    def read(self, client: ConnectClient | AsyncConnectClient) -> Any:
        """Return the resources as a set of a client; makes no call.

        Examples:
            ``for row in partition.read(client).iterator(): ...``
        """
        rows: Any = client._collection_at(self.path).all()
        rows._query = self._query
        return rows

    def __repr__(self) -> str:
        """Return path, query and count."""
        return f"<Partition {self.path}?{self._query.text} {self.count} resources>"


def checked_number(name: str, value: int | None) -> int | None:
    """Return a number of partitions or rows: an int of at least 1, or ``None``."""
    return None if value is None else checked_int(name, value, 1)


class PartingBase(SourceBase[SetT]):
    """Base of `Parting` and `AsyncParting`.

    Args:
        rows: The set.
        by: Name of the field to cut by; by default the time of creation.
        number: Largest number of partitions.
        most: Largest number of rows in a partition.
        are_sent: Whether other processes get the partitions, so that they must hold no secrets.
    """

    def __init__(
        self,
        rows: SetT,
        by: str | None,
        number: int | None,
        most: int | None,
        *,
        are_sent: bool = True,
    ) -> None:
        super().__init__(rows, by, rows._query.concurrency)
        if number is not None and most is not None:
            raise ValueError("Pass either number or most: each decides about the other")
        self._number = checked_number("number", number)
        self._largest = checked_number("most", most)
        if are_sent:
            _check_secrets(rows._query.kwargs)

    def _new_run(self, field: ScanField) -> ScanRun:
        if field.changes:
            raise NotScannableError(
                f"{field.name!r} changes while partitions are read, and no reader sees all of them:"
                f" {_instead(field)}"
            )
        return ScanRun(self._rows._path, field, self._largest or self._most, pivot=_PIVOT)

    def _partitions(self, run: ScanRun, pieces: Iterable[Piece]) -> list[Partition]:
        query = self._rows._query
        return [
            Partition(
                self._rows._path,
                query.replaced("where", query.where & run.condition(piece.window)),
                piece.rows,
            )
            for piece in pieces
        ]


class Parting(PartingBase["ResourceSet"], Source):
    """Cuts a set of a synchronous client."""

    def partitions(self) -> list[Partition]:
        """Return the partitions of the set; an empty list for an empty set."""
        if self._is_empty:
            return []
        with self._jobs() as jobs:
            field = self._field(jobs)
            if field is None:
                return []
            run = self._new_run(field)
            return self._partitions(run, self._played(run.partitions(self._number), jobs))


class AsyncParting(PartingBase["AsyncResourceSet"], AsyncSource):
    """Async twin of `Parting`."""

    async def partitions(self) -> list[Partition]:
        """Return the partitions of the set. Async twin of `Parting.partitions`."""
        if self._is_empty:
            return []
        async with AsyncJobs(self._width) as jobs:
            field = await self._field(jobs)
            if field is None:
                return []
            run = self._new_run(field)
            return self._partitions(run, await self._played(run.partitions(self._number), jobs))


def _instead(field: ScanField) -> str:
    return f"pass by={field.created!r}" if field.created else "read it with scan()"


def _check_secrets(kwargs: Any) -> None:
    headers = {str(name).lower() for name in kwargs.get("headers") or ()}
    secrets = [*(headers & _SECRET), *(kwargs.keys() & {"auth", "cert", "cookies"})]
    if secrets:
        raise ValueError(
            f"Partitions hold no secrets, and the set is configured with {secrets[0]}: configure"
            " the sets that the partitions read instead"
        )
