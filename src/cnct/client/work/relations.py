"""Describes which resources refer to the rows of another set, and by which fields. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from cnct.client._core.arguments import checked_int
from cnct.client._core.paging import Window
from cnct.exceptions import RQLError
from cnct.rql.parser import is_field

if TYPE_CHECKING:
    from cnct.client.models.set_base import SetBase

SetT = TypeVar("SetT", bound="SetBase")


class Relation(NamedTuple, Generic[SetT]):
    """Resources that refer to the rows of another set; made by ``on()`` for ``prefetch()``.

    Attributes:
        rows: Set of the resources.
        field: Dotted field of the resources that holds the key.
        key: Dotted field of the other set's rows that holds the same key.
        one: Whether a row has at most one of the resources.
        max_url_bytes: Largest length of a URL.
    """

    rows: SetT
    field: str
    key: str
    one: bool
    max_url_bytes: int


def relation(rows: SetT, field: str, key: str, one: bool, max_url_bytes: int) -> Relation[SetT]:
    """Return a relation, its arguments checked.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If a field is no field name, the set is a slice, or the length is less than 1.
    """
    if rows._query.window != Window():
        raise ValueError(f"{rows!r} is a slice: on() takes a whole set, or one with a filter")
    return Relation(
        rows,
        _checked_field("field", field),
        _checked_field("key", key),
        one,
        checked_int("max_url_bytes", max_url_bytes, 1),
    )


def _checked_field(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a field name like 'asset.id', not {type(value).__name__}")
    if not is_field(value):
        raise RQLError(f"{name} must be a field name like 'asset.id', not {value!r}")
    return value
