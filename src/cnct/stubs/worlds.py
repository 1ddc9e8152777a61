"""The words of the synchronous and the asynchronous world, and the generic classes of each."""

from __future__ import annotations

from typing import NamedTuple

UPLOAD = """\
    <define> upload(
        self, source: FileSource, field: str | None = None, **options: Unpack[UploadOptions]
    ) -> <result>: ..."""
"""The method `upload`, with a place for the type of its result."""


class World(NamedTuple):
    """The words in which the classes of two clients differ.

    Attributes:
        prefix: Beginning of the names of classes.
        client: Module of the client.
        define: Keyword of a method that makes calls.
        iterate: Name of the method that iterates.
        iterator: Type of an iteration, without the types of elements.
        generator: Type of a generator.
        function: Result of a function that is called with rows.
        outcome: The same where the result is kept.
        imported: Names that are imported from ``collections.abc``.
    """

    prefix: str
    client: str
    define: str
    iterate: str
    iterator: str
    generator: str
    function: str
    outcome: str
    imported: str

    def written(self, template: str) -> str:
        """Return a template in the words of this world."""
        template = template.replace("<upload>", UPLOAD.replace("<result>", "ResultT"))
        for field, word in self._asdict().items():
            template = template.replace(f"<{field}>", word)
        return template

    def upload(self, result: str) -> str:
        """Return the method `upload` with the type of its result."""
        return self.written(UPLOAD).replace("<result>", result)


SYNC = World(
    prefix="",
    client="fluent",
    define="def",
    iterate="__iter__",
    iterator="Iterator",
    generator="Generator",
    function="Any",
    outcome="OutcomeT",
    imported="Callable, Generator, Iterator, Mapping, Sequence",
)
ASYNC = World(
    prefix="Async",
    client="async_client",
    define="async def",
    iterate="__aiter__",
    iterator="AsyncIterator",
    generator="AsyncGenerator",
    function="Awaitable[Any]",
    outcome="Awaitable[OutcomeT]",
    imported="AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence",
)

