"""Plans the reading of related resources: one call for many rows, grouped by row. No I/O.

A generator yields each set to read whole, and is sent the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeGuard, TypeVar

from cnct.client._core.paging import Span
from cnct.client._core.urls import absolute, with_query
from cnct.client.work.relations import Relation, SetT
from cnct.client.work.row_values import values_at
from cnct.exceptions import ClientError, NotOneError
from cnct.openapi.shapes import Record, is_object
from cnct.rql import R, quote_literal
from cnct.rql.literals import literal_text
from cnct.rql.url import params_to_wire, to_wire

if TYPE_CHECKING:
    from cnct.client.models.set_base import SetBase

T = TypeVar("T")

Reads: TypeAlias = Generator[SetT, list[Any], T]
"""Yields sets to read, is sent the rows of each or thrown its error, and returns a result."""

Keys: TypeAlias = dict[str, str | int]
"""Keys by their text: a reference to the id 12 may be a string."""

_MOST_ROWS = 500  # that wait for their related resources at a time
_PAGE = 1000  # the largest page of Connect
_FAR_OFFSET = 10_000_000
_URI_TOO_LONG = 414


class Prefetch(Generic[SetT]):
    """Attaches related resources to the rows of a set, chunk by chunk.

    A chunk ends before the row whose key would make a URL too long.

    Args:
        rows: The set.
        relations: Relations by the name under which their resources are attached.

    Raises:
        TypeError: If there is no relation, or one was not made by ``on()`` of the same world.
        ValueError: If the key of a relation is removed by ``select`` of the set.
    """

    def __init__(self, rows: SetT, relations: Mapping[str, Relation[SetT]]) -> None:
        if not relations:
            raise TypeError("prefetch() needs a relation: write prefetch(usage=collection.on(...))")
        for name, relation in relations.items():
            _check_relation(rows, name, relation)
        self._path = rows._path
        self._lookups = [RelationLookup(name, relation) for name, relation in relations.items()]
        self._waiting: list[Record] = []

    def chunks(self, rows: Iterable[Any]) -> Iterator[list[Record]]:
        """Add rows of the set, and yield the chunks that are full."""
        for row in rows:
            self._check_row(row)
            fits = all(lookup.has_room_for(row) for lookup in self._lookups)
            if self._waiting and (not fits or len(self._waiting) == _MOST_ROWS):
                yield self.last_chunk()
            self._waiting.append(row)
            for lookup in self._lookups:
                lookup.reserve(row)

    def last_chunk(self) -> list[Record]:
        """Return the rows that are not in a chunk yet."""
        chunk, self._waiting = self._waiting, []
        for lookup in self._lookups:
            lookup.release()
        return chunk

    def attached(self, chunk: list[Record]) -> Reads[SetT, list[Record]]:
        """Return copies of the rows, with their related resources."""
        copies = [{**row} for row in chunk]
        for lookup in self._lookups:
            keys = [lookup.keys(row) for row in chunk]
            related = yield from lookup.related(keys)
            for copy, resources in zip(copies, related, strict=True):
                copy[lookup.name] = resources
        return copies

    def _check_row(self, row: Any) -> None:
        if not is_object(row):
            raise ValueError(f"prefetch() needs objects, and {self._path} has {type(row).__name__}")
        for lookup in self._lookups:
            if lookup.name in row:
                raise ValueError(
                    f"The rows of {self._path} have a field {lookup.name!r}: "
                    "give the related resources another name"
                )


class RelationLookup(Generic[SetT]):
    """Finds the resources of one relation.

    Args:
        name: Name under which the resources are attached.
        relation: The relation.
    """

    def __init__(self, name: str, relation: Relation[SetT]) -> None:
        rows = relation.rows
        has_own_size = rows._query.size != rows._client.default_limit
        self.name = name
        self._relation = relation
        self._set = rows if has_own_size else rows.limit(_PAGE)
        self._is_checked = False
        self._room = relation.max_url_bytes - _url_bytes(self._with_keys({"": ""}))
        self._reserved: Keys = {}
        self._reserved_bytes = 0

    def keys(self, row: Record) -> Keys:
        """Return the keys of a row.

        Raises:
            ValueError: If a row has no id, or a key is neither a string nor an integer.
        """
        field = self._relation.key
        values = values_at(row, field)
        if not values and field == "id":
            raise ValueError(
                f"{self.name}: a row has no 'id' to relate to: "
                f"name a field of the rows, as in on({self._relation.field!r}, key='external_id')"
            )
        keys: Keys = {}
        for value in values:
            text = _key_text(value)
            if text:
                keys[text] = value
            elif value not in (None, ""):
                raise ValueError(
                    f"{self.name}: the field {field!r} of a row is no id: "
                    f"name a field with a string or an integer, such as key='{field}.id'"
                )
        return keys

    def has_room_for(self, row: Record) -> bool:
        """Return whether the keys of a row fit into the URL beside the reserved ones."""
        new = self.keys(row).items() - self._reserved.items()
        return self._reserved_bytes + sum(_cost(key) for _, key in new) <= self._room

    def reserve(self, row: Record) -> None:
        """Reserve room in the URL for the keys of a row."""
        for text, key in self.keys(row).items():
            if text not in self._reserved:
                self._reserved[text] = key
                self._reserved_bytes += _cost(key)

    def release(self) -> None:
        """Forget the reserved keys: a new chunk begins."""
        self._reserved, self._reserved_bytes = {}, 0

    def related(self, keys_of_rows: list[Keys]) -> Reads[SetT, list[Any]]:
        """Return the related resources of each row: a list, or one resource or ``None``.

        Raises:
            ClientError: If a call fails; one refused with status 414 is repeated with shorter URLs.
            NotOneError: If a row has several resources, and the relation is to one.
            ValueError: If the resources do not have the field of the relation.
        """
        matches = _Matches(self.name, self._relation)
        waiting: Keys = {text: key for keys in keys_of_rows for text, key in keys.items()}
        while waiting:
            group = self._first_group(waiting)
            try:
                rows = yield self._with_keys(group)
            except ClientError as error:
                if error.status_code != _URI_TOO_LONG or len(group) == 1:
                    raise
                self._room = sum(map(_cost, group.values())) // 2
            else:
                self._is_checked = True
                matches.add(rows, group)
                for text in group:
                    del waiting[text]
        return [matches.of(keys) for keys in keys_of_rows]

    def _first_group(self, keys: Keys) -> Keys:
        """Return as many of the first keys as fit into a URL, at least one."""
        group: Keys = {}
        room = self._room
        for text, key in keys.items():
            room -= _cost(key)
            if group and room < 0:
                break
            group[text] = key
        return group

    def _with_keys(self, keys: Keys) -> SetT:
        condition = R().n(self._relation.field).in_([_literal(key) for key in keys.values()])
        rows = self._set.filter(condition)
        # The conditions differ in their values only: one check against the document is enough.
        rows._checked = self._is_checked
        return rows


class _Matches:
    """Resources of a relation, by key, in the server's order."""

    def __init__(self, name: str, relation: Relation[Any]) -> None:
        self._name = name
        self._relation = relation
        self._rows: list[Any] = []
        self._positions: defaultdict[str, set[int]] = defaultdict(set)
        self._repeatable: dict[str, int] = {}

    def add(self, rows: list[Any], keys: Keys) -> None:
        """Add the resources of a response."""
        for row in rows:
            values = values_at(row, self._relation.field)
            texts = keys.keys() & {_key_text(value) for value in values}
            if not texts:
                raise ValueError(
                    f"{self._name}: a row of {self._relation.rows._path} has no such "
                    f"{self._relation.field!r}: the field must be in the rows to group them by it"
                )
            position = self._position(row, may_repeat=len(values) > 1)
            for text in texts:
                self._positions[text].add(position)

    def _position(self, row: Any, *, may_repeat: bool) -> int:
        """Add a row; a filter into a list repeats the row for each element that matches."""
        position = len(self._rows)
        if may_repeat:
            identity = repr(row.get("id", row))
            position = self._repeatable.setdefault(identity, position)
        if position == len(self._rows):
            self._rows.append(row)
        return position

    def of(self, keys: Keys) -> Any:
        """Return the resources of a row."""
        positions = sorted({position for text in keys for position in self._positions[text]})
        resources = [self._rows[position] for position in positions]
        if not self._relation.one:
            return resources
        if len(resources) > 1:
            raise NotOneError(
                f"{self._name}: {len(resources)} resources of {self._relation.rows._path} have "
                f"{self._relation.field} = {', '.join(keys)}: leave out one=True to get them all",
                count=len(resources),
            )
        return resources[0] if resources else None


