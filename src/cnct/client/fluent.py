"""The client: where every call starts, and the one place that every call goes through."""

from __future__ import annotations

import platform
import threading
from collections.abc import Mapping
from importlib.metadata import version
from types import TracebackType
from typing import Any, NoReturn, Self

import requests
from requests.structures import CaseInsensitiveDict

from cnct.client._core.answers import value_of
from cnct.client._core.messages import Request, Response
from cnct.client._core.paging import Page, page_of
from cnct.client._core.retry import Retry, call
from cnct.client._core.urls import absolute, attribute_name, checked_endpoint, with_query
from cnct.client._http.sync import Sessions, run
from cnct.client.models.collection import Collection
from cnct.client.models.namespace import NS
from cnct.rql.url import params_to_wire

# The first of ``servers`` in Connect's OpenAPI document, version 37.0.
DEFAULT_ENDPOINT = "https://api.connect.cloudblue.com/public/v1"

Timeout = float | tuple[float | None, float | None] | None


class ConnectClient:
    """Connect ReST API client.

    Makes no call before it is asked for something. Safe to share between threads; ``with`` or
    :meth:`close` give its connections back.

    Args:
        api_key: As Connect shows it: ``ApiKey SU-000-000-000:secret``.
        endpoint: Base URL, by default that of CloudBlue's production.
        use_specs: Whether to use the API's OpenAPI document.
        specs_location: Its path or URL.
        validate_using_specs: Whether to check calls against it.
        default_headers: Headers of every call. They win over the library's own; those of a single
            call win over them.
        default_limit: Rows asked for at once when a set is read.
        max_retries: Further tries of a call that can be repeated without harm.
        timeout: Seconds to wait for a connection and for an answer, each 0 or more; one figure is
            both.
        resourceset_append: Whether sets keep the rows they have read, so that a second iteration
            costs no call.

    Raises:
        ValueError: If an argument makes no sense, or ``default_headers`` has an ``Authorization``.
        TypeError: If an argument is of the wrong type.

    Example:
        >>> client = ConnectClient("ApiKey SU-000-000-000:secret")
        >>> client.products["PRD-000-000-000"]
        <Resource products/PRD-000-000-000>
    """

    def __init__(
        self,
        api_key: str,
        endpoint: str | None = None,
        use_specs: bool = True,
        specs_location: str | None = None,
        validate_using_specs: bool = True,
        default_headers: Mapping[str, str] | None = None,
        default_limit: int = 100,
        max_retries: int = 0,
        timeout: Timeout = (15.0, 180.0),
        resourceset_append: bool = True,
    ) -> None:
        """Check the arguments; no I/O."""
        _check_api_key(api_key)
        _check_count("default_limit", default_limit, 1)
        _check_count("max_retries", max_retries, 0)
        self.endpoint = checked_endpoint(endpoint or DEFAULT_ENDPOINT)
        self.use_specs = use_specs
        self.specs_location = specs_location
        self.validate_using_specs = validate_using_specs
        self.default_headers = _checked_headers(default_headers)
        self.default_limit = default_limit
        self.max_retries = max_retries
        self.timeout = timeout
        self.resourceset_append = resourceset_append
        self._api_key = api_key
        self._open()

    def _open(self) -> None:
        self._sessions = Sessions()
        self._local = threading.local()
        self._retry = Retry(self.max_retries)
        self._headers = CaseInsensitiveDict[str]({"User-Agent": _user_agent()})
        self._headers.update(self.default_headers)
        self._headers["Authorization"] = self._api_key

    @property
    def response(self) -> requests.Response | None:
        """The last raw response of this thread, to look at."""
        response: requests.Response | None = getattr(self._local, "response", None)
        return response

    @response.setter
    def response(self, response: requests.Response | None) -> None:
        self._local.response = response

    @property
    def session(self) -> requests.Session:
        """The session of this thread, as requests has it."""
        return self._sessions.current

    def __getattr__(self, name: str) -> Collection:
        """Return the collection called ``name``, ``_`` standing for ``-``."""
        return self.collection(attribute_name(name))

    def __call__(self, name: str) -> NS:
        """Return the namespace called ``name``."""
        return self.ns(name)

    def ns(self, name: str) -> NS:
        """Return the namespace called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return NS(self, "").ns(name)

    def collection(self, name: str) -> Collection:
        """Return the collection called ``name``.

        Raises:
            TypeError: If ``name`` is not a string.
            ValueError: If ``name`` is blank.
        """
        return NS(self, "").collection(name)

    def get(self, url: str, **kwargs: Any) -> Any:
        """GET a path below the endpoint; see :meth:`execute`."""
        return self.execute("GET", url, **kwargs)

    def create(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """POST a JSON payload to a path below the endpoint; see :meth:`execute`."""
        return self.execute("POST", url, **_with_payload(payload, kwargs))

    def update(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """PUT a JSON payload to a path below the endpoint; see :meth:`execute`."""
        return self.execute("PUT", url, **_with_payload(payload, kwargs))

    def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE a path below the endpoint; see :meth:`execute`."""
        return self.execute("DELETE", url, **_with_payload(payload, kwargs))

    def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode its answer. Every verb of every object ends here.

        Args:
            method: HTTP method.
            path: Path below the endpoint, or a URL below it; it may have a query.
            **kwargs: Forwarded to ``requests`` (``headers``, ``params``, ``json``, ``data``,
                ``files``, ``timeout``, ``verify``, ``cert``, ``stream`` and so on).

        Returns:
            Decoded JSON; ``None`` for 204; bytes for any other content type.

        Raises:
            ClientError: If there is no answer, an error, or one that cannot be read.
            ValueError: If ``path`` is a URL of another place.
        """
        request = self._request(method, path, kwargs)
        return value_of(request, self._answer(request))

    def fetch_page(self, path: str, **kwargs: Any) -> Page:
        """GET a list and read its rows and total; for the sets."""
        request = self._request("GET", path, kwargs)
        return page_of(request, self._answer(request))

    def _request(self, method: str, path: str, kwargs: dict[str, Any]) -> Request:
        params = kwargs.pop("params", None)
        url = with_query(absolute(self.endpoint, path), params_to_wire(params) if params else "")
        return Request(method.upper(), url, self._prepare_call_kwargs(kwargs), self._api_key)

    def _answer(self, request: Request) -> Response:
        return run(call(request, self._retry), self._send)

    def _send(self, request: Request) -> Response:
        """Go through the sending seam, which may have been overridden or replaced."""
        self.response = None
        self._execute_http_call(request.method, request.url, dict(request.kwargs))
        if self.response is None:
            raise requests.RequestException("_execute_http_call has set no response")
        return self.response

    def _prepare_call_kwargs(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Complete the keyword arguments of a call with headers and timeout, in a new dictionary.

        May be overridden.
        """
        headers = self._headers.copy()
        headers.update(kwargs.get("headers") or {})
        return {"timeout": self.timeout, **kwargs, "headers": headers}

    def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Make one HTTP exchange and set ``self.response``. May be overridden or replaced.

        Raises:
            requests.RequestException: If there is no answer.
        """
        self.response = self._sessions.send(method, url, kwargs)

    def help(self) -> ConnectClient:
        """Print what can be done from here, and return self."""
        self.print_help(self)
        return self

    def print_help(self, obj: object) -> None:
        """Print what is known of an object of this client."""
        from cnct.console import print_help  # noqa: PLC0415 - only people at a console need it

        print_help(obj)

    def close(self) -> None:
        """Give back every connection. The client stays usable and opens new ones when called."""
        self._sessions.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

    def __repr__(self) -> str:
        """Show the endpoint; never the key."""
        return f"<ConnectClient {self.endpoint}>"

    def __getstate__(self) -> dict[str, Any]:
        """Copy and pickle the settings, without connections."""
        opened = ("_sessions", "_local", "_retry", "_headers")
        return {name: value for name, value in vars(self).items() if name not in opened}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start anew with the same settings."""
        vars(self).update(state)
        self._open()


