"""Prints requests and responses for people to read, with all secrets masked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from cnct.client._core.secret import SECRET_HEADERS
from cnct.text import clean, encodable, masked, safe_url

_SECRET_ARGUMENTS = frozenset({"auth", "cookies"})  # arguments that become secret headers
_STARS = "*" * 10


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
            clean(f"{name}={_STARS if name in _SECRET_ARGUMENTS else repr(value)}")
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


def _indented(content: bytes) -> str:
    try:
        return _pretty(json.loads(content))
    except ValueError:
        return clean(content.decode("utf-8", "replace"))


def _pretty(value: Any) -> str:
    return clean(json.dumps(value, indent=4, default=repr, ensure_ascii=False), lines=True)
