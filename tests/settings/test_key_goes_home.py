"""Which key a client uses, and that it goes only to the endpoint that it belongs to."""

from __future__ import annotations

import pickle
import traceback

import pytest
from tests.settings.conftest import ELSEWHERE, HOME_ENDPOINT, key

from cnct import AsyncConnectClient, ConnectClient, SettingsError
from cnct.endpoints import DEFAULT_ENDPOINT

PASSED = "ApiKey SU-1:passed"
OF_VARIABLE = "ApiKey SU-2:secret-of-variable"
OF_PROFILE = "ApiKey SU-3:secret-of-profile"
PROFILE = f'[profiles.prod]\napi_key = "{OF_PROFILE}"\nendpoint = "{HOME_ENDPOINT}"\n'


def used(*args, **kwargs):
    """Return key and endpoint of a client; both kinds of clients must agree."""
    client = ConnectClient(*args, **kwargs)
    twin = AsyncConnectClient(*args, **kwargs)
    assert (client.api_key, client.endpoint) == (twin.api_key, twin.endpoint)
    return client.api_key, client.endpoint


@pytest.mark.parametrize(
    ("variables", "arguments", "expected"),
    [
        ({}, {"api_key": PASSED}, (PASSED, DEFAULT_ENDPOINT)),
        ({}, {"api_key": None}, (None, DEFAULT_ENDPOINT)),
        ({"API_KEY": OF_VARIABLE}, {"api_key": None}, (None, DEFAULT_ENDPOINT)),
        ({"API_KEY": OF_VARIABLE}, {}, (OF_VARIABLE, DEFAULT_ENDPOINT)),
        ({"API_KEY": OF_VARIABLE}, {"api_key": PASSED}, (PASSED, DEFAULT_ENDPOINT)),
        ({"API_KEY": OF_VARIABLE, "ENDPOINT": ELSEWHERE}, {}, (OF_VARIABLE, ELSEWHERE)),
        ({"API_KEY": OF_VARIABLE}, {"endpoint": ELSEWHERE}, (OF_VARIABLE, ELSEWHERE)),
        ({"ENDPOINT": ELSEWHERE}, {"api_key": PASSED}, (PASSED, ELSEWHERE)),
        (
            {"ENDPOINT": ELSEWHERE},
            {"api_key": PASSED, "endpoint": HOME_ENDPOINT},
            (PASSED, HOME_ENDPOINT),
        ),
        ({"ENDPOINT": "  "}, {"api_key": PASSED}, (PASSED, DEFAULT_ENDPOINT)),
    ],
)
def test_arguments_come_before_variables(home, monkeypatch, variables, arguments, expected):
    for name, value in variables.items():
        monkeypatch.setenv(f"CNCT_{name}", value)
    assert used(**arguments) == expected


@pytest.mark.parametrize(
    ("variables", "arguments", "expected"),
    [
        ({}, {}, (OF_PROFILE, HOME_ENDPOINT)),
        ({}, {"profile": "prod"}, (OF_PROFILE, HOME_ENDPOINT)),
        ({"PROFILE": "prod"}, {}, (OF_PROFILE, HOME_ENDPOINT)),
        ({"PROFILE": "none"}, {"profile": "prod"}, (OF_PROFILE, HOME_ENDPOINT)),
        # Another spelling of the same endpoint.
        (
            {},
            {"endpoint": "https://HOME.example:443/public/v1/"},
            (OF_PROFILE, "https://HOME.example:443/public/v1"),
        ),
        ({"ENDPOINT": f"{HOME_ENDPOINT}/"}, {}, (OF_PROFILE, HOME_ENDPOINT)),
        ({"API_KEY": OF_VARIABLE, "ENDPOINT": ELSEWHERE}, {}, (OF_VARIABLE, ELSEWHERE)),
        ({"API_KEY": OF_VARIABLE}, {"endpoint": ELSEWHERE}, (OF_VARIABLE, ELSEWHERE)),
        # A key that is passed does not go to a profile that nobody has named.
        ({}, {"api_key": PASSED}, (PASSED, DEFAULT_ENDPOINT)),
        ({"PROFILE": "prod"}, {"api_key": PASSED}, (PASSED, DEFAULT_ENDPOINT)),
        ({}, {"api_key": PASSED, "profile": "prod"}, (PASSED, HOME_ENDPOINT)),
        ({}, {"api_key": None, "profile": "prod"}, (None, HOME_ENDPOINT)),
        ({"API_KEY": OF_VARIABLE}, {"api_key": PASSED, "profile": "prod"}, (PASSED, HOME_ENDPOINT)),
    ],
)
def test_a_profile_fills_in_what_is_left(home, monkeypatch, variables, arguments, expected):
    home.write(PROFILE)
    for name, value in variables.items():
        monkeypatch.setenv(f"CNCT_{name}", value)
    assert used(**arguments) == expected


@pytest.mark.parametrize(
    ("variables", "arguments", "words"),
    [
        ({}, {"endpoint": ELSEWHERE}, "key of profile 'prod' in .*config.toml is for https://home"),
        (
            {"ENDPOINT": ELSEWHERE},
            {},
            r"not for the endpoint https://elsewhere\S+ of CNCT_ENDPOINT",
        ),
        ({}, {"endpoint": "http://home.example/public/v1"}, "pass api_key= beside it"),
        ({}, {"endpoint": "https://home.example:8443/public/v1"}, "key of profile 'prod'"),
        ({}, {"endpoint": "https://home.example/public/v2"}, "key of profile 'prod'"),
        ({"API_KEY": OF_VARIABLE}, {}, "CNCT_API_KEY would be sent to https://home.* of profile"),
        (
            {"API_KEY": OF_VARIABLE},
            {"profile": "prod"},
            "set CNCT_ENDPOINT beside it, or unset CNCT",
        ),
        (
            {"ENDPOINT": ELSEWHERE},
            {"api_key": PASSED, "profile": "prod"},
            "api_key was passed with profile 'prod'.* of CNCT_ENDPOINT: pass endpoint=",
        ),
    ],
)
def test_a_key_for_another_endpoint_is_refused(home, monkeypatch, variables, arguments, words):
    home.write(PROFILE)
    for name, value in variables.items():
        monkeypatch.setenv(f"CNCT_{name}", value)
    with pytest.raises(SettingsError, match=words) as caught:
        ConnectClient(**arguments)
    error = caught.value.with_traceback(caught.tb.tb_next)  # without this function
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "secret-of" not in "".join(shown.format())


