"""From start to reset: which calls are intercepted, by which mocker, and for how long."""

from __future__ import annotations

import re
import socket
import threading

import httpx2
import pytest
import requests
from tests.conftest import KEY, json_answer
from tests.testing.conftest import URL

from cnct import AsyncConnectClient, ConnectClient
from cnct.testing import (
    AsyncConnectClientMocker,
    ConnectClientMocker,
    UnexpectedCallError,
    UnusedMockError,
)


def test_every_client_of_the_endpoint_is_answered_however_it_is_made(world, make):
    before = world.client(KEY, URL)
    with make(URL) as mocker:
        mocker.get("a", return_value=1)
        assert before.get("a") == 1
        assert world.client("ApiKey other", f"{URL}/").get("a") == 1
        assert world.client(KEY, "HTTPS://LOCALHOST:443/public/v1").get("a") == 1


def test_calls_to_other_places_go_there(world, make, server):
    server.answer = lambda _: json_answer({"from": "server"})
    with make(URL):
        assert world.client(KEY, server.endpoint).get("a") == {"from": "server"}
        assert world.client(KEY, f"{server.endpoint}-2").get("a") == {"from": "server"}


def test_calls_of_the_http_libraries_themselves_are_untouched(server):
    server.answer = lambda _: json_answer({"from": "server"})
    with ConnectClientMocker(server.endpoint), AsyncConnectClientMocker(server.endpoint):
        assert requests.get(f"{server.endpoint}/a", timeout=5).json() == {"from": "server"}
        assert httpx2.get(f"{server.endpoint}/a").json() == {"from": "server"}


@pytest.mark.parametrize(
    "exclude",
    [
        lambda url: f"{url}/open",
        lambda _: re.compile(r"https?://[^/]*/public/v1/op.n"),
        lambda url: [re.compile("never"), f"{url}/open"],
    ],
)
def test_excluded_urls_go_to_the_network(world, make, server, exclude):
    server.answer = lambda _: json_answer({"from": "server"})
    with make(server.endpoint, exclude=exclude(server.endpoint)) as mocker:
        mocker.get("a", return_value={"from": "mock"})
        client = world.client(KEY, server.endpoint)
        assert client.get("a") == {"from": "mock"}
        assert client.get("open/a") == {"from": "server"}


def test_after_the_end_calls_go_to_the_network(world, make, server):
    server.answer = lambda _: json_answer({"from": "server"})
    client = world.client(KEY, server.endpoint)
    with make(server.endpoint) as mocker:
        mocker.get("a", return_value={"from": "mock"})
        assert client.get("a") == {"from": "mock"}
    assert client.get("a") == {"from": "server"}


def test_inner_mockers_respond_first_and_outer_ones_to_the_rest(make, client):
    with make(URL) as outer:
        outer.get("a", return_value="outer")
        outer.get("b", return_value="outer")
        with make(URL) as inner:
            inner.get("a", return_value="inner")
            assert [client.get("a"), client.get("b")] == [b"inner", b"outer"]
        assert client.get("a") == b"outer"


def test_inner_mockers_end_without_the_mocks_of_outer_ones(make, client):
    with make(URL) as outer:
        outer.get("a", return_value=1)
        with pytest.raises(UnusedMockError), make(URL) as inner:
            inner.get("b")
        with pytest.raises(UnexpectedCallError, match="GET c"), make(URL):
            client.get("c")
        assert client.get("a") == 1


def test_mockers_of_different_endpoints_do_not_meet(world, make):
    with make("https://one/api") as one, make("https://two") as two:
        one.get("a", return_value=1)
        two.get("a", return_value=2)
        assert world.client(KEY, "https://one/api").get("a") == 1
        assert world.client(KEY, "https://two").get("a") == 2


def test_a_mocker_can_be_used_again_and_starts_clean(make, client):
    mocker = make(URL)
    mocker.get("a", return_value="before the start")
    with mocker:
        assert client.get("a") == b"before the start"
    with mocker:
        mocker.get("a", return_value="again")
        assert client.get("a") == b"again"
    with pytest.raises(UnexpectedCallError), mocker:
        client.get("a")
    with mocker:
        pass


def test_start_and_reset(make, client):
    mocker = make(URL)
    assert not mocker.active
    mocker.start()
    mocker.start()
    assert mocker.active
    mocker.get("a")
    with pytest.raises(UnusedMockError):
        mocker.reset()
    assert not mocker.active
    mocker.get("a")
    mocker.reset(success=False)
    mocker.reset()


@pytest.mark.parametrize("kind", [ConnectClientMocker, AsyncConnectClientMocker])
def test_either_mocker_answers_both_kinds_of_client(kind):
    import asyncio

    async def ask():
        async with AsyncConnectClient(KEY, URL, use_specs=False) as client:
            return await client.get("a")

    with kind(URL) as mocker, ConnectClient(KEY, URL, use_specs=False) as client:
        mocker.get("a", return_value="both")
        assert client.get("a") == asyncio.run(ask()) == b"both"


def test_calls_of_many_threads_are_answered_one_by_one():
    answers = []

    def work():
        with ConnectClient(KEY, URL, use_specs=False) as client:
            answers.append(client.get("a"))

    with ConnectClientMocker(URL) as mocker:
        for number in range(16):
            mocker.get("a", return_value=number)
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [*range(16)]


def test_pages_that_are_fetched_at_a_time_are_answered(world, mocker):
    rows = [{"id": number} for number in range(35)]
    mocker.products.all().limit(10).mock(return_value=rows)
    client = world.client(KEY, URL, concurrency=4)
    assert list(client.products.all().limit(10)) == rows


def test_an_unexpected_page_fails_the_read_in_any_thread_or_task(world, make):
    mocker = make(URL)
    mocker.start()
    mocker.get("products?limit=10&offset=0", return_value=[{}] * 10, headers=_of(30))
    mocker.get("products?limit=10&offset=18", return_value=[{}] * 10, headers=_of(30))
    client = world.client(KEY, URL, concurrency=3)
    with pytest.raises(UnexpectedCallError, match="only the call has offset=9"):
        list(client.products.all().limit(10))
    mocker.reset(success=False)


def _of(total):
    return {"Content-Range": f"items 0-9/{total}"}


def test_a_replaced_seam_stays_replaced(mocker, monkeypatch):
    with ConnectClient(KEY, URL, use_specs=False) as client:
        answer = requests.Response()
        answer.status_code = 204
        monkeypatch.setattr(
            client, "_execute_http_call", lambda *_: setattr(client, "response", answer)
        )
        assert client.get("a") is None


@pytest.mark.parametrize("url", ["localhost/public", "https://host/?a=1", ""])
def test_a_base_url_is_checked(make, url):
    with pytest.raises(ValueError, match="endpoint must be a URL"):
        make(url)


def test_no_connection_is_opened_and_no_published_document_is_missed(make, monkeypatch):
    def connect(*_):
        raise RuntimeError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", connect)
    with make("https://no-such-host.invalid/v1") as mocker:
        mocker("invented").things["1"].get(return_value=1)
        client = ConnectClient(KEY, mocker.endpoint)
        assert client("invented").things["1"].get() == 1
        assert client.specs is None
    assert client.specs is not None
