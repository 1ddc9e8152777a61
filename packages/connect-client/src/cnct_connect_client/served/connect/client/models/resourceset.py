"""Sets of resources with the answers that programs of connect-openapi-client expect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from connect.client.exceptions import bridged
from connect.client.filtering import Filtering
from connect.client.replaced import is_replaced
from connect.client.seam import with_params
from connect.client.utils import ContentRange, parse_content_range

from cnct.client._core.messages import Request
from cnct.client._core.paging import Page, Span, Unread, Window
from cnct.client.models import resourceset as _native
from cnct.client.models.flattening import flat
from cnct.client.models.query import Query
from cnct.client.models.set_base import SetBase
from cnct.rql.filters import filter_text
from cnct.rql.patterns import search_term
from cnct.rql.url import to_wire


class _Stub(NamedTuple):
    """Stands for the response of a call that was replaced."""

    status_code: int = 200
    headers: Mapping[str, str] = {}
    content: bytes = b"[]"


class _Fetched(Unread):
    """A response, and the rows that were asked for."""

    span: Span


class SetBridge(Filtering, SetBase):
    """Base of the bridge's sets: filters as written, lazy ``values_list``, ``content_range``."""

    _picked: tuple[str, ...] = ()
    _content_range: ContentRange | None = None

    @property
    def content_range(self) -> ContentRange | None:
        """The ``Content-Range`` of the page that was read last."""
        return self._content_range

    def _whole(self) -> Self | None:
        """Return the set that this one is a slice of, ``None`` for a set that is no slice."""
        query = self._query
        return (
            None
            if query.window == Window()
            else self._with_query(query.replaced("window", Window()))
        )

    def values_list(self, *fields: str) -> Any:
        """Return the set whose iteration picks fields; a list, if its rows were read already."""
        if self._is_read:
            return [flat(row, fields) for row in self._rows.kept]
        picking = self.all()
        picking._picked = fields
        return picking

    @property
    def _is_read(self) -> bool:
        return self._rows_read is not None and bool(self._rows.kept)

    def _with_query(self, query: Query) -> Self:
        refined = super()._with_query(query)
        if self._picked:
            refined._picked = self._picked
        return refined

    def _shown(self, row: Any) -> Any:
        return flat(row, self._picked) if self._picked else row

    def _at(self, span: Span) -> str:
        """Return path and query in the order in which tests compare them as text."""
        query = self._query
        pieces = [f"select({','.join(query.selection)})"] if query.selection else []
        pieces += [to_wire(filter_text(query.where))]
        pieces += [f"ordering({','.join(query.ordering)})"] if query.ordering else []
        pieces += [f"limit={span.limit}&offset={span.offset}"]
        pieces += [to_wire(search_term(query.search))] if query.search is not None else []
        return f"{self._path}?{'&'.join(piece for piece in pieces if piece)}"

    @property
    def _is_call_replaced(self) -> bool:
        """Whether calls go to a ``get`` or ``execute`` of a program, or of its tests."""
        return is_replaced(self._client, "get") or is_replaced(self._client, "execute")

    def _arguments(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments of a replaced call."""
        kwargs = {**self._query.kwargs}
        return {**kwargs, "params": {**kwargs.get("params", {}), **params}}

    def _page_of(self, span: Span, rows: Any = ()) -> Unread:
        """Return the rows that a replaced call returned as a page."""
        headers = getattr(self._client.response, "headers", {}) if rows else {}
        return Unread(Request("GET", self._at(span), {}), _Stub(headers=headers), list(rows))

    def _with_span(self, response: Unread, span: Span) -> Unread:
        fetched = _Fetched(*response)
        fetched.span = span
        return fetched

    def _read_split(self, response: Unread) -> Page:
        """Decode a page whole, since the rows of a replaced call are decoded already."""
        return self._read(response)

    def _read(self, response: Unread, decoder: Callable[[bytes], Any] | None = None) -> Page:
        """Decode a page, and believe its ``Content-Range``, or that a short page is the last."""
        with bridged():
            page = super()._read(response, decoder)
        self._content_range = parse_content_range(response.response.headers.get("Content-Range"))
        if not isinstance(response, _Fetched):
            return page
        end = response.span.offset + len(page.rows)
        stated = self._content_range
        if stated is None:
            is_last = page.total is None and len(page.rows) < response.span.limit
        else:
            is_last = stated.last >= stated.count - 1
        return Page(page.rows, end) if is_last else page


class ResourceSet(SetBridge, _native.ResourceSet):
    """A set of resources."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the resources, or the fields that ``values_list`` picks."""
        return map(self._shown, super().__iter__())

    def __contains__(self, row: object) -> bool:
        """Return whether a resource is in the set; reads the set."""
        return any(row == other for other in self)

    def __getitem__(self, key: Any) -> Any:
        """Return a range, or one resource: ``None`` if the server has no such resource."""
        if self._is_read:
            return self._rows.kept[key] if isinstance(key, slice) else super().__getitem__(key)
        if isinstance(key, slice):
            return super().__getitem__(key)
        try:
            return super().__getitem__(key)
        except IndexError:
            return None

    def count(self) -> int:
        """Return the number of all resources, also for a slice, as the server gives it."""
        if self._content_range is not None:
            total: int = self._content_range.count
            return total
        whole = self._whole()
        return super().count() if whole is None else whole.count()

    def _fetch(self, span: Span) -> Unread:
        try:
            return self._with_span(self._fetched(span), span)
        except StopIteration:
            return self._page_of(span)

    def _fetched(self, span: Span) -> Unread:
        if not self._is_call_replaced:
            return super()._fetch(span)
        path, params = with_params(self._at(span))
        return self._page_of(span, self._client.get(path, **self._arguments(params)))


class AsyncResourceSet(SetBridge, _native.AsyncResourceSet):
    """Async twin of `ResourceSet`."""

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield the resources, or the fields that ``values_list`` picks."""
        async for row in super().__aiter__():
            yield self._shown(row)

    def __getitem__(self, key: Any) -> Any:
        """Return a range, or one resource that was read."""
        if self._is_read and isinstance(key, slice):
            return self._rows.kept[key]
        return super().__getitem__(key)

    async def count(self) -> int:
        """Return the number of all resources, also for a slice, as the server gives it."""
        if self._content_range is not None:
            total: int = self._content_range.count
            return total
        whole = self._whole()
        return await super().count() if whole is None else await whole.count()

    async def _fetch(self, span: Span) -> Unread:
        try:
            return self._with_span(await self._fetched(span), span)
        except (StopIteration, StopAsyncIteration):
            return self._page_of(span)

    async def _fetched(self, span: Span) -> Unread:
        if not self._is_call_replaced:
            return await super()._fetch(span)
        path, params = with_params(self._at(span))
        return self._page_of(span, await self._client.get(path, **self._arguments(params)))


__all__ = ["AsyncResourceSet", "ResourceSet"]
