"""The core of a job, played by hand: passes that end, outcomes that add up."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnct.client.work import passes as work_passes
from cnct.client.work.entries import async_passes, passes
from cnct.client.work.job import BARRIER, Hands, Job, Task
from cnct.client.work.outcomes import Outcome, Summary
from cnct.client.work.passes import Passes


def no_reread(_):
    raise AssertionError


class List:
    """A list at a server that changes between the pages of a reader."""

    def __init__(self, ids):
        self.ids = list(ids)
        self.came_in = 0
        self.next_id = 10_000
        self.drifts = []

    def add(self, position):
        self.ids.insert(position % (len(self.ids) + 1), self.next_id)
        self.next_id += 1

    def pages(self):
        seen = set()
        while True:  # an exact reader, one row at a time
            new = next((key for key in self.ids if key not in seen), None)
            if new is None:
                return
            seen.add(new)
            yield [{"id": new}]

    def _counted(self):
        return len(self.ids)

    def _drifts(self):
        return self.drifts


@settings(max_examples=100)
@given(
    start=st.integers(0, 12),
    leaves=st.lists(st.booleans(), max_size=40),
    arrivals=st.lists(st.integers(0, 30), max_size=20),
)
def test_nothing_is_left_and_nothing_is_handled_twice(start, leaves, arrivals):
    """Every call may take its row out of the list, fail, or add one, in any order."""
    rows = List(range(start))
    arrivals, leaves = iter(arrivals), iter(leaves)
    summary, calls = Summary(), []
    job = Job(lambda row: row["id"], summary)

    def call(row):
        calls.append(row["id"])
        position = next(arrivals, None)
        if position is not None:
            rows.add(position)
        if next(leaves, True):
            rows.ids.remove(row["id"])
        else:
            raise ValueError(row)

    hands = Hands(call, None, no_reread)
    for entry in passes(job, lambda: rows):
        if isinstance(entry, Task):
            play(job.perform(entry, hands))
        else:
            assert entry is BARRIER
    job.close()
    assert len(calls) == len(set(calls)) == summary.total
    assert summary.complete == (not summary.note)
    if summary.complete:
        assert set(rows.ids) <= set(calls)


def play(flow):
    step = next(flow)
    try:
        while True:
            try:
                result = step()
            except ValueError as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        return stop.value


def passes_of(*counts, total=None):
    """Count rows in passes, and return whether another one is due after each."""
    counter, due = Passes(), []
    for new, old in counts:
        counter.page(total)
        for number in range(new + old):
            counter.row(is_new=number < new)
        due.append(counter.end())
        if not due[-1]:
            break
    return due, counter.overrun


def test_a_pass_without_new_rows_is_the_last_one():
    assert passes_of((5, 0), (1, 4), (0, 6)) == ([True, True, False], "")
    assert passes_of((0, 0)) == ([False], "")


def test_more_arrivals_than_a_pass_handled_are_the_end():
    due, overrun = passes_of((5, 0), (6, 0))
    assert due == [True, False]
    assert overrun.endswith("more than 5 during pass 1, which handled 5")


def test_arrivals_at_the_end_belong_to_the_pass_that_reads_them():
    assert passes_of((5, 0), (9, 0), (0, 0), total=5) == ([True, True, False], "")


def test_a_pass_that_never_ends_is_cut():
    due, overrun = passes_of((1021, 0), total=5)
    assert due == [False]
    assert overrun.endswith("1,016 during pass 1, which began with 5")


def test_as_many_arrivals_in_every_pass_have_an_end():
    due, overrun = passes_of(*[(300, 0)] * 9)
    assert due == [True] * 4 + [False]
    assert overrun.endswith("300 in pass 5, and no fewer in those before")


def test_a_pass_that_was_broken_off_is_not_the_last_one():
    counter = Passes()
    for _ in range(3):
        counter.page(5)
        counter.break_off()
        assert counter.end()
    counter.page(5)
    assert not counter.end()
    assert not counter.overrun


def test_drift_breaks_a_pass_off():
    rows, summary = List([1]), Summary()
    rows.drifts.append("moved")
    job = Job(lambda row: row["id"], summary)
    entries = passes(job, lambda: rows)
    assert isinstance(next(entries), Task)
    assert next(entries) is BARRIER
    assert next(entries) is BARRIER
    rows.drifts.clear()
    assert list(entries) == [BARRIER]


def test_drift_breaks_a_pass_off_in_the_asynchronous_world_too():
    class AsyncList(List):
        async def pages(self):
            for page in super().pages():
                yield page

    async def scenario():
        rows = AsyncList([1])
        rows.drifts.append("moved")
        entries = async_passes(Job(lambda row: row["id"], Summary()), lambda: rows)
        assert isinstance(await anext(entries), Task)
        assert await anext(entries) is BARRIER
        assert await anext(entries) is BARRIER
        rows.drifts.clear()
        assert [entry async for entry in entries] == [BARRIER]

    asyncio.run(scenario())


def test_what_is_given_up_is_reported_once():
    summary = Summary()
    job = Job(lambda item: item, summary)
    (task,) = job.admit("a")
    flow = job.perform(task, Hands(str, None, no_reread))
    next(flow)
    assert job.give_up() == [Outcome("a", "a", state="unknown", attempts=1)]
    assert job.give_up(task) == []
    with pytest.raises(StopIteration) as stop:
        flow.send("late")
    assert stop.value.value.state == "done"
    assert (summary.unknown, summary.done) == (1, 0)


def test_a_pass_without_end_reads_no_further_page(monkeypatch):
    monkeypatch.setattr(work_passes, "_SLACK", 0)

    class Endless:
        def _counted(self):
            return 0

        def _drifts(self):
            return []

        async def pages(self):
            for number in itertools.count():
                yield [{"id": number}]

    async def entries(job):
        return [entry async for entry in async_passes(job, Endless)]

    summary = Summary()
    job = Job(lambda row: row["id"], summary)
    assert asyncio.run(entries(job)) == [Task(0, {"id": 0}), BARRIER]
    job.close()
    assert summary.note.endswith("1 during pass 1, which began with 0")
