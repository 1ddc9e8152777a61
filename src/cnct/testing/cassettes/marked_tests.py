"""The cassettes of tests with the mark ``cassette``: their files and options."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from cnct.testing.cassettes.context import Cassette, CassetteOptions

_FOLDER = "cassettes"
_LONGEST = 100  # characters of a name, so that paths stay short enough for Windows
_UNUSUAL = re.compile(r"[^\w.,=+\[\]-]+")


def cassette_of(item: Any, options: CassetteOptions) -> Cassette[Any, Any]:
    """Return the cassette of a test.

    Args:
        item: The test; its own mark counts before those of its class and module.
        options: Options of all tests.

    Raises:
        pytest.UsageError: If the mark is wrong.
    """
    own: dict[str, Any] = dict(options)
    path = Path(_FOLDER) / item.path.stem / f"{_file_name(item)}.yaml"
    for mark in reversed([*item.iter_markers("cassette")]):
        own |= mark.kwargs
        if len(mark.args) > 1:
            raise pytest.UsageError(
                f"{item.nodeid}: @pytest.mark.cassette takes one path, and options by name"
            )
        if mark.args:
            path = mark.args[0]
    try:
        cassette: Cassette[Any, Any] = Cassette(path, None, cast("CassetteOptions", own))
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.cassette: {error}") from error
    cassette.path = item.path.parent / cassette.path
    return cassette


def _file_name(item: Any) -> str:
    """Return the name of a test with those of its classes, for a file."""
    names = item.nodeid.split("::")[1:] or [item.name]
    name = ".".join(names)
    readable = _UNUSUAL.sub("-", name)[:_LONGEST]
    if readable == name:
        return name
    return f"{readable}-{sha256(name.encode()).hexdigest()[:8]}"
