"""The law of reading: a row that is in a list throughout comes once, whatever moves meanwhile."""

from __future__ import annotations

import random
import tracemalloc
from copy import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.client.histories import HISTORIES, MovingList, read

from cnct.client._core.paging import Page, Span, Window
from cnct.client._core.reader import Reader


@given(
    number=st.integers(0, 80),
    size=st.integers(1, 30),
    ahead=st.sampled_from([1, 2, 3, 10]),
    caps=st.sampled_from([[1000], [2], [5], [7, 3, 20]]),
    totals=st.booleans(),
    history=HISTORIES,
    approved=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 99),
)
def test_what_stays_comes_once(number, size, ahead, caps, totals, history, approved, seed):
    served = MovingList(number, caps, lambda total: total if totals else None)
    moves = iter(history)
    chance = random.Random(seed)  # noqa: S311 - no secrets

    def approve(row):
        if chance.random() < approved:
            served.delete([row])

    reading = read(
        served,
        size,
        ahead,
        before_call=lambda rows: [rows.move(move) for move in next(moves, [])],
        body=approve,
    )
    assert len(set(reading.ids)) == len(reading.rows)
    assume(not reading.warnings)  # pages of a row or two under many insertions: given up
    stayed = [row["id"] for row in served.staying]
    assert [id_ for id_ in reading.ids if id_ in {*stayed}] == stayed
    assert served.calls <= 2 * reading.pages + 2 * ahead


@given(
    number=st.integers(0, 60),
    size=st.integers(5, 30),
    ahead=st.integers(1, 10),
    history=st.lists(HISTORIES.map(lambda moves: moves[0] if moves else []), max_size=5),
)
def test_a_list_that_moves_a_little_is_never_warned_of(number, size, ahead, history):
    served, moves = MovingList(number), iter(history)
    reading = read(
        served,
        size,
        ahead,
        before_call=lambda rows: [rows.move(move) for move in next(moves, [])],
    )
    assert reading.warnings == []
    assert {row["id"] for row in served.staying} <= {*reading.ids}


@given(
    number=st.integers(0, 60),
    caps=st.lists(st.integers(1, 20), min_size=1, max_size=5),
    size=st.integers(1, 30),
    start=st.integers(0, 70),
    length=st.one_of(st.none(), st.integers(0, 70)),
    totals=st.booleans(),
    ahead=st.integers(1, 5),
    kind=st.sampled_from(["ids", "equal", "pairs", "versions", "no ids", "numbers"]),
)
def test_at_rest_rows_are_those_of_offset_paging(
    number, caps, size, start, length, totals, ahead, kind
):
    window = Window(start, None if length is None else start + length)
    rows = rows_of(kind, number)
    served = MovingList([*rows], caps, lambda total: total if totals else None)
    reading = read(served, size, ahead, window)
    assert reading.rows == rows[start : window.stop]
    assert reading.warnings == []


