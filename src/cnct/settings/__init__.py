"""Settings that follow the user: variables, profiles and the accounts of ccli. No HTTP.

`resolve` is for clients, the others are for the command. The import reads no files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.settings.catalog import OPTIONS, Option, Setting
    from cnct.settings.ccli import ccli_path
    from cnct.settings.config_edits import (
        get_setting,
        import_ccli,
        remove_profile,
        set_setting,
        unset_setting,
        use_profile,
    )
    from cnct.settings.config_file import Profile, config_path
    from cnct.settings.key_sources import is_deferred, read_key
    from cnct.settings.reporting import ProfileRow, Report, profile_names, profiles, report
    from cnct.settings.resolution import Resolution, resolve
    from cnct.settings.variables import unknown_variables

__all__ = [
    "OPTIONS",
    "Option",
    "Profile",
    "ProfileRow",
    "Report",
    "Resolution",
    "Setting",
    "ccli_path",
    "config_path",
    "get_setting",
    "import_ccli",
    "is_deferred",
    "profile_names",
    "profiles",
    "read_key",
    "remove_profile",
    "report",
    "resolve",
    "set_setting",
    "unknown_variables",
    "unset_setting",
    "use_profile",
]

_EDITS = (
    *("get_setting", "import_ccli", "remove_profile"),
    *("set_setting", "unset_setting", "use_profile"),
)
_HOMES = {
    **dict.fromkeys(("OPTIONS", "Option", "Setting"), "catalog"),
    "ccli_path": "ccli",
    **dict.fromkeys(_EDITS, "config_edits"),
    **dict.fromkeys(("Profile", "config_path"), "config_file"),
    **dict.fromkeys(("is_deferred", "read_key"), "key_sources"),
    **dict.fromkeys(("ProfileRow", "Report", "profile_names", "profiles", "report"), "reporting"),
    **dict.fromkeys(("Resolution", "resolve"), "resolution"),
    "unknown_variables": "variables",
}


def __getattr__(name: str) -> Any:
    """Import a name on first access: a client needs neither the reports nor the edits."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
