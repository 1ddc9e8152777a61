"""The settings that the environment and profiles may contain, and the check of their values.

Does no I/O and knows no precedence. Messages about an API key never contain the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from typing import Any, NoReturn

from cnct.api_keys import is_like_key, key_problem
from cnct.endpoints import DEFAULT_ENDPOINT, checked_endpoint
from cnct.exceptions import SettingsError
from cnct.settings.value_shapes import is_array, is_pair
from cnct.text import MASK, Secret, clean, either, safe_url

KEY_SOURCES = ("env:", "file:", "cmd:", "keyring:")
"""Beginnings of an ``api_key`` in a profile that names where the key is."""

LEVELS = ("debug", "info", "warning", "error", "critical")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MOST_SHOWN = 60  # characters of a wrong value


class Setting:
    """A setting in effect.

    Attributes:
        name: Name, as in a profile: ``endpoint``.
        value: Value for the client. An API key is a text with a masked ``repr``.
        source: Where the value is from, for people: ``CNCT_ENDPOINT``, ``profile 'prod' in ...``.
    """

    __slots__ = ("name", "source", "value")

    def __init__(self, name: str, value: Any, source: str) -> None:
        self.name = name
        self.value = value
        self.source = source

    @property
    def shown(self) -> str:
        """The value for people, with every secret masked."""
        return shown(self.name, self.value)


class Option:
    """A setting that exists.

    Attributes:
        name: Name in a profile.
        variable: Environment variable, ``None`` if there is none.
        from_text: Reads the text of a variable or of a command line as TOML would have it.
        checked: Returns the value for the client, or raises ValueError.
        expects: Description of the values, for messages.
        default: Value where nothing is set.
    """

    __slots__ = ("checked", "default", "expects", "from_text", "name", "variable")

    def __init__(
        self,
        name: str,
        variable: str | None,
        from_text: Callable[[str], Any],
        checked: Callable[[Any], Any],
        expects: str,
        default: Any = None,
    ) -> None:
        self.name = name
        self.variable = variable
        self.from_text = from_text
        self.checked = checked
        self.expects = expects
        self.default = default


def read_text(option: Option, text: str, place: str) -> Any:
    """Parse the text of a setting into the client's value.

    Args:
        option: The setting.
        text: The text, from a variable or a command line.
        place: Where the text is from, such as ``CNCT_TIMEOUT``; error messages start with this.

    Raises:
        SettingsError: If the text is not valid for the setting.
    """
    try:
        value = option.from_text(text.strip())
    except ValueError:
        value = None
    return _usable(option, value, place, text)


def read_value(option: Option, value: Any, place: str) -> Any:
    """Convert a TOML value into the client's value.

    Raises:
        SettingsError: If the value is not valid for the setting.
    """
    return _usable(option, value, place, value)


def _usable(option: Option, value: Any, place: str, written: Any) -> Any:
    """Return the client's value, or raise SettingsError with the name and place of the setting."""
    try:
        checked = None if value is None else option.checked(value)
    except (ValueError, TypeError, OverflowError):
        checked = None
    if checked is None:
        _refuse(option, place, written)
    return checked


def shown(name: str, value: Any) -> str:
    """Return the text of a setting for people, with every secret masked."""
    if value is None:
        return ""
    if name == "api_key":
        return _shown_key(str(value))
    if is_pair(value):
        return ", ".join(shown(name, part) for part in value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return clean(safe_url(text))


def _shown_key(key: str) -> str:
    if key.startswith("cmd:"):  # arguments of a command can be secret
        return clean(f"cmd:{key.removeprefix('cmd:').split(maxsplit=1)[0]} ...")
    if key.startswith(KEY_SOURCES):
        return clean(key)
    account, colon, _ = key.rpartition(":")
    return clean(f"{account}:{MASK}") if colon and account.startswith("ApiKey ") else MASK


def _refuse(option: Option, place: str, value: Any) -> NoReturn:
    if option.name == "api_key" and isinstance(value, str) and key_problem(value):
        raise SettingsError(f"{place} {key_problem(value)}")
    is_secret = option.name in ("api_key", "proxy") or is_like_key(str(value))
    text = "" if is_secret else f", not {_short(value)}"
    raise SettingsError(f"{place} must be {option.expects}{text}")


def _short(value: Any) -> str:
    text = safe_url(str(value))
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}...")


