"""Fields of a collection, for conditions; complete names and refuse unknown ones.

Values are checked only when the call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from cnct.exceptions import UnknownNameError
from cnct.rql import R
from cnct.rql.answers import comparison, unseen
from cnct.rql.conditions import OPERATORS
from cnct.rql.foreign_operators import CALLED_OPERATORS
from cnct.text import clean, did_you_mean

if TYPE_CHECKING:
    from cnct.console.cursor import Argument
    from cnct.openapi.fields import FilterField

_METHODS = {"in": ("in_", "oneof")}
_OPERATORS = frozenset({"in_", *OPERATORS} - {"in"})
_MOST_NAMES = 100  # in a repr


def _is_same(fields: KnownFields, other: object) -> bool:
    return fields._r() == (other._r() if isinstance(other, KnownFields) else other)


def _is_other(fields: KnownFields, other: object) -> bool:
    return not _is_same(fields, other)


@unseen(
    __lt__=comparison("<", "lt"),
    __le__=comparison("<=", "le"),
    __gt__=comparison(">", "gt"),
    __ge__=comparison(">=", "ge"),
    __eq__=comparison("==", "eq", _is_same),
    __ne__=comparison("!=", "ne", _is_other),
)
class KnownFields:
    """The fields of a list, or one field; used like ``R()``, with conditions of `R` as results.

    Not a subclass of `R`: the plain prompt also completes names of the class, so that all operators
        would be offered after each name.

    Args:
        fields: The fields of the list, by dotted name.
        place: Path of the list, for ``repr``.
        path: Dotted name of this field, or its beginning; empty for all fields.
    """

    __slots__ = ("_fields", "_path", "_place")

    _steps_without_io = frozenset({"n"})
    """The method that completion may call; it may read any name."""

    def __init__(self, fields: Mapping[str, FilterField], place: str, path: str = "") -> None:
        self._fields = fields
        self._place = place
        self._path = path

    def __getattr__(self, name: str) -> Any:
        """Return the field below with this name, or the method that makes a condition.

        Raises:
            AttributeError: If the name starts with an underscore: ``copy``, ``pickle`` and
                notebooks probe for such names.
            UnknownNameError: If there is no such field or method; also an AttributeError.
        """
        if name[0] == "_":
            raise AttributeError(name)
        is_operator = bool(self._path) and name in _OPERATORS
        if is_operator and self._path in self._fields:
            return getattr(self._r(), name)
        if self._has(self._dotted(name)):
            return self._field(name)
        if is_operator:
            return getattr(self._r(), name)
        return self._field if name == "n" else self._field(name)

    def _dotted(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _has(self, path: str) -> bool:
        return path in self._fields or bool(_below(self._fields, path))

    def _field(self, name: str) -> KnownFields | R:
        """Return the field, or the parent of fields, with a dotted name below this one."""
        path = self._dotted(name)
        if not self._has(path):
            above, _, last = path.rpartition(".")
            if above in self._fields and last in CALLED_OPERATORS:
                return R().n(path)
            raise UnknownNameError(f"Unknown field {path!r}.{did_you_mean(path, self._fields)}")
        return KnownFields(self._fields, self._place, path)

    def _r(self) -> R:
        """Return the equivalent `R`."""
        return R().n(self._path) if self._path else R()

    def __and__(self, other: R) -> R:
        """Refuse a field, which has no operator yet; all fields together are no condition."""
        return self._r() & other

    def __rand__(self, other: R) -> R:
        """Refuse a field, which has no operator yet; all fields together are no condition."""
        return other & self._r()

    def __or__(self, other: R) -> R:
        """Refuse a field, which has no operator yet; all fields together are no condition."""
        return self._r() | other

    def __ror__(self, other: R) -> R:
        """Refuse a field, which has no operator yet; all fields together are no condition."""
        return other | self._r()

    def __invert__(self) -> R:
        """Refuse a field, which has no operator yet; all fields together are no condition."""
        return ~self._r()

    def __hash__(self) -> int:
        """Return the same hash for the same field."""
        return hash(self._r())

    def __bool__(self) -> bool:
        """Return False: there is no condition."""
        return False

    def __dir__(self) -> list[str]:
        """Return the names one step below, and the operators if this is a field."""
        field = self._fields.get(self._path)
        operators = field.lookups if field else ()
        methods = (method for name in operators for method in _METHODS.get(name, (name,)))
        return sorted({*self._names(), *methods})

    def _names(self) -> list[str]:
        names = {name.split(".")[0] for name in _below(self._fields, self._path)}
        return sorted(name for name in names if name.isidentifier() and not iskeyword(name))

    def _completions(self, method: str, _argument: Argument) -> list[str]:
        """Return the values that complete the argument of an operator."""
        from cnct.client.models.offers import choices  # noqa: PLC0415 - only prompts need it

        field = self._fields.get(self._path)
        return choices(field, method) if field and method in _OPERATORS else []

    def __repr__(self) -> str:
        """Return the path of the list, and the names that can follow."""
        names = dir(self)
        more = [f"and {len(names) - _MOST_NAMES} more"] if names[_MOST_NAMES:] else []
        of = f"{self._place}: {self._path}" if self._path else self._place
        return clean(f"<Fields of {of}: {', '.join([*names[:_MOST_NAMES], *more])}>")


def _below(fields: Mapping[str, FilterField], path: str) -> list[str]:
    start = f"{path}." if path else ""
    return [name.removeprefix(start) for name in fields if name.startswith(start)]
