"""Distinguishes failed exchanges from other errors, for both worlds. No I/O.

An error of the HTTP libraries, or one of the standard library that slips through them, is a failed
exchange, which becomes a `ClientError`. Errors of the user's own classes, such as from a generator
of a body, are not converted.
"""

from __future__ import annotations

from collections.abc import Sequence

_LIBRARIES = frozenset(
    {
        *("requests", "urllib3", "http", "email"),
        *("httpx2", "httpcore2", "httpx", "httpcore", "h11", "anyio", "sniffio"),
        *("ssl", "zlib", "idna", "socks", "socksio"),
    }
)
_STANDARD = (OSError, ValueError, EOFError, ImportError, RuntimeError, ArithmeticError)


def is_failed_exchange(error: BaseException) -> bool:
    """Return whether an error raised by an HTTP library means that the exchange failed."""
    members: Sequence[BaseException] = getattr(error, "exceptions", ())
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_failed_exchange, members))
    if not isinstance(error, Exception) or isinstance(error, Warning):
        return False
    return isinstance(error, _STANDARD) or is_of_library(error)


def is_of_library(error: BaseException) -> bool:
    """Return whether the class of an error is of an HTTP library or a dependency."""
    packages = (kind.__module__.partition(".")[0] for kind in type(error).__mro__)
    return not _LIBRARIES.isdisjoint(packages)
