"""config and doctor: settings, their sources, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import KEY

from cnct.emulator.server import DEFAULT_SPEC


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a configuration that does not exist yet, and a home without one of ccli."""
    path = tmp_path / "cnct" / "config.toml"
    monkeypatch.setenv("CNCT_CONFIG", str(path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return path


def test_settings_are_written_and_shown_without_their_secrets(cnct, config, monkeypatch):
    assert cnct("config", "path").out == f"{config}\n"
    words = ["--profile", "test"]
    assert cnct("config", "set", "endpoint", "https://localhost/public/v1", *words).status == 0
    assert cnct("config", "set", "api_key", "-", *words, stdin=f"{KEY}\n").status == 0
    assert cnct("config", "use", "test").status == 0
    assert KEY in config.read_text("utf-8")
    assert config.stat().st_mode & 0o777 == 0o600
    assert cnct("config", "get", "endpoint").out == "https://localhost/public/v1\n"
    assert cnct("config", "get", "timeout").out == ""
    masked = cnct("config", "get", "api_key").out
    rows = {row["name"]: row for row in cnct("config", "show").json}
    assert rows["api_key"]["value"] + "\n" == masked == "ApiKey SU-000-000-000:***\n"
    assert "profile 'test'" in rows["endpoint"]["source"]
    (profile,) = cnct("config", "profiles").json
    assert (profile["name"], profile["active"]) == ("test", True)
    assert cnct("config", "unset", "endpoint").status == 0
    assert cnct("config", "remove", "test").status == 0
    assert cnct("config", "profiles").json == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["set", "endpont", "x"], "Did you mean 'endpoint'?"),
        (["set", "timeout", "soon"], "must be"),
        (["set", "api_key", "-"], "There is no value for api_key on standard input"),
        (["use", "nobody"], "There is no profile 'nobody'"),
        (["import-ccli"], "ccli"),
    ],
)
def test_wrong_settings_are_refused(cnct, config, words, message):
    ran = cnct("config", *words)
    assert ran.status in (1, 2)
    assert message in ran.err
    assert not config.exists()


def test_accounts_of_ccli_are_imported(cnct, config, tmp_path):
    folder = tmp_path / ".ccli"
    folder.mkdir()
    account = {
        "id": "VA-000-000",
        "name": "Acme",
        "api_key": KEY,
        "endpoint": "https://localhost/v1",
    }
    file = folder / "config.json"
    file.write_text(json.dumps({"active": "VA-000-000", "accounts": [account]}), encoding="utf-8")
    file.chmod(0o600)
    assert cnct("config", "import-ccli").out == "VA-000-000\n"
    assert "very-secret" not in cnct("config", "profiles").out


def test_an_unknown_profile_is_wrong_usage(cnct, config):
    cnct("config", "set", "endpoint", "https://localhost/v1", "--profile", "prod")
    ran = cnct("count", "products", "--profile", "prd")
    assert (ran.status, "Did you mean 'prod'?" in ran.err) == (2, True)


def test_a_key_that_others_can_read_is_warned_of_everywhere(cnct, config, shared_connect):
    cnct("config", "set", "endpoint", shared_connect.endpoint)
    cnct("config", "set", "api_key", KEY)
    config.chmod(0o644)
    ran = cnct("count", "requests", "--spec", str(shared_connect.spec), "--profile", "default")
    assert (ran.status, ran.out) == (0, "25\n")
    assert ran.err.startswith("cnct: warning: ")
    assert "very-secret" not in ran.err


def test_there_may_be_no_place_for_a_configuration(cnct, monkeypatch):
    monkeypatch.setenv("CNCT_CONFIG", "")
    ran = cnct("config", "path")
    assert (ran.status, "set CNCT_CONFIG to a path" in ran.err) == (1, True)


def named(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in rows}


@pytest.mark.usefixtures("reads")
def test_doctor_shows_everything_with_its_source(cnct, shared_connect, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://user:hidden@proxy:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    ran = cnct("doctor", "--online")
    rows = named(ran.json)
    assert rows["from cnct import"]["value"] == "this package"
    assert rows["api_key"]["value"] == "ApiKey SU-000-000-000:***"
    assert rows["endpoint"]["source"] == "CNCT_ENDPOINT"
    assert rows["document"]["state"] == rows["call"]["state"] == "ok"
    assert rows["proxy of the environment"]["value"] == "none for 127.0.0.1"
    missing = [row for row in ran.json if row["source"] == "SSL_CERT_FILE"]
    assert missing[0]["state"] == "problem"
    assert (ran.status, ran.err) == (1, "")
    assert "very-secret" not in ran.out
    monkeypatch.setenv("NO_PROXY", "")
    ran = cnct("doctor")
    assert named(ran.json)["proxy of the environment"]["value"] == "http://proxy:3128"


def test_doctor_works_with_a_broken_configuration(cnct, config, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    config.parent.mkdir()
    config.write_text("[profiles", encoding="utf-8")
    config.chmod(0o600)
    ran = cnct("doctor", "--online")
    rows = named(ran.json)
    assert ran.status == 1
    assert str(config) in rows["settings"]["value"]
    assert rows["call"]["state"] == "problem"
    assert rows["certificates"]["source"] == "certifi"
    assert cnct("config", "show").status == 1
    assert cnct("find", "x").status == 1
    assert cnct("--help").status == 0


def test_doctor_examines_document_and_cache(cnct, config, monkeypatch, tmp_path):
    monkeypatch.setenv("CNCT_SPEC", str(tmp_path / "missing.yml"))
    monkeypatch.setenv("CNCT_CACHE_DIR", "")
    rows = named(cnct("doctor").json)
    assert rows["cache"]["value"] == "off"
    assert rows["document"]["state"] == "hint"
    assert "cannot be read" in named(cnct("doctor", "--online").json)["document"]["value"]
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    monkeypatch.setenv("CNCT_CACHE_DIR", str(open_folder))
    assert "others can write" in named(cnct("doctor").json)["cache"]["value"]
    monkeypatch.setenv("CNCT_CACHE_DIR", "a\0b".replace("\0", "/\udcff"))
    assert named(cnct("doctor").json)["cache"]["name"] == "cache"


def test_doctor_without_a_problem(cnct, config, monkeypatch, shared_connect):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_TIMEOUTT", "3")
    ran = cnct("doctor", "--spec", str(shared_connect.spec))
    assert (ran.status, ran.err) == (0, "")
    assert named(ran.json)["settings"]["state"] == "hint"

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no home")

    monkeypatch.delenv("CNCT_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_path", fail)
    assert "no home" in named(cnct("doctor").json)["cache"]["value"]


def test_the_document_of_a_profile(cnct, config, monkeypatch):
    cnct("config", "set", "spec", str(DEFAULT_SPEC), "--profile", "prod")
    assert cnct("spec", "show", "--profile", "prod").json["location"] == str(DEFAULT_SPEC)
    cnct("config", "remove", "prod")
    monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", "http://127.0.0.1:9/spec.yml")
    ran = cnct("find", "x")
    assert (ran.status, "Name a copy with --spec or CNCT_SPEC" in ran.err) == (1, True)


def test_doctor_names_another_owner_of_the_facade(cnct, monkeypatch):
    import sys
    import types

    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    monkeypatch.setitem(sys.modules, "cnct", types.ModuleType("cnct"))
    row = named(cnct("doctor").json)["from cnct import"]
    assert (row["state"], "from cnct.client.fluent import" in row["value"]) == ("problem", True)
