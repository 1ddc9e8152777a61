"""Files of others are not trusted, and keys that others can read are warned of."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback

import pytest
from tests.settings.conftest import key

from cnct import ConnectClient, SettingsError, SettingsWarning
from cnct.settings import config_path, profile_names, profiles
from cnct.settings.ccli import ccli_path, read_accounts

KEY = "ApiKey SU-1:very-secret"
PROFILE = f'[profiles.prod]\napi_key = "{KEY}"\n'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files of Windows have access lists")


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_to_is_refused(home, mode):
    path = home.write(PROFILE, mode)
    with pytest.raises(SettingsError, match=f"others can write to it: chmod 600 {path}") as caught:
        ConnectClient()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "very-secret" not in "".join(shown.format())
    assert profile_names() == []


@pytest.mark.parametrize("whose", ["file", "folder"])
def test_a_file_of_another_user_is_refused(home, monkeypatch, whose):
    path = home.write(PROFILE)
    if whose == "file":
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1000)
        if path.stat().st_uid == 0:  # files of root are trusted
            os.chown(path, 1, -1)
            monkeypatch.setattr(os, "geteuid", lambda: 2)
    elif os.geteuid() == 0:
        os.chown(path.parent, 1, -1)
    else:
        pytest.skip("needs another owner")
    with pytest.raises(SettingsError, match=r"another user owns (it:|its folder: chown)"):
        ConnectClient()


def test_a_file_in_a_folder_that_others_can_write_to_is_refused(home):
    path = home.write(PROFILE)
    path.parent.chmod(0o777)
    with pytest.raises(SettingsError, match=f"replace it in its folder: chmod 700 {path.parent}"):
        ConnectClient()
    path.parent.chmod(0o1777)  # as /tmp: others can only add files
    assert ConnectClient().api_key == KEY


def test_accounts_of_ccli_that_others_can_write_to_are_refused(home):
    home.accounts("VA-1", mode=0o666)
    with pytest.raises(SettingsError, match="others can write to it"):
        ConnectClient()


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_can_read_is_warned_of(home, mode):
    path = home.write(PROFILE, mode)
    with pytest.warns(SettingsWarning, match=f"can read the API key in {path}: chmod 600") as seen:
        assert ConnectClient().api_key == KEY
    assert seen[0].filename == __file__


def test_a_file_without_a_key_may_be_read_by_others(home, monkeypatch):
    home.write('[profiles.prod]\napi_key = "env:MY_KEY"\n', 0o644)
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    assert ConnectClient().api_key == KEY


def test_the_line_about_ccli_mentions_that_others_can_read_the_key(home, capsys):
    home.accounts("VA-1", mode=0o644)
    assert ConnectClient().api_key == key("VA-1")
    assert capsys.readouterr().err.endswith(".ccli/config.json, which others can read\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "cannot be read: UnicodeDecodeError"),
        (b"#" * (1 << 21), "Larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_a_configuration_is_named(home, content, words):
    home.write("").write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        ConnectClient()


def test_a_byte_order_mark_is_no_text(home):
    home.write("").write_bytes(b"\xef\xbb\xbf" + PROFILE.encode())
    assert ConnectClient().api_key == KEY


def test_a_pipe_is_no_configuration(home):
    home.write("").unlink()
    os.mkfifo(home.config, 0o600)
    with pytest.raises(SettingsError, match="cannot be read: No regular file"):
        ConnectClient()


def test_a_link_leads_to_a_file_that_is_checked(home, tmp_path):
    path = home.write(PROFILE)
    target = path.rename(tmp_path / "dotfiles.toml")
    path.symlink_to(target)
    assert ConnectClient().api_key == KEY
    target.chmod(0o666)
    with pytest.raises(SettingsError, match="others can write to it"):
        ConnectClient()
    target.unlink()
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        ConnectClient()


def test_the_configuration_is_where_the_variable_says(home, monkeypatch, tmp_path):
    home.write("")
    assert config_path() == home.config
    monkeypatch.setenv("CNCT_CONFIG", str(home.config.parent))
    assert config_path() == home.config
    monkeypatch.setenv("CNCT_CONFIG", "~/config")
    assert config_path() == home.config
    monkeypatch.setenv("CNCT_CONFIG", "")
    assert config_path() is None
    monkeypatch.delenv("CNCT_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert config_path() == tmp_path / "xdg" / "cnct" / "config.toml"


@pytest.mark.parametrize("error", [RuntimeError("no home"), KeyError("uid"), OSError(5, "broken")])
def test_a_user_without_a_home_has_no_configuration(home, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.delenv("CNCT_CONFIG")
    monkeypatch.setattr("platformdirs.user_config_path", fail)
    monkeypatch.setattr("pathlib.Path.home", fail if type(error) is not OSError else lambda: home)
    assert config_path() is None
    monkeypatch.setattr("pathlib.Path.home", lambda: home.folder)
    with pytest.raises(SettingsError, match="write a profile to a configuration file"):
        ConnectClient()


def test_without_a_home_a_client_without_a_key_says_what_to_do(tmp_path):
    code = (
        "import pwd\n"
        "def unknown(_): raise KeyError('no such user')\n"
        "pwd.getpwuid = unknown\n"
        "from cnct import ConnectClient\n"
        "try:\n"
        "    ConnectClient()\n"
        "except ValueError as error:\n"
        "    print(error)\n"
    )
    homes = ("HOME", "XDG_CONFIG_HOME", "CNCT_CONFIG")
    environment = {name: value for name, value in os.environ.items() if name not in homes}
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("There is no API key: pass api_key=, set CNCT_API_KEY")
    assert [*tmp_path.iterdir()] == []


def test_profiles_come_from_both_files(home):
    assert profiles() == []
    home.accounts("VA-1", "VA-2", active="VA-2")
    assert [(row.name, row.is_active) for row in profiles()] == [("VA-1", False), ("VA-2", True)]
    home.write('[profiles.prod]\nendpoint = "https://a:b@c/d"\n[profiles.VA-1]\n')
    rows = profiles()
    assert [row.name for row in rows] == profile_names() == ["prod", "VA-1", "VA-2"]
    assert [row.is_active for row in rows] == [False, False, False]
    assert [row.label for row in rows] == ["", "", "VA-2 Ltd"]
    assert [row.key for row in rows] == ["", "", "ApiKey VA-2:***"]
    assert rows[0].endpoint == "https://c/d"
    assert rows[0].source == str(home.config)
    assert rows[2].source == str(home.folder / ".ccli" / "config.json")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "is no JSON object"),
        ("[]", "is no JSON object"),
        ({"accounts": {"a": 1}}, "accounts in .* must be a list"),
        ({"accounts": [1]}, "accounts in .* must be objects"),
        ({"accounts": [{"name": "x"}]}, "An account in .* has no id"),
        ({"accounts": [{"id": "VA-1", "api_key": "very-secret\n"}]}, "api_key of account VA-1"),
        ({"accounts": [{"id": "VA-1", "api_key": "cmd:rm x"}]}, "must contain the key itself"),
        ({"accounts": [{"id": "VA-1", "endpoint": "h"}]}, "endpoint of account VA-1 of ccli"),
        ({"accounts": [{"id": "VA-1", "api_key": 5}]}, "api_key of account VA-1 of ccli"),
    ],
)
def test_accounts_that_make_no_sense_are_named(home, document, words):
    home.write_ccli(document)
    with pytest.raises(SettingsError, match=words) as caught:
        ConnectClient()
    error = caught.value.with_traceback(caught.tb.tb_next)  # without this function
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "very-secret" not in "".join(shown.format())


@pytest.mark.parametrize("document", [{}, {"active": "VA-9", "accounts": []}, {"accounts": None}])
def test_accounts_may_be_none(home, document):
    home.write_ccli(document)
    with pytest.raises(SettingsError, match="There is no API key"):
        ConnectClient()


def test_an_account_without_a_key_is_named(home):
    home.write_ccli({"active": "VA-1", "accounts": [{"id": "VA-1"}]})
    with pytest.raises(SettingsError, match="There is no api_key in account VA-1 of ccli"):
        ConnectClient()


def test_where_files_have_no_owners_any_file_is_read(home, monkeypatch):
    monkeypatch.delattr(os, "geteuid")
    home.write(PROFILE, 0o666)
    monkeypatch.setattr("warnings.warn", lambda *_: None)
    assert ConnectClient().api_key == KEY


def test_an_account_without_a_name_or_endpoint_is_used(home, capsys):
    home.write_ccli({"active": "VA-1", "accounts": [{"id": "VA-1", "api_key": KEY}]})
    assert ConnectClient().api_key == KEY
    assert "using account VA-1 of ccli" in capsys.readouterr().err


def test_a_user_without_a_home_has_no_accounts(monkeypatch):
    def unknown(_):
        raise KeyError("uid not found")

    monkeypatch.delenv("CNCT_CONFIG", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert ccli_path() is None
    assert read_accounts().config.profiles == {}
