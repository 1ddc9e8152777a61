"""Extension of griffe: documents the names of the façade `cnct` as `cnct.Name`.

The package imports them on first access, and for type checkers by a wildcard, which griffe skips.
"""

from __future__ import annotations

from typing import Any

from griffe import Alias, Extension, Module


class FacadeNames(Extension):
    """Adds the names of `cnct._facade` to the package `cnct`."""

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        """Add an alias for each name in `__all__`, to the module that defines its object."""
        if pkg.path != "cnct":
            return
        facade = pkg["_facade"]
        pkg.exports = list(facade.exports)
        for name in facade.exports:
            if name not in pkg.members:
                source = facade.members[name]
                path = source.target_path if isinstance(source, Alias) else source.path
                pkg.set_member(name, Alias(name, path, parent=pkg))