def _key(value: Any) -> Secret | None:
    if not isinstance(value, str) or not value.isprintable() or not value.isascii():
        return None
    source = next((source for source in KEY_SOURCES if value.startswith(source)), "")
    is_usable = value.removeprefix(source).strip() if source else not key_problem(value)
    return Secret(value) if is_usable else None


def _endpoint(value: Any) -> str | None:
    return checked_endpoint(value) if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value.strip() and "\0" not in value else None


def _whole(least: int) -> Callable[[Any], int | None]:
    def checked(value: Any) -> int | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return value if is_whole else None

    return checked


def _numbers(text: str) -> Any:
    numbers = [float(part) for part in text.split(",")]
    return numbers if len(numbers) > 1 else numbers[0]


def _timeout(value: Any) -> Any:
    if is_array(value):
        first, second = map(_seconds, value)
        return (first, second)
    return _seconds(value)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not 0 <= value < inf:  # NaN is refused, too
        raise ValueError
    return float(value)


def _level(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and value.lower() in LEVELS else None


def _switch_or_path(text: str) -> Any:
    return _WORDS.get(text.lower(), text)


def _verify(value: Any) -> bool | str | None:
    return value if isinstance(value, bool) else _text(value)


def _one_or_two(text: str) -> Any:
    parts = [part.strip() for part in text.split(",")]
    return parts if len(parts) > 1 else text


def _cert(value: Any) -> Any:
    if is_array(value):
        certificate, key = map(_text, value)
        return None if certificate is None or key is None else (certificate, key)
    return _text(value)


def _proxy(value: Any) -> Secret | None:
    """Return the URL of a proxy, whose password is secret; empty text stands for no proxy."""
    if not isinstance(value, str):
        return None
    if value and not _is_proxy(value):
        return None
    return Secret(value)


def _is_proxy(url: str) -> bool:
    scheme, mark, host = url.partition("://")
    return bool(mark and host) and scheme in ("http", "https", "socks5", "socks5h")


_OPTIONS = (
    Option(
        "api_key",
        "CNCT_API_KEY",
        Secret,
        _key,
        "printable ASCII like 'ApiKey SU-000-000-000:secret', or in a profile its place: "
        f"{either(f'{source}...' for source in KEY_SOURCES)}",
    ),
    Option(
        "endpoint",
        "CNCT_ENDPOINT",
        str,
        _endpoint,
        "a URL like https://host/public/v1",
        DEFAULT_ENDPOINT,
    ),
    Option("spec", "CNCT_SPEC", str, _text, "the path or URL of an OpenAPI document"),
    Option(
        "timeout",
        "CNCT_TIMEOUT",
        _numbers,
        _timeout,
        "seconds like 30, or two numbers, to connect and to wait for data: 15,180 in a variable"
        " and [15, 180] in a profile",
        (15.0, 180.0),
    ),
    Option("max_retries", "CNCT_MAX_RETRIES", int, _whole(0), "a whole number of 0 or more", 0),
    Option("concurrency", "CNCT_CONCURRENCY", int, _whole(1), "a whole number of 1 or more", 1),
    Option("log", "CNCT_LOG", str, _level, either(LEVELS)),
    Option(
        "verify",
        None,
        _switch_or_path,
        _verify,
        "true, false or the path of CA certificates",
        default=True,
    ),
    Option("cert", None, _one_or_two, _cert, "the path of a certificate, or two: it and its key"),
    Option("proxy", None, Secret, _proxy, "a URL like http://host:3128, or '' for none"),
)
OPTIONS: Mapping[str, Option] = {option.name: option for option in _OPTIONS}
"""All settings by name, in the order of display."""

_PATHS = frozenset({"spec", "verify", "cert"})


def in_folder(name: str, value: Any, folder: Path) -> Any:
    """Return a value of a profile with its paths made absolute.

    Args:
        name: Name of the setting.
        value: The value.
        folder: Folder to which relative paths refer: that of the file. ``~`` is the user's home.
    """
    if name == "api_key" and value.startswith("file:"):
        return Secret(f"file:{_absolute(value.removeprefix('file:'), folder)}")
    if name not in _PATHS or isinstance(value, bool) or "://" in str(value):
        return value
    if is_pair(value):
        return tuple(_absolute(part, folder) for part in value)
    return _absolute(value, folder)


def _absolute(path: str, folder: Path) -> str:
    try:
        return str(folder / Path(path).expanduser())
    except RuntimeError:  # no home
        return str(folder / path)