def test_a_key_of_a_variable_may_go_where_the_profile_changes_nothing(home, monkeypatch):
    home.write(f'[profiles.prod]\napi_key = "{OF_PROFILE}"\ntimeout = 3\n')
    monkeypatch.setenv("CNCT_API_KEY", OF_VARIABLE)
    assert used() == (OF_VARIABLE, DEFAULT_ENDPOINT)
    assert ConnectClient().timeout == 3.0


def test_the_profile_is_the_one_that_is_named_the_default_or_the_only_one(home, monkeypatch):
    one, two = (f'[profiles.{name}]\napi_key = "ApiKey {name}:x"\n' for name in ("one", "two"))
    home.write(one)
    assert used()[0] == "ApiKey one:x"
    home.write(one + two)
    with pytest.raises(SettingsError, match=r"several profiles.*CNCT_PROFILE.*profile = 'one' at"):
        ConnectClient()
    assert used(profile="two")[0] == "ApiKey two:x"
    home.write(f'profile = "two"\n{one}{two}')
    assert used()[0] == "ApiKey two:x"
    monkeypatch.setenv("CNCT_PROFILE", "one")
    assert used()[0] == "ApiKey one:x"
    monkeypatch.setenv("CNCT_PROFILE", " ")
    home.write(f'{one}{two}[profiles.default]\napi_key = "ApiKey three:x"\n')
    assert used()[0] == "ApiKey three:x"


def test_several_profiles_do_not_stop_the_key_of_a_variable(home, monkeypatch):
    home.write("[profiles.one]\n[profiles.two]\n")
    monkeypatch.setenv("CNCT_API_KEY", OF_VARIABLE)
    assert used() == (OF_VARIABLE, DEFAULT_ENDPOINT)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("prd", PROFILE, "no profile 'prd', which profile= names. Did you mean 'prod'?"),
        ("prod", "", "There are none in"),
    ],
)
def test_an_unknown_profile_is_named_with_the_nearest(home, name, text, words):
    home.write(text)
    with pytest.raises(SettingsError) as caught:
        ConnectClient(profile=name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no API key: pass api_key=, set CNCT_API_KEY, or write a profile to"),
        ("[profiles.prod]\n", "There is no api_key in profile 'prod'"),
        ('profile = "x"\n[profiles.prod]\n', "There is no profile 'x', which profile in"),
    ],
)
def test_without_a_key_the_ways_to_have_one_are_named(home, text, words):
    home.write(text)
    with pytest.raises(SettingsError) as caught:
        ConnectClient()
    assert words in str(caught.value)


@pytest.mark.parametrize(("name", "error"), [(5, TypeError), (" ", ValueError)])
def test_a_profile_has_a_name(name, error):
    with pytest.raises(error, match="profile must be the name of a profile"):
        ConnectClient(PASSED, profile=name)


def test_the_active_account_of_ccli_is_used_if_nothing_else_is_set(home, capsys):
    home.accounts("VA-000-000", "VA-000-001", active="VA-000-001")
    assert used() == (key("VA-000-001"), HOME_ENDPOINT)
    assert used() == (key("VA-000-001"), HOME_ENDPOINT)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert "using account VA-000-001 (VA-000-001 Ltd) of ccli, from " in output.err
    assert used(profile="VA-000-000") == (key("VA-000-000"), HOME_ENDPOINT)
    assert capsys.readouterr().err == ""


def test_a_key_of_ccli_does_not_go_elsewhere(home):
    home.accounts("VA-000-000")
    with pytest.raises(
        SettingsError, match=r"key of account VA-000-000 of ccli in .* is for https"
    ):
        ConnectClient(endpoint=ELSEWHERE)


def test_ccli_is_not_asked_where_anything_is_set(home, monkeypatch, capsys):
    home.accounts("VA-000-000")
    home.write(PROFILE)
    assert used()[0] == OF_PROFILE
    home.config.unlink()
    monkeypatch.setenv("CNCT_API_KEY", OF_VARIABLE)
    assert used() == (OF_VARIABLE, DEFAULT_ENDPOINT)
    monkeypatch.delenv("CNCT_API_KEY")
    monkeypatch.setenv("CNCT_CONFIG", "")
    with pytest.raises(SettingsError, match="no API key"):
        ConnectClient()
    with pytest.raises(SettingsError, match="There are none in a configuration file"):
        ConnectClient(profile="VA-000-000")
    assert capsys.readouterr().err == ""


def test_a_closed_stderr_stops_no_client(home, monkeypatch):
    home.accounts("VA-000-000")
    monkeypatch.setattr("sys.stderr", None)
    assert used()[0] == key("VA-000-000")


def test_clients_with_keys_that_were_looked_up_can_be_pickled(home):
    home.write(PROFILE)
    copy = pickle.loads(pickle.dumps(ConnectClient()))
    assert (copy.api_key, copy.endpoint) == (OF_PROFILE, HOME_ENDPOINT)
