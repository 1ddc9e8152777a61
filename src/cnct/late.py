"""Modules that are imported at their first use. Imports nothing of the package."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _LateModule:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        member = vars(self)[name] = getattr(import_module(self._name), name)
        return member


def late_module(name: str) -> Any:
    """Return a stand-in for a module, which is imported at the first use of a member.

    For methods that programs call often: an import within a function takes half a microsecond
    each time.

    Args:
        name: Name of the module, such as ``cnct.client.models.query``.
    """
    return _LateModule(name)
