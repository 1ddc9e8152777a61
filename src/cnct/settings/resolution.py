"""Decides which settings are in effect, and allows a key only for the endpoint that belongs to it.

Precedence: arguments, variables, the profile, defaults. Files are read only if the key is looked up
or a profile is named.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress

from cnct.api_keys import without_key
from cnct.endpoints import is_same_endpoint
from cnct.exceptions import SettingsError
from cnct.settings.catalog import OPTIONS, Setting
from cnct.settings.ccli import ccli_path, read_accounts
from cnct.settings.config_file import Config, Profile, config_path, read_config
from cnct.settings.variables import PROFILE, from_environment, profile_of_environment
from cnct.text import clean, did_you_mean, encodable, safe_url

ARGUMENT = "argument"
DEFAULT = "default"

_printed: set[str] = set()
"""Lines that this process has printed."""


class Resolution:
    """The settings in effect.

    Attributes:
        settings: The settings that are not left to the defaults, by name. Without ``api_key`` if
            the key was passed; the value of a key may be the name of a source, see `read_key`.
        profile: The profile in use, ``None`` without one.
        notice: A line for people if an account of ccli is used by default.
    """

    __slots__ = ("notice", "profile", "settings")

    def __init__(
        self, settings: Mapping[str, Setting], profile: Profile | None, notice: str = ""
    ) -> None:
        self.settings = settings
        self.profile = profile
        self.notice = notice

    @property
    def endpoint(self) -> Setting:
        """The endpoint, by default Connect's own."""
        default = Setting("endpoint", OPTIONS["endpoint"].default, DEFAULT)
        return self.settings.get("endpoint", default)


def resolve(
    endpoint: str | None = None, profile: str | None = None, *, has_key: bool = False
) -> Resolution:
    """Return the settings in effect.

    Args:
        endpoint: The endpoint that was passed, valid; ``None`` looks it up.
        profile: Name of the profile that was passed.
        has_key: Whether a key was passed, ``None`` included; then no profile is used but the one
            that was passed.

    Raises:
        SettingsError: If there is no key, a setting is wrong, or the key is for another endpoint.
    """
    result = gather(endpoint, profile, has_key=has_key)
    if has_key:
        _check_passed_key(result)
    else:
        check_key(result)
    if result.notice:
        _print_once(result.notice)
    return result


def gather(
    endpoint: str | None = None, profile: str | None = None, *, has_key: bool = False
) -> Resolution:
    """Return the settings in effect without `check_key`.

    Takes the arguments of `resolve`.

    Raises:
        SettingsError: If a setting is wrong.
    """
    environment, notice = from_environment(), ""
    if has_key:
        used = None if profile is None else _named(profile, "profile=", read_config())
    else:
        is_key_set = "api_key" in environment
        used = _configured(profile, is_key_set=is_key_set)
        if used is None and not is_key_set:
            used, notice = _active_account()
    settings = {**(used.settings if used else {}), **environment}
    if endpoint is not None:
        settings["endpoint"] = Setting("endpoint", endpoint, ARGUMENT)
    if has_key:
        settings.pop("api_key", None)
    return Resolution(settings, used, notice)


def _configured(name: str | None, *, is_key_set: bool) -> Profile | None:
    """Return the named profile, or the active one of the configuration; ``None`` without one."""
    config = read_config()
    if name is not None:
        return _named(name, "profile=", config)
    named = profile_of_environment()
    if named is not None:
        return _named(named, PROFILE, config)
    if config.active is not None:
        return _named(config.active, f"profile in {_place(config_path())}", config)
    if config.profiles and not is_key_set:
        raise SettingsError(
            f"There are several profiles in {_place(config_path())}: name one by profile=,"
            f" {PROFILE}, or a line like profile = {next(iter(config.profiles))!r} at its top"
        )
    return None


def _active_account() -> tuple[Profile | None, str]:
    """Return the active account of ccli, and a line for people about it."""
    accounts = read_accounts()
    name = accounts.config.active
    if name is None:
        return None, ""
    label = f" ({accounts.labels[name]})" if accounts.labels[name] else ""
    risk = ", which others can read" if accounts.is_readable_by_others else ""
    notice = clean(f"cnct: using account {name}{label} of ccli, from {ccli_path()}{risk}")
    return accounts.config.profiles[name], notice


def _named(name: str, source: str, config: Config) -> Profile:
    """Return a profile of the configuration, or an account of ccli."""
    profiles = dict(config.profiles)
    if name not in profiles:
        profiles.update(read_accounts().config.profiles)
    profile = profiles.get(name)
    if profile is not None:
        return profile
    hint = did_you_mean(name, profiles) or f" There are none in {_place(config_path())}."
    raise SettingsError(f"There is no profile {without_key(name)!r}, which {source} names.{hint}")


def _print_once(notice: str) -> None:
    """Print a line to stderr, once per process."""
    if notice not in _printed:
        _printed.add(notice)
        with suppress(OSError, ValueError, AttributeError):  # stderr is closed, or there is none
            sys.stderr.write(f"{encodable(notice, getattr(sys.stderr, 'encoding', None))}\n")


def check_key(result: Resolution) -> None:
    """Refuse settings without a key, and a key that is for another endpoint.

    Raises:
        SettingsError: In both cases; the message names the source of the key.
    """
    key, endpoint, profile = result.settings.get("api_key"), result.endpoint, result.profile
    own = _own_endpoint(profile)
    if key is None:
        raise SettingsError(_missing(profile))
    is_own = is_same_endpoint(endpoint.value, own.value)
    if profile is not None and key.source == profile.place:
        if not is_own:
            raise SettingsError(
                f"The key of {key.source} is for {safe_url(own.value)}, and not for the endpoint"
                f" {_said(endpoint)}: pass api_key= beside it, or set CNCT_API_KEY; api_key=None"
                " sends no key"
            )
    elif profile is not None and endpoint.source == profile.place and not _is_default(endpoint):
        raise SettingsError(
            f"{key.source} would be sent to {_said(endpoint)}: set CNCT_ENDPOINT beside it, or"
            f" unset {key.source} to use the key of the profile"
        )


def _check_passed_key(result: Resolution) -> None:
    """Refuse a passed key where a passed profile and the environment name different endpoints."""
    own, endpoint = _own_endpoint(result.profile), result.endpoint
    if (
        result.profile is not None
        and endpoint.source not in (ARGUMENT, DEFAULT)
        and not is_same_endpoint(endpoint.value, own.value)
    ):
        raise SettingsError(
            f"api_key was passed with {result.profile.place}, which is for {own.value}, but the"
            f" endpoint is {_said(endpoint)}: pass endpoint=, or unset {endpoint.source}"
        )


def _own_endpoint(profile: Profile | None) -> Setting:
    return Resolution(profile.settings if profile else {}, profile).endpoint


def _is_default(endpoint: Setting) -> bool:
    return is_same_endpoint(endpoint.value, str(OPTIONS["endpoint"].default))


def _said(endpoint: Setting) -> str:
    source = "" if endpoint.source == ARGUMENT else f" of {endpoint.source}"
    return f"{clean(endpoint.value)}{source}"


def _missing(profile: Profile | None) -> str:
    if profile is not None:
        return (
            f"There is no api_key in {profile.place}: add one, pass api_key=, or set CNCT_API_KEY"
            " and CNCT_ENDPOINT"
        )
    return (
        "There is no API key: pass api_key=, set CNCT_API_KEY, or write a profile to"
        f" {_place(config_path())}; api_key=None sends no key"
    )


def _place(path: object) -> str:
    return "a configuration file" if path is None else clean(str(path))
