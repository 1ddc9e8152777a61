"""Recognizes methods of the HTTP libraries that tests or instrumentations have replaced.

A replaced method must be called, so the drivers take their shortcuts past the originals only.
"""

from __future__ import annotations

from pathlib import Path
from types import FunctionType, ModuleType


def original(function: object, package: ModuleType) -> object:
    """Return a method of a package if it is the package's own, else an object that is no method.

    The drivers are imported at the first call, when the method may have been replaced already.

    Args:
        function: The method, as the class has it now.
        package: The package that defined it.
    """
    folder = str(Path(package.__file__ or "").parent)
    is_own = type(function) is FunctionType and function.__code__.co_filename.startswith(folder)
    return function if is_own else object()
