"""The page on settings shows what happens, and lists what exists."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from cnct import ConnectClient, SettingsError
from cnct.settings import OPTIONS, profiles, variables

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")


def block(language, number=0):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[number]


def test_its_session_runs():
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "settings", "settings.md", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_program_of_the_readme_runs(home):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    home.write('[profiles.staging]\napi_key = "ApiKey SU-1:key"\n[profiles.prod]\n')
    names = {"ConnectClient": ConnectClient, "installation_key": "ApiKey SU-2:key"}
    [program] = [program for program in programs if "with_options" in program]
    exec(program, names)  # noqa: S102 - our own README
    assert names["client"].api_key == "ApiKey SU-1:key"
    assert (names["installed"].api_key, names["installed"].timeout) == ("ApiKey SU-2:key", 5)


def test_its_configuration_can_be_used(home, monkeypatch):
    home.write(block("toml"))
    monkeypatch.setenv("STAGING_KEY", "ApiKey SU-1:key")
    (home.config.parent / "staging-ca.pem").write_text("")
    assert [(row.name, row.is_active) for row in profiles()] == [("prod", True), ("staging", False)]
    with pytest.raises(
        SettingsError, match=r"profile 'staging' in .*: verify must be the path of CA"
    ):
        ConnectClient(profile="staging")  # the file above is empty
    client = ConnectClient(profile="staging", verify=True)
    assert client.endpoint == "https://api.staging.example.com/public/v1"
    assert (client.timeout, client.api_key) == ((5.0, 60.0), "ApiKey SU-1:key")


def test_its_table_lists_every_setting():
    rows = re.findall(r"^\| (?:`(CNCT_\w+)`)? ?\| (?:`(\w+)`)? ?\|", PAGE, re.MULTILINE)
    documented = {name: variable or None for variable, name in rows if name}
    assert documented == {name: option.variable for name, option in OPTIONS.items()}
    others = {variable for variable, name in rows if not name}
    assert others == {variables.PROFILE, variables.CONFIG}


def test_its_fixture_keeps_the_settings_of_the_user_away(pytester, monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", "ApiKey SU-1:key")
    pytester.makeconftest("import pytest\n" + block("python", 1))
    pytester.makepyfile(
        "import pytest\n"
        "from cnct import ConnectClient, SettingsError\n"
        "def test_it():\n"
        "    with pytest.raises(SettingsError):\n"
        "        ConnectClient()\n"
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
