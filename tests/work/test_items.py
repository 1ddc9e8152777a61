"""Work over items: ids, rows, payloads and operations."""

from __future__ import annotations

import pytest

from cnct import ConnectClient, NotFoundError
from cnct.client.work import Operation, Summary

CONCURRENCY = pytest.mark.parametrize("concurrency", [1, 3])


@CONCURRENCY
@pytest.mark.parametrize(
    ("items", "ids"),
    [
        (["PR-1", 2, {"id": "PR-3"}], ["PR-1", 2, "PR-3"]),
        ([{"name": "a"}, {"name": "a"}, 1.5], [0, 1, 2]),
        (range(2), [0, 1]),
        ([], []),
    ],
)
def test_each_item_is_handled(idle, world, items, ids, concurrency):
    def fail(item):
        raise ValueError(item)

    summary = idle.each(iter(items), world.function(fail), concurrency=concurrency)
    assert sorted((outcome.id for outcome in summary.not_done), key=str) == sorted(ids, key=str)
    assert summary.complete


def test_an_item_that_comes_again_is_skipped(idle, world):
    calls = []
    summary = idle.each(["a", "b", "a"], world.function(calls.append))
    assert (sorted(calls), summary.done, summary.skipped, summary.total) == (["a", "b"], 2, 1, 3)


def test_items_can_be_told_apart_by_a_key(idle, world):
    calls = []
    items = [{"number": 1}, {"number": 2}, {"number": 1}]
    summary = idle.each(items, world.function(calls.append), key=lambda item: item["number"])
    assert [call["number"] for call in calls] == [1, 2]
    assert summary.skipped == 1


@pytest.mark.parametrize("items", ["PR-1", {"id": 1}, 5, b"x"])
def test_items_that_are_hardly_meant_are_refused(idle, world, items):
    with pytest.raises(TypeError, match="must be a list or another iterable"):
        idle.each(items, world.function(print))


def test_an_item_can_be_read_again_before_its_call(idle, world):
    def now(item):
        if item == "gone":
            raise NotFoundError(status_code=404)
        return None if item == "other" else item.upper()

    calls = []
    summary = idle.each(
        ["a", "gone", "other"], world.function(calls.append), recheck=world.function(now)
    )
    assert (calls, summary.gone, summary.skipped) == (["A"], 1, 1)
    with pytest.raises(ValueError, match="does not know where to read an item again"):
        idle.each([], world.function(print), recheck=True)


@CONCURRENCY
def test_an_error_of_the_items_ends_the_work(idle, world, concurrency):
    def items():
        yield "a"
        raise LookupError("no more")

    with pytest.raises(LookupError) as caught:
        idle.each(items(), world.function(print), concurrency=concurrency)
    assert caught.value.summary.done == 1
    assert not caught.value.summary.complete


def test_asynchronous_items_are_read(world, idle):
    if world.name == "sync":
        pytest.skip("the synchronous world has none")

    async def items():
        yield "a"
        yield "b"

    calls = []
    assert idle.each(items(), world.function(calls.append)).done == 2
    assert calls == ["a", "b"]


@CONCURRENCY
def test_many_operations_are_one_job(connect, asker, concurrency):
    operations = [
        Operation.create({"type": "purchase", "asset": {"id": "AS-1"}}),
        Operation.update("PR-0001", {"note": "new"}),
        Operation.delete("PR-0002"),
        Operation.action("PR-0003", "approve", {"template_id": "TL-1"}),
        Operation.action("PR-9999", "approve"),
    ]
    asker.requests.bulk(operations, concurrency=concurrency)
    calls = [(call.method, call.path) for call in connect.requests]
    assert sorted(calls) == [
        ("DELETE", "requests/PR-0002"),
        ("POST", "requests"),
        ("POST", "requests/PR-0003/approve"),
        ("POST", "requests/PR-9999/approve"),
        ("PUT", "requests/PR-0001"),
    ]


def test_operations_can_be_rechecked(connect, asker):
    operations = [
        Operation.create({"type": "purchase"}),
        Operation.action("PR-0003", "approve", {"template_id": "TL-1"}),
        Operation.update("PR-9999", {}),
    ]
    summary = asker.requests.bulk(operations, recheck=True)
    assert summary.gone == 1
    assert [outcome.id for outcome in summary.not_done if outcome.state == "gone"] == [2]
    assert [call.method for call in connect.requests] == ["POST", "GET", "POST", "GET"]


def test_something_else_than_an_operation_is_refused(asker):
    with pytest.raises(TypeError, match=r"bulk\(\) takes operations such as Operation.update"):
        asker.requests.bulk([{"id": "PR-1"}])
    with pytest.raises(ValueError, match="is no name of an action"):
        Operation.action("PR-1", "a b")


