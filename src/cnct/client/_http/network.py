"""The arguments ``verify``, ``cert`` and ``proxy`` of clients, for both drivers. Sends nothing.

An argument that was passed overrides the environment; otherwise `environment` decides.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeGuard, cast
from urllib.parse import urlsplit

from cnct.text import Secret

if TYPE_CHECKING:
    import ssl

Verify = bool | str | os.PathLike[str] | None
"""CA certificates: a file or folder, ``True`` for the usual ones, ``False`` for no check."""

Cert = str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]] | None
"""File of a client certificate, which may contain its key; or a pair of files."""

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Network:
    """How the client reaches servers.

    Attributes:
        verify: Path of CA certificates, or whether to check servers; ``None`` for the environment's
            setting.
        cert: File of a client certificate with its key, or a pair of files.
        proxy: URL of a proxy, with a masked ``repr``; empty text for no proxy, ``None`` for the
            environment's setting.
    """

    __slots__ = ("cert", "proxy", "verify")

    def __init__(
        self, verify: bool | str | None, cert: str | tuple[str, str] | None, proxy: str | None
    ) -> None:
        self.verify = verify
        self.cert = cert
        self.proxy = proxy

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
    """Return the settings of valid arguments ``verify``, ``cert`` and ``proxy``.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If a file does not exist or has no certificate, or ``proxy`` is not the URL of a
            proxy.
    """
    if verify is not None and not isinstance(verify, bool):
        verify = _path("verify", verify)
        _check_authorities(verify)
    if _is_tuple(cert):
        certificate, key = _pair(cert)
        cert = (_path("cert", certificate), _path("cert", key))
    elif cert is not None:
        cert = _path("cert", cert)
    if cert is not None:
        load_cert(_new_context(), cert)
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


def _new_context() -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - only with such an argument

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _check_authorities(path: str) -> None:
    if os.path.isdir(path):  # noqa: PTH112 - as for the other functions here; read when needed
        return
    try:
        _new_context().load_verify_locations(path)
    except OSError as error:  # ssl.SSLError included
        reason = error.strerror or "it has no certificates"
        raise ValueError(
            f"verify must be the path of CA certificates: {path!r}, {reason}"
        ) from None


def load_cert(context: ssl.SSLContext, cert: str | tuple[str, str]) -> None:
    """Load a client certificate into a context. A key with a passphrase is refused; no prompt.

    Raises:
        ValueError: If there is no certificate, or no matching key.
    """
    certificate, key = (cert, None) if isinstance(cert, str) else cert
    try:
        context.load_cert_chain(certificate, key, "")
    except (OSError, ValueError) as error:  # ssl.SSLError included
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"{certificate!r}, {reason}"
        raise ValueError(
            f"cert must be a certificate and its key without a passphrase: {problem}"
        ) from None


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
