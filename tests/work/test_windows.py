"""The cutting of windows, against a list of positions that is counted."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnct.client.work.axes import AXES, axis_of
from cnct.client.work.windows import FieldWindow, Piece, cut, grouped
from cnct.rql import R

NOW = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = 365 * 86_400 * 10**6


def counted(positions, window):
    low = 0 if window.low is None else bisect_left(positions, window.low)
    high = len(positions) if window.high is None else bisect_left(positions, window.high)
    return high - low


def cut_all(positions, most, kind="datetime", drop=0):
    """Return the pieces of sorted positions, and the number of windows that were counted.

    ``drop`` rows disappear from the end after each round.
    """
    axis = AXES[kind]
    pivot = axis.pivot(NOW)
    cutting = cut(axis, [Piece(FieldWindow(), len(positions), axis.step)], most, pivot)
    rows, calls, counts = [*positions], 0, None
    while True:
        try:
            windows = next(cutting) if counts is None else cutting.send(counts)
        except StopIteration as stop:
            return stop.value, calls
        counts = [counted(rows, window) for window in windows]
        calls += len(windows)
        del rows[len(rows) - drop :]


moments = st.integers(AXES["datetime"].pivot(NOW) - 3 * YEAR, AXES["datetime"].pivot(NOW) + 10**9)
anywhere = st.integers(AXES["datetime"].least - YEAR, AXES["datetime"].greatest + YEAR)
lists = st.lists(st.one_of(moments, anywhere), max_size=60).map(sorted)
ties = st.lists(st.tuples(moments, st.integers(1, 30)), max_size=8).map(
    lambda groups: sorted(moment for moment, count in groups for _ in range(count))
)


@settings(max_examples=60)
@given(st.one_of(lists, ties), st.integers(1, 20), st.integers(0, 5))
def test_windows_cover_every_position_once_whatever_the_counts_are(positions, most, drop):
    pieces, _ = cut_all(positions, most, drop=drop)
    assert pieces[0].window.low is None
    assert pieces[-1].window.high is None
    bounds = [(one.window.high, other.window.low) for one, other in itertools.pairwise(pieces)]
    assert all(high == low for high, low in bounds)
    assert [*bounds] == sorted(bounds)


@settings(max_examples=60)
@given(st.one_of(lists, ties), st.integers(1, 20))
def test_a_window_with_too_many_rows_has_them_at_one_position(positions, most):
    axis = AXES["datetime"]
    pieces, calls = cut_all(positions, most)
    assert sum(piece.rows for piece in pieces) == len(positions)
    for piece in pieces:
        assert piece.rows == counted(positions, piece.window)
        low, high, _ = piece.window
        within = [p for p in positions if (low is None or p >= low) and (high is None or p < high)]
        cuttable = {p for p in within if axis.least <= p < axis.greatest}
        assert piece.rows <= most or len(cuttable) <= 1
    assert calls <= 500 + 10 * len(positions)


def test_even_rows_are_cut_by_about_one_count_a_window():
    end = AXES["datetime"].pivot(NOW)
    positions = [end - 3 * YEAR + number * (3 * YEAR // 20_000) for number in range(20_000)]
    pieces, calls = cut_all(positions, 400)
    assert len(pieces) <= 80
    assert calls <= 90
    assert max(piece.rows for piece in pieces) <= 400


@settings(max_examples=50)
@given(st.lists(st.integers(-(10**6), 10**6), max_size=100).map(sorted), st.integers(1, 9))
def test_groups_are_neighbours_and_at_most_as_many_as_asked_for(positions, number):
    pieces, _ = cut_all(positions, 3, kind="integer")
    groups = grouped(pieces, number)
    assert 1 <= len(groups) <= number
    assert sum(group.rows for group in groups) == len(positions)
    assert groups[0].window.low is None
    assert groups[-1].window.high is None
    assert all(counted(positions, group.window) == group.rows for group in groups)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("2024-05-01T12:00:00.25+02:00", "datetime", "2024-05-01T10:00:00.250000+00:00"),
        ("2024-05-01", "date", "2024-05-01"),
        (17, "integer", "17"),
        (1.5, "float", "1.5"),
    ],
)
def test_values_are_positions_and_back(value, kind, text):
    axis = axis_of(value)
    position = axis.position(value)
    assert axis is AXES[kind]
    assert axis.text(position) == text
    assert axis.position(text) == position


@pytest.mark.parametrize("value", [True, None, "pending", {}, "99999-01-01"])
def test_other_values_have_no_axis(value):
    assert axis_of(value) is None


def test_decimals_are_cut_at_two_places():
    axis = AXES["decimal"]
    assert axis.value(axis.position("12.345")) == Decimal("12.34")


def test_dates_are_cut_at_the_present_and_numbers_at_zero():
    assert AXES["date"].pivot(NOW) == NOW.toordinal()
    assert AXES["float"].pivot(NOW) == 0


def test_a_window_is_a_condition():
    axis = AXES["integer"]
    low, high, nulls = R().n("a.b").ge(1), R().n("a.b").lt(9), R().n("a.b").null(value=True)
    assert FieldWindow(1, 9).condition("a.b", axis) == low & high
    assert FieldWindow(1, None).condition("a.b", axis) == low
    assert FieldWindow(None, 9).condition("a.b", axis) == high
    assert FieldWindow().condition("a.b", axis) == R()
    assert FieldWindow().condition("a.b", axis, are_nulls_apart=True) != R()
    assert FieldWindow(nulls=True).condition("a.b", axis) == nulls
