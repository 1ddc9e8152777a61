"""Copies with other options, and keys and headers that change: on the same connections."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import threading
import weakref

import pytest
from tests.conftest import KEY, json_answer
from tests.worlds import Async, Played, Sync

from cnct import AsyncConnectClient, ClientError, ConnectClient, RetryPolicy

OTHER = "ApiKey SU-2:another-secret"


@pytest.fixture
def ports(server):
    """Answer with the key, and collect the ports of the connections."""
    seen = []

    def answer(got):
        seen.append(got.port)
        return json_answer({"key": got.headers.get("Authorization"), **picked(got.headers)})

    server.answer = answer
    return seen


def picked(headers):
    return {name: headers[name] for name in ("X-Mine", "Cookie") if name in headers}


def test_a_copy_has_other_options_and_leaves_the_client_as_it_is(remote):
    policy = RetryPolicy(deadline=5)
    options = {
        "timeout": 3,
        "max_retries": 2,
        "retry": policy,
        "default_headers": {"X-Mine": "1"},
        "concurrency": 4,
        "deadline": 9,
    }
    client = remote.it if isinstance(remote, Played) else remote
    before = {name: getattr(client, name) for name in options}
    other = client.with_options(**options, validate="strict")
    assert {name: getattr(other, name) for name in options} == options
    assert {name: getattr(client, name) for name in options} == before
    assert (other.api_key, other.endpoint) == (client.api_key, client.endpoint)
    assert type(other) is type(client)
    again = copied(other, timeout=None, validate=None)
    assert (again.timeout, again.max_retries, again.default_headers) == (None, 2, {"X-Mine": "1"})
    again.default_headers["X-Yours"] = "2"
    assert other.default_headers == {"X-Mine": "1"}


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"timeout": -1}, ValueError, "timeout must be"),
        ({"max_retries": -1}, ValueError, "max_retries must be"),
        ({"retry": 3}, TypeError, "retry must be a RetryPolicy"),
        ({"default_headers": {"Authorization": "x"}}, ValueError, "use api_key"),
        ({"validate": "some"}, ValueError, "validate must be"),
        ({"concurrency": 0}, ValueError, "concurrency must be"),
        ({"deadline": "1"}, TypeError, "deadline must be"),
        ({"api_key": 5}, TypeError, "api_key must be"),
        ({"api_key": " "}, ValueError, "api_key"),
        ({"endpoint": "https://elsewhere/v1"}, ValueError, "needs its api_key beside it: that of"),
        ({"endpoint": "elsewhere", "api_key": KEY}, ValueError, "endpoint must be a URL"),
        ({"proxy": ""}, TypeError, "proxy"),
    ],
)
def test_options_without_sense_are_named(remote, options, error, words):
    with pytest.raises(error, match=words) as caught:
        copied(remote, **options)
    assert "very-secret" not in str(caught.value)


def test_a_copy_acts_for_another_account_on_the_same_connection(remote, ports):
    assert remote.get("x")["key"] == KEY
    other = copied(remote, api_key=OTHER)
    assert other.get("x")["key"] == OTHER
    assert remote.get("x")["key"] == KEY
    assert copied(remote, api_key=None).get("x")["key"] is None
    assert copied(remote, timeout=5).get("x")["key"] == KEY
    assert len(set(ports)) == 1


def test_a_copy_for_another_endpoint_takes_its_key_along(remote, ports, server):
    same = copied(remote, endpoint=server.endpoint + "/")
    assert same.get("x")["key"] == KEY
    other = copied(remote, endpoint=f"{server.endpoint}/v2", api_key=OTHER)
    assert other.get("x")["key"] == OTHER
    assert server.got[-1].path == "/public/v1/v2/x"
    anonymous = copied(remote, endpoint=f"{server.endpoint}/v2", api_key=None)
    assert anonymous.get("x")["key"] is None
    assert copied(remote, endpoint=None).get("x")["key"] == KEY


def test_cookies_belong_to_a_key(remote, server):
    server.answer = lambda got: json_answer(picked(got.headers), Set_Cookie="session=mine; Path=/")
    remote.get("x")
    assert remote.get("x") == {"Cookie": "session=mine"}
    assert copied(remote, timeout=5).get("x") == {"Cookie": "session=mine"}
    other = copied(remote, api_key=OTHER)
    assert other.get("x") == {}
    assert other.get("x") == {"Cookie": "session=mine"}


def test_key_and_headers_may_change_between_calls(remote, ports):
    assert remote.get("x") == {"key": KEY}
    remote.default_headers["X-Mine"] = "1"
    remote.api_key = OTHER
    assert remote.get("x") == {"key": OTHER, "X-Mine": "1"}
    remote.default_headers = {"X-Mine": "2"}
    remote.api_key = None
    assert remote.get("x") == {"key": None, "X-Mine": "2"}
    remote.default_headers = None
    assert remote.get("x") == {"key": None}
    for name, value in (
        ("api_key", 5),
        ("api_key", ""),
        ("default_headers", {"authorization": ""}),
    ):
        with pytest.raises((TypeError, ValueError)):
            setattr(remote, name, value)
    remote.default_headers["authorization"] = "x"
    with pytest.raises(ValueError, match="use api_key"):
        remote.get("x")


def test_closing_a_copy_leaves_the_connections_to_the_client(remote, ports):
    remote.get("x")
    for other in (copied(remote, timeout=5), copied(remote, api_key=OTHER)):
        other.get("x")
        close(other)
        remote.get("x")
        other.get("x")
    assert len(set(ports)) == 1


def test_closing_the_client_closes_the_connections_of_all(remote, ports):
    other = copied(copied(remote, api_key=OTHER), timeout=5)
    other.get("x")
    close(remote)
    other.get("x")  # a later call opens a new one
    assert len(set(ports)) == 2
    close(remote)
    remote.get("x")
    assert len(set(ports)) == 3


def test_a_copy_whose_client_is_gone_closes_the_connections_itself(world, server, ports):
    other = copied(world.client(KEY, server.endpoint), timeout=5)
    getattr(world, "_clients", []).clear()
    gc.collect()
    for _ in range(2):
        other.get("x")
        close(other)
    assert len(set(ports)) == 2


def copied(client, **options):
    """Return a copy; one of an asynchronous client is played, too."""
    if isinstance(client, Played):
        return Played(client._runner, client.it.with_options(**options))
    return client.with_options(**options)


def close(client):
    (client.close if type(client) is ConnectClient else client.aclose)()


def test_a_set_that_a_copy_reads_ahead_outlives_other_copies(server):
    server.answer = lambda _: json_answer([{"id": 1}], Content_Range="items 0-0/1")
    with ConnectClient(KEY, server.endpoint, use_specs=False, concurrency=2) as client:
        rows = iter(client.items.all().limit(1))
        client.with_options(timeout=3).close()
        assert [row["id"] for row in rows] == [1]


def test_copies_are_let_go(server):
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        other = client.with_options(api_key=OTHER)
        other.get("x")
        gone = weakref.ref(other)
        del other
        gc.collect()
        assert gone() is None

    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            other = client.with_options(api_key=OTHER)
            await other.get("x")
            gone = weakref.ref(other._pools)
            del other
            gc.collect()
            assert gone() is None

    asyncio.run(scenario())


def test_copies_in_threads_share_connections(server, ports):
    server_endpoint = server.endpoint
    with ConnectClient(KEY, server_endpoint, use_specs=False) as client:
        keys = [f"ApiKey SU-{number}:x" for number in range(20)]
        seen = []

        def act(key):
            seen.append(client.with_options(api_key=key).get("x")["key"])

        threads = [threading.Thread(target=act, args=[key]) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seen) == sorted(keys)


def test_settings_of_the_session_go_to_copies_of_the_same_key_only(server, ports):
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.session.headers["X-Mine"] = "1"
        assert client.with_options(timeout=3).get("x") == {"key": KEY, "X-Mine": "1"}
        assert client.with_options(api_key=OTHER).get("x") == {"key": OTHER}


def test_adapters_of_the_user_are_closed_by_their_owner(server):
    from requests.adapters import HTTPAdapter

    class Mine(HTTPAdapter):
        closed = 0

        def close(self):
            self.closed += 1

    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        adapter, other = Mine(), client.with_options(api_key=OTHER)
        other.session.mount("http://mine.example", adapter)
        other.close()
        assert adapter.closed == 1
        client.session.mount("http://mine.example", second := Mine())
        same = client.with_options(timeout=3)
        same.get("x")
        same.close()
        assert second.closed == 0
    assert second.closed > 0


def test_subclasses_and_their_seams_are_copied(server):
    class Mine(ConnectClient):
        def __init__(self, *args, name, **kwargs):
            super().__init__(*args, **kwargs)
            self.name = name

        def _prepare_call_kwargs(self, kwargs):
            kwargs = super()._prepare_call_kwargs(kwargs)
            kwargs["headers"]["X-Mine"] = self.name
            return kwargs

    server.answer = lambda got: json_answer(picked(got.headers))
    with Mine(KEY, server.endpoint, use_specs=False, name="ours") as client:
        assert client.with_options(timeout=3).get("x") == {"X-Mine": "ours"}


@pytest.mark.parametrize("world_class", [Sync, Async])
def test_copies_can_be_copied_and_pickled(world_class):
    client = world_class.client_class(KEY, "https://h/v1").with_options(timeout=3, api_key=OTHER)
    for other in (copy.copy(client), copy.deepcopy(client), pickle.loads(pickle.dumps(client))):
        assert (other.timeout, other.api_key, other.endpoint) == (3, OTHER, "https://h/v1")


def test_hooks_and_limiter_go_along_and_each_client_counts_its_own_calls(server, ports):
    from cnct import Limiter

    seen, limiter = [], Limiter(1000)
    with ConnectClient(
        KEY, server.endpoint, use_specs=False, limiter=limiter, on_request=seen.append
    ) as client:
        other = client.with_options(api_key=OTHER)
        other.get("x")
        assert other.limiter is limiter
        assert len(seen) == other.stats.calls == 1
        assert client.stats.calls == 0


def test_a_copy_shares_the_document(connect):
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        assert client.products.all().count() >= 0
        assert client.with_options(timeout=3).specs is client.specs
        with pytest.raises(ClientError):
            client.with_options(validate="strict").get("no-such-thing")


def test_a_dry_run_of_a_copy_and_a_copy_of_a_dry_run_record(remote, server, ports):
    dry = copied(remote, api_key=OTHER).dry_run()
    again = copied(dry, timeout=3)
    again.create("x", {"name": "a"})
    assert len(dry.calls) == len(again.calls) == 1
    assert server.got == []
    assert again.get("x")["key"] == OTHER
    assert [call.method for call in dry.calls] == ["POST"]