def test_a_bulk_job_with_a_journal_needs_names(asker, tmp_path):
    path = tmp_path / "journal"
    with pytest.raises(ValueError, match="pass name="):
        asker.requests.bulk([], journal=path)
    with pytest.raises(ValueError, match="A create has no id"):
        asker.requests.bulk([Operation.create({})], journal=path, name="load")
    operations = [Operation.delete("PR-0001"), Operation.update("PR-0002", {"note": "x"})]
    first = asker.requests.bulk(operations[:1], journal=path, name="load", key=str)
    assert first.done == 1
    path.unlink()
    keyed = [*operations, Operation.create({"type": "purchase"})]
    asker.requests.bulk(keyed, journal=path, name="load", key=lambda each: each.verb)
    assert '"id": "create"' in path.read_text(encoding="utf-8")
    path.unlink()
    asker.requests.bulk(operations[1:], journal=path, name="load")
    assert '"id": "update PR-0002"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"concurrency": 0}, "concurrency must be at least 1"),
        ({"on_error": "ignore"}, "on_error must be 'collect', 'stop' or 'raise', not 'ignore'"),
        ({"progress": 5}, "progress must be a callable, or True"),
        ({"name": 5}, "name must be a str, not int"),
        ({"summary": {}}, "summary must be a Summary, not dict"),
        ({"key": "id"}, "key must be a function"),
        ({"journal_restart": True}, "journal_restart needs a journal"),
    ],
)
def test_settings_out_of_range_are_refused(pending, world, settings, message):
    with pytest.raises((TypeError, ValueError), match=message):
        pending.process(world.function(print), **settings)


def test_a_set_without_its_ids_is_refused(connect, asker, world):
    with pytest.raises(ValueError, match=r"select\('-id'\) removes the ids .*: leave it out"):
        asker.requests.all().select("-id").process(world.function(print))
    assert len(connect.requests) == 0


def test_rows_without_ids_need_a_key(server, remote, world):
    from tests.conftest import json_answer

    server.answer = lambda _: json_answer([{"name": "a"}, {"name": "b"}])
    with pytest.raises(ValueError, match="A row of usage/aggregates has no id: pass key="):
        remote.collection("usage/aggregates").all().process(world.function(print))
    rows = remote.collection("usage/aggregates").all()
    assert rows.process(world.function(len), key=lambda row: row["name"]).done == 2
    with pytest.raises(TypeError, match="An id must be a str or an int, not float: pass key="):
        rows.all().process(world.function(print), key=lambda _: 1.5)


def test_versions_of_one_resource_need_a_key(server, remote, world):
    from tests.conftest import json_answer

    rows = [{"id": "PRD-1", "version": 1}, {"id": "PRD-1", "version": 2}]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-1/2")
    versions = remote.collection("products/PRD-1/versions").all()
    with pytest.raises(ValueError, match="Two rows have the id 'PRD-1' and different versions"):
        versions.process(world.function(print))
    assert versions.process(world.function(len), key=lambda row: row["version"]).done == 2


def test_functions_of_the_other_world_are_refused(client):
    async def function(row):
        pass

    requests = client.requests.all()
    with pytest.raises(TypeError, match="is asynchronous: use an AsyncConnectClient"):
        requests.process(function)
    with pytest.raises(TypeError, match="must be callable, not str: for an action, write act"):
        requests.process("approve")

    def later(row):
        return function(row)

    summary = requests[:1].process(later)
    assert "returned a coroutine: use an AsyncConnectClient" in str(summary.failures[0])


def test_an_unknown_action_is_refused_before_anything_is_sent(connect):
    from cnct import UnknownNameError

    with ConnectClient("ApiKey x", connect.endpoint, specs_location=connect.spec) as client:
        assert client.specs.load() is None
        with pytest.raises(UnknownNameError, match="approve"):
            client.requests.all().act("aprove")
        assert client.requests.filter(status="failed").act("approve", lambda _: {}).total == 0


def test_a_plain_function_is_taken_in_both_worlds(idle):
    assert idle.each(["a", "b"], str.upper).done == 2


def test_a_slice_that_repeats_a_row_handles_it_once(server, remote, world):
    from tests.conftest import json_answer

    server.answer = lambda _: json_answer([{"id": 1}, {"id": 1}], Content_Range="items 0-1/2")
    assert remote.products.all()[:2].process(world.function(str)).total == 1


def test_many_failures_keep_no_rows_alive(idle, world, monkeypatch):
    from cnct.client.work import outcomes

    monkeypatch.setattr(outcomes, "_WHOLE_ERRORS", 1)

    def fail(item):
        try:
            _ = {}[item]
        except KeyError as error:
            raise ValueError(item) from error

    summary = idle.each(["a", "b"], world.function(fail))
    first, second = summary.failures
    assert first.error.__traceback__ is not None
    assert second.error.__traceback__ is second.error.__cause__.__traceback__ is None


def test_a_summary_shows_no_control_characters():
    from cnct.client.work import Outcome

    summary = Summary()
    error = ValueError("\x1b[2J" + "long " * 100)
    summary._add(Outcome("PR-\x07", error=error, state="failed"))
    assert all(line.isprintable() for line in repr(summary).splitlines())
    assert len(repr(summary)) < 300
