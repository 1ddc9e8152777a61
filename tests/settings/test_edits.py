"""Changes of config.toml by the command: comments stay, and the file is this user's alone."""

from __future__ import annotations

import stat
import tomllib

import pytest
from tests.settings.conftest import ELSEWHERE, HOME_ENDPOINT, key

from cnct import ConnectClient, SettingsError
from cnct.settings import (
    get_setting,
    import_ccli,
    profiles,
    remove_profile,
    set_setting,
    unset_setting,
    use_profile,
)

KEY = "ApiKey SU-1:very-secret"
COMMENTED = """# Mine.
profile = "prod"  # not dev

[profiles.prod]
# The key of the accountant.
api_key = "env:MY_KEY"
timeout = 30  # seconds

# Last words.
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_first_setting_makes_a_private_file(home):
    assert set_setting("api_key", KEY) == home.config
    assert (mode(home.config), mode(home.config.parent)) == (0o600, 0o700)
    assert home.config.read_text() == f'[profiles.default]\napi_key = "{KEY}"\n'
    assert ConnectClient().api_key == KEY


def test_comments_and_order_stay(home):
    home.write(COMMENTED, 0o644)
    set_setting("timeout", "1.5,180")
    set_setting("api_key", "cmd:pass show connect", "dev")
    assert mode(home.config) == 0o600
    changed = COMMENTED.replace("timeout = 30", "timeout = [1.5, 180.0]")
    assert home.config.read_text() == (
        f'{changed}\n[profiles.dev]\napi_key = "cmd:pass show connect"\n'
    )
    unset_setting("api_key", "dev")
    remove_profile("dev")
    assert home.config.read_text().rstrip() == changed.rstrip()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("endpoint", f"{ELSEWHERE}/", ELSEWHERE),
        ("timeout", "30", 30.0),
        ("timeout", "1, 2", [1.0, 2.0]),
        ("max_retries", "3", 3),
        ("verify", "No", False),
        ("verify", "/ca.pem", "/ca.pem"),
        ("cert", "/a.pem", "/a.pem"),
        ("cert", "/a.pem,/b.pem", ["/a.pem", "/b.pem"]),
        ("proxy", "", ""),
        ("spec", "https://h/connect.yml", "https://h/connect.yml"),
        ("log", "DEBUG", "debug"),
    ],
)
def test_a_setting_is_written_as_the_library_reads_it(home, name, text, value):
    set_setting(name, text, "prod")
    written = tomllib.loads(home.config.read_text())["profiles"]["prod"][name]
    assert (written, type(written)) == (value, type(value))
    assert get_setting(name, "prod") == (tuple(value) if isinstance(value, list) else value)


def test_a_path_is_relative_to_where_it_was_written(home, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    set_setting("spec", "connect.yml")
    set_setting("api_key", "file:key.txt")
    assert get_setting("spec") == str(tmp_path / "connect.yml")
    assert get_setting("api_key") == f"file:{tmp_path / 'key.txt'}"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda: set_setting("timout", "3"), "Unknown setting 'timout'. Did you mean 'timeout'?"),
        (lambda: set_setting("timeout", "soon"), "timeout must be seconds like 30"),
        (lambda: set_setting("api_key", "very-secret\n\n"), ""),
        (lambda: set_setting("api_key", "very-secret\u00e9"), "api_key must be printable ASCII"),
        (lambda: set_setting("timeout", "3", "a\x1b"), r"must have a name like prod, not 'a\x1b'"),
        (lambda: get_setting("x"), "Unknown setting 'x'"),
        (lambda: set_setting("ApiKey SU-1:very-secret", "api_key"), "Unknown setting '***'"),
        (lambda: use_profile("ApiKey SU-1:very-secret"), "no profile '***'"),
        (lambda: get_setting("timeout", "prd"), "no profile 'prd'. Did you mean 'prod'?"),
        (lambda: unset_setting("log"), "log is not set in profile 'prod'"),
        (lambda: use_profile("prd"), "no profile 'prd'. Did you mean 'prod'?"),
        (lambda: remove_profile("prd"), "no profile 'prd'. Did you mean 'prod'?"),
        (import_ccli, "There are no accounts of ccli in"),
        (lambda: import_ccli(["VA-1"]), "There is no profile 'VA-1'."),
    ],
)
def test_a_wrong_edit_is_named_and_changes_nothing(home, edit, words):
    home.write(COMMENTED)
    if words:
        with pytest.raises(SettingsError) as caught:
            edit()
        assert words in str(caught.value)
        assert home.config.read_text() == COMMENTED
    else:
        edit()  # white space around a value is no part of it
        assert get_setting("api_key") == "very-secret"


def test_without_a_file_there_is_nothing_to_read_or_change(home, monkeypatch):
    assert get_setting("timeout") is None
    with pytest.raises(SettingsError, match="timeout is not set in profile 'default'"):
        unset_setting("timeout")
    monkeypatch.setenv("CNCT_CONFIG", "")
    with pytest.raises(SettingsError, match="no place for a configuration: set CNCT_CONFIG"):
        set_setting("timeout", "3")


def test_a_broken_file_is_not_overwritten(home):
    home.write("[profiles.prod\n")
    for edit in (lambda: set_setting("timeout", "3", "prod"), lambda: import_ccli(["VA-1"])):
        home.accounts("VA-1")
        with pytest.raises(SettingsError, match=r"config.toml is no TOML"):
            edit()
    assert home.config.read_text() == "[profiles.prod\n"


def test_a_file_that_cannot_be_written_is_named(home, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("CNCT_CONFIG", str(blocked / "config.toml"))
    with pytest.raises(SettingsError, match=r"config.toml cannot be (read|written)"):
        set_setting("timeout", "3")


def test_a_folder_that_cannot_be_made_is_named(home, monkeypatch):
    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", fail)
    with pytest.raises(SettingsError, match="cannot be written: Permission denied"):
        set_setting("timeout", "3")


def test_a_failed_write_leaves_the_old_file_and_no_other(home, monkeypatch):
    home.write(COMMENTED)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(SettingsError, match="cannot be written: No space left on device"):
        set_setting("timeout", "3")
    assert [path.name for path in home.config.parent.iterdir()] == ["config.toml"]
    assert home.config.read_text() == COMMENTED


def test_a_link_stays_a_link(home, tmp_path):
    target = home.write(COMMENTED).rename(tmp_path / "dotfiles.toml")
    home.config.symlink_to(target)
    set_setting("timeout", "3")
    assert home.config.is_symlink()
    assert "timeout = 3.0" in target.read_text()


def test_the_active_profile_is_named_at_the_top(home):
    home.write("# Mine.\n[profiles.prod]\n[profiles.dev]\n")
    home.accounts("VA-1")
    use_profile("dev")
    assert (
        home.config.read_text() == 'profile = "dev"\n\n# Mine.\n[profiles.prod]\n[profiles.dev]\n'
    )
    use_profile("VA-1")  # an account of ccli
    assert home.config.read_text().startswith('profile = "VA-1"\n')
    assert ConnectClient().api_key == key("VA-1")
    use_profile("prod")
    remove_profile("prod")
    assert home.config.read_text() == "\n# Mine.\n[profiles.dev]\n"


def test_accounts_of_ccli_are_copied(home):
    path = home.accounts("VA-1", "VA-2", active="VA-2")
    before = path.read_bytes()
    assert import_ccli() == ["VA-1", "VA-2"]
    assert path.read_bytes() == before
    assert mode(home.config) == 0o600
    path.unlink()
    client = ConnectClient()
    assert (client.api_key, client.endpoint) == (key("VA-2"), HOME_ENDPOINT)
    assert [row.name for row in profiles()] == ["VA-1", "VA-2"]


def test_copied_accounts_overwrite_no_profile_by_accident(home):
    home.write(f'{COMMENTED}\n[profiles.VA-1]\napi_key = "{KEY}"\n')
    home.accounts("VA-1", "VA-2")
    with pytest.raises(SettingsError, match="The profile 'VA-1' exists in"):
        import_ccli()
    assert import_ccli(["VA-2"]) == ["VA-2"]
    assert get_setting("api_key", "VA-1") == KEY
    assert import_ccli(["VA-1"], replace=True) == ["VA-1"]
    assert get_setting("api_key", "VA-1") == key("VA-1")
    assert ConnectClient(profile="VA-2").api_key == key("VA-2")
    assert home.config.read_text().startswith(COMMENTED.rstrip())
