"""Changes ``config.toml``; comments and order are kept. The file becomes this user's alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cnct.api_keys import without_key
from cnct.exceptions import SettingsError
from cnct.settings.catalog import OPTIONS, Option, in_folder, read_text
from cnct.settings.ccli import ccli_path, read_accounts
from cnct.settings.config_file import config_path, parse_config, read_config
from cnct.settings.private_files import read_private, write_private
from cnct.text import Secret, did_you_mean


def get_setting(name: str, profile: str | None = None) -> Any:
    """Return the value of a setting in a profile; ``None`` if the profile does not set it.

    Args:
        name: Name of the setting.
        profile: Name of the profile; by default the active one.

    Raises:
        SettingsError: If there is no such setting or profile, or the file cannot be used.
    """
    _option(name)
    config = read_config()
    target = profile or config.active
    if target is None:
        return None
    if target not in config.profiles:
        raise SettingsError(_unknown(target, config.profiles))
    setting = config.profiles[target].settings.get(name)
    return None if setting is None else setting.value


def set_setting(name: str, text: str, profile: str | None = None) -> Path:
    """Write a setting to a profile; a missing profile is created.

    Args:
        name: Name of the setting.
        text: Value, as in a variable; an ``api_key`` may name its source. Paths are relative to
            the working directory.
        profile: Name of the profile; by default the active one, or else ``default``.

    Returns:
        The file.

    Raises:
        SettingsError: If the name or value is wrong, or the file cannot be used.
    """
    option = _option(name)
    value = _written(option, Secret(text))
    target = _target(profile)
    document, path = _open()
    table = document.setdefault("profiles", _table(is_super=True))
    table.setdefault(target, _table())[name] = value
    return _save(document, path)


def unset_setting(name: str, profile: str | None = None) -> Path:
    """Remove a setting from a profile, by default from the active one. Returns the file.

    Raises:
        SettingsError: If there is no such setting in the profile, or the file cannot be used.
    """
    _option(name)
    if get_setting(name, profile) is None:
        raise SettingsError(f"{name} is not set in profile {_target(profile)!r}")
    document, path = _open()
    table: Any = document["profiles"]
    del table[_target(profile)][name]
    return _save(document, path)


def use_profile(name: str) -> Path:
    """Make a profile the active one. Returns the file.

    Args:
        name: A profile of the configuration, or an account of ccli.

    Raises:
        SettingsError: If there is no such profile, or the file cannot be used.
    """
    names = [*read_config().profiles, *read_accounts().config.profiles]
    if name not in names:
        raise SettingsError(_unknown(name, names))
    document, path = _open()
    return _save(_activated(document, name), path)


def remove_profile(name: str) -> Path:
    """Remove a profile with its settings. Returns the file.

    Raises:
        SettingsError: If the configuration has no such profile, or the file cannot be used.
    """
    config = read_config()
    if name not in config.profiles:
        raise SettingsError(_unknown(name, config.profiles))
    document, path = _open()
    tables: Any = document["profiles"]
    del tables[name]
    if document.get("profile") == name:
        del document["profile"]
    return _save(document, path)


def import_ccli(ids: Iterable[str] | None = None, *, replace: bool = False) -> list[str]:
    """Copy accounts of ccli to profiles of the same names; the active one becomes active.

    Args:
        ids: Ids of the accounts; by default all.
        replace: Whether profiles that exist may be overwritten.

    Returns:
        The ids of the accounts.

    Raises:
        SettingsError: If there is no such account, a profile exists, or a file cannot be used.
    """
    accounts = read_accounts().config
    names = [*accounts.profiles] if ids is None else [*ids]
    if not names:
        raise SettingsError(f"There are no accounts of ccli in {ccli_path()}")
    for name in names:
        if name not in accounts.profiles:
            raise SettingsError(_unknown(name, accounts.profiles))
    config = read_config()
    existing = [name for name in names if name in config.profiles]
    if existing and not replace:
        raise SettingsError(
            f"The profile {existing[0]!r} exists in {config_path()}: remove it first,"
            " or pass replace=True (cnct: --replace)"
        )
    document, path = _open()
    tables: Any = document.setdefault("profiles", _table(is_super=True))
    for name in names:
        table = _table()
        for key, setting in accounts.profiles[name].settings.items():
            table[key] = str(setting.value)
        tables[name] = table
    if config.active is None and accounts.active in names:
        document = _activated(document, accounts.active)
    _save(document, path)
    return names


def _option(name: str) -> Option:
    option = OPTIONS.get(name)
    if option is None:
        hint = did_you_mean(name, OPTIONS)
        raise SettingsError(f"Unknown setting {without_key(name)!r}.{hint}")
    return option


def _unknown(name: str, names: Iterable[str]) -> str:
    return f"There is no profile {without_key(name)!r}.{did_you_mean(name, [*names])}"


def _target(profile: str | None) -> str:
    name = profile or read_config().active or "default"
    if not name.strip() or not name.isprintable():
        raise SettingsError(f"A profile must have a name like prod, not {name!r}")
    return name


def _written(option: Option, text: Secret) -> Any:
    """Parse the text of a setting into a TOML value with absolute paths."""
    value = in_folder(option.name, read_text(option, text, option.name), Path.cwd())
    if isinstance(value, str):
        return str(value)
    return [*value] if isinstance(value, tuple) else value


def _open() -> tuple[Any, Path]:
    """Return the document and its path; the document is empty if there is no file.

    Raises:
        SettingsError: If the file cannot be used, or files are switched off, or the user has no
            home.
    """
    import tomlkit  # noqa: PLC0415 - only for changes

    path = config_path()
    if path is None:
        raise SettingsError("There is no place for a configuration: set CNCT_CONFIG to a file")
    private = read_private(path)
    text = Secret("") if private is None else private.text
    parse_config(text, path)
    return tomlkit.parse(text), path


def _table(*, is_super: bool = False) -> Any:
    import tomlkit  # noqa: PLC0415 - only for changes

    return tomlkit.table(is_super_table=is_super)


def _activated(document: Any, name: str) -> Any:
    """Return the document with ``profile`` set; that line must precede the first table."""
    if "profile" in document:
        document["profile"] = name
        return document
    import tomlkit  # noqa: PLC0415 - only for changes

    top = tomlkit.document()
    top["profile"] = name
    rest = tomlkit.dumps(document)
    return tomlkit.parse(tomlkit.dumps(top) + (f"\n{rest.lstrip()}" if rest.strip() else ""))


def _save(document: Any, path: Path) -> Path:
    import tomlkit  # noqa: PLC0415 - only for changes

    text = Secret(tomlkit.dumps(document))
    parse_config(text, path)
    write_private(path, text)
    return path
