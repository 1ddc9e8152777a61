"""Shows calls on standard error for ``-v`` and ``-vv``, with keys masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnct.cli.messages import print_message
from cnct.client.logger import RequestLogger
from cnct.text import masked, safe_url


class CallLog(RequestLogger):
    """A logger of a client that prints a line for each request and response.

    Args:
        headers: Whether to print headers too.
    """

    def __init__(self, *, headers: bool) -> None:
        super().__init__()
        self._shows_headers = headers
        self._secrets: set[str] = set()

    def log_request(self, method: str, url: str, kwargs: Mapping[str, Any]) -> None:
        """Print a request."""
        headers: Mapping[str, str] = kwargs.get("headers") or {}
        for name, value in headers.items():
            if name.lower() == "authorization":
                self._secrets.add(value)
        self._show("> ", f"{method.upper()} {safe_url(url)}", headers)

    def log_response(self, response: Any) -> None:
        """Print a response."""
        line = f"{response.status_code} {response.reason} ({len(response.content):,} bytes)"
        self._show("< ", line, response.headers)

    def _show(self, sign: str, line: str, headers: Mapping[str, str]) -> None:
        lines = [line]
        if self._shows_headers:
            lines += [f"{name}: {self.obfuscate(name, value)}" for name, value in headers.items()]
        for text in lines:
            for secret in self._secrets:
                text = masked(text, secret)  # noqa: PLW2901 - masked step by step
            print_message(text, prefix=sign)
