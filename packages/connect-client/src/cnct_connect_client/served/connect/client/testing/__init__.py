"""Mockers for both clients, with those of `responses` beside them."""

from connect.client.testing.fluent import (
    AsyncConnectClientMocker,
    ConnectClientMocker,
    LooseMockWarning,
    get_httpx_mocker,
    get_requests_mocker,
)

__all__ = [
    "AsyncConnectClientMocker",
    "ConnectClientMocker",
    "LooseMockWarning",
    "get_httpx_mocker",
    "get_requests_mocker",
]