GENERIC = '''\
import os
from collections.abc import <imported>
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, Self, TypeVar, Unpack, overload

from cnct.client.<client> import <prefix>ConnectClient as _Client
from cnct.client.models import (
    <prefix>NS as _NS,
    <prefix>Action as _Action,
    <prefix>Collection as _Collection,
    <prefix>Resource as _Resource,
    <prefix>ResourceSet as _ResourceSet,
)
from cnct.client.models.collection_writes import By
from cnct.client.saving.upserted import Upserted
from cnct.client.transfers.upload_files import FileSource
from cnct.client.transfers.upload_options import UploadOptions
from cnct.client.work.job import OnError
from cnct.client.work.outcomes import Id, Outcome, Summary
from cnct.client.work.progress import ShowsProgress
from cnct.client.work.relations import Relation
from cnct.client.work.scan import <prefix>Scan as _Scan
from cnct.client.work.settings import Options
from cnct.exceptions import ClientError
from cnct.rql import R

from . import schemas

RowT = TypeVar("RowT")
SetT = TypeVar("SetT")
ResourceT = TypeVar("ResourceT")
PayloadT = TypeVar("PayloadT")
ResultT = TypeVar("ResultT")
OutcomeT = TypeVar("OutcomeT")

class Undocumented:
    """The document has nothing here."""

class <prefix>TypedScan(_Scan, Generic[RowT]):
    def <iterate>(self) -> <iterator>[RowT]: ...
    def pages(self) -> <generator>[list[RowT]]: ...

class <prefix>TypedSet(_ResourceSet, Generic[RowT]):
    def <iterate>(self) -> <iterator>[RowT]: ...
    def iterator(self) -> <iterator>[RowT]: ...
    def pages(self) -> <generator>[list[RowT]]: ...
    @overload
    def __getitem__(self, key: int) -> RowT: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...
    <define> first(self) -> RowT | None: ...
    <define> one(self) -> RowT: ...
    def on(
        self, field: str, key: str = "id", *, one: bool = False, max_url_bytes: int = ...
    ) -> Relation[_ResourceSet]: ...
    <define> process(
        self,
        function: Callable[[RowT], <function>],
        *,
        concurrency: int = 1,
        recheck: bool = False,
        on_error: OnError = "collect",
        journal: str | os.PathLike[str] | None = None,
        progress: ShowsProgress = None,
        name: str | None = None,
        summary: Summary | None = None,
        key: Callable[[RowT], Id] | None = None,
        journal_restart: bool = False,
    ) -> Summary: ...
    def outcomes(
        self, function: Callable[[RowT], <outcome>], **options: Unpack[Options]
    ) -> <generator>[Outcome[OutcomeT]]: ...
    def scan(
        self,
        *,
        by: str | None = None,
        concurrency: int = 1,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> <prefix>TypedScan[RowT]: ...
    def watch(
        self,
        *,
        interval: float = 10.0,
        state: str | os.PathLike[str] | None = None,
        since: datetime | Literal["all"] | None = None,
        by: str | None = None,
        lookback: timedelta | float = ...,
        timeout: float | None = None,
        until: datetime | None = None,
        errors: float | Callable[[ClientError], object] | None = None,
    ) -> <generator>[RowT]: ...

class <prefix>TypedCollection(_Collection, Generic[RowT, SetT, ResourceT]):
    action: Undocumented
    __call__: Undocumented
    def <iterate>(self) -> <iterator>[RowT]: ...
    @overload
    def __getitem__(self, key: str | int) -> ResourceT: ...
    @overload
    def __getitem__(self, key: slice) -> SetT: ...
    def resource(self, resource_id: str | int) -> ResourceT: ...
    def all(self) -> SetT: ...
    def filter(self, *args: str | R, **kwargs: Any) -> SetT: ...
    def order_by(self, *fields: str) -> SetT: ...
    def select(self, *fields: str) -> SetT: ...
    def search(self, term: str) -> SetT: ...
    def limit(self, limit: int) -> SetT: ...
    <define> first(self) -> RowT | None: ...
    def watch(
        self,
        *,
        interval: float = 10.0,
        state: str | os.PathLike[str] | None = None,
        since: datetime | Literal["all"] | None = None,
        by: str | None = None,
        lookback: timedelta | float = ...,
        timeout: float | None = None,
        until: datetime | None = None,
        errors: float | Callable[[ClientError], object] | None = None,
    ) -> <generator>[RowT]: ...

class <prefix>TypedResource(_Resource, Generic[RowT]):
    __getattr__: None
    action: Undocumented
    collection: Undocumented
    __call__: Undocumented
    <define> get(self, **kwargs: Any) -> RowT: ...
    <define> wait_until(
        self,
        condition: Callable[[RowT], object] | None = None,
        *,
        fail: Any = (),
        timeout: float | None = 600.0,
        interval: float = 5.0,
        **fields: Any,
    ) -> RowT: ...

class <prefix>TypedNS(_NS):
    __getattr__: None
    ns: Undocumented
    collection: Undocumented
    __call__: Undocumented

class <prefix>GetAction(_Action, Generic[ResultT]):
    <define> get(self, **kwargs: Any) -> ResultT: ...

class <prefix>PostAction(_Action, Generic[PayloadT, ResultT]):
    <define> post(self, payload: PayloadT | None = None, **kwargs: Any) -> ResultT: ...
<upload>

class <prefix>PutAction(_Action, Generic[PayloadT, ResultT]):
    <define> put(self, payload: PayloadT | None = None, **kwargs: Any) -> ResultT: ...

class <prefix>DeleteAction(_Action, Generic[PayloadT, ResultT]):
    <define> delete(self, payload: PayloadT | None = None, **kwargs: Any) -> ResultT: ...
'''
