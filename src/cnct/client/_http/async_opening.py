"""Imports the modules of an asynchronous call in a thread, since imports would delay the loop."""

from __future__ import annotations

from functools import cache
from importlib import import_module


@cache
def import_all() -> None:
    """Import all modules that a call needs."""
    "localhost".encode("idna")  # codecs are imported when needed
    import_module("cnct.client._http.asynchronous")
    import_module("msgspec")
