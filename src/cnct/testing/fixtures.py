"""The pytest plugin: fixtures for mockers and a local Connect; resets mockers after every test.

Every pytest run where cnct is installed loads it, so nothing of cnct is imported until a test uses
a fixture.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from cnct.emulator import Emulator
    from cnct.openapi import OpenAPISpecs
    from cnct.testing.mocker import AsyncConnectClientMocker, ConnectClientMocker
    from cnct.testing.mocks import Mocks, Pattern

MockerT = TypeVar("MockerT", bound="ConnectClientMocker")

_INCUMBENT = "connect.client.testing.fixtures"
_BASE_URL = "https://example.org/public/v1"
_failed = pytest.StashKey[bool]()
_lasting = pytest.StashKey[list["Mocks"]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "cnct_emulator(**settings): arguments of the Emulator of the cnct_emulator fixture",
    )
    config.stash[_lasting] = []


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the owner of the mocker fixtures where the incumbent's plugin has them too."""
    plugins = [plugin for _, plugin in config.pluginmanager.list_name_plugin()]
    names = [getattr(plugin, "__name__", "") for plugin in plugins]
    if _INCUMBENT not in names:
        return []
    # Of fixtures with one name, pytest takes that of the plugin that was registered last.
    owner = max(_INCUMBENT, __name__, key=names.index)
    shared = f"client_mocker_factory and async_client_mocker_factory are those of {owner}"
    own = f"cnct_mocker_factory and async_cnct_mocker_factory are those of {__name__}"
    return [f"cnct: {shared}; {own}"]


@pytest.fixture
def cnct_mocker_factory() -> Callable[..., ConnectClientMocker]:
    """Make mockers for `ConnectClient`, which are started at once and reset after the test.

    The fixture is a function of ``base_url``, ``exclude`` and ``specs``; see `ConnectClientMocker`.
    Called twice with equal arguments, the function returns the same mocker.
    """
    from cnct.testing.mocker import ConnectClientMocker  # noqa: PLC0415 - not in every run

    return _factory(ConnectClientMocker)


@pytest.fixture
def async_cnct_mocker_factory() -> Callable[..., AsyncConnectClientMocker]:
    """Async twin of `cnct_mocker_factory`, for `AsyncConnectClient`."""
    from cnct.testing.mocker import AsyncConnectClientMocker  # noqa: PLC0415 - not in every run

    return _factory(AsyncConnectClientMocker)


@pytest.fixture
def client_mocker_factory(
    cnct_mocker_factory: Callable[..., ConnectClientMocker],
) -> Callable[..., ConnectClientMocker]:
    """Return `cnct_mocker_factory`; the incumbent's plugin has a fixture of this name too."""
    return cnct_mocker_factory


@pytest.fixture
def async_client_mocker_factory(
    async_cnct_mocker_factory: Callable[..., AsyncConnectClientMocker],
) -> Callable[..., AsyncConnectClientMocker]:
    """Async twin of `client_mocker_factory`."""
    return async_cnct_mocker_factory


def _factory(kind: type[MockerT]) -> Callable[..., MockerT]:
    mockers: dict[tuple[str, str, str], MockerT] = {}

    def factory(
        base_url: str = _BASE_URL,
        exclude: Pattern | Iterable[Pattern] | None = None,
        specs: OpenAPISpecs | str | Path | None = None,
    ) -> MockerT:
        key = (base_url, str(exclude), str(specs))
        if key not in mockers:
            mockers[key] = kind(base_url, exclude, specs)
        mockers[key].start()
        return mockers[key]

    return factory


@pytest.fixture
def cnct_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Run a local Connect for the test.

    The arguments of the `Emulator` are those of ``@pytest.mark.cnct_emulator(records=...)``.
    """
    from cnct.emulator import Emulator  # noqa: PLC0415 - not in every run

    marker = request.node.get_closest_marker("cnct_emulator")
    settings: dict[str, Any] = dict(marker.kwargs) if marker else {}
    with Emulator(**settings) as emulator:
        yield emulator


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Record the mockers of fixtures that outlive a test, so that they are not reset after it."""
    before = _active()
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            lasting = request.config.stash[_lasting]
            lasting += [mocks for mocks in _active() if mocks not in before]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the unexpected calls to a failure, which they may have caused, and record it."""
    if call.excinfo is not None:
        for mocks in _active():
            mocks.explain(call.excinfo.value)
    report = yield
    failed_before = report.when != "setup" and item.stash[_failed]
    item.stash[_failed] = failed_before or not report.passed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Reset active mockers; the test fails for unexpected calls and unused mocks."""
    try:
        result = yield
    except BaseException:
        _reset(item, success=False)
        raise
    _reset(item, success=not item.stash[_failed])
    return result


def _reset(item: pytest.Item, *, success: bool) -> None:
    complaints: list[str] = []
    for mocks in _active():
        if mocks not in item.config.stash[_lasting]:
            try:
                mocks.reset(success)
            except AssertionError as error:
                complaints.append(str(error))
    if complaints:
        pytest.fail("\n\n".join(complaints), pytrace=False)


def _active() -> list[Mocks]:
    module = sys.modules.get("cnct.testing.mocks")
    return module.active_mocks() if module else []
