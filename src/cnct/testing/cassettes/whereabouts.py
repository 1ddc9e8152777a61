"""Tells the calls of an account from those of other hosts, so that a cassette names no account.

No I/O.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from cnct.client._http.interception import WireRequest
from cnct.rql.url import from_wire
from cnct.testing.cassettes.calls import Form
from cnct.testing.cassettes.taped_bodies import request_form

ORIGIN = "https://connect.example"
"""The account's scheme and host in cassettes."""

ENDPOINT = f"{ORIGIN}/public/v1"
"""The account's endpoint in cassettes."""

_ENDPOINT = re.compile(r"https?://[^/?#]+(?:/[^/?#]+)*?/public/v1(?=[/?#]|\Z)")


class RawRequest(NamedTuple):
    """A request before it is scrubbed.

    Attributes:
        method: HTTP method, upper case.
        path: Path below the endpoint, as sent; or a URL elsewhere.
        query: Decoded query string.
        body: Body by its form.
    """

    method: str
    path: str
    query: str
    body: Form


class Whereabouts:
    """Splits URLs into those of the account and others.

    Args:
        endpoint: Endpoint of the account; by default that of the first request: the part of the
            URL that ends with ``/public/v1``, or else ``CNCT_ENDPOINT``.

    Attributes:
        endpoint: As passed, or found; empty before the first request.
    """

    def __init__(self, endpoint: str = "") -> None:
        self.endpoint = endpoint

    def raw(self, request: WireRequest) -> RawRequest:
        """Return a request with the path below the endpoint."""
        place, _, query = request.url.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request_form(headers.get("content-type", ""), request.body)
        return RawRequest(request.method.upper(), self._path(place), from_wire(query), body)

    def _path(self, place: str) -> str:
        if not self.endpoint:
            self.endpoint = _endpoint_of(place)
        if f"{place}/".startswith(f"{self.endpoint}/"):
            return place[len(self.endpoint) + 1 :]
        return self._renamed(place, _names_in_cassettes(self.endpoint))

    def canonical(self, text: str) -> str:
        """Return a text in which the account's URLs have the names that they have in cassettes."""
        return self._renamed(text, _names_in_cassettes(self.endpoint))

    def actual(self, text: str) -> str:
        """Return a text of a cassette with the account's own URLs."""
        names = _names_in_cassettes(self.endpoint)
        return self._renamed(text, {name: own for own, name in names.items()})

    @staticmethod
    def _renamed(text: str, names: Mapping[str, str]) -> str:
        for own, name in names.items():
            if own in text:  # neither has a backslash, which would be special
                text = re.sub(rf"{re.escape(own)}(?![\w.:-])", name, text)
        return text


@lru_cache(maxsize=16)  # each text of a cassette needs them
def _names_in_cassettes(endpoint: str) -> Mapping[str, str]:
    """Return the names in cassettes by the account's own URLs, the longest first."""
    plain = {endpoint: ENDPOINT, origin_of(endpoint): ORIGIN}
    encoded = {quote(own, safe=""): quote(name, safe="") for own, name in plain.items()}
    return {**plain, **encoded}


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_of_other_account(url: str, endpoint: str) -> bool:
    """Return whether a URL is below an endpoint of Connect other than this one."""
    if not endpoint or url.startswith(endpoint):
        return False
    return _ENDPOINT.match(url) is not None


def _endpoint_of(place: str) -> str:
    match = _ENDPOINT.match(place)
    configured = os.environ.get("CNCT_ENDPOINT", "").rstrip("/")
    if match is None and configured and f"{place}/".startswith(f"{configured}/"):
        return configured
    return match[0] if match else origin_of(place)
