"""Builds the requests of downloads from outside the endpoint. The key goes to its own host only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from cnct.client._core.arguments import check_call_arguments
from cnct.client._core.headers import merged
from cnct.client._core.messages import Request
from cnct.client._core.redirects import Refusal, is_same_place, redirect_url
from cnct.client._core.timeouts import limits_of
from cnct.client._core.urls import Link, with_query
from cnct.client.identity import user_agent
from cnct.rql.url import params_to_wire
from cnct.text import safe_url

if TYPE_CHECKING:
    from cnct.client.base_client import BaseClient

_MEDIA = "/media/"  # links in rows are from the root of the host
_IDENTIFYING = ("auth", "cert", "cookies")


def link_to(endpoint: str, url: Any) -> str:
    """Return a path below the endpoint, or a `Link` to any other place.

    Args:
        endpoint: Base URL of the client.
        url: Path below the endpoint, absolute URL, or a link that begins with ``/media/``.

    Raises:
        TypeError: If ``url`` is not a string.
        ValueError: If ``url`` is empty, or no URL of a host.
    """
    example = "a path like 'reporting/reports/REP-1/download' or a URL"
    if not isinstance(url, str):
        name = type(url).__name__
        hint = ": pass the field that has the link" if isinstance(url, Mapping) else ""
        raise TypeError(f"url must be {example}, not {name}{hint}")
    if not url.strip():
        raise ValueError(f"url is empty: write {example}")
    text = urljoin(endpoint, url) if url.startswith(_MEDIA) else safe_url(url)
    is_absolute = "://" in text.partition("?")[0]
    if not is_absolute or text == endpoint or text.startswith((f"{endpoint}/", f"{endpoint}?")):
        return url
    try:
        return Link(redirect_url(text, text))
    except Refusal as refusal:
        raise ValueError(f"url must be {example}, not {text!r}: {refusal}") from None


def request_to(link: Link, client: BaseClient[Any, Any, Any], kwargs: dict[str, Any]) -> Request:
    """Return the GET of a link.

    To another host than the endpoint's go no key, no default headers and no other settings than the
    timeout: only the arguments of the call.

    Args:
        link: The URL.
        client: The client.
        kwargs: Arguments of the call.

    Raises:
        ValueError: If an argument would identify the user to another host.
    """
    params = kwargs.pop("params", None)
    url = with_query(link, params_to_wire(params) if params else "")
    client._check_placeholders("GET", url, kwargs)
    limits = limits_of(kwargs, client.deadline, client.max_answer)
    if is_same_place(client.endpoint, url):
        prepared = client._prepare_call_kwargs(kwargs)
        check_call_arguments(client, "GET", prepared, client._library)
        return Request("GET", url, prepared, client.api_key or "", limits)
    for name in _IDENTIFYING:
        if kwargs.get(name) is not None:
            raise ValueError(
                f"{name} is for the endpoint, and {safe_url(url).partition('?')[0]} is on another"
                " host: pass what that host needs in headers"
            )
    headers = merged({"User-Agent": user_agent(client._library)}, kwargs.get("headers"))
    prepared = {"timeout": client.timeout, **kwargs, "headers": headers}
    check_call_arguments(client, "GET", prepared, client._library)
    own = (value for name, value in headers.items() if name.lower() == "authorization")
    return Request("GET", url, prepared, next(own, ""), limits.but(is_foreign=True))
