"""The pytest plugin: its fixtures, and a clean start for every test."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnct.client._http.asynchronous  # before pytester, which forgets what it imports
import cnct.client._http.sync
import cnct.testing.mocker
from cnct.testing.mocks import active_mocks

README = Path(__file__).parents[2] / "README.md"

HEAD = """
    import unittest
    import pytest
    from cnct import AsyncConnectClient, ConnectClient
    from cnct.testing import ConnectClientMocker

    URL = "https://localhost/public/v1"

    def ask(path, url=URL):
        with ConnectClient("ApiKey x", url, use_specs=False) as client:
            return client.get(path)
"""


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert active_mocks() == []


@pytest.fixture
def run(pytester, monkeypatch):
    """Run the tests of a text in a pytest of their own."""
    monkeypatch.delenv("CI", raising=False)  # there, pytest repeats whole messages in its summary

    def run(tests: str):
        pytester.makepyfile(f"{HEAD}\n{tests}")
        return pytester.runpytest("-p", "cnct.testing.fixtures", "-p", "no:cacheprovider", "-ra")

    return run


def test_mockers_come_started_and_are_met(run):
    result = run("""
    def test_default(client_mocker_factory):
        mocker = client_mocker_factory()
        mocker.get("a", return_value=1)
        assert ask("a", "https://example.org/public/v1") == 1

    def test_base_url(client_mocker_factory):
        mocker = client_mocker_factory(base_url=URL)
        mocker.get("a", return_value=2)
        assert ask("a") == 2
        assert client_mocker_factory(URL) is mocker
        assert client_mocker_factory(URL, exclude="https://localhost/public/v1/b") is not mocker

    def test_asynchronous(async_client_mocker_factory):
        import asyncio
        async_client_mocker_factory(URL).products.all().count(return_value=3)

        async def count():
            async with AsyncConnectClient("ApiKey x", URL, use_specs=False) as client:
                return await client.products.all().count()

        assert asyncio.run(count()) == 3
    """)
    result.assert_outcomes(passed=3)


def test_unused_mocks_and_swallowed_calls_fail_the_test_that_has_them(run):
    result = run("""
    def test_unused(client_mocker_factory):
        client_mocker_factory(URL).get("unused")
        client_mocker_factory("https://other/v1").get("too")

    def test_swallowed(client_mocker_factory):
        client_mocker_factory(URL)
        try:
            ask("swallowed")
        except Exception:
            pass

    def test_clean(client_mocker_factory):
        client_mocker_factory(URL).get("a", return_value=1)
        assert ask("a") == 1
    """)
    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines(
        [
            "Mocks that no call used:",
            "  GET too (not called)",
            "",
            "Mocks that no call used:",
            "  GET unused (not called)",
            "*ERROR at teardown of test_swallowed*",
            "GET swallowed is not mocked.",
        ]
    )


def test_a_failure_stays_the_failure_and_shows_unexpected_calls(run):
    result = run("""
    def test_failing(client_mocker_factory):
        client_mocker_factory(URL).get("unused")
        try:
            ask("swallowed")
        except Exception:
            pass
        assert 1 == 2

    def test_unexpected(client_mocker_factory):
        client_mocker_factory(URL)
        ask("noted-once")

    @pytest.fixture
    def broken(client_mocker_factory):
        client_mocker_factory(URL).get("unused")
        raise KeyError("broken")

    def test_never_run(broken):
        pass

    def test_skipped(client_mocker_factory):
        client_mocker_factory(URL).get("unused")
        pytest.skip("no reason")

    class TestOfUnittest(unittest.TestCase):
        def test_failing(self):
            ConnectClientMocker(URL).start()
            self.assertEqual(1, 2)
    """)
    result.assert_outcomes(failed=3, errors=1, skipped=1)
    result.stdout.fnmatch_lines(["E*assert 1 == 2", "E*GET swallowed is not mocked."])
    text = result.stdout.str()
    assert "Mocks that no call used" not in text
    assert text.count("GET noted-once is not mocked") == 1


def test_an_error_at_the_end_of_a_test_is_not_hidden(run):
    result = run("""
    @pytest.fixture
    def untidy():
        yield
        raise KeyError("untidy")

    def test_unused(client_mocker_factory, untidy):
        client_mocker_factory(URL).get("unused")
    """)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E*KeyError: 'untidy'"])
    result.stdout.no_fnmatch_line("Mocks that no call used:")


def test_a_mocker_without_a_reset_does_not_reach_the_next_test(run):
    result = run("""
    @pytest.fixture
    def forgetful():
        def make():
            mocker = ConnectClientMocker(URL)
            mocker.start()
            return mocker
        return make

    def test_all_met(forgetful):
        forgetful().get("a", return_value=1)
        assert ask("a") == 1

    def test_not_met(forgetful):
        forgetful().get("unused")

    def test_clean(forgetful):
        forgetful().get("a", return_value=2)
        assert ask("a") == 2
    """)
    result.assert_outcomes(passed=3, errors=1)


def test_a_mocker_of_a_fixture_that_outlives_tests_stays(run):
    result = run("""
    @pytest.fixture(scope="module")
    def lasting():
        with ConnectClientMocker(URL) as mocker:
            mocker.get("a", return_value=1)
            yield mocker

    @pytest.mark.parametrize("time", range(3))
    def test_it_answers(lasting, time):
        assert ask("a") == 1

    def test_others_come_and_go_within_it(lasting, client_mocker_factory):
        client_mocker_factory(URL).get("b", return_value=2)
        assert (ask("a"), ask("b")) == (1, 2)

    def test_it_is_still_there(lasting):
        assert lasting.active
    """)
    result.assert_outcomes(passed=5)


def test_a_local_connect_for_a_test(run):
    result = run("""
    def test_default(cnct_emulator):
        with ConnectClient("ApiKey x", cnct_emulator.endpoint, use_specs=False) as client:
            assert client.products.all().count() == 3

    @pytest.mark.cnct_emulator(records={"products": [{"id": "PRD-000-000-001"}]})
    def test_marked(cnct_emulator):
        with ConnectClient("ApiKey x", cnct_emulator.endpoint, use_specs=False) as client:
            assert [row["id"] for row in client.products.all()] == ["PRD-000-000-001"]
    """)
    result.assert_outcomes(passed=2)


def test_the_examples_of_the_readme_run(pytester):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    pytester.makepyfile("\n".join(block for block in blocks if "def test_" in block))
    pytester.runpytest("-p", "cnct.testing.fixtures").assert_outcomes(passed=1)


def test_the_tests_of_the_page_on_testing_pass(pytester):
    page = README.parent / "docs" / "testing.md"
    blocks = re.findall(
        r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    pytester.makepyfile(**{f"test_{number}": block for number, block in enumerate(blocks)})
    run = pytester.runpytest("-p", "cnct.testing.fixtures")
    run.assert_outcomes(passed=len(blocks))


def test_the_example_of_the_mocker_runs():
    assert doctest.testmod(cnct.testing.mocker).failed == 0


def test_the_plugin_can_be_named_more_than_once(pytester):
    pytester.makeconftest("pytest_plugins = ['cnct.testing.fixtures']")
    pytester.makepyfile("def test_it(client_mocker_factory): client_mocker_factory()")
    result = pytester.runpytest("-p", "cnct.testing.fixtures", "--strict-markers", "--fixtures")
    result.stdout.fnmatch_lines(
        ["cnct_mocker_factory*", "*Make mockers for *", "client_mocker_factory*"]
    )
    pytester.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.cnct_emulator(*"])


def test_the_plugin_imports_nothing_before_a_test_asks():
    code = (
        "import sys, pytest, cnct.testing.fixtures; "
        "print([name for name in sys.modules if name.startswith(('cnct.', 'requests', 'httpx2'))])"
    )
    output = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() == "['cnct._facade', 'cnct.testing', 'cnct.testing.fixtures']"


def test_every_exported_name_exists():
    assert all(getattr(cnct.testing, name) for name in cnct.testing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Mocker'"):
        _ = cnct.testing.Mocker


def test_the_names_of_our_own_are_the_same_fixtures(run):
    result = run("""
    def test_one(cnct_mocker_factory, client_mocker_factory):
        cnct_mocker_factory(URL).get("a", return_value=1)
        assert client_mocker_factory(URL) is cnct_mocker_factory(URL)
        assert ask("a") == 1

    def test_two(async_cnct_mocker_factory, async_client_mocker_factory):
        assert async_client_mocker_factory(URL) is async_cnct_mocker_factory(URL)
    """)
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("cnct: *")


@pytest.mark.parametrize("plugins", ["{ours} {theirs}", "{theirs} {ours}"])
def test_the_header_names_the_owner_of_the_fixtures_that_two_plugins_have(pytester, plugins):
    ours, theirs = "cnct.testing.fixtures", "connect.client.testing.fixtures"
    fixture = "import pytest\n\n@pytest.fixture\ndef client_mocker_factory():\n    pass\n"
    for name, text in {"connect.client.testing.__init__": "", theirs: fixture}.items():
        path = pytester.path.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    pytester.makepyfile("""
    def test_owner(request, client_mocker_factory, cnct_mocker_factory):
        owner = cnct_mocker_factory.__module__ if client_mocker_factory else "the incumbent"
        print("owner:", owner)
    """)
    names = plugins.format(ours=ours, theirs=theirs).split()
    options = [option for name in names for option in ("-p", name)]
    pytester.syspathinsert()
    result = pytester.runpytest("-s", *options)
    result.assert_outcomes(passed=1)
    header = (
        f"cnct: client_mocker_factory and async_client_mocker_factory are those of {names[1]};*"
    )
    result.stdout.fnmatch_lines([header])
    result.stdout.fnmatch_lines(["*owner: " + {ours: ours, theirs: "the incumbent"}[names[1]]])
