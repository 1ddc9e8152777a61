"""The mark `cassette`, the option `--record` and the fixtures of the pytest plugin."""

from __future__ import annotations

import pytest

from cnct.client._http import asynchronous, sync  # noqa: F401 - pytester forgets later imports
from cnct.emulator import Emulator
from cnct.testing.cassettes import marked_tests  # noqa: F401 - same

KEY = "ApiKey SU-000-000-000:very-secret-key"
TESTS = """
    import pytest
    from cnct import AsyncConnectClient, ConnectClient

    @pytest.mark.cassette
    def test_one(cnct_client):
        assert cnct_client.products["PRD-1"].get()["name"] == "One"

    class TestClass:
        @pytest.mark.cassette
        @pytest.mark.parametrize("name", ["One", "a/b c"])
        def test_two(self, name):
            with ConnectClient() as client:
                client.products.filter(name=name).first()
"""


@pytest.fixture(scope="module")
def shop():
    with Emulator(records={"products": [{"id": "PRD-1", "name": "One"}]}) as shop:
        yield shop


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("CNCT_CONFIG", "")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those of others take a while

    def run(*args: str, tests: str = TESTS, conftest: str = ""):
        pytester.makepyfile(test_calls=tests)
        if conftest:
            pytester.makeconftest(conftest)
        plugins = ("-p", "cnct.testing.fixtures", "-p", "no:cacheprovider")
        return pytester.runpytest(*plugins, "-ra", *args)

    return run


@pytest.fixture
def account(shop, monkeypatch):
    """Return a function that makes the account known, or unknown again."""

    def account(*, known: bool = True):
        for name, value in (("CNCT_API_KEY", KEY), ("CNCT_ENDPOINT", shop.endpoint)):
            monkeypatch.setenv(name, value) if known else monkeypatch.delenv(name)

    account()
    return account


def files(pytester) -> list[str]:
    folder = pytester.path / "cassettes"
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.*"))


def test_cassettes_are_recorded_beside_the_tests_and_replayed_without_account(
    run, pytester, account, shop
):
    result = run("--record", "test_calls.py")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["cnct: cassettes are recorded (--record=all)"])
    one, *others = files(pytester)
    assert others[-1] == "test_calls/test_one.yaml"
    assert one.startswith("test_calls/TestClass.test_two[One].yaml")
    assert others[0].startswith("test_calls/TestClass.test_two[a-b-c]-")
    account(known=False)
    calls = len(shop.requests)
    run().assert_outcomes(passed=3)
    assert len(shop.requests) == calls


def test_a_missing_cassette_says_how_to_record_it_and_nothing_is_sent(run, account, shop):
    calls = len(shop.requests)
    result = run()
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "There is no cassette cassettes*test_one.yaml: record it with pytest --record*",
            "The command is: pytest --record test_calls.py::test_one",
        ]
    )
    assert len(shop.requests) == calls
    result.stdout.no_fnmatch_line("*During handling of the above exception*")


def test_new_records_what_is_missing_only(run, pytester, account, shop):
    run("--record=new", "-k", "test_one").assert_outcomes(passed=1)
    file = pytester.path / "cassettes" / "test_calls" / "test_one.yaml"
    before = file.stat().st_mtime_ns
    calls = len(shop.requests)
    run("--record", "new").assert_outcomes(passed=3)
    assert file.stat().st_mtime_ns == before
    assert len(shop.requests) == calls + 2


def test_a_failing_test_writes_no_cassette(run, pytester, account):
    failing = TESTS.replace('== "One"', '== "Two"')
    result = run("--record", "-k", "test_one", tests=failing)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_one.yaml is not written: the test failed"])
    assert files(pytester) == []


def test_calls_that_the_replay_lacks_or_that_are_not_made_fail_the_test(run, pytester):
    pytester.makefile(
        ".yaml",
        calls="""
            cassette: 1
            calls:
            - request: {method: GET, path: products/PRD-1}
              response: {status: 200, json: {name: One}}
        """,
    )
    tests = """
        import pytest
        pytestmark = pytest.mark.cassette("calls.yaml")

        def test_other(cnct_client):
            assert cnct_client.products.all().count() == 1

        def test_less(cnct_client):
            pass
    """
    result = run("--record", "none", tests=tests)
    result.assert_outcomes(failed=1, passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "Recorded calls in calls.yaml that were not made:",
            "*GET products?limit=0&offset=0 is not in calls.yaml*",
        ]
    )


