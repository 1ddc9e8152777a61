"""Reads the environment variables that name CA certificates, for both drivers."""

from __future__ import annotations

import os

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def ca_bundle() -> str | None:
    """Return the file or folder of CA certificates named by the environment, ``None`` if unset."""
    paths = (os.environ.get(name) for name in _CA_VARIABLES)
    return next((path for path in paths if path), None)
