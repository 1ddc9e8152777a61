"""Reads the environment variables that name CA certificates and proxies, for both drivers."""

from __future__ import annotations

import os
from urllib.request import getproxies

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def ca_bundle() -> str | None:
    """Return the file or folder of CA certificates named by the environment, ``None`` if unset."""
    paths = (os.environ.get(name) for name in _CA_VARIABLES)
    return next((path for path in paths if path), None)


def proxy_of(url: str) -> str | None:
    """Return the URL of the proxy for a URL, as requests chooses it; ``None`` without one."""
    if not getproxies():
        return None
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415 - only for proxies

    proxy = select_proxy(url, get_environ_proxies(url))
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