def _check_relation(rows: SetBase, name: str, relation: Any) -> None:
    if not _is_relation(relation):
        hint = " (one=True is an argument of on())" if name == "one" else ""
        raise TypeError(
            f"{name} must be a relation like client.requests.on('asset.id'), "
            f"not {type(relation).__name__}{hint}"
        )
    is_async = hasattr(rows, "__aiter__")
    if hasattr(relation.rows, "__aiter__") != is_async:
        world = "an AsyncConnectClient" if is_async else "a ConnectClient"
        raise TypeError(f"{name} must be a relation of {world}, as the set is")
    if f"-{relation.key}" in rows._query.selection:
        raise ValueError(
            f"{name} needs the field {relation.key!r} of every row: "
            f"do not remove it with select('-{relation.key}')"
        )


def _is_relation(value: Any) -> TypeGuard[Relation[Any]]:
    return isinstance(value, Relation)


def _key_text(value: Any) -> str:
    """Return the text of a key; an empty text for a value that cannot be a key."""
    is_key = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if is_key else ""


def _literal(key: str | int) -> str | int:
    is_quoted = isinstance(key, str) and key[:1] in ("'", '"')
    return quote_literal(str(key)) if is_quoted else key


def _cost(key: str | int) -> int:
    """Return the bytes that a key adds to a URL, with its comma."""
    return len(to_wire(literal_text(_literal(key), "in"))) + 1


def _url_bytes(rows: SetBase) -> int:
    """Return the length of a page's URL, with an offset of many digits."""
    params = rows._query.kwargs.get("params")
    path = rows._at(Span(_FAR_OFFSET, rows._query.size))
    url = absolute(rows._client.endpoint, path)
    return len(with_query(url, params_to_wire(params) if params else "").encode())
