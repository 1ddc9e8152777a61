"""Lists that move while a reader reads them, without HTTP: a server by hand, and its histories."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import strategies as st

from cnct.client._core.paging import Page, Span, Window
from cnct.client._core.reader import Reader


class Move(NamedTuple):
    """A change of the list before a call: ``number`` rows at ``place`` hundredths of its length."""

    kind: str
    place: int
    number: int


MOVES = st.builds(
    Move, st.sampled_from(["insert", "delete"]), st.integers(0, 100), st.integers(1, 12)
)
HISTORIES = st.lists(st.lists(MOVES, max_size=3), max_size=30)


class MovingList:
    """A list of rows with ids, and those of them that were never deleted.

    Args:
        rows: The rows at the start, or their number.
        caps: Most rows of a page, in turn.
        total: Returns the claimed total for a true one.
    """

    def __init__(
        self,
        rows: int | list[Any],
        caps: Iterable[int] = (1000,),
        total: Callable[[int], int | None] = lambda total: total,
    ) -> None:
        self.rows = [{"id": n} for n in range(rows)] if isinstance(rows, int) else rows
        self.staying = [*self.rows]
        self.calls = 0
        self._caps = [*caps]
        self._total = total
        self._new = len(self.rows)

    def insert(self, index: int, number: int) -> None:
        self.rows[index:index] = [{"id": self._new + n} for n in range(number)]
        self._new += number

    def delete(self, rows: list[Any]) -> None:
        self.rows = [row for row in self.rows if row not in rows]
        self.staying = [row for row in self.staying if row not in rows]

    def move(self, move: Move) -> None:
        index = len(self.rows) * move.place // 100
        if move.kind == "insert":
            self.insert(index, move.number)
        else:
            self.delete(self.rows[index : index + move.number])

    def page(self, span: Span) -> Page:
        cap = self._caps[self.calls % len(self._caps)]
        self.calls += 1
        rows = self.rows[span.offset : span.offset + min(span.limit, cap)]
        return Page([*map(copy, rows)], self._total(len(self.rows)))


class Reading(NamedTuple):
    """Rows that came, pages that were used, and warnings."""

    rows: list[Any]
    pages: int
    warnings: list[str]

    @property
    def ids(self) -> list[Any]:
        return [row["id"] for row in self.rows]


def read(
    served: MovingList,
    size: int,
    ahead: int = 1,
    window: Window | None = None,
    before_call: Callable[[MovingList], object] = lambda _: None,
    body: Callable[[Any], object] = lambda _: None,
) -> Reading:
    """Read a list as the drivers do: pages ahead are kept while they are among the plans."""
    reader = Reader(window or Window(), size)
    fetched: dict[Span, Page] = {}
    reading = Reading([], 0, [])
    while not reader.complete:
        spans = reader.spans(ahead)
        assert 1 <= len(spans) <= ahead
        assert all(a.offset + a.limit >= b.offset > a.offset for a, b in pairwise(spans))
        fetched = {span: page for span, page in fetched.items() if span in spans}
        for span in reversed(spans):  # calls at a time arrive in any order
            if span not in fetched:
                if served.calls:
                    before_call(served)
                fetched[span] = served.page(span)
        rows = reader.feed(fetched.pop(spans[0]), spans[0])
        reading = reading._replace(rows=reading.rows + rows, pages=reading.pages + 1)
        assert reading.pages < 5000, "the reading does not end"
        if reader.warning:
            reading.warnings.append(reader.warning)
        for row in rows:
            body(row)
    assert reader.spans(ahead) == []
    return reading
