"""What the environment says of certificates, the same for both worlds."""

from __future__ import annotations

import os

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def ca_bundle() -> str | None:
    """Return the file or folder of certificates that the environment names, if any."""
    named = (os.environ.get(name) for name in _CA_VARIABLES)
    return next((path for path in named if path), None)
