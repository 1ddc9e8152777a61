"""Writes JSON for programs and people: control characters are always escapes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cnct.text import escaped_controls


def json_lines(values: Iterable[Any], *, ascii_only: bool) -> list[str]:
    """Return each value as JSON in a line."""
    return [_safe(json.dumps(value, ensure_ascii=ascii_only)) for value in values]


def pretty_json(value: Any, *, ascii_only: bool) -> str:
    """Return a value as indented JSON."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=2)
    return "\n".join(map(_safe, text.split("\n")))


def _safe(line: str) -> str:
    """Escape the characters that JSON allows and terminals obey, and those that UTF-8 lacks."""
    return line if line.isprintable() else escaped_controls(line)