def test_two_tests_with_one_cassette_record_it_once(run, pytester, account, shop):
    tests = """
        import asyncio, pytest
        from cnct import AsyncConnectClient

        pytestmark = pytest.mark.cassette("calls.yaml", strict=False)

        def test_sync(cnct_client, cnct_cassette):
            assert cnct_client.products.all().count() == 1
            assert cnct_cassette.is_recording

        def test_async(async_cnct_client, cnct_cassette):
            async def scenario():
                async with async_cnct_client as client:
                    assert await client.products.all().count() == 1
            asyncio.run(scenario())
            assert not cnct_cassette.is_recording
    """
    calls = len(shop.requests)
    run("--record", tests=tests).assert_outcomes(passed=2)
    assert len(shop.requests) == calls + 1
    assert (pytester.path / "calls.yaml").exists()


def test_tests_that_share_a_cassette_and_differ_are_told_apart(run, account):
    tests = """
        import pytest
        pytestmark = pytest.mark.cassette("calls.yaml")

        def test_one(cnct_client):
            cnct_client.products["PRD-1"].get()

        def test_two(cnct_client):
            cnct_client.products.all().count()
    """
    result = run("--record", tests=tests)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Another test of this run has recorded the cassette.*"])
    result.stdout.no_fnmatch_line("*record again with pytest --record*")


def test_options_come_from_the_fixture_and_from_all_marks(run, pytester, account):
    conftest = """
        import pytest

        @pytest.fixture
        def cnct_cassette_options():
            return {"scrub": ["name"], "ordered": True}
    """
    tests = """
        import pytest
        pytestmark = pytest.mark.cassette(headers=["Server"])

        @pytest.mark.cassette("here.json")
        def test_one(cnct_client):
            cnct_client.products["PRD-1"].get()
    """
    run("--record", tests=tests, conftest=conftest).assert_outcomes(passed=1)
    text = (pytester.path / "here.json").read_text()
    assert '"name": "name-1"' in text
    assert '"Server"' in text


def test_a_test_suite_that_hides_settings_records_with_those_of_the_start(run, account):
    conftest = """
        import pytest

        @pytest.fixture(autouse=True)
        def _no_settings(monkeypatch):
            monkeypatch.setenv("CNCT_CONFIG", "")
            for name in ("API_KEY", "ENDPOINT"):
                monkeypatch.delenv(f"CNCT_{name}", raising=False)
    """
    run("--record", "-k", "test_one", conftest=conftest).assert_outcomes(passed=1)
    run("-k", "test_one").assert_outcomes(passed=1)


def test_wrong_marks_are_named(run):
    tests = """
        import pytest

        @pytest.mark.cassette("a.yaml", "b.yaml")
        def test_two_paths(): pass

        @pytest.mark.cassette(srub=["a"])
        def test_option(): pass

        def test_no_mark(cnct_client): pass
    """
    result = run(tests=tests)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "*test_two_paths: @pytest.mark.cassette takes one path, and options by name",
            "*test_option: *no option 'srub'. Did you mean 'scrub'?",
            "*The test has no cassette: add @pytest.mark.cassette",
        ]
    )


@pytest.mark.parametrize("option", ["", ', action="store_true"'])
def test_record_of_another_plugin_stays_its_own(run, pytester, account, option):
    conftest = f"""
        def pytest_addoption(parser):
            parser.addoption("--record", dest="other"{option})
    """
    args = ["--record"] if option else ["--record=x"]
    run(*args, "--cnct-record=new", "-k", "test_one", conftest=conftest).assert_outcomes(passed=1)
    assert len(files(pytester)) == 1


def test_wrong_values_of_the_option_are_named(run):
    result = run("--record=al")
    assert "--record: invalid choice: 'al'" in str(result.stderr)
