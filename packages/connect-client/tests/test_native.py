"""Programs that have moved to cnct keep their tests with pytest-httpx, by the plugin."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from cnct import AsyncConnectClient, ClientError, ConnectClient

KEY = "ApiKey SU-000-000-000:secret"
URL = "http://localhost:9/public/v1"


def calls(function):
    """Run a coroutine function of a client."""

    async def main():
        async with AsyncConnectClient(KEY, URL, use_specs=False, max_retries=0) as client:
            return await function(client)

    return asyncio.run(main())


def test_httpx_mock_answers_a_native_client(httpx_mock):
    httpx_mock.add_response(
        method="POST", url=f"{URL}/products", match_json={"name": "x"}, json={"id": "PRD-1"}
    )
    created = calls(lambda client: client.products.create(payload={"name": "x"}))
    assert created == {"id": "PRD-1"}
    assert httpx_mock.get_requests()[0].headers["Authorization"] == KEY


def test_an_error_of_httpx_is_a_client_error(httpx_mock):
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    with pytest.raises(ClientError, match="ReadTimeout"):
        calls(lambda client: client.products["P"].get())


def test_an_error_of_a_class_of_the_tests_is_known_by_its_base(httpx_mock):
    class Slow(httpx.ReadTimeout):
        pass

    httpx_mock.add_exception(Slow("slow"))
    with pytest.raises(ClientError, match="ReadTimeout"):
        calls(lambda client: client.products["P"].get())


def test_a_synchronous_client_is_left_alone(httpx_mock):
    client = ConnectClient(KEY, URL, use_specs=False, max_retries=0)
    with client, pytest.raises(ClientError, match="No response"):
        client.products["P"].get()
    assert not httpx_mock.get_requests()


def test_an_error_response_is_a_client_error(httpx_mock):
    httpx_mock.add_response(status_code=404)
    with pytest.raises(ClientError) as caught:
        calls(lambda client: client.products["P"].get())
    assert caught.value.status_code == 404


def test_without_the_fixture_nothing_is_intercepted():
    with pytest.raises(ClientError, match="No response"):
        calls(lambda client: client.products["P"].get())
