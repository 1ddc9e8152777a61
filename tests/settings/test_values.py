"""The values of settings: precedence over defaults, wrong ones, and how they are shown."""

from __future__ import annotations

import inspect
import logging
import traceback

import pytest

from cnct import AsyncConnectClient, ConnectClient, SettingsError
from cnct.settings import OPTIONS, report, unknown_variables

KEY = "ApiKey SU-1:secret"


@pytest.fixture
def client_of(home):
    """Return a client with a profile of some lines."""

    def client_of(lines, **arguments):
        home.write(f'[profiles.prod]\napi_key = "{KEY}"\n{lines}\n')
        return ConnectClient(**arguments)

    return client_of


@pytest.mark.parametrize(
    ("variable", "text", "line", "attribute", "value", "passed"),
    [
        ("TIMEOUT", "30", "timeout = 7", "timeout", 30.0, (15.0, 180.0)),
        ("TIMEOUT", "1.5, 180", "timeout = [2, 3]", "timeout", (1.5, 180.0), 5),
        ("TIMEOUT", "30", "timeout = 7", "timeout", 30.0, None),
        ("MAX_RETRIES", "3", "max_retries = 2", "max_retries", 3, 0),
        ("CONCURRENCY", " 8 ", "concurrency = 2", "concurrency", 8, 1),
        ("SPEC", "https://x/y.yml", 'spec = "/z.yml"', "specs_location", "https://x/y.yml", "a"),
    ],
)
def test_an_argument_wins_over_a_variable_and_that_over_the_profile(
    client_of, monkeypatch, variable, text, line, attribute, value, passed
):
    default = getattr(ConnectClient(KEY), attribute)
    profiled = getattr(client_of(line), attribute)
    assert profiled not in (default, value)
    monkeypatch.setenv(f"CNCT_{variable}", text)
    assert getattr(client_of(line), attribute) == value
    assert getattr(ConnectClient(KEY), attribute) == value
    # Passing the default is passing an argument, too.
    assert getattr(client_of(line, **{attribute: passed}), attribute) == passed
    assert getattr(AsyncConnectClient(KEY, **{attribute: passed}), attribute) == passed


def test_signatures_show_the_defaults_as_plain_values():
    parameters = inspect.signature(ConnectClient).parameters
    defaults = {name: str(parameters[name]) for name in parameters}
    assert "= <looked up>" in defaults["api_key"]
    assert defaults["timeout"].endswith("= (15.0, 180.0)")
    assert defaults["max_retries"].endswith("= 0")
    assert (parameters["max_retries"].default, parameters["concurrency"].default) == (0, 1)
    assert {type(ConnectClient(KEY).max_retries), type(ConnectClient(KEY).timeout)} == {int, tuple}
    assert (OPTIONS["timeout"].default, OPTIONS["max_retries"].default) == ((15.0, 180.0), 0)
    copies = inspect.signature(ConnectClient.with_options).parameters
    assert "= <unchanged>" in str(copies["timeout"])


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("TIMEOUT", "abc", "CNCT_TIMEOUT must be seconds like 30, or two numbers"),
        ("TIMEOUT", "1,2,3", "15,180 in a variable"),
        ("TIMEOUT", "-1", "not '-1'"),
        ("TIMEOUT", "nan", "not 'nan'"),
        ("TIMEOUT", "inf", "not 'inf'"),
        ("MAX_RETRIES", "1.5", "CNCT_MAX_RETRIES must be a whole number of 0 or more, not '1.5'"),
        ("MAX_RETRIES", "-1", "not '-1'"),
        ("CONCURRENCY", "0", "CNCT_CONCURRENCY must be a whole number of 1 or more, not '0'"),
        ("CONCURRENCY", "x" * 100, f"not '{'x' * 60}...'"),
        ("ENDPOINT", "api.example.com", "CNCT_ENDPOINT must be a URL like https://host/public/v1"),
        ("ENDPOINT", "https://h:99999/v1", "CNCT_ENDPOINT must be a URL"),
        ("ENDPOINT", "ftp://user:pass@h/v1", "not 'ftp://h/v1'"),
        ("LOG", "loud", "CNCT_LOG must be debug, info, warning, error or critical, not 'loud'"),
    ],
)
def test_a_wrong_variable_is_named_with_what_would_be_right(monkeypatch, variable, text, words):
    monkeypatch.setenv(f"CNCT_{variable}", text)
    with pytest.raises(SettingsError) as caught:
        ConnectClient(KEY)
    assert words in str(caught.value)