def rows_of(kind, number):
    """Return rows with ids, or such as lists of Connect have without."""
    match kind:
        case "ids":
            return [{"id": n} for n in range(number)]
        case "equal":
            return [{"name": "same"}] * number
        case "pairs":  # a filter into lists repeats rows
            return [{"id": n // 2, "name": "same"} for n in range(number)]
        case "versions":
            return [{"id": "PRD-1", "version": n} for n in range(number)]
        case "no ids":
            return [{"name": n} for n in range(number)]
        case _:
            return [*range(number)]


@pytest.mark.parametrize("ahead", [1, 10])
@pytest.mark.parametrize("size", [1, 10, 100])
def test_versions_are_recognised_by_version(size, ahead):
    served = MovingList(rows_of("versions", 50))
    reading = read(served, size, ahead, body=lambda row: served.delete([row]))
    assert [row["version"] for row in reading.rows] == [*range(50)]
    assert reading.warnings == []


@pytest.mark.parametrize("kind", ["no ids", "pairs"])
def test_rows_without_ids_of_their_own_are_compared_as_a_whole_with_a_warning(kind):
    rows = rows_of(kind, 40)
    served = MovingList([*rows])
    reading = read(served, 10, before_call=lambda served: served.delete(served.rows[:1]))
    assert [row for row in rows[4:] if row not in reading.rows] == []
    assert len(reading.warnings) == 1
    assert "no ids of their own" in reading.warnings[0]


def test_ids_that_repeat_on_different_pages_only_are_noticed_when_the_list_moves():
    rows = [{"id": n % 20, "of": n // 20} for n in range(60)]
    served = MovingList([*rows])
    reading = read(
        served,
        10,
        before_call=lambda served: served.calls == 4 and served.delete(served.rows[:3]),
    )
    assert [row for row in rows[3:] if row not in reading.rows] == []
    assert ["no ids of their own" in warning for warning in reading.warnings] == [True]


def test_rows_without_an_id_behind_rows_with_one_are_compared_as_a_whole():
    rows = [{"id": n} for n in range(20)] + [{"name": n} for n in range(20)]
    served = MovingList([*rows])
    reading = read(served, 10, before_call=lambda served: served.delete(served.rows[:1]))
    assert [row for row in rows[4:] if row not in reading.rows] == []
    assert len(reading.warnings) == 1


@pytest.mark.parametrize("kind", ["ids", "versions", "no ids"])
@pytest.mark.parametrize("size", [1, 10])
def test_the_body_may_change_the_rows(kind, size):
    served = MovingList(rows_of(kind, 35))
    reading = read(served, size, body=dict.clear)
    assert (len(reading.rows), reading.warnings) == (35, [])


def test_the_body_may_change_the_rows_of_a_list_without_pages():
    assert len(read(Unpaged(35), 100, body=dict.clear).rows) == 35


@pytest.mark.parametrize(("place", "every"), [("end", 1), ("end", 2), ("front", 1), ("front", 3)])
@pytest.mark.parametrize("ahead", [1, 10])
@pytest.mark.parametrize(("number", "size"), [(250, 100), (1000, 100), (95, 10), (60, 1)])
def test_rows_that_go_and_come_again_elsewhere_hide_no_others(place, every, ahead, number, size):
    """As in a list by date of update, where the body updates each row."""
    served = MovingList(number)

    def touch(row):
        if row["id"] % every == 0:
            served.rows.remove(row)
            served.rows.insert(len(served.rows) if place == "end" else 0, row)

    reading = read(served, size, ahead, body=touch)
    assert sorted(reading.ids) == [*range(number)]


@pytest.mark.parametrize("ahead", [1, 10])
def test_a_server_that_changes_the_order_is_warned_of_once(ahead):
    served = MovingList(1000)
    chance = random.Random(1)  # noqa: S311 - no secrets
    reading = read(served, 100, ahead, before_call=lambda served: chance.shuffle(served.rows))
    assert len(set(reading.ids)) == len(reading.ids)
    assert len(reading.warnings) == 1
    assert "changed the order" in reading.warnings[0]
    assert served.calls <= 10 * 10 + 100


@pytest.mark.parametrize("place", [0, 100])
@pytest.mark.parametrize("ahead", [1, 10])
def test_a_list_that_grows_for_ever_is_given_up_with_one_warning(place, ahead):
    served = MovingList(100)
    reading = read(
        served, 10, ahead, before_call=lambda rows: rows.insert(len(rows.rows) * place // 100, 20)
    )
    assert len(reading.warnings) == 1
    assert "faster than it can be read" in reading.warnings[0]
    assert served.calls <= 10 * 11 + 100


def test_a_list_without_totals_that_moves_for_ever_is_given_up():
    served = MovingList(100, total=lambda _: None)
    reading = read(served, 10, before_call=lambda rows: rows.insert(0, 20))
    assert len(reading.warnings) == 1
    assert served.calls <= 1100


@pytest.mark.parametrize(
    "lie",
    [
        lambda *_: 1,
        lambda total, _: total // 2 + 3,
        lambda total, _: total * 3,
        lambda total, call: total // 2 if call == 1 else total,
        lambda total, call: total * 2 if call == 1 else total,
        lambda total, call: total // 2 if call == 5 else total,
        lambda total, call: total * 2 if call == 5 else total,
        lambda total, call: None if call % 2 else total,
        lambda total, call: total + call % 3,
    ],
)
@pytest.mark.parametrize("ahead", [1, 10])
@pytest.mark.parametrize("cap", [1000, 7])
def test_a_total_that_is_wrong_loses_no_row_at_rest(lie, ahead, cap):
    calls = iter(range(1, 9999))
    served = MovingList(203, [cap], lambda total: lie(total, next(calls)))
    reading = read(served, 10, ahead)
    assert reading.ids == [*range(203)]
    assert reading.warnings == []


def test_a_list_that_moved_by_a_page_is_not_taken_for_one_that_has_no_pages():
    served = MovingList(150, total=lambda _: None)
    reading = read(served, 10, before_call=lambda rows: rows.calls == 1 and rows.insert(0, 9))
    assert reading.ids == [*range(150)]


class Unpaged(MovingList):
    """A server that ignores limit and offset, and sends no totals."""

    def page(self, _):
        self.calls += 1
        return Page([*map(copy, self.rows)], None)


@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_a_server_without_pages_is_read_once(number):
    served = Unpaged(number)
    assert read(served, 100).ids == [*range(number)]
    assert served.calls <= 3


@given(
    size=st.integers(1, 9), start=st.integers(1, 30), length=st.integers(1, 40), history=HISTORIES
)
def test_a_slice_of_a_moving_list_never_repeats_and_never_grows(size, start, length, history):
    served, moves = MovingList(50), iter(history)
    reading = read(
        served,
        size,
        window=Window(start, start + length),
        before_call=lambda rows: [rows.move(move) for move in next(moves, [])],
    )
    assert len(set(reading.ids)) == len(reading.ids) <= length


def test_a_slice_whose_rows_all_went_goes_on_at_its_start():
    served = MovingList(100)
    reading = read(
        served,
        10,
        window=Window(20, None),
        before_call=lambda rows: rows.calls == 1 and rows.delete(rows.rows[20:30]),
    )
    assert reading.ids == [*range(20, 100)]


# Costs: calls at rest, calls ahead, memory.


@pytest.mark.parametrize(("number", "size", "calls"), [(2000, 100, 21), (28, 14, 3), (100, 100, 1)])
def test_at_rest_only_the_overlap_costs_calls(number, size, calls):
    served = MovingList(number)
    read(served, size)
    assert served.calls == calls


@pytest.mark.parametrize(
    ("name", "most"),
    [("approve", 22), ("every second", 43), ("front", 43), ("end", 115), ("3 and 5", 38)],
)
@pytest.mark.parametrize("ahead", [1, 20])
def test_moves_cost_few_calls(name, most, ahead):
    """The figures are those of a list of 2,000 rows that is read in pages of 100."""
    served = MovingList(2000)
    chance = random.Random(1)  # noqa: S311 - no secrets

    def delete(number):
        for _ in range(number):
            served.delete([chance.choice(served.rows)])

    def change(served):
        match name:
            case "front":
                served.insert(0, 20)
                delete(20)
            case "end":
                served.insert(len(served.rows), 20)
                delete(20)
            case "3 and 5":
                served.insert(0, 3)
                delete(5)

    def body(row):
        if name == "approve" or (name == "every second" and row["id"] % 2):
            served.rows.remove(row)

    reading = read(served, 100, ahead, before_call=change, body=body)
    assert len(set(reading.ids)) == len(reading.ids)
    assert {row["id"] for row in served.staying} <= {*reading.ids}
    assert reading.pages <= most
    assert served.calls <= 2 * reading.pages + ahead
    assert reading.warnings == []


@pytest.mark.parametrize("moves", [False, True])
def test_a_row_takes_at_most_24_bytes(moves):
    number, reader = 50_000, Reader(Window(), 1000)
    tracemalloc.start()
    deleted = 0
    while not reader.complete:
        (span,) = reader.spans()
        if moves and span.offset > number // 2:
            deleted = 100
        first = span.offset + deleted
        ids = range(first, min(first + span.limit, number))
        reader.feed(Page([{"id": f"AS-{n:012}"} for n in ids], number - deleted), span)
    recent = 1_000_000  # bytes, however many rows
    assert tracemalloc.get_traced_memory()[1] < 24 * number + recent * moves
    tracemalloc.stop()


# How pages are planned.


def test_a_reader_plans_on_the_grid_of_the_first_page():
    reader, rows = Reader(Window(), 100), list(range(45))
    assert reader.spans(3) == [(0, 100)]
    reader.feed(Page(rows[:10], 45), Span(0, 100))
    assert reader.spans(3) == [(9, 100), (18, 100), (27, 100)]
    reader.feed(Page(rows[9:14], 45), Span(9, 100))
    assert reader.spans(3) == [(13, 6), (18, 100), (27, 100)]
    reader.feed(Page(rows[13:19], 45), Span(13, 6))
    assert reader.spans(9) == [(18, 100), (27, 100), (36, 100)]


def test_without_overlap_pages_follow_each_other_by_offset():
    reader = Reader(Window(), 100, overlap=False)
    reader.feed(Page([0] * 10, 45), Span(0, 100))
    assert reader.spans(3) == [(10, 100), (20, 100), (30, 100)]
    reader.feed(Page([0] * 4, 45), Span(10, 100))
    assert reader.spans(3) == [(14, 6), (20, 100), (30, 100)]
    reader.feed(Page([0] * 6, 45), Span(14, 6))
    assert reader.spans(9) == [(20, 100), (30, 100), (40, 100)]
