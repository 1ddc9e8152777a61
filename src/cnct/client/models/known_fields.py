"""The fields that a collection can be filtered by, as conditions that know their names.

Completes names and refuses unknown ones. Knows no values: what may be compared is checked when
the call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnct.exceptions import UnknownNameError
from cnct.rql import R
from cnct.rql.base import Field

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.fields import FilterField

_METHODS = {"in": ("in_", "oneof")}


def fields_of(specs: OpenAPISpecs | None, path: str) -> R:
    """Return ``R()`` for the list at a path, knowing its fields if there are specs."""
    operation = specs.operation("GET", path) if specs else None
    return KnownR(operation.fields) if operation and operation.fields else R()


class KnownR(R):
    """The beginning of a field of a collection whose fields are known.

    Behaves as ``R()``, and completes names at a prompt: ``fields.product.name.ilike("*saas*")``.
    Conditions made of it are plain ``R``.

    Args:
        known: The fields, by dotted name.
    """

    __slots__ = ("_known",)

    _known: Mapping[str, FilterField]

    def __init__(self, known: Mapping[str, FilterField]) -> None:
        """Keep what is known."""
        super().__init__()
        object.__setattr__(self, "_known", known)

    def n(self, name: str) -> R:
        """Step into a field by name.

        Raises:
            UnknownNameError: If the collection has no such field; also an AttributeError.
        """
        return _step(self._known, name)

    def __dir__(self) -> list[str]:
        """List the first names of the fields."""
        return _names(self._known, "")


class _KnownField(Field):
    """A field that is known, or the beginning of one."""

    __slots__ = ("_known",)

    _known: Mapping[str, FilterField]

    def __init__(self, known: Mapping[str, FilterField], path: str) -> None:
        super().__init__(path)
        object.__setattr__(self, "_known", known)

    def n(self, name: str) -> R:
        return _step(self._known, f"{self._path}.{name}")

    def __dir__(self) -> list[str]:
        return _names(self._known, self._path)


def _step(known: Mapping[str, FilterField], path: str) -> R:
    if path not in known and not _below(known, path):
        from cnct.text import did_you_mean  # noqa: PLC0415 - rare

        raise UnknownNameError(f"Unknown field {path!r}.{did_you_mean(path, known)}")
    return _KnownField(known, path)


def _names(known: Mapping[str, FilterField], path: str) -> list[str]:
    """List the names one step further, and the operators if this is a field already."""
    names = {name.split(".")[0] for name in _below(known, path)}
    found = known.get(path)
    operators = found.lookups if found else ()
    methods = (method for name in operators for method in _METHODS.get(name, (name,)))
    return sorted({name for name in names if name.isidentifier()}.union(methods))


def _below(known: Mapping[str, FilterField], path: str) -> list[str]:
    start = f"{path}." if path else ""
    return [name.removeprefix(start) for name in known if name.startswith(start)]