@pytest.mark.parametrize("variable", ["ENDPOINT", "TIMEOUT", "LOG", "PROFILE"])
@pytest.mark.parametrize("text", [KEY, "https:/h/v1?key=SU-1:secret"])
def test_a_key_in_the_place_of_another_setting_is_not_shown(home, monkeypatch, variable, text):
    monkeypatch.setenv(f"CNCT_{variable}", text)
    with pytest.raises(SettingsError) as caught:
        ConnectClient()
    assert f"CNCT_{variable}" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("timout = 3", "Unknown setting 'timout' of profile 'prod' in "),
        ("timout = 3", "Did you mean 'timeout'?"),
        ('timeout = "30"', "timeout of profile 'prod' in "),
        ("timeout = [1, 2, 3]", "must be seconds like 30"),
        ("timeout = true", "must be seconds like 30"),
        ("max_retries = true", "must be a whole number of 0 or more, not 'True'"),
        ("endpoint = 5", "endpoint of profile 'prod'"),
        ("concurrency = 2.0", "must be a whole number of 1 or more"),
        ('spec = " "', "spec of profile 'prod'"),
        ("log = 3", "must be debug, info"),
        ("verify = 3", "must be true, false or the path of CA certificates"),
        ('cert = ["a"]', "cert of profile 'prod'"),
        ('cert = ["a", 3]', "cert of profile 'prod'"),
        ('verify = "nowhere.pem"', "config.toml: verify must be the path of a file"),
        ('cert = "config.toml"', "config.toml: cert must be a certificate and its key"),
        ('proxy = "host:3128"', "proxy of profile 'prod'"),
        ("proxy = 3", "must be a URL like http://host:3128, or '' for none"),
    ],
)
def test_a_wrong_setting_of_a_profile_is_named_with_its_place(client_of, line, words):
    with pytest.raises(SettingsError) as caught:
        client_of(line)
    assert words in str(caught.value)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "SU-1:secret" not in "".join(shown.format())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profiles = 3", "profiles in .* must be tables like"),
        ("[profiles]\nprod = 3", r"profile 'prod' in .* must be tables like \[profiles.prod\]"),
        (
            "timeout = 3",
            r"Unknown setting 'timeout' in .*belongs below a line like \[profiles.prod\]",
        ),
        ("profil = 3", "Unknown setting 'profil' in .*Did you mean 'profile'"),
        ("[prod]\ntimeout = 3", r"Unknown setting 'prod' in .*Write \[profiles.prod\]"),
        ("[profil]\ntimeout = 3", "Unknown setting 'profil' in .*Did you mean 'profile'"),
        ("[profile.prod]", r"write \[profiles.prod\], not \[profile.prod\]"),
        ("[profile]", r"write \[profiles.prod\], not \[profile.prod\]"),
        ("profile = 3", "profile in .* must be the name of a profile"),
        ("profile = ''", "profile in .* must be the name of a profile"),
        ("[profiles.prod", "config.toml is no TOML: Expected"),
        ('[profiles.prod]\napi_key = "ApiKey SU-1:secret', "config.toml is no TOML"),
        ("a = " + "[" * 2000, "config.toml is no TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_named(home, text, words):
    home.write(text)
    with pytest.raises(SettingsError, match=f"(?s){words}") as caught:
        ConnectClient()
    assert "SU-1" not in str(caught.value)
    assert caught.value.__context__ is None  # tomllib's error holds the text


MISPLACED = f"""[profiles.prod]
api_keys = ["{KEY}"]
"""


def test_a_key_in_the_wrong_place_is_not_shown(home):
    home.write(MISPLACED)
    with pytest.raises(SettingsError, match="Did you mean 'api_key'") as caught:
        ConnectClient()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "SU-1:secret" not in "".join(shown.format())


def test_paths_in_a_profile_are_relative_to_its_file(client_of, home):
    assert client_of('spec = "connect.yml"').specs_location == str(
        home.config.parent / "connect.yml"
    )
    assert client_of('spec = "~/a.yml"').specs_location == str(home.folder / "a.yml")
    assert client_of('spec = "/a.yml"').specs_location == "/a.yml"


def test_a_home_that_is_unknown_stays_a_tilde(client_of, home):
    path = client_of('spec = "~nobody-like-this/a.yml"').specs_location
    assert path == str(home.config.parent / "~nobody-like-this/a.yml")


def test_the_log_is_shown_from_a_level_on(monkeypatch, capsys):
    logger = logging.getLogger("cnct")
    monkeypatch.setattr(logger, "handlers", [logging.NullHandler()])
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logger, "level", logging.NOTSET)
    monkeypatch.setenv("CNCT_LOG", "Info")
    ConnectClient(KEY)
    ConnectClient(KEY)
    logging.getLogger("cnct.retry").info("a pause")
    logging.getLogger("cnct.http").debug("a call")
    error = capsys.readouterr().err
    assert error.count("INFO cnct.retry a pause\n") == 1
    assert "a call" not in error


