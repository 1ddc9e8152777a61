"""Sets of resources with the answers that programs of connect-openapi-client expect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Self

from connect.client.exceptions import bridged
from connect.client.filtering import Filtering
from connect.client.utils import ContentRange, parse_content_range

from cnct.client._core.messages import Request
from cnct.client._core.paging import Page, Span, Unread
from cnct.client.models import resourceset as _native
from cnct.client.models.flattening import flat
from cnct.client.models.query import Query
from cnct.client.models.set_base import SetBase


class _NoResponse:
    """Stands for the response that a replaced call did not give."""

    status_code = 200
    headers: ClassVar[dict[str, str]] = {}
    content = b"[]"


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

    def _no_answer(self, span: Span) -> Unread:
        """Return an empty page for a replaced call that has no more answers."""
        return Unread(Request("GET", self._at(span), {}), _NoResponse(), [])

    def _with_span(self, response: Unread, span: Span) -> Unread:
        fetched = _Fetched(*response)
        fetched.span = span
        return fetched

    def _read(self, response: Unread) -> Page:
        """Decode a page, and believe its ``Content-Range``, or that a short page is the last."""
        with bridged():
            page = super()._read(response)
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

    def _fetch(self, span: Span) -> Unread:
        try:
            return self._with_span(super()._fetch(span), span)
        except StopIteration:
            return self._no_answer(span)


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

    async def _fetch(self, span: Span) -> Unread:
        try:
            return self._with_span(await super()._fetch(span), span)
        except (StopIteration, StopAsyncIteration):
            return self._no_answer(span)


__all__ = ["AsyncResourceSet", "ResourceSet"]
