"""Finds out whether tests have replaced the transport, so that pages must have exact URLs."""

from __future__ import annotations

import sys
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from cnct.client._http.interception import active_interceptors


def is_transport_replaced() -> bool:
    """Return whether requests or httpx no longer send: responses, requests_mock, pytest_httpx."""
    if any(getattr(mocks, "pages_by_offset", False) for mocks in active_interceptors()):
        return True
    if _is_foreign(HTTPAdapter.send, "requests") or _is_foreign(
        requests.Session.get_adapter, "requests"
    ):
        return True
    httpx = sys.modules.get("httpx")
    return httpx is not None and _is_foreign(httpx.AsyncHTTPTransport.handle_async_request, "httpx")


def is_replaced(client: Any, name: str) -> bool:
    """Return whether a method of a client was replaced, on the client or in its class."""
    if name in vars(client):
        return True
    # Further packages below connect are programs.
    return _is_foreign(getattr(type(client), name), "connect.client.fluent", "cnct.client")


def is_request_replaced(session: requests.Session) -> bool:
    """Return whether ``request`` was replaced, in a session of requests or in its class."""
    return "request" in vars(session) or _is_foreign(type(session).request, "requests")


def _is_foreign(method: Any, *packages: str) -> bool:
    module = f"{getattr(method, '__module__', '')}."
    return not any(module.startswith(f"{package}.") for package in packages)
