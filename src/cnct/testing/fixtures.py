"""The pytest plugin: fixtures for mockers, cassettes and a local Connect, reset after every test.

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

    from cnct.client import AsyncConnectClient, ConnectClient
    from cnct.emulator import Emulator
    from cnct.openapi import OpenAPISpecs
    from cnct.testing.cassettes.context import Cassette, CassetteOptions
    from cnct.testing.mocker import AsyncConnectClientMocker, ConnectClientMocker
    from cnct.testing.mocks import Mocks, Pattern

MockerT = TypeVar("MockerT", bound="ConnectClientMocker")

_INCUMBENT = "connect.client.testing.fixtures"
_BASE_URL = "https://example.org/public/v1"
_MODES = ("none", "new", "all")
_failed = pytest.StashKey[bool]()
_cassette = pytest.StashKey["Cassette[Any, Any]"]()
_lasting = pytest.StashKey[list["Mocks"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that records cassettes."""
    _add_record_option(parser, "--cnct-record")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Add ``--record`` after all plugins and ``conftest.py`` files, unless one of them has it."""
    result = yield
    try:
        _, unknown = parser.parse_known_and_unknown_args(["--record"])
    except pytest.UsageError:  # theirs needs a value
        unknown = []
    if "--record" in unknown:
        _add_record_option(parser, "--record")
        args[:] = _with_value(args)
    return result


def _add_record_option(parser: pytest.Parser, name: str) -> None:
    parser.getgroup("cnct").addoption(
        name,
        dest="cnct_record",
        choices=_MODES,
        default="none",
        help="cassettes of cnct: none replays them (the default), new records those that are"
        " missing, all records them anew; --record alone is --record=all",
    )


def _with_value(args: list[str]) -> list[str]:
    """Give ``--record`` the value that follows it, or else ``all``."""
    result: list[str] = []
    for arg in args:
        if result and result[-1] == "--record":
            result[-1] = f"--record={arg if arg in _MODES else 'all'}"
            if arg in _MODES:
                continue
        result.append(arg)
    return ["--record=all" if arg == "--record" else arg for arg in result]


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and begin to record cassettes if that is wanted."""
    config.addinivalue_line(
        "markers",
        "cnct_emulator(**settings): arguments of the Emulator of the cnct_emulator fixture",
    )
    config.addinivalue_line(
        "markers",
        "cassette(path, **options): replay the calls of cnct from a file, or --record them; the"
        " options are those of cnct.testing.cassette",
    )
    config.stash[_lasting] = []
    if config.option.cnct_record != "none":
        from cnct.testing.cassettes.record_modes import begin_run  # noqa: PLC0415 - rarely

        begin_run(config.option.cnct_record)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the recording of cassettes."""
    if config.option.cnct_record != "none":
        from cnct.testing.cassettes.record_modes import end_run  # noqa: PLC0415 - rarely

        end_run()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name what is not usual: cassettes that are recorded, and fixtures of two plugins."""
    mode = config.option.cnct_record
    lines = [] if mode == "none" else [f"cnct: cassettes are recorded (--record={mode})"]
    plugins = [plugin for _, plugin in config.pluginmanager.list_name_plugin()]
    names = [getattr(plugin, "__name__", "") for plugin in plugins]
    if _INCUMBENT not in names:
        return lines
    # Of fixtures with one name, pytest takes that of the plugin that was registered last.
    owner = max(_INCUMBENT, __name__, key=names.index)
    shared = f"client_mocker_factory and async_client_mocker_factory are those of {owner}"
    own = f"cnct_mocker_factory and async_cnct_mocker_factory are those of {__name__}"
    return [*lines, f"cnct: {shared}; {own}"]


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


@pytest.fixture
def cnct_cassette_options() -> CassetteOptions:
    """Options of all cassettes, empty by default; to be overridden in ``conftest.py``."""
    return {}


@pytest.fixture(autouse=True)
def _cnct_cassette(request: pytest.FixtureRequest) -> None:
    """Record or replay the calls of a test with the mark ``cassette``."""
    if request.node.get_closest_marker("cassette") is None:
        return
    from cnct.exceptions import CassetteError  # noqa: PLC0415 - not in every run
    from cnct.testing.cassettes.marked_tests import cassette_of  # noqa: PLC0415 - same

    cassette = cassette_of(request.node, request.getfixturevalue("cnct_cassette_options"))
    problem = ""
    try:
        cassette.start()
    except CassetteError as error:
        problem = f"{error}\nThe command is: pytest --record {request.node.nodeid}"
    if problem:  # out here, so that the report does not have it twice
        pytest.fail(problem, pytrace=False)
    request.node.stash[_cassette] = cassette


@pytest.fixture
def cnct_cassette(request: pytest.FixtureRequest) -> Cassette[Any, Any]:
    """Return the cassette of a test with the mark ``cassette``."""
    cassette: Cassette[Any, Any] | None = request.node.stash.get(_cassette, None)
    if cassette is None:
        raise pytest.UsageError("The test has no cassette: add @pytest.mark.cassette")
    return cassette


@pytest.fixture
def cnct_client(cnct_cassette: Cassette[Any, Any]) -> Iterator[ConnectClient]:  # noqa: ARG001 - must be there
    """Return a client for a test with the mark ``cassette``: that of ``ConnectClient()``."""
    from cnct.client import ConnectClient  # noqa: PLC0415 - not in every run

    with ConnectClient() as client:
        yield client


@pytest.fixture
def async_cnct_client(cnct_cassette: Cassette[Any, Any]) -> AsyncConnectClient:  # noqa: ARG001 - must be there
    """Async twin of `cnct_client`; close the client in the test, as with ``async with``."""
    from cnct.client import AsyncConnectClient  # noqa: PLC0415 - not in every run

    return AsyncConnectClient()


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
    cassette = item.stash.get(_cassette, None)
    if cassette is not None and cassette.is_recording and not report.passed:
        report.sections.append(("cassette", f"{cassette.path} is not written: the test failed"))
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
    mocks = [mocks for mocks in _active() if mocks not in item.config.stash[_lasting]]
    ends: list[Callable[[bool], None]] = [one.reset for one in mocks]
    if _cassette in item.stash:
        ends.append(item.stash[_cassette].end)
    for end in ends:
        try:
            end(success)
        except (AssertionError, ValueError) as error:  # a CassetteError is a ValueError
            complaints.append(str(error))
    if complaints:
        pytest.fail("\n\n".join(complaints), pytrace=False)


def _active() -> list[Mocks]:
    module = sys.modules.get("cnct.testing.mocks")
    return module.active_mocks() if module else []
