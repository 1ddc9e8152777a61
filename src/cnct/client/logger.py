"""Prints requests and responses for people to read, with all secrets masked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from cnct.client._core.secret import SECRET_HEADERS
from cnct.openapi.shapes import is_array, is_object
from cnct.text import clean, encodable, masked, safe_url

_SECRET_ARGUMENTS = frozenset({"auth", "cookies"})  # arguments that become secret headers
_STARS = "*" * 10
_LONGEST = 10_000  # bytes of a body that are printed


class RequestLogger:
    """Prints every request and response of a client.

    Cookies, ``Authorization`` and the API key are masked, the key in URLs and bodies as well.
    Control characters appear as escapes, and ``?`` replaces characters that the file cannot encode.

    Args:
        file: Text file to print to; by default the ``sys.stdout`` of the moment.

    Examples:
        ``ConnectClient(api_key, logger=RequestLogger())``
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file
        self._secrets: set[str] = set()

    def obfuscate(self, key: str, value: str) -> str:
        """Return the value of a header for display: masked if the header is secret.

        Args:
            key: Name of the header, in any letter case.
            value: Value of the header.
        """
        if key.lower() not in SECRET_HEADERS:
            return clean(self._masked(value))
        scheme, colon, _ = value.partition(":")
        return f"{scheme}:{_STARS}" if colon and scheme.startswith("ApiKey ") else _STARS

    def log_request(self, method: str, url: str, kwargs: Mapping[str, Any]) -> None:
        """Print a request and the keyword arguments of the HTTP library."""
        headers: Mapping[str, str] = kwargs.get("headers") or {}
        self._secrets |= {
            value for name, value in headers.items() if name.lower() == "authorization"
        }
        lines = [clean(f"{method.upper()} {safe_url(url)}"), *self._headers(headers)]
        lines += [
            clean(f"{name}={_STARS if name in _SECRET_ARGUMENTS else _argument(name, value)}")
            for name, value in kwargs.items()
            if name not in ("headers", "json")
        ]
        if "json" in kwargs:
            lines.append(_pretty(kwargs["json"]))
        self._print("--- HTTP Request ---", lines)

    def log_response(self, response: Any) -> None:
        """Print a response of requests or httpx2."""
        reason = getattr(response, "reason_phrase", None) or getattr(response, "reason", "")
        lines = [clean(f"{response.status_code} {reason}"), *self._headers(response.headers)]
        media_type = str(response.headers.get("Content-Type", ""))
        if "json" in media_type:
            lines.append(_indented(response.content))
        elif response.content:
            lines.append(f"({len(response.content)} bytes)")
        self._print("--- HTTP Response ---", lines)

    def _headers(self, headers: Mapping[str, str]) -> Iterator[str]:
        return (f"{clean(name)}: {self.obfuscate(name, value)}" for name, value in headers.items())

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = masked(text, secret)
        return text

    def _print(self, title: str, lines: list[str]) -> None:
        text = "\n".join((title, *map(self._masked, lines), "", ""))
        file = self._file or sys.stdout
        file.write(encodable(text, getattr(file, "encoding", None)))


def _argument(name: str, value: Any) -> str:
    """Return an argument for display; of files and long bodies, names and numbers of bytes."""
    if name != "files":
        return _contents(value) if name in ("data", "content") else repr(value)
    pairs: Iterable[tuple[Any, Any]] = value.items() if is_object(value) else value or ()
    return ", ".join(f"{field}={_file(file)}" for field, file in pairs)


def _file(value: Any) -> str:
    if not is_array(value):
        return _contents(value, longest=0)
    name, content, *more = value
    media_type = f" {more[0]}" if more and more[0] else ""
    return f"{name!r}{media_type} {_contents(content, longest=0)}"


def _contents(value: Any, longest: int = _LONGEST) -> str:
    if isinstance(value, str | bytes | bytearray) and len(value) > longest:
        return f"({len(value):,} {'characters' if isinstance(value, str) else 'bytes'})"
    return repr(value)


def _indented(content: bytes) -> str:
    try:
        return _pretty(json.loads(content))
    except ValueError:
        return clean(content.decode("utf-8", "replace"))


def _pretty(value: Any) -> str:
    return clean(json.dumps(value, indent=4, default=repr, ensure_ascii=False), lines=True)
