"""Lists settings and profiles with their sources, secrets masked. Changes nothing."""

from __future__ import annotations

from typing import NamedTuple

from cnct.exceptions import SettingsError
from cnct.settings.catalog import OPTIONS, Setting
from cnct.settings.ccli import ccli_path, read_accounts
from cnct.settings.config_file import config_path, read_config
from cnct.settings.resolution import DEFAULT, Resolution, check_key, gather
from cnct.settings.variables import profile_of_environment, unknown_variables
from cnct.text import safe_url


class Report(NamedTuple):
    """The settings in effect, and the problems that keep them from use.

    Attributes:
        settings: All settings in the order of display, those of the defaults included.
        profile: Name of the profile in use, ``None`` without one.
        problems: Sentences; empty if a client can be made.
        hints: Sentences about possible mistakes, such as variables without a meaning.
    """

    settings: list[Setting]
    profile: str | None
    problems: list[str]
    hints: list[str]


class ProfileRow(NamedTuple):
    """A profile in a list.

    Attributes:
        name: Name.
        label: Name of the account in ccli, or empty text.
        endpoint: Base URL of the API.
        source: Path of the file that has the profile.
        is_active: Whether the profile is used if no argument or variable names another.
        key: The key or the source of the key, masked; empty text without one.
    """

    name: str
    label: str
    endpoint: str
    source: str
    is_active: bool
    key: str


def report(profile: str | None = None, endpoint: str | None = None) -> Report:
    """Return the settings in effect; a broken configuration is among the problems, not raised.

    Args:
        profile: Name of a profile, as for the client.
        endpoint: An endpoint, as for the client.
    """
    try:
        result = gather(endpoint, profile)
    except SettingsError as error:
        return Report([], profile or profile_of_environment(), [str(error)], unknown_variables())
    problems: list[str] = []
    try:
        check_key(result)
    except SettingsError as error:
        problems.append(str(error))
    name = result.profile.name if result.profile else None
    return Report(_all_settings(result), name, problems, unknown_variables())


def _all_settings(result: Resolution) -> list[Setting]:
    return [
        result.settings.get(name, Setting(name, option.default, DEFAULT))
        for name, option in OPTIONS.items()
    ]


def profiles() -> list[ProfileRow]:
    """Return the profiles, then the accounts of ccli that have no profile of the same name.

    Raises:
        SettingsError: If a file cannot be used.
    """
    config, accounts = read_config(), read_accounts()
    own, others = config.profiles, accounts.config.profiles
    active = config.active
    if active is None and not own:
        active = accounts.config.active
    rows: list[ProfileRow] = []
    for name in [*own, *(name for name in others if name not in own)]:
        profile = own.get(name) or others[name]
        endpoint = Resolution(profile.settings, profile).endpoint.value
        key = profile.settings.get("api_key")
        source = config_path() if name in own else ccli_path()
        label = "" if name in own else accounts.labels[name]
        rows.append(
            ProfileRow(
                name,
                label,
                safe_url(endpoint),
                str(source),
                name == active,
                key.shown if key else "",
            )
        )
    return rows


def profile_names() -> list[str]:
    """Return the names of all profiles, for completion; none if a file cannot be used."""
    try:
        return [row.name for row in profiles()]
    except SettingsError:
        return []
