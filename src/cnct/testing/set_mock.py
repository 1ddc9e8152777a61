"""Sets of a mocker: which pages the client will ask for, and what each of them gets. No I/O.

The pages are planned by the client's own ``Reader``, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnct.client._core.paging import Page, Reader, Span
from cnct.client.models.query import Query
from cnct.client.models.refinement import Refinable, bounds, checked_index
from cnct.rql import params_to_wire
from cnct.testing.mocks import checked_int

if TYPE_CHECKING:
    from cnct.testing.mocker import ConnectClientMocker

Headers = Mapping[str, str] | None

_OK = 200


class ResourceSetMock(Refinable):
    """A set of resources, refined as a client's is: ``filter``, ``order_by``, slices and so on.

    Args:
        mocker: Who keeps the mocks.
        path: Path of the collection.
        query: What is asked for.
    """

    __iter__ = None  # without this, Python would try ``rows[0]`` and never end

    def __init__(self, mocker: ConnectClientMocker, path: str, query: Query) -> None:
        """Mock nothing yet."""
        self._mocker = mocker
        self._path = path
        self._query = query

    def _refined(self, **changes: Any) -> ResourceSetMock:
        return ResourceSetMock(self._mocker, self._path, self._query.replaced(**changes))

    def __getitem__(self, key: int | slice) -> Any:
        """Return the range, or the one resource, to mock.

        Raises:
            TypeError: If ``key`` is neither an int nor a slice of ints.
            ValueError: If an index is negative, or a slice has a step.
        """
        if isinstance(key, slice):
            return self._refined(window=self._query.window.narrowed(*bounds(key)))
        return RowMock(self, checked_index(key))

    def first(self) -> RowMock:
        """Return the first resource, to mock."""
        return RowMock(self, 0)

    def values_list(self, *fields: str) -> ResourceSetMock:  # noqa: ARG002 - picked by the client
        """Return the set, to mock the rows that ``values_list`` picks ``fields`` from."""
        return self._refined()

    def count(self, return_value: int = 0, status_code: int = _OK, headers: Headers = None) -> None:
        """Mock the call that counts.

        Args:
            return_value: How many resources there are.
            status_code: Status to answer.
            headers: Headers to answer.

        Raises:
            TypeError: If ``return_value`` is not an int.
        """
        total = checked_int(return_value, "return_value")
        if status_code == _OK:
            self._mock_page(Span(0, 0), Page([], total), headers)
        else:
            self._mock_call(Span(0, 0), status_code, None, headers)

    def mock(
        self, status_code: int = _OK, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock the calls that read the set, one for each page.

        Args:
            status_code: Status to answer; another than 200 answers the first page.
            return_value: All rows, as a list; of a slice, the rows that it is a slice of. For
                another status, the body; or an exception to raise for the first page.
            headers: Headers to answer.

        Raises:
            TypeError: If ``return_value`` is no list.
            ValueError: If nothing can be in the set, so that the client makes no call for it.
        """
        if self._query.empty:
            if return_value or status_code != _OK:
                raise ValueError(f"Nothing can be in {self!r}: the client makes no call for it")
            return
        reader = Reader(self._query.window, self._query.size)
        if _is_failure(status_code, return_value):
            self._mock_call(reader.spans()[0], status_code, return_value, headers)
            return
        rows = _checked_rows(return_value)
        while not reader.complete:
            span = reader.spans()[0]
            page = Page(rows[span.offset : span.offset + span.limit], len(rows))
            self._mock_page(span, page, headers)
            reader.feed(page, span.limit)

    def mock_row(self, index: int, status_code: int, return_value: Any, headers: Headers) -> None:
        """Mock the call that reads one resource; see :meth:`RowMock.mock`."""
        failure = _is_failure(status_code, return_value)
        body = return_value if failure else _checked_rows(return_value)[:1]
        # No Content-Range: one row does not tell how many there are.
        self._mock_call(Span(self._query.window.start + index, 1), status_code, body, headers)

    def _mock_page(self, span: Span, page: Page, headers: Headers) -> None:
        last = span.offset + max(len(page.rows) - 1, 0)
        content_range = {"Content-Range": f"items {span.offset}-{last}/{page.total}"}
        self._mock_call(span, _OK, page.rows, {**content_range, **(headers or {})})

    def _mock_call(self, span: Span, status_code: int, value: Any, headers: Headers) -> None:
        params = self._query.kwargs.get("params")
        more = f"&{params_to_wire(params)}" if params else ""
        path = f"{self._path}?{self._query.at(span.limit, span.offset)}{more}"
        self._mocker.get(path, status_code, value, headers)

    def __repr__(self) -> str:
        """Show path and query."""
        query = f"?{self._query.text}" if self._query.text else ""
        return f"<{type(self).__name__} {self._path}{query}>"


class RowMock:
    """One resource of a set.

    Args:
        rows: The set.
        index: Counted from the start of the set.
    """

    def __init__(self, rows: ResourceSetMock, index: int) -> None:
        """Mock nothing yet."""
        self._rows = rows
        self._index = index

    def mock(
        self, status_code: int = _OK, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock the call that reads the resource.

        Args:
            status_code: Status to answer.
            return_value: A list with the resource, or an empty one. For another status than 200,
                the body; or an exception to raise.
            headers: Headers to answer.

        Raises:
            TypeError: If ``return_value`` is no list.
        """
        self._rows.mock_row(self._index, status_code, return_value, headers)


def _is_failure(status_code: int, return_value: Any) -> bool:
    return status_code != _OK or isinstance(return_value, Exception)


def _checked_rows(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"return_value must be a list of rows, not {type(value).__name__}")
    return [*value]
