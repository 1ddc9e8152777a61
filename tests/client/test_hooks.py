"""Hooks and counts: what they are told of calls, and that their errors reach the caller."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from tests.conftest import KEY, json_answer

from cnct import ConnectClient, NotFoundError, RetryPolicy
from cnct.client.hooks import ErrorEvent, RequestEvent, ResponseEvent, RetryEvent
from cnct.client.statistics import Stats
from cnct.testing import ConnectClientMocker

NAMES = ("on_request", "on_response", "on_retry", "on_error")
QUICK = RetryPolicy(base=0)


@pytest.fixture
def observed(world: Any, server: Any) -> Any:
    """A function that makes a client whose hooks remember their events."""

    def make(**settings: Any) -> tuple[Any, list[Any]]:
        events: list[Any] = []
        hooks = {name: world.function(events.append) for name in NAMES}
        return world.client(KEY, server.endpoint, retry=QUICK, **hooks, **settings), events

    return make


def test_hooks_are_told_of_every_attempt(observed, server):
    answers = [json_answer({}, 503), json_answer({"id": "PRD-1"}, X_Of="it")]
    server.answer = lambda _: answers.pop(0)
    client, events = observed(max_retries=1)
    client.products["PRD-1"].get(headers={"X-Of": "me"})
    kinds = [RequestEvent, ResponseEvent, RetryEvent, RequestEvent, ResponseEvent]
    assert [type(event) for event in events] == kinds
    assert [event.attempt for event in events] == [1, 1, 1, 2, 2]
    assert {(event.method, event.url) for event in events} == {
        ("GET", f"{server.endpoint}/products/PRD-1")
    }
    first, failed, retry, _, last = events
    assert (first.headers["x-of"], last.headers["x-of"]) == ("me", "it")
    assert (failed.status, last.status, last.size) == (503, 200, len(b'{"id": "PRD-1"}'))
    assert 0 <= last.seconds < 10
    assert (retry.pause, "status 503, try 1 of 2" in retry.reason) == (0, True)


def test_an_error_is_reported_once_and_raised(observed, server):
    server.answer = lambda _: json_answer({}, 404)
    client, events = observed(max_retries=2)
    with pytest.raises(NotFoundError) as caught:
        client.products["PRD-1"].get()
    assert [type(event) for event in events] == [RequestEvent, ResponseEvent, ErrorEvent]
    assert events[-1].error is caught.value
    assert 0 <= events[-1].seconds < 10


def test_a_request_without_a_response_is_reported_as_an_error(observed, server):
    server.answer = lambda _: None
    client, events = observed(max_retries=1)
    with pytest.raises(Exception, match="No response"):
        client.products["PRD-1"].get()
    kinds = [RequestEvent, RetryEvent, RequestEvent, ErrorEvent]
    assert [type(event) for event in events] == kinds


def test_attempts_are_counted_anew_after_a_redirect(observed, server):
    server.answer = lambda got: (
        (307, {"Location": "/public/v1/new"}, b"") if got.path.endswith("old") else json_answer({})
    )
    client, events = observed()
    client.get("old")
    assert [(event.url[-3:], event.attempt) for event in events[::2]] == [("old", 1), ("new", 1)]


def test_hooks_see_no_secret(observed, server):
    server.answer = lambda _: json_answer({}, X_Of=f"key {KEY}", Set_Cookie="a=very-secret")
    client, events = observed(default_headers={"X-Of": f"key {KEY}", "Cookie": "a=very-secret"})
    client.get(f"products?name={KEY.partition(':')[2]}")
    text = " ".join(f"{event} {event.headers}" for event in events)
    assert "very-secret" not in text
    assert events[0].headers["authorization"] == events[1].headers["set-cookie"] == "***"
    assert events[0].headers["x-of"] == events[1].headers["x-of"] == "key ***"


def test_hooks_know_the_path_in_the_document(world, connect):
    events: list[Any] = []
    client = world.client(
        KEY,
        connect.endpoint,
        use_specs=True,
        specs_location=connect.spec,
        on_request=world.function(events.append),
    )
    client.products["PRD-000-000-001"].items.all().count()
    client.execute("GET", "products")
    assert [event.template for event in events] == [
        "products/{product_id}/items",
        "products",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_error_of_a_hook_reaches_the_caller_as_it_is(world, server, name):
    class OwnError(OSError):
        pass

    def fail(_: Any) -> None:
        raise OwnError(name)

    server.answer = lambda _: json_answer({}, 503)
    hook = {name: world.function(fail)}
    client = world.client(KEY, server.endpoint, max_retries=1, retry=QUICK, **hook)
    with pytest.raises(OwnError, match=name):
        client.products["PRD-1"].update({})
    assert len(server.got) == {"on_request": 0, "on_error": 2}.get(name, 1)


def test_hooks_can_be_plain_functions_in_both_worlds_and_set_later(world, server):
    server.answer = lambda _: json_answer({})
    events: list[Any] = []
    client = world.client(KEY, server.endpoint)
    client.on_request = events.append
    client.get("products")
    client.on_request = None
    client.get("products")
    assert len(events) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_hook_that_cannot_be_called_is_refused(world, name):
    with pytest.raises(TypeError, match=f"{name} must be a function of the event, not str"):
        world.client(KEY, **{name: "print"})


def test_an_asynchronous_hook_is_refused_in_a_synchronous_client():
    async def hook(_: Any) -> None:
        """Never called."""

    with pytest.raises(TypeError, match="on_retry must be a plain function in a ConnectClient"):
        ConnectClient(KEY, on_retry=hook)

    class Hook:
        async def __call__(self, _: Any) -> None:
            """Never called."""

    with pytest.raises(TypeError, match="on_error must be a plain function in a ConnectClient"):
        ConnectClient(KEY, on_error=Hook())


def test_a_client_counts_what_it_does(world, server):
    answers = [json_answer({}, 503, Retry_After="0.01"), json_answer({"id": 1})]
    server.answer = lambda _: answers.pop(0) if answers else json_answer({})
    client = world.client(KEY, server.endpoint, max_retries=1, retry=QUICK)
    assert client.stats == Stats()
    client.get("products")
    client.dry_run().get("products")
    assert client.stats == Stats(
        calls=3, retries=1, bytes=len('{}{"id": 1}{}'), seconds_waited=0.01
    )
    earlier = client.stats
    client.get("products")
    assert client.stats - earlier == Stats(calls=1, bytes=2)


def test_a_copy_of_a_client_counts_anew():
    client = ConnectClient(KEY, "https://localhost/v1", use_specs=False)
    with ConnectClientMocker("https://localhost/v1") as mocker:
        mocker.products["PRD-1"].get(return_value={})
        client.products["PRD-1"].get()
    assert client.stats.calls == 1
    assert pickle.loads(pickle.dumps(client)).stats.calls == 0


def test_a_client_counts_in_the_child_of_a_fork_that_held_its_lock():
    client = ConnectClient(KEY, "https://localhost/v1", use_specs=False)
    client._counts._lock.acquire()
    client._counts._renew()
    assert client.stats == Stats()


def test_a_response_of_a_test_needs_no_content():
    class Response:
        status_code = 204

    client = ConnectClient(KEY, "https://localhost/v1", use_specs=False)
    client._execute_http_call = lambda *_: setattr(client, "response", Response())
    assert client.products["PRD-1"].delete() is None
    assert client.stats == Stats(calls=1)
