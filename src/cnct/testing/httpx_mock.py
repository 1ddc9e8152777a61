"""A pytest plugin by which pytest-httpx answers the calls of `AsyncConnectClient`.

``httpx_mock`` knows httpx, and the client sends with httpx2. Enable the plugin with
``pytest_plugins = ["cnct.testing.httpx_mock"]`` in the ``conftest.py`` at the top: where a test has
the fixture, calls of asynchronous clients go through a transport of httpx, which the fixture
answers. Calls of synchronous clients are left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from cnct.client._http.interception import (
    WireRequest,
    WireResponse,
    add_interceptor,
    remove_interceptor,
)
from cnct.testing.httpx_errors import as_httpx2


class ThroughHttpx:
    """Sends requests with httpx in place of httpx2."""

    def covers(self, url: str) -> bool:  # noqa: ARG002 - of the protocol
        """Return whether the call is one of an asynchronous client, whatever its URL."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    def respond(self, request: WireRequest) -> WireResponse:
        """Return the response that the fixture has for a request.

        Raises:
            httpx2.HTTPError: If the fixture has an error, or no response.
        """
        httpx: Any = import_module("httpx")  # comes with pytest-httpx
        with httpx.Client(trust_env=False) as client:
            try:
                response = client.request(
                    request.method, request.url, headers={**request.headers}, content=request.body
                )
            except httpx.HTTPError as error:
                raise as_httpx2(error) from error
        return WireResponse(response.status_code, response.headers, response.content)


@pytest.fixture(autouse=True)
def _cnct_calls_through_httpx(request: pytest.FixtureRequest) -> Iterator[None]:
    if "httpx_mock" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("httpx_mock")
    interceptor = ThroughHttpx()
    add_interceptor(interceptor)
    try:
        yield
    finally:
        remove_interceptor(interceptor)
