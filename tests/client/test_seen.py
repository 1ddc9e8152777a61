"""Rows that were passed are recognised, whatever their number, in little memory."""

from __future__ import annotations

import tracemalloc

import pytest

from cnct.client._core.seen import SeenRows


def keys(start, stop):
    return [f"PR-{number:06}" for number in range(start, stop)]


@pytest.mark.parametrize("before", [0, 100, 1500])
def test_rows_are_recognised_before_and_after_the_first_look_up(before):
    seen = SeenRows()
    seen.add(keys(0, before))
    for start in range(before, 4000, 100):
        assert not seen.has(f"PR-{start:06}")
        seen.add(keys(start, start + 100))
    assert all(map(seen.has, keys(0, 4000)))
    assert not any(map(seen.has, keys(4000, 5000)))
    assert not seen.has_repeats()
    seen.add(keys(1234, 1235))
    assert seen.has_repeats()


@pytest.mark.parametrize("has_moved", [False, True])
def test_a_row_takes_less_than_24_bytes(has_moved):
    number, page = 50_000, 100
    tracemalloc.start()
    try:
        seen = SeenRows()
        if has_moved:
            seen.has("PR-0")
        for start in range(0, number, page):
            seen.add(keys(start, start + page))
        assert tracemalloc.get_traced_memory()[1] < 24 * number
    finally:
        tracemalloc.stop()


def test_a_list_that_moves_late_takes_no_more():
    seen = SeenRows()
    seen.add(keys(0, 50_000))
    tracemalloc.start()
    try:
        assert seen.has("PR-000001")
        assert tracemalloc.get_traced_memory()[1] < 16 * 50_000  # beside the 8 that it had
    finally:
        tracemalloc.stop()
