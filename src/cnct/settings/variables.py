"""Reads the environment variables that begin with ``CNCT_``."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cnct.settings.catalog import OPTIONS, Setting, read_text
from cnct.settings.key_sources import checked_literal
from cnct.text import Secret, did_you_mean

PROFILE = "CNCT_PROFILE"
CONFIG = "CNCT_CONFIG"
# Read by the cache of documents, before any setting is.
_OTHERS = ("CNCT_CACHE_DIR", CONFIG, PROFILE)


def from_environment() -> Mapping[str, Setting]:
    """Return the settings of the environment by name; an empty variable counts as unset.

    Raises:
        SettingsError: If the value of a variable is not valid for the setting.
    """
    result: dict[str, Setting] = {}
    for name, option in OPTIONS.items():
        text = Secret(os.environ.get(option.variable, "") if option.variable else "")
        if option.variable and text.strip():
            value = read_text(option, text, option.variable)
            if name == "api_key":
                checked_literal(value, option.variable)
            result[name] = Setting(name, value, option.variable)
    return result


def profile_of_environment() -> str | None:
    """Return the profile that the environment names, ``None`` without one."""
    return os.environ.get(PROFILE, "").strip() or None


def unknown_variables() -> list[str]:
    """Return a sentence for each ``CNCT_`` variable that has no meaning, most likely a mistake."""
    valid = [option.variable for option in OPTIONS.values() if option.variable]
    names = [*valid, *_OTHERS]
    return [
        f"Unknown variable {name}.{did_you_mean(name, names)}"
        for name in sorted(os.environ)
        if name.startswith("CNCT_") and name not in names
    ]