def test_a_program_that_handles_the_log_gets_no_second_handler(monkeypatch):
    logger = logging.getLogger("cnct")
    monkeypatch.setattr(logger, "handlers", [logging.NullHandler()])
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler()])
    monkeypatch.setattr(logger, "level", logging.NOTSET)
    monkeypatch.setenv("CNCT_LOG", "debug")
    ConnectClient(KEY)
    assert len(logger.handlers) == 1
    assert logger.isEnabledFor(logging.DEBUG)


def test_variables_without_a_meaning_are_hints(monkeypatch):
    monkeypatch.setenv("CNCT_TIMEOUTS", "3")
    assert unknown_variables() == ["Unknown variable CNCT_TIMEOUTS. Did you mean 'CNCT_TIMEOUT'?"]


def test_a_report_lists_all_settings_with_their_sources(home, monkeypatch):
    path = home.write(
        f'[profiles.prod]\napi_key = "{KEY}"\ntimeout = [1, 2]\nverify = false\n'
        'proxy = "http://user:pass@proxy:3128"\n'
    )
    monkeypatch.setenv("CNCT_CONCURRENCY", "4")
    result = report(endpoint="https://api.connect.cloudblue.com/public/v1")
    place = f"profile 'prod' in {path}"
    rows = {setting.name: (setting.shown, setting.source) for setting in result.settings}
    assert [*rows] == [*OPTIONS]
    assert rows["api_key"] == ("ApiKey SU-1:***", place)
    assert rows["endpoint"] == ("https://api.connect.cloudblue.com/public/v1", "argument")
    assert rows["spec"] == ("", "default")
    assert rows["timeout"] == ("1.0, 2.0", place)
    assert rows["max_retries"] == ("0", "default")
    assert rows["concurrency"] == ("4", "CNCT_CONCURRENCY")
    assert rows["verify"] == ("false", place)
    assert rows["proxy"] == ("http://proxy:3128", place)
    assert (result.profile, result.problems, result.hints) == ("prod", [], [])
    assert "secret" not in repr(result)


@pytest.mark.parametrize(
    ("text", "profile", "settings", "problem"),
    [
        ("[profiles", None, 0, "is no TOML"),
        ("", None, len(OPTIONS), "There is no API key"),
        ("", "prod", 0, "There is no profile 'prod'"),
    ],
)
def test_a_report_lists_problems_and_raises_none(home, text, profile, settings, problem):
    home.write(text)
    result = report(profile)
    assert len(result.settings) == settings
    assert problem in result.problems[0]
    assert result.profile == profile
