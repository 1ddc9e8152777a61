"""The arguments ``verify``, ``cert`` and ``proxy`` of clients, for both drivers. Sends nothing.

An argument that was passed overrides the environment; otherwise `environment` says what applies.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple, TypeGuard, cast
from urllib.parse import urlsplit

from cnct.text import Secret

Verify = bool | str | os.PathLike[str] | None
"""CA certificates: a file or folder, ``True`` for the usual ones, ``False`` for no check."""

Cert = str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]] | None
"""File of a client certificate, which may contain its key; or a pair of files."""

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Network(NamedTuple):
    """How the client reaches servers.

    Attributes:
        verify: Path of CA certificates, or whether servers are checked; ``None`` as the
            environment has it.
        cert: File of a client certificate with its key, or a pair of files.
        proxy: URL of a proxy, with a masked ``repr``; empty text for no proxy, ``None`` as the
            environment has it.
    """

    verify: bool | str | None = None
    cert: str | tuple[str, str] | None = None
    proxy: str | None = None

    @property
    def ca(self) -> bool | str:
        """Path of CA certificates, ``True`` for the usual ones, or ``False`` for no check."""
        if self.verify is not None:
            return self.verify
        from cnct.client._http.environment import ca_bundle  # noqa: PLC0415 - imports urllib

        return ca_bundle() or True

    def proxy_of(self, url: str) -> str | None:
        """Return the URL of the proxy for a URL, ``None`` without one."""
        if self.proxy is not None:
            return self.proxy or None
        from cnct.client._http.environment import proxy_of  # noqa: PLC0415 - imports urllib

        return proxy_of(url)


def checked_network(verify: Any, cert: Any, proxy: Any) -> Network:
    """Return the arguments ``verify``, ``cert`` and ``proxy`` if they are valid.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If a file does not exist, or ``proxy`` is no URL of a proxy.
    """
    if verify is not None and not isinstance(verify, bool):
        verify = _path("verify", verify)
    if _is_tuple(cert):
        certificate, key = _pair(cert)
        cert = (_path("cert", certificate), _path("cert", key))
    elif cert is not None:
        cert = _path("cert", cert)
    return Network(verify, cert, None if proxy is None else _proxy(proxy))


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _pair(cert: tuple[Any, ...]) -> tuple[Any, Any]:
    if len(cert) != 2:  # noqa: PLR2004 - a pair
        raise TypeError("cert must be a path, or a pair of paths: certificate and key")
    return cert[0], cert[1]


def _path(name: str, value: Any) -> str:
    if not isinstance(value, str | os.PathLike):
        expected = "True, False or the path of CA certificates" if name == "verify" else "a path"
        raise TypeError(f"{name} must be {expected}, not {type(value).__name__}")
    path = os.fsdecode(cast("str | os.PathLike[str]", value))
    if not os.path.exists(path):  # noqa: PTH110 - may be text with NUL, which is False here
        raise ValueError(f"{name} must be the path of a file: {path!r} does not exist")
    return path


def _proxy(value: Any) -> Secret:
    if not isinstance(value, str):
        raise TypeError(f"proxy must be a URL, not {type(value).__name__}")
    if value and not _is_proxy(value):
        raise ValueError("proxy must be a URL like http://host:3128, or '' for none")
    return Secret(value)


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
