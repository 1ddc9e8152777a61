"""Reads durations of the command line: ``30``, ``90s``, ``10m``, ``1h30m``."""

from __future__ import annotations

import re
from typing import Any

import click

_PARTS = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_SECONDS = (86_400, 3_600, 60, 1)


class Duration(click.ParamType[float]):
    """Option type for a duration: seconds, or numbers with the units d, h, m and s."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds."""
        match = _PARTS.fullmatch(str(value))
        if not match or not any(match.groups()):
            self.fail(f"{value!r} is no duration: write one like 30s, 10m or 1h30m", param, ctx)
        parts = zip(match.groups(), _SECONDS, strict=True)
        return sum(float(number) * seconds for number, seconds in parts if number)
