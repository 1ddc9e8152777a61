"""Looks up the client's missing arguments in variables and in a profile.

For a client with a key, and without ``CNCT_`` variables, no file is read and no module loaded.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cnct.client._http.forks import renew_after_fork
from cnct.client._http.network import Cert, Network, Verify, checked_network
from cnct.client.left_out import LOOKED_UP, LeftOut, plain
from cnct.exceptions import SettingsError
from cnct.text import Secret

if TYPE_CHECKING:
    import logging

_SECONDS = 5.0  # seconds between two attempts to read a key
_VARIABLES = tuple(
    f"CNCT_{name}" for name in ("ENDPOINT", "SPEC", "TIMEOUT", "MAX_RETRIES", "CONCURRENCY", "LOG")
)


class DeferredKey:
    """An API key that is read once, at first use: from a command or a keyring.

    After a failure, the next attempt is made a few seconds later at the earliest.

    Args:
        source: The source, such as ``cmd:pass show connect``.
        place: Where the key is configured, for messages.
    """

    def __init__(self, source: Secret, place: str) -> None:
        self._source = source
        self._place = place
        self._key: Secret | None = None
        self._failure = ("", 0.0)
        self._open()

    def _open(self) -> None:
        self._lock = threading.Lock()
        renew_after_fork(self)

    def _renew(self) -> None:
        """Replace the lock in the child of a fork; a thread of the parent may hold it."""
        self._lock = threading.Lock()

    @property
    def is_read(self) -> bool:
        """Whether the key is at hand."""
        return self._key is not None

    def read(self) -> Secret:
        """Return the key.

        Raises:
            SettingsError: If the source has no key.
        """
        from cnct.settings import read_key  # noqa: PLC0415 - only if settings are looked up

        with self._lock:
            if self._key is None:
                self._refuse_again()
                try:
                    self._key = read_key(self._source, self._place)
                except SettingsError as error:
                    self._failure = str(error), time.monotonic() + _SECONDS
                    raise
                self._key.source = self._place
            return self._key

    def _refuse_again(self) -> None:
        """Raise the recent failure again: a job over many resources must not prompt for each."""
        message, end = self._failure
        if time.monotonic() < end:
            raise SettingsError(message)

    def __getstate__(self) -> tuple[Secret, str]:
        """Return the source, without the key."""
        return self._source, self._place

    def __setstate__(self, state: tuple[Secret, str]) -> None:
        """Restore the source; the key is read at first use."""
        self._source, self._place = state
        self._key = None
        self._failure = ("", 0.0)
        self._open()


Key = Secret | DeferredKey | None


class LookedUp:
    """The settings that were looked up.

    Attributes:
        values: The settings by name.
        key: The API key, ``None`` if it was passed.
        sources: The source of each setting, for messages.
    """

    def __init__(self, values: Mapping[str, Any], key: Key, sources: Mapping[str, str]) -> None:
        self.values = values
        self.key = key
        self.sources = sources

    def unless_none(self, name: str, value: Any) -> Any:
        """Return the value of an argument, or else the setting; both may be ``None``."""
        return self.values.get(name) if value is None else value

    def unless_passed(self, name: str, value: Any) -> Any:
        """Return the value of an argument that was passed, or else the setting or the default."""
        return self.values.get(name, plain(value)) if isinstance(value, LeftOut) else value

    def network(self, verify: Verify, cert: Cert, proxy: str | None) -> Network:
        """Return how servers are reached, by the arguments or else the settings.

        Raises:
            SettingsError: If a file that a setting names cannot be used.
            TypeError: If an argument is of the wrong type.
            ValueError: If an argument has an invalid value.
        """
        for name, argument in (("verify", verify), ("cert", cert)):
            if argument is None and name in self.values:
                alone = {"verify": None, "cert": None, "proxy": None, name: self.values[name]}
                try:
                    checked_network(**alone)
                except ValueError as error:
                    raise SettingsError(f"{self.sources[name]}: {error}") from None
        return checked_network(
            self.unless_none("verify", verify),
            self.unless_none("cert", cert),
            self.unless_none("proxy", proxy),
        )


_NOTHING = LookedUp({}, None, {})

StandIn = Callable[[str | None, str | None], LookedUp]
"""Returns the settings for a client without key, by the endpoint and profile that were passed."""

_stand_ins: list[StandIn] = []


def add_stand_in(stand_in: StandIn) -> None:
    """Look up the settings of clients without key elsewhere, for tests; the latest counts."""
    _stand_ins.append(stand_in)


def remove_stand_in(stand_in: StandIn) -> None:
    """Look up settings as before; one that was not added is ignored."""
    _stand_ins[:] = [other for other in _stand_ins if other is not stand_in]


def looked_up(api_key: object, endpoint: str | None, profile: str | None) -> LookedUp:
    """Return the settings for arguments that may be left out.

    Args:
        api_key: As passed; if left out, the result has a key.
        endpoint: As passed, valid.
        profile: As passed.

    Raises:
        SettingsError: If a setting is wrong, or there is no key for the endpoint.
    """
    has_key = api_key is not LOOKED_UP
    if has_key and profile is None and not any(name in os.environ for name in _VARIABLES):
        return _NOTHING
    if _stand_ins and not has_key:
        return _stand_ins[-1](endpoint, profile)
    return resolved(endpoint, profile, has_key=has_key)


def resolved(endpoint: str | None, profile: str | None, *, has_key: bool) -> LookedUp:
    """Return the settings from variables and profiles; see `looked_up`.

    Args:
        endpoint: As passed, valid.
        profile: As passed.
        has_key: Whether a key was passed.
    """
    from cnct.settings import is_deferred, read_key, resolve  # noqa: PLC0415 - only where needed

    result = resolve(endpoint, profile, has_key=has_key)
    values = {name: result.settings[name].value for name in result.settings if name != "api_key"}
    sources = {name: setting.source for name, setting in result.settings.items()}
    if "log" in values:
        _show_log(values["log"])
    if has_key:
        return LookedUp(values, None, sources)
    setting = result.settings["api_key"]
    place = f"api_key of {setting.source}"
    if is_deferred(setting.value):
        return LookedUp(values, DeferredKey(setting.value, place), sources)
    key = read_key(setting.value, place)
    key.source = setting.source
    return LookedUp(values, key, sources)


def _show_log(level: str) -> None:
    """Print the log of this package to stderr from a level on, unless the program handles it."""
    import logging  # noqa: PLC0415 - only with such a setting

    logger = logging.getLogger("cnct")
    logger.setLevel(level.upper())
    if _shows(logger) or _shows(logging.getLogger()):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)


def _shows(logger: logging.Logger) -> bool:
    import logging  # noqa: PLC0415 - only with such a setting

    return any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers)
