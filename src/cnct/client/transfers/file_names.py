"""Chooses the name of a downloaded file from the response, and makes it harmless. No I/O.

A name never leaves the directory, hides itself, or means a device on any system.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote, unquote_to_bytes, urlsplit

_PARAMETER = re.compile(r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)""", re.ASCII)
_EXTENDED = re.compile(r"([\w!#$%&+^`{}~.-]+)'[\w-]*'(.*)", re.ASCII)
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows
_DEVICES = frozenset(
    {
        *("con", "prn", "aux", "nul", "conin$", "conout$"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"),
    }
)
_LONGEST = 200  # bytes in UTF-8; file systems take 255, and ".part.json" comes on top
_LONGEST_SUFFIX = 20
_OWN_SUFFIXES = (".part", ".part.json")  # of incomplete downloads
_NAMELESS = "download"


def file_name(headers: Mapping[str, str], url: str) -> str:
    """Return a harmless name: of ``Content-Disposition``, else the last segment of the URL.

    Args:
        headers: Headers of the response.
        url: URL of the response.
    """
    sent = sent_name(headers.get("Content-Disposition", ""))
    return harmless(sent) or harmless(unquote(_last_segment(url))) or _NAMELESS


def _last_segment(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def sent_name(disposition: str) -> str:
    """Return the name in a ``Content-Disposition`` (RFC 6266), empty if there is none.

    ``filename*`` comes before ``filename``. Bytes that are no Latin-1 text are taken for UTF-8.
    """
    matches: list[tuple[str, str]] = _PARAMETER.findall(disposition)
    parameters = {name.lower(): value for name, value in matches}
    extended = _EXTENDED.fullmatch(parameters.get("filename*", "").strip().strip('"'))
    if extended is not None:
        try:
            return unquote_to_bytes(extended[2]).decode(extended[1])
        except (LookupError, UnicodeDecodeError):
            pass  # an unknown encoding, or not its bytes
    name = parameters.get("filename", "").strip()
    if name.startswith('"'):
        name = re.sub(r"\\(.)", r"\1", name.removeprefix('"').removesuffix('"'))
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def harmless(name: str) -> str:
    """Return a name that is safe in any directory; empty if nothing is left.

    Folders, control and format characters, leading dots, and trailing dots and spaces are removed;
    characters that Windows forbids become ``_``, and devices such as ``NUL`` get one in front.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = _FORBIDDEN.sub("_", " ".join(name.split())).lstrip(". ").rstrip(". ")
    name = _shortened(name)
    if name.lower().endswith(_OWN_SUFFIXES):
        name = f"{name}_"
    is_device = name.partition(".")[0].rstrip().lower() in _DEVICES
    return f"_{name}" if is_device else name


def _shortened(name: str) -> str:
    """Return a name that file systems take, with its extension."""
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    rest = _LONGEST - len(f"{dot}{suffix}".encode())
    return f"{stem.encode()[:rest].decode('utf-8', 'ignore').rstrip('. ')}{dot}{suffix}"
