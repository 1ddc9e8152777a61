"""Warns where another package owns ``cnct/__init__.py``. Imports nothing of it and repairs nothing.

The incumbent, connect-openapi-client, has a file of this name too. Of two packages in one
environment, the file is that of the package that was installed last, and the removal of either
deletes it. The modules of this package work all the same.
"""

from __future__ import annotations

import json
import shlex
import sys
import warnings
from functools import cache

from cnct.exceptions import InstallationWarning, users_level


@cache
def warn_of_foreign_facade() -> None:
    """Warn, once in a process, if the façade gives another client or none."""
    problem = facade_problem()
    if problem:
        warnings.warn(problem, InstallationWarning, stacklevel=users_level())


def facade_problem() -> str:
    """Return why ``from cnct import ConnectClient`` does not work, and the remedy; or empty text.

    Two names of the package tell whose it is, since no other package has them both.
    """
    facade = sys.modules["cnct"]
    if {"AsyncConnectClient", "InstallationWarning"} <= {*getattr(facade, "__all__", ())}:
        return ""
    from importlib.metadata import packages_distributions  # noqa: PLC0415 - slow, and rarely needed

    names = packages_distributions().get("cnct", [])
    others = " and ".join(sorted({*names} - {"cnct"})) or "another package"
    problem = "is missing" if getattr(facade, "__file__", None) is None else f"is that of {others}"
    return (
        f"cnct/__init__.py {problem}, so `from cnct import ConnectClient` does not give this"
        " client. Put it back: python -m pip install --force-reinstall --no-deps"
        f" {_source()}. Or write `from cnct.client.fluent import ConnectClient`, which always"
        " works."
    )


def _source() -> str:
    """Return the place that the package was installed from, as pip recorded it (PEP 610)."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - likewise

    try:
        record = distribution("cnct").read_text("direct_url.json")
    except PackageNotFoundError:
        record = None
    url = json.loads(record)["url"] if record else ""
    return shlex.quote(url) if url else "WHEEL, its file"
