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


def programs() -> list[str]:
    """Return the programs of the README that are run as they stand.

    Sessions and tests are run elsewhere.
    """
    found = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    elsewhere = (">>>", "def test_")
    return [block for block in found if not any(word in block for word in elsewhere)]


def test_its_programs_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    with Emulator() as connect:
        monkeypatch.setattr("cnct.client.base_client.DEFAULT_ENDPOINT", connect.endpoint)
        monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", str(connect.spec))
        config = tmp_path / "config.toml"
        config.write_text(
            f'[profiles.staging]\nendpoint = "{connect.endpoint}"\napi_key = "ApiKey x"\n'
        )
        config.chmod(0o600)
        monkeypatch.setenv("CNCT_CONFIG", str(config))
        client = ConnectClient("ApiKey x")
        pending = client.requests.filter(status="pending")
        names = {**{name: getattr(cnct, name) for name in cnct.__all__}, "client": client}
        names["installation_key"] = "ApiKey y"
        for number, block in enumerate(programs()):
            code = compile(block, f"program {number} of the README", "exec")
            exec(code, names)  # noqa: S102 - our own README
        assert number > 8
        assert pending.all().count() == 0
        assert names["summary"].done == 2
        connect.insert("requests", {"id": "PR-1", "status": "pending"})
        assert asyncio.run(names["report"]()) > 0
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


def test_every_line_of_its_table_runs():
    rows = re.findall(r"^\| [a-z ]+ \| (`.+) \|$", README.split("## At a glance")[1], re.MULTILINE)
    lines = [line for row in rows for line in re.findall(r"`([^`]+)`", row)]
    assert len(lines) > 15
    with Emulator() as connect:
        settings = {"specs_location": connect.spec, "validate": "strict"}
        with ConnectClient("ApiKey x", connect.endpoint, **settings) as client:
            names = {"client": client, "rows": []}
            for line in lines:
                exec(line, names)  # noqa: S102 - our own README
            assert not names["product"].exists()
