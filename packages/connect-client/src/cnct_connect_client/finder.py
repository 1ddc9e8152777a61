"""Finds ``connect.client`` in this distribution, whichever files other packages install.

connect-openapi-client installs files of the same names. Files that two distributions share break
with the last of them that is installed or removed, so the bridge shares none: a finder in front of
all others answers for its modules.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

SWITCH = "CNCT_CONNECT_CLIENT"
"""Variable of the environment that switches the bridge off, with the value ``off``."""

_SERVED = os.path.join(os.path.dirname(__file__), "served")
_NAMESPACE, _PACKAGE, _FACADE = "connect", "connect.client", "cnct"


class BridgeFinder:
    """Answers for ``connect.client``, for ``connect`` where nobody has it, and for ``cnct``."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of one of these packages; ``None`` for all other modules."""
        if name == _PACKAGE:
            return _package_spec(name, os.path.join(_SERVED, "connect", "client"), "__init__.py")
        if name == _FACADE:
            return _facade_spec()
        return _namespace_spec(name) if name == _NAMESPACE else None


def _package_spec(name: str, folder: str, init: str) -> ModuleSpec | None:
    from importlib.util import spec_from_file_location  # this module runs at every start of Python

    path = os.path.join(folder, init)
    return spec_from_file_location(name, path, submodule_search_locations=[folder])


def _facade_spec() -> ModuleSpec | None:
    """Return cnct's own façade, since that of connect-openapi-client has the same file name."""
    from importlib.machinery import PathFinder

    found = PathFinder.find_spec(_FACADE)
    for folder in (found and found.submodule_search_locations) or ():
        if os.path.exists(os.path.join(folder, "_facade.py")):
            return _package_spec(_FACADE, folder, "_facade.py")
    return None


def _namespace_spec(name: str) -> ModuleSpec | None:
    """Return an empty namespace where no other package lies below ``connect``."""
    from importlib.machinery import ModuleSpec, PathFinder

    if PathFinder.find_spec(name) is not None:
        return None
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = []
    return spec


def install() -> None:
    """Put the finder in front of all others, unless it is there or switched off."""
    if os.environ.get(SWITCH, "").lower() != "off" and BridgeFinder not in sys.meta_path:
        sys.meta_path.insert(0, BridgeFinder)
