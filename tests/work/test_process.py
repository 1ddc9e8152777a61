"""Work over a set: everything in it is handled once, whatever moves meanwhile."""

from __future__ import annotations

import pickle

import pytest
from tests.work.conftest import request_rows

from cnct import AmbiguousWriteError, BatchError, ClientError, NotFoundError
from cnct.client.work import Summary, passes

CONCURRENCY = pytest.mark.parametrize("concurrency", [1, 4])


@CONCURRENCY
def test_everything_is_handled_once(pending, approve, concurrency):
    summary = pending.process(approve, concurrency=concurrency)
    assert sorted(approve.calls) == [row["id"] for row in request_rows(25)]
    assert (summary.done, summary.total, summary.complete, summary.note) == (25, 25, True, "")
    assert repr(summary) == "<Summary: 25 done of 25>"
    assert pending.all().count() == 0


@CONCURRENCY
def test_what_comes_in_meanwhile_is_handled_too(world, connect, pending, concurrency):
    calls = []

    def approve(row):
        calls.append(row["id"])
        connect.delete(f"requests/{row['id']}")
        number = len(calls)
        if number % 2 == 0 and number <= 20:  # in front and at the end
            connect.insert("requests", *request_rows(1, number if number % 4 else 900 + number))

    for row in request_rows(25):
        connect.delete(f"requests/{row['id']}")
    connect.insert("requests", *request_rows(25, 500))
    pending = pending.order_by("created")
    summary = pending.process(world.function(approve), concurrency=concurrency)
    assert len(calls) == len(set(calls)) == summary.done
    assert pending.all().count() == 0


@CONCURRENCY
def test_failures_stay_and_cause_no_endless_loop(world, pending, concurrency):
    def fail(row):
        calls.append(row["id"])
        raise KeyError("no such field")

    calls = []
    summary = pending.process(world.function(fail), concurrency=concurrency)
    assert sorted(calls) == [row["id"] for row in request_rows(25)]
    assert (summary.failed, summary.complete) == (25, True)
    assert summary.failures[0].row is None
    assert str(summary.failures[0]).endswith("failed: KeyError: 'no such field'")
    assert repr(summary).splitlines()[0] == "<Summary: 25 failed of 25"
    assert repr(summary).endswith("\n  and 20 more>")
    with pytest.raises(BatchError, match=r"25 failed of 25: PR-\d+ failed: KeyError") as caught:
        summary.raise_for_failures()
    assert caught.value.summary is summary
    assert isinstance(caught.value.__cause__, KeyError)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (str(twin), twin.summary.failed) == (str(caught.value), 25)
    Summary(done=1).raise_for_failures()


def test_a_set_that_fills_as_fast_as_it_is_handled_has_an_end(world, connect, asker, monkeypatch):
    monkeypatch.setattr(passes, "_SLACK", 50)

    def approve(row):
        calls.append(row["id"])
        connect.delete(f"requests/{row['id']}")
        connect.insert("requests", *request_rows(2, 9000 - 2 * len(calls)))

    calls = []
    pending = asker.requests.filter(status="pending").order_by("created").limit(10)
    summary = pending.process(world.function(approve), concurrency=2)
    assert len(calls) == len(set(calls)) == summary.done < 600
    assert not summary.complete
    assert summary.note.startswith("rows come in as fast as they are handled: ")
    assert summary.note in repr(summary)


def test_a_set_that_grows_at_its_end_has_an_end(world, connect, asker, monkeypatch):
    monkeypatch.setattr(passes, "_SLACK", 50)

    def approve(row):
        calls.append(row["id"])
        connect.insert("requests", *request_rows(1, 100 + len(calls)))

    calls = []
    pending = asker.requests.filter(status="pending").order_by("created").limit(10)
    summary = pending.process(world.function(approve), concurrency=2)
    assert len(calls) == len(set(calls)) == summary.done < 600
    assert not summary.complete
    assert summary.note.startswith("rows come in as fast as they are handled: ")


@CONCURRENCY
def test_a_slice_is_resolved_once(pending, approve, concurrency):
    summary = pending[5:15].process(approve, concurrency=concurrency)
    assert sorted(approve.calls) == [row["id"] for row in request_rows(10, 5)]
    assert (summary.total, summary.complete) == (10, True)


@CONCURRENCY
def test_as_many_outcomes_as_resources_are_yielded(pending, approve, concurrency):
    outcomes = list(pending.outcomes(approve, concurrency=concurrency))
    assert sorted(outcome.id for outcome in outcomes) == sorted(approve.calls)
    assert len(outcomes) == 25
    assert all(outcome.value == outcome.row["id"].lower() for outcome in outcomes)
    assert {(outcome.state, outcome.attempts, outcome.error) for outcome in outcomes} == {
        ("done", 1, None)
    }


def test_an_action_of_every_resource_is_called(connect, asker):
    pending = asker.requests.filter(status="pending")
    summary = pending.act("approve", {"template_id": "TL-1"}, concurrency=4)
    assert summary.done == 25
    assert pending.all().count() == 0
    posts = [call.path for call in connect.requests if call.method == "POST"]
    assert sorted(posts) == [f"requests/{row['id']}/approve" for row in request_rows(25)]


@pytest.mark.parametrize("error", [ClientError("no"), AmbiguousWriteError("lost")])
@pytest.mark.parametrize("on_error", ["stop", "raise"])
@CONCURRENCY
def test_a_failure_can_end_the_work(world, pending, concurrency, on_error, error):
    def fail(row):
        calls.append(row["id"])
        if len(calls) == 3:
            raise error

    calls = []
    summary = Summary()
    settings = {"concurrency": concurrency, "on_error": on_error, "summary": summary}
    if on_error == "raise":
        with pytest.raises(ClientError) as caught:
            pending.process(world.function(fail), **settings)
        assert caught.value is error
        assert caught.value.summary is summary
    else:
        assert pending.process(world.function(fail), **settings) is summary
    assert summary.total == len(calls) < 25
    assert summary.total == 3 or concurrency > 1
    assert len(summary.failures) == 1
    assert not summary.complete
    assert summary.note.startswith("stopped after PR-")


def test_a_wrapped_ambiguous_error_is_unknown(world, pending):
    def fail(row):
        raise RuntimeError("while approving") from AmbiguousWriteError("lost")

    assert pending[:1].process(world.function(fail)).unknown == 1


@CONCURRENCY
def test_rechecked_resources_that_changed_are_not_handled(world, connect, pending, concurrency):
    def approve(row):
        calls.append(row["id"])
        if len(calls) == 1:
            connect.delete("requests/PR-0023")
            connect.delete("requests/PR-0024")
            connect.insert("requests", *request_rows(1, 24, status="approved"))

    calls = []
    rows = pending.order_by("created")[:]
    outcomes = list(
        rows[:25].outcomes(world.function(approve), recheck=True, concurrency=concurrency)
    )
    states = {outcome.id: outcome.state for outcome in outcomes}
    assert states.pop("PR-0023") == "gone"
    assert states.pop("PR-0024") == "skipped"
    assert set(states.values()) == {"done"}
    assert len(calls) == len(states) == 23
    gone = next(outcome for outcome in outcomes if outcome.state == "gone")
    assert isinstance(gone.error, NotFoundError)
