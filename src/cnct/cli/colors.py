"""Chooses colours through the variables that rich obeys, so that all output agrees."""

from __future__ import annotations

import os
from collections.abc import Callable

COLORS = ("auto", "always", "never")

_VARIABLES = {"always": "FORCE_COLOR", "never": "NO_COLOR"}


def choose_colors(choice: str) -> Callable[[], None]:
    """Set the variables for a choice, and return a function that restores them."""
    names = _VARIABLES.values()
    before = {name: os.environ.get(name) for name in names}

    def restore() -> None:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    if choice in _VARIABLES:
        for name in names:
            os.environ.pop(name, None)
        os.environ[_VARIABLES[choice]] = "1"
    return restore
