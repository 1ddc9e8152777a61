"""Finds ``connect.client`` in this distribution, whichever files other packages install.

connect-openapi-client installs files of the same names. Files that two distributions share break
with the last of them that is installed or removed, so the bridge shares none: a finder in front of
all others answers for its modules. Runs at every start of Python, so it imports next to nothing.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

SWITCH = "CNCT_CONNECT_CLIENT"
"""Variable of the environment that switches the bridge off, with the value ``off``."""

SERVED = os.path.join(os.path.dirname(__file__), "served")
"""Folder, or path within a zip file, of the modules that the finder answers for."""

NAMESPACE, PACKAGE, FACADE = "connect", "connect.client", "cnct"


class BridgeFinder:
    """Answers for ``connect.client``, for ``connect`` where nobody has it, and for ``cnct``."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of one of these packages; ``None`` for all other modules."""
        finders = {PACKAGE: _package_spec, FACADE: _facade_spec, NAMESPACE: _namespace_spec}
        return finders[name]() if name in finders else None


def _package_spec() -> ModuleSpec | None:
    from importlib.machinery import PathFinder  # not at every start of Python

    return PathFinder.find_spec(PACKAGE, [os.path.join(SERVED, NAMESPACE)])


def _facade_spec() -> ModuleSpec | None:
    """Return cnct's own façade: that of connect-openapi-client has the same file name.

    Raises:
        ImportError: If only the module of connect-openapi-client is installed.
    """
    from importlib.machinery import PathFinder
    from importlib.util import spec_from_file_location

    for entry in sys.path:  # the other one may come first, where cnct is installed as editable
        folder = os.path.join(os.path.abspath(entry), FACADE)
        path = os.path.join(folder, "_facade.py")
        if os.path.exists(path):
            return spec_from_file_location(FACADE, path, submodule_search_locations=[folder])
    standard = PathFinder.find_spec(FACADE)
    if standard is None or not os.path.isfile(standard.origin or ""):
        return None  # nowhere, or in a zip file
    raise ImportError(
        f"{standard.origin} is a part of connect-openapi-client, and the bridge needs cnct: "
        f"pip install cnct, or set {SWITCH}=off",
        name=FACADE,
    )


def _namespace_spec() -> ModuleSpec | None:
    """Return an empty namespace where no other package lies below ``connect``."""
    from importlib.machinery import ModuleSpec, PathFinder

    if PathFinder.find_spec(NAMESPACE) is not None:
        return None
    spec = ModuleSpec(NAMESPACE, None, is_package=True)
    spec.submodule_search_locations = []
    return spec


def install() -> None:
    """Put the finder in front of all others, unless it is there or switched off.

    A module that was imported before stays; a warning names the remedy.
    """
    if os.environ.get(SWITCH, "").lower() == "off" or BridgeFinder in sys.meta_path:
        return
    sys.meta_path.insert(0, BridgeFinder)
    earlier = sys.modules.get(PACKAGE)
    if earlier is not None and not str(earlier.__file__).startswith(SERVED):
        import warnings

        warnings.warn(
            f"{PACKAGE} was imported from {earlier.__file__} before the bridge was: "
            "import cnct_connect_client first, or let its .pth file run",
            stacklevel=3,
        )
