"""The pytest plugin: mockers and a local Connect as fixtures, and a clean start for every test.

Loaded by every pytest run where cnct is installed: imports nothing of cnct before a test asks.
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
    from cnct.testing.mocker import AsyncConnectClientMocker, ConnectClientMocker, Pattern

Mocker = TypeVar("Mocker", bound="ConnectClientMocker")

_BASE_URL = "https://example.org/public/v1"
_failed = pytest.StashKey[bool]()
_lasting = pytest.StashKey[list["ConnectClientMocker"]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "cnct_emulator(**settings): how to make the Emulator of the cnct_emulator fixture",
    )
    config.stash[_lasting] = []


@pytest.fixture
def client_mocker_factory() -> Callable[..., ConnectClientMocker]:
    """Make mockers for :class:`ConnectClient` that are started, and reset after the test.

    Called with ``base_url``, ``exclude`` and ``specs``, see :class:`ConnectClientMocker`. Called
    again with the same, it returns the same mocker.
    """
    from cnct.testing.mocker import ConnectClientMocker  # noqa: PLC0415

    return _factory(ConnectClientMocker)


@pytest.fixture
def async_client_mocker_factory() -> Callable[..., AsyncConnectClientMocker]:
    """Make mockers for :class:`AsyncConnectClient` that are started, and reset after the test.

    Called as :func:`client_mocker_factory` is.
    """
    from cnct.testing.mocker import AsyncConnectClientMocker  # noqa: PLC0415

    return _factory(AsyncConnectClientMocker)


def _factory(kind: type[Mocker]) -> Callable[..., Mocker]:
    made: dict[tuple[str, str, str], Mocker] = {}

    def factory(
        base_url: str = _BASE_URL,
        exclude: Pattern | Iterable[Pattern] | None = None,
        specs: OpenAPISpecs | str | Path | None = None,
    ) -> Mocker:
        key = (base_url, str(exclude), str(specs))
        if key not in made:
            made[key] = kind(base_url, exclude, specs)
        made[key].start()
        return made[key]

    return factory


@pytest.fixture
def cnct_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Run a local Connect for the test.

    ``@pytest.mark.cnct_emulator(records=..., faults=...)`` says how to make it.
    """
    from cnct.emulator import Emulator  # noqa: PLC0415

    marker = request.node.get_closest_marker("cnct_emulator")
    settings: dict[str, Any] = dict(marker.kwargs) if marker else {}
    with Emulator(**settings) as emulator:
        yield emulator


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Remember the mockers of fixtures that outlive a test."""
    before = _active()
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            lasting = request.config.stash[_lasting]
            lasting += [mocker for mocker in _active() if mocker not in before]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the unexpected calls that may be the cause of a failure, and remember it."""
    if call.excinfo is not None:
        for mocker in _active():
            mocker.explain(call.excinfo.value)
    report = yield
    failed_before = report.when != "setup" and item.stash[_failed]
    item.stash[_failed] = failed_before or not report.passed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Reset the mockers that the test has left active; the test fails if they were not met."""
    try:
        result = yield
    except BaseException:
        _reset(item, success=False)
        raise
    _reset(item, success=not item.stash[_failed])
    return result


def _reset(item: pytest.Item, *, success: bool) -> None:
    complaints: list[str] = []
    for mocker in _active():
        if mocker not in item.config.stash[_lasting]:
            try:
                mocker.reset(success)
            except AssertionError as error:
                complaints.append(str(error))
    if complaints:
        pytest.fail("\n\n".join(complaints), pytrace=False)


def _active() -> list[ConnectClientMocker]:
    fluent = sys.modules.get("cnct.testing.mocker")
    return fluent.active_mockers() if fluent else []
