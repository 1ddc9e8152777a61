"""Finds the differences between rows, and the smallest payload of them. Makes no calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from cnct.openapi.shapes import Object, Record, is_array, is_object
from cnct.rows.compared_fields import ALL, SERVER_MADE, WRITABLE, AllFieldsBut, Fields
from cnct.rows.difference_table import FieldChange, html_table, text_table
from cnct.rows.equal_values import equal_values
from cnct.rows.hidden_values import hidden, is_secret
from cnct.rows.table_cells import check_names

_MERGED = "params"  # name of the lists that an update merges by id
_DEEPEST = 100  # levels; deeper values are compared as a whole
_NOTHING = object()
"""Stands for a value without differences that an update could send."""


class Difference:
    """The fields that differ between two rows, as a table; falsy if none do.

    Iterating yields a `FieldChange` for each field.

    Attributes:
        left_out: Changes that the payload leaves out, since the server sets these fields.
    """

    def __init__(
        self,
        changes: Iterable[FieldChange] = (),
        payload: Record | None = None,
        left_out: Iterable[FieldChange] = (),
    ) -> None:
        self._changes = tuple(changes)
        self._payload = payload or {}
        self.left_out = tuple(left_out)

    def as_payload(self) -> dict[str, Any]:
        """Return the smallest payload for an update that makes the old row equal to the new one.

        - Objects have only the fields that differ, and their ``id``, if they have one.
        - Lists named ``params`` have only the parameters that differ, since Connect merges them by
          id: a parameter that the new row lacks is left as it is.
        - Other lists are whole, since Connect replaces them.
        - A field that the new row lacks is ``None``.
        - ``id``, ``events``, ``created`` and ``updated`` of the row itself are left out.
        """
        return deepcopy(self._payload)

    def __iter__(self) -> Iterator[FieldChange]:
        """Yield the changes, in the order of the new row."""
        return iter(self._changes)

    def __len__(self) -> int:
        """Return the number of changes."""
        return len(self._changes)

    def __repr__(self) -> str:
        """Return the table, at most 60 changes."""
        return text_table(self._changes) if self else "<Difference: none>"

    def _repr_html_(self) -> str:
        return html_table(self._changes) if self else "<p>No difference</p>"


def diff(
    old: Mapping[str, Any], new: Mapping[str, Any], *, ignore: Collection[str] = ()
) -> Difference:
    """Compare two rows.

    Two values are equal if they mean the same to Connect:

    - ``None`` and a missing field;
    - a number and a text with the same decimal, such as ``10.0`` and ``"10.00"``; two texts are
      equal only character by character;
    - the same instant with different offsets;
    - a reference by ``id`` alone and the object with that id;
    - lists of objects with ids in a different order.

    Args:
        old: The old row, a dictionary as the client returns it.
        new: The new row.
        ignore: Names of fields to leave out, with dots for nested ones: ``["events", "stats"]``.

    Returns:
        The difference: a table in terminals and notebooks, falsy if the rows are equal.

    Raises:
        TypeError: If a row is not a dictionary or has a name that is no text, or ``ignore`` is no
            list of names.

    Examples:
        >>> import cnct
        >>> old = {"name": "Backup", "params": [{"id": "seats", "value": "5"}], "price": "10.00"}
        >>> new = {"name": "Backup", "params": [{"id": "seats", "value": "7"}], "price": 10}
        >>> cnct.diff(old, new)
        path                  old   new
        -------------------------------
        params[seats].value   '5'   '7'
        >>> cnct.diff(old, new).as_payload()
        {'params': [{'id': 'seats', 'value': '7'}]}
    """
    for name, row in (("old", old), ("new", new)):
        _check_row(name, row)
        check_names(row, name)
    _check_ignored(ignore)
    comparison = _Comparison(is_partial=False)
    payload = comparison.object(old, new, "", AllFieldsBut(ignore), SERVER_MADE)
    return Difference(comparison.changes, payload)


def changes_of(
    payload: Mapping[str, Any], row: Mapping[str, Any], fields: Fields | None = None
) -> Difference:
    """Return the changes that an update with a payload would make to a row; falsy if none.

    Compared as by `diff`, but only the fields that the payload has: others stay as they are. So do
    parameters (lists named ``params``) that the payload does not have; of other lists, the payload
    must have all elements.

    Args:
        payload: The payload of an update.
        row: The resource as read.
        fields: The fields that a write can set, by default all but ``id``, ``events``, ``created``
            and ``updated`` of the resource itself. Others are left out; see ``left_out`` of the
            difference.

    Raises:
        TypeError: If an argument is not a dictionary.
    """
    _check_row("payload", payload)
    _check_row("row", row)
    comparison = _Comparison(is_partial=True)
    changed = comparison.object(row, payload, "", fields or WRITABLE)
    return Difference(comparison.changes, changed, comparison.left_out)


def writable_payload(payload: Object, fields: Fields, kept: Collection[str] = ()) -> Record:
    """Return a payload without the fields that no write sets.

    Args:
        payload: The payload.
        fields: The fields that a write sets.
        kept: Names of further fields that stay.
    """
    parts = ((name, fields.below(name)) for name in payload)
    return {
        name: _writable(payload[name], below or ALL)
        for name, below in parts
        if below is not None or name in kept
    }


def moved_fields(before: Mapping[str, Any], now: Mapping[str, Any]) -> Difference:
    """Return the fields of a row that differ now; its payload is empty.

    Compared as by `diff`, but only the fields that the row had: the row of a list can have fewer
    than the resource.

    Args:
        before: The row as read before.
        now: The resource as it is now.
    """
    comparison = _Comparison(is_partial=True, merged="")
    comparison.object(now, before, "", ALL)
    return Difference(
        change._replace(old=change.new, new=change.old) for change in comparison.changes
    )


class _Comparison:
    """Collects the changes between two rows.

    Args:
        is_partial: Whether the new one is a payload: the fields that it lacks stay as they are.
        merged: Name of the lists whose elements are merged by id.
    """

    def __init__(self, *, is_partial: bool, merged: str = _MERGED) -> None:
        self.changes: list[FieldChange] = []
        self.left_out: list[FieldChange] = []
        self._is_partial = is_partial
        self._merged = merged
        self._depth = 0
        self._is_hidden = False

    def object(
        self,
        old: Object,
        new: Object,
        prefix: str,
        fields: Fields,
        unsent: frozenset[str] = frozenset(),
    ) -> Record:
        """Compare two objects, and return a payload of the fields that differ."""
        payload: Record = {}
        removed = () if self._is_partial else old.keys() - new.keys()
        for name in [*new, *(name for name in old if name in removed)]:
            before, after, path = old.get(name), new.get(name), f"{prefix}{name}"
            below = fields.below(name)
            if below is None:
                if self._is_partial and self._differ(before, after):
                    self.left_out.append(FieldChange(path, before, after))
                continue
            value = self._value(before, after, path, below)
            if value is not _NOTHING and name not in unsent:
                payload[name] = value
        return payload

    def _value(self, old: Any, new: Any, path: str, fields: Fields) -> Any:
        """Compare two values, and return the new one for a payload, or ``_NOTHING``."""
        self._depth += 1
        try:
            if self._depth <= _DEEPEST:
                if is_object(old) and is_object(new):
                    return self._nested(old, new, path, fields)
                if is_array(old) and is_array(new):
                    return self._list(old, new, path, fields)
            if equal_values(old, new):
                return _NOTHING
            self._add(path, old, new)
            return _writable(new, fields)
        finally:
            self._depth -= 1

    def _nested(self, old: Object, new: Object, path: str, fields: Fields) -> Any:
        one, other = old.get("id"), new.get("id")
        is_another = other is not None and not equal_values(one, other)
        if self._is_reference(old, new):
            old, new_id = {"id": one}, {"id": other}
            is_changed = bool(self.object(old, new_id, f"{path}.", fields))
            return _writable(new, fields) if is_changed else _NOTHING
        payload = self.object(old, new, f"{path}.", fields)
        if not payload:
            return _NOTHING
        if is_another:
            return _writable(new, fields)
        if other is not None and fields.below("id") is not None:
            return {"id": other, **payload}
        return payload

    def _is_reference(self, old: Object, new: Object) -> bool:
        """Return whether one of two objects is a reference by id alone.

        A payload is not compared with a reference: its further fields are to be sent.
        """
        if old.get("id") is None or new.get("id") is None:
            return False
        return len(new) == 1 or (len(old) == 1 and not self._is_partial)

    def _list(self, old: Any, new: Any, path: str, fields: Fields) -> Any:
        olds, news = _by_id(old), _by_id(new)
        if olds is None or news is None:
            return self._whole_list(old, new, path, fields)
        merges = path.rpartition(".")[2] == self._merged
        count = len(self.changes)
        sent: list[Any] = []
        for key, element in news.items():
            place = f"{path}[{key}]"
            if key not in olds:
                self._add(place, None, element)
                sent.append(_writable(element, fields))
            elif merges or not self._is_reference(olds[key], element):
                payload = self._element(olds[key], element, f"{place}.", fields)
                sent += [{"id": element["id"], **payload}] if payload else []
        if not (merges and self._is_partial):
            for key in [key for key in olds if key not in news]:
                self._add(f"{path}[{key}]", olds[key], None)
        if len(self.changes) == count or (merges and not sent):
            return _NOTHING
        return sent if merges else _writable(new, fields)

    def _whole_list(self, old: Any, new: Any, path: str, fields: Fields) -> Any:
        pairs = zip(old, new, strict=False)
        if len(old) == len(new) and not any(self._differ(*pair, fields) for pair in pairs):
            return _NOTHING
        self._add(path, old, new)
        return _writable(new, fields)

    def _element(self, old: Object, new: Object, prefix: str, fields: Fields) -> Record:
        """Compare two objects of a list; the values of a password are hidden."""
        is_outer = self._is_hidden
        self._is_hidden = is_outer or is_secret(old) or is_secret(new)
        payload = self.object(old, new, prefix, fields)
        self._is_hidden = is_outer
        return payload

    def _add(self, path: str, old: Any, new: Any) -> None:
        old, new = hidden(old, self._is_hidden), hidden(new, self._is_hidden)
        self.changes.append(FieldChange(path, old, new))

    def _differ(self, old: Any, new: Any, fields: Fields = ALL) -> bool:
        """Return whether two values differ, without collecting the changes."""
        inner = _Comparison(is_partial=self._is_partial, merged=self._merged)
        inner._depth = self._depth
        inner._value(old, new, "", fields)
        return bool(inner.changes)


def _by_id(elements: Iterable[Any]) -> dict[str, Object] | None:
    """Return the objects of a list by id; ``None`` if one has no id, or two have the same."""
    by_id: dict[str, Object] = {}
    for element in elements:
        key = element.get("id") if is_object(element) else None
        if not isinstance(key, str | int) or str(key) in by_id:
            return None
        by_id[str(key)] = element
    return by_id


def _writable(value: Any, fields: Fields) -> Any:
    """Return a value without the fields that are left out; ids within lists and references stay."""
    if is_array(value):
        return [_writable(element, fields) for element in value]
    if not is_object(value) or fields is ALL:
        return value
    parts = ((name, fields.below(name)) for name in value)
    return {
        name: _writable(value[name], below or ALL)
        for name, below in parts
        if below is not None or name == "id"
    }


def _check_row(name: str, value: Any) -> None:
    if not is_object(value):
        raise TypeError(
            f"{name} must be a row: a dictionary, such as {_EXAMPLE}, not {type(value).__name__}"
        )


def _check_ignored(ignore: Any) -> None:
    if isinstance(ignore, str):
        raise TypeError(f"ignore must be a list of names, not a text: write [{ignore!r}]")
    names: list[Any] = [*ignore] if isinstance(ignore, Collection) else [None]
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"ignore must be a list of names, such as ['events'], not {ignore!r}")


_EXAMPLE = "client.products['PRD-1'].get()"
