"""Fixtures for pytest, with the names that programs of connect-openapi-client use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from connect.client.testing import AsyncConnectClientMocker, ConnectClientMocker

    from cnct.testing.mocks import Pattern

_BASE_URL = "https://example.org/public/v1"
_RESETTING = "cnct.testing.fixtures"  # its plugin resets the mocks after every test
_LATE = "fixtures of connect.client"


@pytest.fixture
def client_mocker_factory(
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., ConnectClientMocker]]:
    """Make mockers for `ConnectClient`, one for a base URL, which are started at once."""
    from connect.client.testing import ConnectClientMocker  # noqa: PLC0415 - not in every run

    yield from _factory(ConnectClientMocker, request)


@pytest.fixture
def async_client_mocker_factory(
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., AsyncConnectClientMocker]]:
    """Async twin of `client_mocker_factory`, for `AsyncConnectClient`."""
    from connect.client.testing import AsyncConnectClientMocker  # noqa: PLC0415 - same

    yield from _factory(AsyncConnectClientMocker, request)


@pytest.fixture
def requests_mocker() -> Any:
    """Return the mocker of `responses`, which runs while a mocker of a client does."""
    from connect.client.testing import get_requests_mocker  # noqa: PLC0415 - not in every run

    return get_requests_mocker()


@pytest.fixture
def httpx_mocker(request: pytest.FixtureRequest) -> Any:
    """Return the mocker of pytest-httpx."""
    return request.getfixturevalue("httpx_mock")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures once more, behind all plugins: the last one of a name counts."""
    if not config.pluginmanager.has_plugin(_LATE):
        late = SimpleNamespace(
            client_mocker_factory=client_mocker_factory,
            async_client_mocker_factory=async_client_mocker_factory,
        )
        config.pluginmanager.register(late, _LATE)


def _factory(kind: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    mockers: dict[str, Any] = {}

    def factory(
        base_url: str = _BASE_URL, exclude: Pattern | Iterable[Pattern] | None = None
    ) -> Any:
        mocker = mockers.setdefault(base_url, kind(base_url, exclude))
        mocker.start()
        return mocker

    yield factory
    is_reset_later = request.config.pluginmanager.has_plugin(_RESETTING)
    for mocker in mockers.values():
        mocker.leave_requests() if is_reset_later else mocker.reset()
