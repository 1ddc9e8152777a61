"""What the README shows is what happens."""

from __future__ import annotations

import asyncio
import doctest
import re
from pathlib import Path

import pytest

import cnct
from cnct import ConnectClient, R
from cnct.emulator import Emulator

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FILTERS = re.findall(r"^(~?\(?R\(.*?\S)\s+# (\w+\(.*\))$", README, re.MULTILINE)


def test_the_session_of_the_readme_runs():
    test = doctest.DocTestParser().get_doctest(README, {}, "README", "README.md", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_examples_on_iteration_run():
    text = (Path(__file__).parents[1] / "docs" / "iteration.md").read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, "iteration", "iteration.md", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("module", [cnct, cnct.client.fluent, cnct.emulator.server])
def test_the_examples_in_docstrings_run(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("code", "text"), FILTERS)
def test_each_filter_of_the_readme_is_what_it_says(code: str, text: str):
    assert str(eval(code, {"R": R})) == text  # noqa: S307 - our own README


def blocks(word: str) -> list[str]:
    """Return the programs of the README that have a word in them."""
    found = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [block for block in found if word in block]


@pytest.mark.parametrize(
    "word",
    [
        *("TL-1", "concurrency=10", "RetryPolicy", "prefetch", "wait_until"),
        *("Limiter", "on_response", "dry_run"),
    ],
)
def test_its_programs_run(word: str, monkeypatch: pytest.MonkeyPatch):
    with Emulator() as connect:
        monkeypatch.setattr("cnct.client.base_client.DEFAULT_ENDPOINT", connect.endpoint)
        monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", str(connect.spec))
        pending = ConnectClient("ApiKey x", use_specs=False).requests.filter(status="pending")
        for block in blocks(word):
            if "def test_" in block:  # those are run as tests, in tests/testing
                continue
            names = {name: getattr(cnct, name) for name in cnct.__all__}
            names["client"] = ConnectClient("ApiKey x", use_specs=False)
            exec(block, names)  # noqa: S102 - our own README
            if "summary" in names and word == "dry_run":
                assert names["summary"].done == 2
            if "wait_for" in names:
                approved = names["client"].requests.filter(status="approved").first()
                assert names["wait_for"](approved["id"]) == approved
            if "report" in names:
                assert asyncio.run(names["report"]()) > 0
        if word == "TL-1":
            assert pending.all().count() == 0


def test_the_demo_runs(capsys):
    import runpy

    demo = Path(__file__).parents[1] / "examples" / "demo.py"
    runpy.run_path(str(demo))["main"](100)
    out = capsys.readouterr().out
    assert "1 failed of" in out
    assert "\nleft: 0\n" in out
    assert "is approved, subscription" in out
    assert "400 Bad Request: VAL_001" in out
    assert "exists after its deletion: False" in out


def test_the_table_of_the_readme_names_what_exists():
    with (
        Emulator() as connect,
        ConnectClient("ApiKey x", connect.endpoint, specs_location=connect.spec) as client,
    ):
        published = client.products.filter(status="published").order_by("-events.created.at")
        assert published.count() == len(list(published.iterator())) == 1
        assert published.values_list("id", "owner.name")[0]["owner.name"]