def _with_payload(payload: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Add a payload to the arguments of a call; ``None`` is no payload, ``{}`` and ``[]`` are."""
    if payload is None:
        return kwargs
    for name in ("json", "data", "files"):
        if kwargs.get(name) is not None:
            raise ValueError(f"Give either payload or {name}, not both")
    return {**kwargs, "json": payload}


def _user_agent() -> str:
    python = platform.python_version()
    return f"cnct/{version('cnct')} python/{python} requests/{requests.__version__}"


def _check_api_key(api_key: Any) -> None:
    if not isinstance(api_key, str):
        _refuse(TypeError, "api_key", "a str like 'ApiKey SU-000-000-000:secret'")
    if not api_key.strip() or not api_key.isprintable() or not api_key.isascii():
        _refuse(ValueError, "api_key", "printable ASCII like 'ApiKey SU-000-000-000:secret'")


def _check_count(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(TypeError, name, "an int")
    if value < least:
        _refuse(ValueError, name, f"at least {least}")


def _refuse(kind: type[Exception], name: str, expected: str) -> NoReturn:
    raise kind(f"{name} must be {expected}")


def _checked_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    given = dict(headers or {})
    if any(name.lower() == "authorization" for name in given):
        raise ValueError("default_headers must not have Authorization: api_key sets it")
    return given
