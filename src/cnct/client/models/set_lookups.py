"""Look-ups in sets: the only resource, any resource, related resources.

Reads the sets that `prefetching` yields; the calls are made by the sets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Self

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.urls import MAX_URL_BYTES
from cnct.client.models.set_base import SetBase
from cnct.exceptions import NotOneError

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.client.work.prefetching import Prefetch
    from cnct.client.work.relations import Relation


class LookupsBase(SetBase):
    """Base of the look-ups of both worlds."""

    def on(
        self, field: str, key: str = "id", *, one: bool = False, max_url_bytes: int = MAX_URL_BYTES
    ) -> Relation[Self]:
        """Return the relation of these resources to the rows of another set, for ``prefetch``.

        Filter, order, selection and page size of this set stay; without a ``limit`` of its own,
        pages have 1,000 rows.

        Args:
            field: Field of these resources that refers to the other rows, with dots for nested
                ones: ``asset.id``. A field within a list may refer to several rows.
            key: Field of the other rows to which the resources refer, a string or an integer. A row
                in which this field is null or missing has no related resources; ``id`` is required.
            one: Whether each row has at most one of these resources.
            max_url_bytes: Largest length of a URL; at least one key is sent.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If a field is no field name, this set is a slice, or the length is less
                than 1.

        Examples:
            ``client.products.on("id", key="product.id", one=True)``
        """
        from cnct.client.work.relations import relation  # noqa: PLC0415 - few programs need it

        return relation(self, field, key, one, max_url_bytes)

    def _first_two(self) -> Span | None:
        """Return the span of the first two rows; ``None`` if the rows were read."""
        rows, window = self._rows, self._query.window
        if rows.reader.complete or len(rows.kept) > 1:
            return None
        return Span(window.start, min(window.length(window.start + 2), 2))

    def _kept_page(self) -> Page:
        rows = self._rows
        total = self._query.window.start + len(rows.kept) if rows.reader.complete else rows.total
        return Page(rows.kept, total)

    def _exactly_one(self, page: Page) -> dict[str, Any]:
        window = self._query.window
        rows = page.rows[: None if window.stop is None else window.stop - window.start]
        total = 0 if page.total is None else window.length(page.total)
        count = max(len(rows), total) if rows else 0
        if count != 1:
            more = " or more" if page.total is None and count > 1 else ""
            raise NotOneError(f"{self!r} has {count}{more} resources, not one", count=count)
        row: dict[str, Any] = rows[0]
        return row


class SetLookups(LookupsBase):
    """Look-ups of a `ResourceSet`."""

    @abstractmethod
    def first(self) -> dict[str, Any] | None:
        """Return the first resource, or ``None``."""

    @abstractmethod
    def pages(self) -> Generator[list[dict[str, Any]]]:
        """Yield the resources in lists, page by page."""

    @abstractmethod
    def _fetch(self, span: Span) -> Unread: ...

    def one(self) -> dict[str, Any]:
        """Return the only resource of the set; asks for two rows at most.

        Raises:
            NotOneError: If there is no resource, or several; ``error.count`` is their number.

        Examples:
            ``client.accounts.filter(external_id="A-17").one()``
        """
        with self._rows.lock:
            span = self._first_two()
            page = self._kept_page() if span is None else self._read(self._fetch(span))
        return self._exactly_one(page)

    def exists(self) -> bool:
        """Return whether there is any resource; asks for one row at most, and only once."""
        counted = self._counted()
        return self.first() is not None if counted is None else counted > 0

    def prefetch(self, **relations: Relation[ResourceSet]) -> Generator[dict[str, Any]]:
        """Yield the resources with their related ones, which are read by one call for many rows.

        The rows come in order and are copies, in which each relation is a field: the list of the
        related resources in the order of their set, or one resource or ``None`` if the relation
        was made with ``one=True``. Related resources of up to 500 rows are in memory at a time, and
        nothing is kept. A related resource of several rows is the same object in each.

        The filter of a call, ``in(asset.id,(AS-1,AS-2,...))``, has as many keys as the length of
        the URL allows. If the server refuses the URL with status 414, half of them are sent.

        Args:
            **relations: Relations by name, made by ``on()`` of a collection or set of any client
                of this world; see `ResourceSet.on`.

        Raises:
            ClientError: If a call fails.
            NotOneError: If ``one=True`` and several resources refer to a row.
            TypeError: If there is no relation, or an argument is not a relation.
            ValueError: If rows have a field with the name of a relation, or lack the fields of a
                relation.

        Examples:
            ``for asset in assets.prefetch(usage=client.ns("usage").records.on("asset.id")):
            print(asset["id"], len(asset["usage"]))``
        """
        from cnct.client.work.prefetching import Prefetch  # noqa: PLC0415 - few programs need it

        return self._prefetched(Prefetch(self, relations))

    def _prefetched(self, plan: Prefetch[Any]) -> Generator[dict[str, Any]]:
        from cnct.client.saving.steps import play  # noqa: PLC0415 - few programs need it

        with closing(self.pages()) as pages:
            for rows in pages:
                for chunk in plan.chunks(rows):
                    yield from play(plan.attached(chunk), _all_rows)
        yield from play(plan.attached(plan.last_chunk()), _all_rows)


class AsyncSetLookups(LookupsBase):
    """Async twin of `SetLookups`."""

    @abstractmethod
    async def first(self) -> dict[str, Any] | None:
        """Return the first resource, or ``None``."""

    @abstractmethod
    def pages(self) -> AsyncGenerator[list[dict[str, Any]]]:
        """Yield the resources in lists, page by page."""

    @abstractmethod
    async def _fetch(self, span: Span) -> Unread: ...

    async def one(self) -> dict[str, Any]:
        """Return the only resource of the set. Async twin of `ResourceSet.one`."""
        span = self._first_two()
        page = self._kept_page() if span is None else self._read(await self._fetch(span))
        return self._exactly_one(page)

    async def exists(self) -> bool:
        """Return whether there is any resource. Async twin of `ResourceSet.exists`."""
        counted = self._counted()
        return await self.first() is not None if counted is None else counted > 0

    def prefetch(self, **relations: Relation[AsyncResourceSet]) -> AsyncGenerator[dict[str, Any]]:
        """Yield the resources with their related ones. Async twin of `ResourceSet.prefetch`."""
        from cnct.client.work.prefetching import Prefetch  # noqa: PLC0415 - few programs need it

        return self._prefetched(Prefetch(self, relations))

    async def _prefetched(self, plan: Prefetch[Any]) -> AsyncGenerator[dict[str, Any]]:
        from cnct.client.saving.steps import async_play  # noqa: PLC0415 - few programs need it

        async with aclosing(self.pages()) as pages:
            async for rows in pages:
                for chunk in plan.chunks(rows):
                    for row in await async_play(plan.attached(chunk), _async_all_rows):
                        yield row
        for row in await async_play(plan.attached(plan.last_chunk()), _async_all_rows):
            yield row


def _all_rows(related: ResourceSet) -> list[Any]:
    return [*related.iterator()]


async def _async_all_rows(related: AsyncResourceSet) -> list[Any]:
    return [row async for row in related.iterator()]
