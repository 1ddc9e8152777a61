"""Creates a resource unless there is one with the same key. Decides without I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cnct.client._core.urls import segment
from cnct.client.base_client import BaseClient
from cnct.client.checking import warn_of_left_out
from cnct.client.saving.steps import Saving, exchange, search
from cnct.client.saving.updating import Update, Updated, check_payload, known_fields
from cnct.client.saving.upserted import Upserted
from cnct.exceptions import ClientError
from cnct.openapi.shapes import Object, Record, as_object, is_array, is_object
from cnct.rows.differences import Difference, changes_of, writable_payload
from cnct.rows.documented_rows import create_fields
from cnct.rows.equal_values import equal_values
from cnct.rows.keyed import name_hint, value_at
from cnct.rql import R

_SCALARS = (str, int, float, Decimal, date)
_MAY_EXIST = frozenset({400, 409, 422})
"""Statuses of a create after which another program may have created the resource."""


class Upsert:
    """A create of a resource that is missing.

    Args:
        client: The client.
        path: Path of the collection.
        by: Names of the fields that identify the resource, or a dictionary of fields and values.
        payload: The payload of the create.
        kwargs: See `ConnectClient.execute`.
        name: Name of the payload's argument.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If a field of ``by`` is missing or has no value.
    """

    def __init__(
        self,
        client: BaseClient[Any, Any, Any],
        path: str,
        by: Any,
        payload: Any,
        kwargs: Mapping[str, Any],
        name: str,
    ) -> None:
        check_payload(name, payload, kwargs)
        self._client = client
        self._path = path
        self._kwargs = kwargs
        self._key = _key_of(by, payload, name)
        self._payload = _with_key(self._key, payload, name)

    def _where(self) -> R:
        """Return the condition that finds the resource."""
        where = R()
        for field, value in self._key.items():
            where &= R().n(field).eq(value)
        return where

    def get_or_create(self) -> Saving[Upserted[Any]]:
        """Yield the steps, and return the resource."""
        match = yield from self._match()
        return Upserted(match.row, match.is_created)

    def update_or_create(self) -> Saving[Upserted[Any]]:
        """Yield the steps, and return the resource with all fields of the payload."""
        match = yield from self._match()
        if match.is_response:
            return Upserted(match.row, match.is_created)
        updated = yield from self._update(match.row)
        return Upserted(updated.row, match.is_created, updated.difference)

    def _match(self) -> Saving[_Match]:
        """Find the resource, or create it."""
        row = yield from self._find()
        if row is not None:
            return _Match(row)
        kwargs = {**self._kwargs, "json": self._created_payload()}
        try:
            answer = yield from exchange(self._client, "POST", self._path, kwargs)
        except ClientError as error:
            if not (error.may_be_done or error.status_code in _MAY_EXIST):
                raise
            row = yield from self._find()
            if row is None:
                raise
            return _Match(row, is_created=error.may_be_done)
        if answer.value is not None:
            return _Match(answer.value, is_created=True, is_response=True)
        row = yield from self._find()
        if row is None:
            raise ClientError(
                f"{self._path}?{self._where()} has no resource after its create, which the server "
                "confirmed without the resource: search for it later"
            )
        return _Match(row, is_created=True)

    def _created_payload(self) -> Record:
        """Return the payload of a create, without the fields that only the server sets.

        The fields of the key stay, also those that the document does not have in the payload.

        Raises:
            ValueError: If the key is the id, and the server chooses the ids of resources.
        """
        specs = self._client._specs
        fields = create_fields(specs, self._path) if specs else None
        if fields is None:
            return self._payload
        if "id" in self._key and fields.below("id") is None:
            raise ValueError(
                f"{self._path} has no resource with the id {self._key['id']!r}, and the server "
                "chooses the ids of new ones: name another field in by="
            )
        kept = {name.partition(".")[0] for name in self._key}
        payload = writable_payload(self._payload, fields, kept)
        left_out = [name for name in self._payload if name not in payload]
        warn_of_left_out(self._client._policy, f"POST {self._path}", left_out)
        return payload

    def _find(self) -> Saving[Any]:
        row = yield from search(self._client, self._path, self._where(), self._kwargs)
        if row is not None:
            self._check_match(row)
        return row

    def _check_match(self, row: Object) -> None:
        """Refuse a resource that does not match, as of a server that ignores the filter."""
        documented = self._client._fields_at(self._path)
        for field, value in self._key.items():
            own = value_at(row, field, _MISSING)
            is_comparable = own is None or isinstance(own, _SCALARS)
            if is_comparable and _are_alike(own, value):
                continue
            if is_comparable or field not in documented:
                text = f"{field}={own!r}" if is_comparable else f"no {field} to compare"
                raise ClientError(
                    f"{self._path}?{self._where()} returned {row.get('id')}, with {text}: the "
                    "server does not filter by this field exactly. Choose another field for by"
                )

    def _update(self, row: Object) -> Saving[Updated]:
        resource_id = row.get("id")
        if not isinstance(resource_id, str | int):
            raise ClientError(
                f"{self._path} has the resource, but without an id to update: write "
                ".filter(...).one() and the update of your own"
            )
        path = f"{self._path}/{segment(resource_id)}"
        payload = {name: value for name, value in self._payload.items() if name != "id"}
        if not changes_of(payload, row, known_fields(self._client, path)):
            return Updated(row, Difference())
        update = Update(self._client, path, payload, self._kwargs, changed_only=True)
        return (yield from update.steps())


class _Match(NamedTuple):
    """A resource that was found or created.

    Attributes:
        row: The resource.
        is_created: Whether the call created the resource.
        is_response: Whether the row is the response to the create.
    """

    row: Any
    is_created: bool = False
    is_response: bool = False


def _key_of(by: Any, payload: Object, name: str) -> Record:
    """Return the values of the identifying fields, by dotted name."""
    key: Record
    if is_object(by):
        key = {**by}
    else:
        fields = [by] if isinstance(by, str) else by
        if not is_array(fields):
            raise TypeError(
                "by must be the name of a field, a list of names, or a dictionary of fields and "
                f"values, not {type(by).__name__}"
            )
        key = {field: _required(payload, field, name) for field in fields}
    if not key:
        raise ValueError(f"by names no field: {_EXAMPLE}")
    for field, value in key.items():
        _check_value(field, value)
    return key


def _required(payload: Object, field: Any, name: str) -> Any:
    _check_name(field)
    value = value_at(payload, field, _MISSING)
    if value is _MISSING:
        raise ValueError(
            f"{name} has no {field!r}, by which the resource is found: add it, or pass "
            f"by={{{field!r}: value}}.{name_hint(field, payload)}"
        )
    return value


def _check_name(field: Any) -> None:
    if not isinstance(field, str):
        raise TypeError(f"by must name fields by text, not {type(field).__name__}")
    if not all(field.split(".")):
        raise ValueError(f"by names the field {field!r}, in which a part is empty: {_EXAMPLE}")
    if "__" in field:
        raise ValueError(f"by names the field {field!r}: write {field.replace('__', '.')!r}")


def _check_value(field: Any, value: Any) -> None:
    _check_name(field)
    if value is None or value == "":
        raise ValueError(
            f"{field} of by is {value!r}, which does not identify a resource: give it a value, or "
            "choose another field"
        )
    if not isinstance(value, _SCALARS):
        kind = type(value).__name__
        remedy = f": write {f'{field}.id'!r}" if is_object(value) else ""
        raise TypeError(f"{field} of by must be a text, a number or a date, not {kind}{remedy}")


def _with_key(key: Object, payload: Object, name: str) -> Record:
    """Return the payload with the identifying fields.

    Raises:
        ValueError: If the payload has another value for one of them.
    """
    whole: Record = {**payload}
    for field, value in key.items():
        own = value_at(payload, field, _MISSING)
        if own is _MISSING:
            _set(whole, field.split("."), value)
        elif not _are_alike(own, value):
            raise ValueError(f"by has {field}={value!r}, but {name} has {own!r}: leave one out")
    return whole


def _set(target: Record, names: Sequence[str], value: Any) -> None:
    """Set a nested field; objects on the way are copied."""
    first, *rest = names
    if rest:
        target[first] = {**as_object(target.get(first))}
        _set(target[first], rest, value)
    else:
        target[first] = value


def _are_alike(one: Any, other: Any) -> bool:
    """Return whether a server can take two values for the same key: ``7`` and ``"7"``."""
    return equal_values(one, other) or str(one) == str(other)


_MISSING = object()
_EXAMPLE = "write by='external_id'"
