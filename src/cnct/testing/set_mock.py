"""Sets of a mocker: adds one mock for each page that a client will request. Does no I/O.

The client's own `Reader` plans the pages, so that mocks and requests always agree.
"""

from __future__ import annotations

from typing import Any

from cnct.client._core.arguments import checked_int
from cnct.client._core.paging import Page, Span
from cnct.client._core.reader import Reader
from cnct.client.models.query import Query
from cnct.client.models.refinement import Refinable, bounds, checked_index
from cnct.openapi.shapes import is_array
from cnct.rql.url import params_to_wire
from cnct.testing.mocks import Mocks
from cnct.testing.replies import Headers

_OK = 200


class ResourceSetMock(Refinable):
    """A set of resources, refined like a client's: ``filter``, ``order_by``, slices and so on.

    Args:
        mocks: Mocks of the endpoint, to add to.
        path: Path of the collection.
        query: Filters, order, selection, search and range of the set.
    """

    __iter__ = None  # without this, Python would iterate over rows[0], rows[1], ... without end

    def __init__(self, mocks: Mocks, path: str, query: Query) -> None:
        self._mocks = mocks
        self._path = path
        self._query = query

    def _with_query(self, query: Query) -> ResourceSetMock:
        return ResourceSetMock(self._mocks, self._path, query)

    def _narrowed(self, start: int, stop: int | None) -> ResourceSetMock:
        window = self._query.window.narrowed(start, stop)
        return self._with_query(self._query.replaced("window", window))

    def __getitem__(self, key: int | slice) -> Any:
        """Return the mock of a range, or of one resource.

        Raises:
            TypeError: If ``key`` is neither an int nor a slice of ints.
            ValueError: If an index is negative, or a slice has a step.
        """
        if isinstance(key, slice):
            return self._narrowed(*bounds(key))
        return RowMock(self, checked_index(key))

    def first(self) -> RowMock:
        """Return the mock of the first resource."""
        return RowMock(self, 0)

    def one(self) -> ResourceSetMock:
        """Return the mock of the first two resources, which ``one`` reads."""
        return self._narrowed(0, 2)

    def exists(self, return_value: bool) -> None:
        """Mock the call behind ``exists``: a list of one row, or an empty one."""
        self.first().mock(return_value=[{}] if return_value else [])

    def values_list(self, *fields: str) -> ResourceSetMock:  # noqa: ARG002 - picked by the client
        """Return the same set: ``values_list`` reads whole rows and picks fields from them."""
        return self.all()

    def count(self, return_value: int = 0, status_code: int = _OK, headers: Headers = None) -> None:
        """Mock the call behind ``count``.

        Args:
            return_value: Number of resources.
            status_code: Status of the response.
            headers: Headers of the response.

        Raises:
            TypeError: If ``return_value`` is not an int.
            ValueError: If ``return_value`` is negative.
        """
        total = checked_int("return_value", return_value, 0)
        if status_code == _OK:
            self._mock_page(Span(0, 0), Page([], total), headers)
        else:
            self._mock_call(Span(0, 0), status_code, None, headers)

    def mock(
        self, status_code: int = _OK, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock the calls that read the set, one for each page.

        Args:
            status_code: Status of the responses; any other than 200 is that of the first page.
            return_value: List of all rows; for a slice, of all rows before slicing. With another
                status, the body of the first response; or an exception to raise for it.
            headers: Headers of the responses.

        Raises:
            TypeError: If ``return_value`` is not a list.
            ValueError: If the set is always empty, so that the client makes no call for it.
        """
        if self._query.empty:
            if return_value or status_code != _OK:
                raise ValueError(
                    f"{self!r} is always empty, and the client makes no call for it; "
                    "mock it with an empty list or not at all"
                )
            return
        query = self._query
        reader = Reader(query.window, query.size, overlap=query.overlap)
        if _is_failure(status_code, return_value):
            self._mock_call(reader.spans()[0], status_code, return_value, headers)
            return
        rows = _checked_rows(return_value)
        while not reader.complete:
            span = reader.spans()[0]
            page = Page(rows[span.offset : span.offset + span.limit], len(rows))
            self._mock_page(span, page, headers)
            reader.feed(page, span)

    def _mock_row(self, index: int, status_code: int, return_value: Any, headers: Headers) -> None:
        """Mock the call that reads one resource; see `RowMock.mock`."""
        failure = _is_failure(status_code, return_value)
        body = return_value if failure else _checked_rows(return_value)[:1]
        # No Content-Range, since the total is unknown here.
        self._mock_call(Span(self._query.window.start + index, 1), status_code, body, headers)

    def _mock_page(self, span: Span, page: Page, headers: Headers) -> None:
        last = span.offset + max(len(page.rows) - 1, 0)
        content_range = {"Content-Range": f"items {span.offset}-{last}/{page.total}"}
        self._mock_call(span, _OK, page.rows, {**content_range, **(headers or {})})

    def _mock_call(self, span: Span, status_code: int, value: Any, headers: Headers) -> None:
        params = self._query.kwargs.get("params")
        more = f"&{params_to_wire(params)}" if params else ""
        path = f"{self._path}?{self._query.at(span.limit, span.offset)}{more}"
        self._mocks.add("GET", path, status_code, value, headers)

    def __repr__(self) -> str:
        """Show the path and the query."""
        query = f"?{self._query.text}" if self._query.text else ""
        return f"<{type(self).__name__} {self._path}{query}>"


class RowMock:
    """One resource of a set.

    Args:
        rows: The set.
        index: Position in the set, from 0.
    """

    def __init__(self, rows: ResourceSetMock, index: int) -> None:
        self._rows = rows
        self._index = index

    def mock(
        self, status_code: int = _OK, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock the call that reads the resource.

        Args:
            status_code: Status of the response.
            return_value: List with the resource, or an empty list. With a status other than 200,
                the body; or an exception to raise.
            headers: Headers of the response.

        Raises:
            TypeError: If ``return_value`` is not a list.
        """
        self._rows._mock_row(self._index, status_code, return_value, headers)


def _is_failure(status_code: int, return_value: Any) -> bool:
    return status_code != _OK or isinstance(return_value, Exception)


def _checked_rows(value: Any) -> list[Any]:
    if not is_array(value):
        raise TypeError(f"return_value must be a list of rows, not {type(value).__name__}")
    return [*value]
