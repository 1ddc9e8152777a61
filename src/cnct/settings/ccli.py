"""Reads the accounts of ``ccli``, the command of the incumbent, as profiles. Never writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnct.exceptions import SettingsError
from cnct.settings.catalog import OPTIONS, Setting, read_value
from cnct.settings.config_file import Config, Profile, are_files_used
from cnct.settings.key_sources import checked_literal
from cnct.settings.private_files import read_private
from cnct.settings.value_shapes import is_array, is_table
from cnct.text import Secret, clean


class Accounts:
    """The accounts of ``ccli``.

    Attributes:
        config: The accounts as profiles, named by their ids, and the active one.
        labels: Names of the accounts by id, for people.
        is_readable_by_others: Whether other users of the machine can read the keys.
    """

    __slots__ = ("config", "is_readable_by_others", "labels")

    def __init__(
        self, config: Config, labels: Mapping[str, str], is_readable_by_others: bool
    ) -> None:
        self.config = config
        self.labels = labels
        self.is_readable_by_others = is_readable_by_others


def ccli_path() -> Path | None:
    """Return the path of the accounts; ``None`` if files are switched off or there is no home."""
    if not are_files_used():
        return None
    try:
        return Path.home() / ".ccli" / "config.json"
    except (RuntimeError, KeyError):
        return None


def read_accounts() -> Accounts:
    """Return the accounts of ``ccli``; without a file, none.

    Raises:
        SettingsError: If the file cannot be used: others can write to it, or the format is not that
            of ``ccli``.
    """
    path = ccli_path()
    private = None if path is None else read_private(path)
    if path is None or private is None:
        return Accounts(Config({}, None), {}, is_readable_by_others=False)
    place = clean(str(path))
    document = _decoded(private.text, place)
    accounts: Any = document.get("accounts") or []
    if not is_array(accounts):
        raise SettingsError(f"accounts in {place} must be a list")
    profiles: dict[str, Profile] = {}
    labels: dict[str, str] = {}
    for account in accounts:
        profile = _profile(account, place)
        profiles[profile.name] = profile
        labels[profile.name] = clean(str(account.get("name") or ""))
    active = document.get("active")
    name = str(active) if isinstance(active, str) and active in profiles else None
    return Accounts(Config(profiles, name), labels, private.is_readable_by_others)


def _decoded(text: Secret, place: str) -> dict[str, Any]:
    import json  # noqa: PLC0415 - many users have no such file

    try:
        document: Any = json.loads(text, object_hook=_Masked)
    except (ValueError, RecursionError):  # the error holds the text with its secrets
        document = None
    if is_table(document):
        return document
    raise SettingsError(f"{place} is no JSON object: repair it with ccli")


class _Masked(dict[str, Any]):
    """A JSON object whose ``repr`` shows no key."""

    def __repr__(self) -> str:
        return "{...}"


def _profile(account: Any, place: str) -> Profile:
    if not is_table(account):
        raise SettingsError(f"accounts in {place} must be objects")
    name = account.get("id")
    if not isinstance(name, str) or not name.strip():
        raise SettingsError(f"An account in {place} has no id")
    title = f"account {clean(name)} of ccli in {place}"
    settings: dict[str, Setting] = {}
    for key in ("api_key", "endpoint"):
        value = account.get(key)
        if value is not None:
            value = Secret(value) if isinstance(value, str) else value
            checked = read_value(OPTIONS[key], value, f"{key} of {title}")
            settings[key] = Setting(key, checked, title)
    if "api_key" in settings:
        checked_literal(settings["api_key"].value, f"api_key of {title}")
    return Profile(name, settings, title)
