"""Warns if ``cnct/__init__.py`` belongs to another package. Neither imports nor repairs that file.

The incumbent, connect-openapi-client, has a file of this name too. In an environment with both, the
file is that of the package installed last, and uninstalling either deletes the file. The modules of
this package work in any case.
"""

from __future__ import annotations

import json
import sys
import warnings
from functools import cache

from cnct.user_warnings import InstallationWarning, users_level


@cache
def warn_of_foreign_facade() -> None:
    """Warn, once per process, if the façade has another client or none."""
    problem = facade_problem()
    if problem:
        warnings.warn(problem, InstallationWarning, stacklevel=users_level())


def facade_problem() -> str:
    """Return why ``from cnct import ConnectClient`` does not work, and the remedy; or empty text.

    The package is ours if two names are there, since no other package has both.
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
    """Return the source of the installation, as recorded by pip (PEP 610)."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - likewise

    try:
        record = distribution("cnct").read_text("direct_url.json")
    except PackageNotFoundError:
        record = None
    url = json.loads(record)["url"] if record else ""
    import shlex  # noqa: PLC0415 - only warnings need it

    return shlex.quote(url) if url else "WHEEL, its file"
