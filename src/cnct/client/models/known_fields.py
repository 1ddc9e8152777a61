"""Fields of a collection as conditions that complete their names and refuse unknown ones.

Values are not looked at: they are checked when the call is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from cnct.client.models.noun import Node
from cnct.exceptions import UnknownNameError
from cnct.rql import R
from cnct.rql.base import FieldQuery
from cnct.rql.foreign_operators import CALLED_OPERATORS
from cnct.text import did_you_mean

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.fields import FilterField

_METHODS = {"in": ("in_", "oneof")}


class HasFields(Node):
    """A node that lists rows: a collection or a set."""

    @property
    def fields(self) -> R:
        """``R()`` that completes the names of the fields, where the document is at hand."""
        return fields_of(self._specs, self._path)

    def _field_names(self) -> Collection[str]:
        """Return the names of the fields; none where the document is not at hand."""
        operation = self._specs.operation("GET", self._path) if self._specs else None
        return operation.fields if operation else ()


def fields_of(specs: OpenAPISpecs | None, path: str) -> R:
    """Return ``R()`` for the list at a path, with its fields if the document is at hand."""
    operation = specs.operation("GET", path) if specs else None
    return KnownR(operation.fields) if operation and operation.fields else R()


class KnownR(R):
    """The beginning of a condition on a collection whose fields are in the document.

    Behaves as ``R()``, and completes names at a prompt: ``fields.product.name.ilike("*saas*")``.
    The conditions are plain ``R``.

    Args:
        fields: The fields, by dotted name.
    """

    __slots__ = ("_fields",)

    _fields: Mapping[str, FilterField]

    def __init__(self, fields: Mapping[str, FilterField]) -> None:
        super().__init__()
        object.__setattr__(self, "_fields", fields)

    def n(self, name: str) -> R:
        """Return the field, or the beginning of a dotted one, by name.

        Raises:
            UnknownNameError: If the collection has no such field; also an AttributeError.
        """
        return _step(self._fields, name)

    def __dir__(self) -> list[str]:
        """Return the first names of the fields."""
        return _names(self._fields, "")


class _KnownField(FieldQuery):
    """A field of the document, or the beginning of one."""

    __slots__ = ("_fields",)

    _fields: Mapping[str, FilterField]

    def __init__(self, fields: Mapping[str, FilterField], path: str) -> None:
        super().__init__(path)
        object.__setattr__(self, "_fields", fields)

    def n(self, name: str) -> R:
        return _step(self._fields, f"{self._path}.{name}")

    def __dir__(self) -> list[str]:
        return _names(self._fields, self._path)


def _step(fields: Mapping[str, FilterField], path: str) -> R:
    if path not in fields and not _below(fields, path):
        above, _, name = path.rpartition(".")
        if above in fields and name in CALLED_OPERATORS:
            return R().n(path)
        raise UnknownNameError(f"Unknown field {path!r}.{did_you_mean(path, fields)}")
    return _KnownField(fields, path)


def _names(fields: Mapping[str, FilterField], path: str) -> list[str]:
    """Return the names one step further, and the operators if the path is a field itself."""
    names = {name.split(".")[0] for name in _below(fields, path)}
    field = fields.get(path)
    operators = field.lookups if field else ()
    methods = (method for name in operators for method in _METHODS.get(name, (name,)))
    return sorted({name for name in names if name.isidentifier()}.union(methods))


def _below(fields: Mapping[str, FilterField], path: str) -> list[str]:
    start = f"{path}." if path else ""
    return [name.removeprefix(start) for name in fields if name.startswith(start)]
