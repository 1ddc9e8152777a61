"""Compares rows with the resources of a set, as these are read. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cnct.client._core.request_body import json_text
from cnct.client.work.outcomes import Id
from cnct.client.work.planned import PlannedChange
from cnct.exceptions import ChangedResourceError, NotOneError
from cnct.openapi.shapes import Object, Record, is_object
from cnct.rows.differences import Difference, changes_of
from cnct.rows.keyed import KeyedRows, RowKey
from cnct.rows.table_cells import cells_of, disarmed
from cnct.text import clean


class RowComparison:
    """Collects the changes that make a set of resources equal to rows.

    Args:
        key: The key.
        rows: The rows.
        place: Path of the collection, for messages.
        deletes: Whether resources that no row has are deleted.

    Attributes:
        create: Rows without a resource.
        update: Resources that differ from their rows.
        delete: Resources to delete.
        same: Resources that are equal to their rows.
        extra: Resources that no row has, and that stay.
        left_out: Paths of fields that differ, and that no write can set.
    """

    def __init__(self, key: RowKey, rows: KeyedRows, place: str, *, deletes: bool) -> None:
        self._key = key
        self._rows = rows.by_key
        documented = rows.documented
        self._create_fields = documented.create_fields if documented else None
        self._update_fields = documented.update_fields if documented else None
        self._place = place
        self._deletes = deletes
        self._ids: dict[str, Id] = {}  # of the resources with a row
        self._keys: dict[Id, str | None] = {}  # of all resources
        self.left_out: set[str] = set()
        self.create: list[PlannedChange] = []
        self.update: list[PlannedChange] = []
        self.delete: list[PlannedChange] = []
        self.same: list[PlannedChange] = []
        self.extra: list[PlannedChange] = []

    def add(self, resources: Iterable[Any]) -> None:
        """Compare a page of resources.

        Raises:
            NotOneError: If two resources have the key of one row.
            ChangedResourceError: If a resource is listed twice, with two keys.
            TypeError: If a key is neither text nor an int, or a value of a row has no JSON form.
            ValueError: If a resource has no id, or a value of a row cannot be sent.
        """
        for resource in resources:
            resource_id = resource.get("id") if is_object(resource) else None
            if not isinstance(resource_id, str | int):
                raise ValueError(  # noqa: TRY004 - of the server, not of the caller
                    f"The resources of {self._place} have no ids by which they can be changed"
                )
            key = self._key.of(resource, clean(f"{self._place} {resource_id}"))
            if self._is_repeated(key, resource_id, resource):
                continue
            if key is not None and key not in self._rows and disarmed(key) in self._rows:
                key = disarmed(key)
            row = None if key is None else self._rows.get(key)
            if key is None or row is None:
                self._add_extra(key, resource_id, resource)
            else:
                self._check_single(key, resource_id)
                self._add_matched(key, resource_id, resource, row)

    def _is_repeated(self, key: str | None, resource_id: Id, resource: Object) -> bool:
        """Return whether a resource was listed before: lists that move can list one twice."""
        if resource_id not in self._keys:
            self._keys[resource_id] = key
            return False
        first = self._keys[resource_id]
        if first == key:
            return True
        raise ChangedResourceError(
            clean(
                f"{self._place} lists {resource_id} twice, with the keys {first!r} and {key!r} "
                f"({self._key.text}): it changed while the list was read, so make the plan again. "
                "If that does not help, ids are not unique in this list, and sync() needs them"
            ),
            row=resource,
            difference=Difference(),
        )

    def _check_single(self, key: str, resource_id: Id) -> None:
        first = self._ids.get(key)
        if first is None:
            self._ids[key] = resource_id
            return
        raise NotOneError(
            clean(
                f"Two resources of {self._place} have the key {key!r} ({self._key.text}): {first} "
                f"and {resource_id}. Change or delete one of them, filter the set, or pass several "
                "fields as by="
            ),
            count=2,
        )

    def _add_matched(self, key: str, resource_id: Id, resource: Object, row: Record) -> None:
        row = cells_of(self._key.aligned(row, resource), resource)
        difference = changes_of(row, resource, self._update_fields)
        self._note(difference)
        if difference:
            self._payload(key, difference)
            text = _text(resource)
            change = PlannedChange("update", key, resource_id, row, text, self._update_fields)
            self.update.append(change)
        else:
            self.same.append(PlannedChange("same", key, resource_id))

    def _add_extra(self, key: str | None, resource_id: Id, resource: Object) -> None:
        if self._deletes and key is not None:
            change = PlannedChange("delete", key, resource_id, None, _text(resource))
            self.delete.append(change)
        else:
            self.extra.append(PlannedChange("extra", key or "", resource_id))

    def _note(self, difference: Difference) -> None:
        self.left_out.update(change.path.partition("[")[0] for change in difference.left_out)

    def finish(self) -> None:
        """Add the creates, for the rows without a resource, when all resources were added.

        Raises:
            ValueError: If no resource has a key, most likely since the list has no such field; if
                the payload of a row would not have the row's key, or cannot be sent.
            TypeError: If a value of a row has no JSON form.
        """
        keys = self._keys.values()
        if keys and self._key.fields and all(key is None for key in keys):
            raise ValueError(
                f"None of the {len(keys):,} resources of {self._place} has a value of "
                f"{self._key.text}: name another field as by=, or add a hidden one with select()"
            )
        rows = ((key, row) for key, row in self._rows.items() if key not in self._ids)
        self.create = [self._new(key, row) for key, row in rows]

    def _payload(self, key: str, difference: Difference) -> Record:
        """Return the payload of a change.

        Raises:
            TypeError: If a value of the row has no JSON form.
            ValueError: If a number of the row is infinite.
        """
        payload = difference.as_payload()
        try:
            json_text(payload)
        except (TypeError, ValueError) as error:
            raise type(error)(clean(f"The row with the key {key!r}: {error}")) from error
        return payload

    def _new(self, key: str, row: Record) -> PlannedChange:
        row = cells_of(row, {})
        change = PlannedChange("create", key, None, row, b"", self._create_fields)
        difference = change.difference
        self._note(difference)
        payload = self._payload(key, difference)
        if self._key.fields and self._key.of(payload, "") != key:
            raise ValueError(
                clean(
                    f"{self._place} has no resource with the key {key!r}, and a new one would not "
                    f"have this key, since a create cannot set {self._key.text}: leave the row "
                    "out, or name another field as by="
                )
            )
        return change


def _text(resource: Object) -> bytes:
    text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")  # halves of characters that were cut, as of emoji
