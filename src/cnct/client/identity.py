"""Endpoint, API key and default headers of a client, and copies of it with other options. No I/O.

The headers of calls are built from the key and the default headers, which may change at any time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from cnct.client._core.arguments import checked_int
from cnct.client._core.headers import merged
from cnct.client._core.retry import RetryPolicy
from cnct.client._core.timeouts import Timeout, checked_deadline, checked_timeout
from cnct.client._http.living import Living
from cnct.client.checking import Policy, Validation, validation_policy
from cnct.client.client_arguments import checked_headers, checked_key, checked_policy, hidden
from cnct.client.left_out import KEPT
from cnct.client.lookup import DeferredKey, Key
from cnct.endpoints import checked_endpoint, is_same_endpoint
from cnct.version import VERSION

ClientT = TypeVar("ClientT", bound="HasIdentity")


class HasIdentity:
    """A client that has an endpoint, a key and default headers."""

    endpoint: str
    timeout: Timeout
    max_retries: int
    retry: RetryPolicy
    concurrency: int
    deadline: float | None
    use_specs: bool

    _library: str
    """Name of the HTTP library in the User-Agent header."""

    _not_copied: frozenset[str]
    """Attributes that a copy or pickle creates anew."""

    _policy: Policy | None
    _api_key: Key
    _default_headers: dict[str, str]
    _own_headers: tuple[Mapping[str, str], str | None, dict[str, Any]] | None
    _origin_of_connections: ref[HasIdentity] | None = None
    _copies: Living[HasIdentity]

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings, without connections."""
        return {name: value for name, value in vars(self).items() if name not in self._not_copied}

    _viewed: Any = None
    """The client of a view, which has other results; ``None`` for a client itself."""

    @property
    def _plain(self: ClientT) -> ClientT:
        """The client whose calls return values: for methods that make several calls."""
        return self if self._viewed is None else self._viewed

    @property
    def api_key(self) -> str | None:
        """The API key, sent as Authorization; ``None`` sends none. Secret.

        A new key applies from the next call on.

        Raises:
            SettingsError: If the key comes from a command or a keyring, and reading fails.
        """
        key = self._api_key
        return key.read() if isinstance(key, DeferredKey) else key

    @api_key.setter
    def api_key(self, api_key: str | None) -> None:
        kind, api_key = type(api_key), hidden(api_key)
        self._api_key = checked_key(kind, api_key)

    @property
    def _is_key_at_hand(self) -> bool:
        return not isinstance(self._api_key, DeferredKey) or self._api_key.is_read

    @property
    def default_headers(self) -> dict[str, str]:
        """Headers of every call; changes apply from the next call on."""
        return self._default_headers

    @default_headers.setter
    def default_headers(self, headers: Mapping[str, str] | None) -> None:
        self._default_headers = checked_headers(headers)

    @property
    def _headers(self) -> dict[str, Any]:
        """Headers of every call, rebuilt after a change of the key or the default headers."""
        key, defaults = self.api_key, self._default_headers
        own = self._own_headers
        if own is None or own[1] is not key or own[0] != defaults:
            own = (dict(defaults), key, self._made_headers(key))
            self._own_headers = own
        return own[2]

    def _made_headers(self, key: str | None) -> dict[str, Any]:
        """Return the headers. Not called by the constructor, since finding the versions is slow."""
        more = {**checked_headers(self._default_headers), "Authorization": key}
        return merged({"User-Agent": user_agent(self._library)}, more)

    def with_options(
        self: ClientT,
        *,
        timeout: Timeout = KEPT,
        max_retries: int = KEPT,
        retry: RetryPolicy | None = KEPT,
        default_headers: Mapping[str, str] | None = KEPT,
        validate: Validation | None = KEPT,
        concurrency: int = KEPT,
        deadline: float | None = KEPT,
        api_key: str | None = KEPT,
        endpoint: str | None = KEPT,
    ) -> ClientT:
        """Return a copy with other options that shares the connections of this client.

        The arguments are those of the constructor; options that are left out stay as they are.
        ``default_headers`` replaces all headers: pass ``{**client.default_headers, ...}`` to add
            one.
        A copy with another key or endpoint has cookies and a session of its own.

        Closing a copy ends the work of the copy; closing this client closes the connections of all
        copies.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If an argument has an invalid value, or another ``endpoint`` is passed
                without an ``api_key``; ``api_key=None`` sends none.

        Examples:
            ``client.with_options(api_key=installation_key, timeout=5).products.all().count()``
        """
        kind, api_key = type(api_key), api_key if api_key is KEPT else hidden(api_key)
        plain = self._plain
        copy = type(plain).__new__(type(plain))
        vars(copy).update(self.__getstate__())
        if api_key is not KEPT:
            copy._api_key = checked_key(kind, api_key)
        copy._move(endpoint, has_key=api_key is not KEPT)
        if validate is not KEPT:
            copy._policy = validation_policy(self.use_specs, validate)
        options = {
            "timeout": timeout,
            "max_retries": max_retries,
            "retry": retry,
            "default_headers": self.default_headers if default_headers is KEPT else default_headers,
            "concurrency": concurrency,
            "deadline": deadline,
        }
        for name, value in options.items():
            if value is not KEPT:
                setattr(copy, name, _CHECKS[name](value))
        copy._share(plain, is_same=api_key is KEPT)
        return self._like(copy)

    def _like(self: ClientT, client: ClientT) -> ClientT:
        """Return a client whose verbs have the results of this one."""
        return client

    def _move(self, endpoint: str | None, *, has_key: bool) -> None:
        """Set another endpoint; the key of the present one must not be sent there."""
        if endpoint is KEPT or endpoint is None:
            return
        place = checked_endpoint(endpoint)
        if not has_key and not is_same_endpoint(place, self.endpoint):
            raise ValueError(
                f"endpoint {place} needs its api_key beside it: that of {self.endpoint}"
                " must not go there; api_key=None sends no key"
            )
        self.endpoint = place

    if TYPE_CHECKING:

        def _share(self, origin: Any, *, is_same: bool) -> None:
            """Use the connections of another client, and the cookies too if the key is the same."""

    def _shares(self) -> list[Any]:
        """Return the copies that this client closes."""
        return [*self._copies]

    def _adopt(self, origin: HasIdentity) -> None:
        """Let the client that opened the connections close them."""
        opener = origin._opener
        self._origin_of_connections = ref(opener)
        opener._copies.add(self)

    @property
    def _opener(self) -> HasIdentity:
        """The client that closes the connections: the original, while it exists."""
        reference = self._origin_of_connections
        return (reference and reference()) or self


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "timeout": checked_timeout,
    "max_retries": partial(checked_int, "max_retries", least=0),
    "retry": checked_policy,
    "default_headers": checked_headers,
    "concurrency": partial(checked_int, "concurrency", least=1),
    "deadline": checked_deadline,
}


@cache
def user_agent(library: str) -> str:
    """Return the User-Agent header for calls with an HTTP library."""
    python = ".".join(map(str, sys.version_info[:3]))
    # The library itself, which is imported for the call, knows its version without reading a file.
    own = getattr(sys.modules.get(library), "__version__", None) or _version(library)
    return f"cnct/{VERSION} python/{python} {library}/{own}"


def _version(package: str) -> str:
    """Return the version of a package; a program in one file may have no metadata."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - reads files

    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
