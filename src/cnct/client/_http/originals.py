"""Recognizes methods of the HTTP libraries that tests or instrumentations have replaced.

A replaced method must be called; the drivers bypass only the original ones.
"""

from __future__ import annotations

from pathlib import Path
from types import FunctionType, ModuleType


def original(function: object, package: ModuleType) -> object:
    """Return an original method of a package; for a replaced one, an object that equals no method.

    The drivers are imported at the first call, when the method may already be replaced.

    Args:
        function: The present method of the class.
        package: The package that defined it.
    """
    folder = str(Path(package.__file__ or "").parent)
    is_own = type(function) is FunctionType and function.__code__.co_filename.startswith(folder)
    return function if is_own else object()
