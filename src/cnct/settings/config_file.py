"""Reads ``config.toml``: the profiles of this user. Writing is for `config_edits`.

``CNCT_CONFIG`` is the path of the file or its folder; the default is the user's configuration
folder. An empty ``CNCT_CONFIG`` switches files off, those of ``ccli`` included.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnct.exceptions import SettingsError
from cnct.settings.catalog import KEY_SOURCES, OPTIONS, Setting, in_folder, read_value
from cnct.settings.private_files import read_private
from cnct.settings.value_shapes import is_array, is_table
from cnct.settings.variables import CONFIG
from cnct.text import Secret, clean, did_you_mean, nearest
from cnct.user_warnings import SettingsWarning, users_level

NAME = "config.toml"
_TOP = ("profile", "profiles")


class Profile:
    """A named group of settings.

    Attributes:
        name: Name.
        settings: The settings by name, values checked.
        place: Description of the profile and its file, for people.
    """

    __slots__ = ("name", "place", "settings")

    def __init__(self, name: str, settings: Mapping[str, Setting], place: str) -> None:
        self.name = name
        self.settings = settings
        self.place = place


class Config:
    """The contents of a configuration.

    Attributes:
        profiles: Profiles by name.
        active: Name of the profile that is used if none is named, ``None`` without one.
    """

    __slots__ = ("active", "profiles")

    def __init__(self, profiles: Mapping[str, Profile], active: str | None) -> None:
        self.profiles = profiles
        self.active = active


def are_files_used() -> bool:
    """Return whether files are read at all."""
    return os.environ.get(CONFIG) != ""


def config_path() -> Path | None:
    """Return the path of the configuration, which need not exist.

    Returns:
        ``None`` if files are switched off, or the user has no home.
    """
    try:
        return _path(os.environ.get(CONFIG))
    except (OSError, RuntimeError, KeyError):  # there is no home
        return None


def _path(name: str | None) -> Path | None:
    if name is not None:
        path = Path(name).expanduser()  # a service may set the variable without a shell
        return None if not name else path / NAME if path.is_dir() else path
    from platformdirs import user_config_path  # noqa: PLC0415 - not for a client with a key

    folder = user_config_path("cnct", appauthor=False)
    return folder / NAME if folder.is_absolute() else None  # a user without a home has "~/..."


def read_config() -> Config:
    """Return the configuration; without a file, an empty one.

    Raises:
        SettingsError: If the file cannot be used: others can write to it, the text is not TOML, or
            a setting does not exist.
    """
    path = config_path()
    private = None if path is None else read_private(path)
    if path is None or private is None:
        return Config({}, None)
    config = parse_config(private.text, path)
    if private.is_readable_by_others and any(map(_has_literal_key, config.profiles.values())):
        place = clean(str(path))
        warnings.warn(
            f"Others can read the API key in {place}: chmod 600 {place}",
            SettingsWarning,
            users_level(),
        )
    return config


def parse_config(text: Secret, path: Path) -> Config:
    """Return the configuration in a text.

    Args:
        text: TOML.
        path: The file, to which paths in the text are relative.

    Raises:
        SettingsError: If the text is not TOML, or a setting does not exist.
    """
    place = clean(str(path))
    document = _tables(_secret(_document(text, place)), place)
    for name in document:
        if name not in _TOP:
            raise SettingsError(f"Unknown setting {name!r} in {place}.{_hint(name, document)}")
    tables = _tables(document.get("profiles", {}), f"profiles in {place}")
    profiles = {name: _profile(name, table, path) for name, table in tables.items()}
    return Config(profiles, _active(document.get("profile"), profiles, place))


def _document(text: Secret, place: str) -> Any:
    import tomllib  # noqa: PLC0415 - not for a client with a key

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the error holds the text with its secrets
        problem = clean(str(error).partition("\n")[0])
    raise SettingsError(f"{place} is no TOML: {problem}")


def _secret(value: Any) -> Any:
    """Return decoded TOML with every text masked in ``repr``: each may be a key."""
    if is_table(value):
        return {name: _secret(value[name]) for name in value}
    if is_array(value):
        return [_secret(part) for part in value]
    return Secret(value) if isinstance(value, str) else value


def _tables(value: Any, place: str) -> dict[str, Any]:
    if not is_table(value):
        raise SettingsError(f"{place} must be tables like [profiles.prod]")
    return value


def _hint(name: str, document: Mapping[str, Any]) -> str:
    if name in OPTIONS:
        return " It belongs below a line like [profiles.prod]"
    if is_table(document[name]) and not nearest(name, _TOP):
        return f" Is it a profile? Write [profiles.{name}]"
    return did_you_mean(name, _TOP)


def _profile(name: str, table: Any, path: Path) -> Profile:
    place = f"profile {name!r} in {clean(str(path))}"
    settings: dict[str, Setting] = {}
    for key, value in _tables(table, place).items():
        option = OPTIONS.get(key)
        if option is None:
            raise SettingsError(f"Unknown setting {key!r} of {place}.{did_you_mean(key, OPTIONS)}")
        checked = read_value(option, value, f"{key} of {place}")
        settings[key] = Setting(key, in_folder(key, checked, path.absolute().parent), place)
    return Profile(name, settings, place)


def _active(name: Any, profiles: Mapping[str, Profile], place: str) -> str | None:
    """Return the name of the active profile: the named one, ``default``, or the only one."""
    if name is None:
        return "default" if "default" in profiles else only(profiles)
    if is_table(name):
        key = next(iter(name), "prod")
        raise SettingsError(
            f"profile in {place} is a table: write [profiles.{key}], not [profile.{key}]"
        )
    if not isinstance(name, str) or not name.strip():
        raise SettingsError(f"profile in {place} must be the name of a profile")
    return str(name)


def only(names: Mapping[str, Any]) -> str | None:
    """Return the name of the only item, ``None`` if there are none or several."""
    return next(iter(names)) if len(names) == 1 else None


def _has_literal_key(profile: Profile) -> bool:
    key = profile.settings.get("api_key")
    return key is not None and not key.value.startswith(KEY_SOURCES)
