"""What decoded JSON is: objects and arrays, told apart for people and type checkers."""

from __future__ import annotations

import json
from typing import Any, TypeAlias, TypeGuard

Record: TypeAlias = dict[str, Any]


def is_object(value: Any) -> TypeGuard[Record]:
    """Tell whether it is a JSON object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Tell whether it is a JSON array."""
    return isinstance(value, list)


def as_object(value: Any) -> Record:
    """Return an object, an empty one for anything else."""
    return value if is_object(value) else {}


def dumped(value: Any) -> str:
    """Write JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
