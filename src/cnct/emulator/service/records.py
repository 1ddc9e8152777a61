"""The records of a service and what can be done to them. Knows no HTTP, and no payload rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from cnct.emulator.api import PARAM, Api
from cnct.emulator.inventing import ids
from cnct.emulator.inventing.inventor import Inventor
from cnct.emulator.service import api_errors
from cnct.emulator.service.states import act, begin
from cnct.openapi.shapes import Record, as_record, is_record
from cnct.store import Storage, Table

_INVENTED = "invented"  # noted once of a database whose records are invented when they are needed
_READ_ONLY = frozenset({"events", "created", "updated"})
_VALUE = "value"  # the id of a document of its own


class Records:
    """Finds, makes and changes records; invents those that nobody has looked at yet.

    Args:
        api: What the document says.
        storage: Where the records are.
        inventor: Invents them.
        now: Tells the time.
    """

    def __init__(
        self, api: Api, storage: Storage, inventor: Inventor, now: Callable[[], datetime]
    ) -> None:
        """Keep the parts."""
        self._api = api
        self._inventor = inventor
        self._now = now
        self.storage = storage

    def invent_when_needed(self) -> None:
        """Let collections have invented records from now on, in this database."""
        self.storage.note(_INVENTED)

    def parent(self, collection: Table, path_ids: tuple[str, ...]) -> str:
        """Return what a collection is stored under, filled if its time has come.

        Raises:
            ApiError: If a record above it does not exist.
        """
        self.check_above(collection.key, path_ids)
        self.look_at(collection, path_ids)
        return "/".join(path_ids)

    def look_at(self, collection: Table, path_ids: tuple[str, ...]) -> None:
        """Invent the records of a collection if that is left until they are needed."""
        if collection.key in self._api.tables and self.storage.noted(_INVENTED):
            self.fill(collection, path_ids)

    def fill(self, collection: Table, path_ids: tuple[str, ...]) -> None:
        """Invent the records of a collection, once."""
        place = (collection.key, "/".join(path_ids))
        if self.storage.noted(*place):
            return
        with self.storage.transaction():
            self.add(collection, path_ids, self._inventor.records(collection, path_ids))
            self.storage.note(*place)

    def check_above(self, key: str, path_ids: tuple[str, ...]) -> Record | None:
        """Look up the nearest record above a path.

        Raises:
            ApiError: If it does not exist.
        """
        parts = key.split("/")
        places = [index for index, part in enumerate(parts) if PARAM in part][: len(path_ids)]
        for number, index in reversed([*enumerate(places)]):
            above = self._api.tables.get("/".join(parts[:index]))
            if above is not None:
                return self.get(above, path_ids[: number + 1])
        return None

    def get(self, collection: Table, path_ids: tuple[str, ...]) -> Record:
        """Return a record by the ids of its path, its own last.

        Raises:
            ApiError: If there is none.
        """
        parent = self.parent(collection, path_ids[:-1])
        found = self.storage.get(collection, parent, path_ids[-1])
        if found is None:
            found = self._unlisted(collection, path_ids)
        return found

    def _unlisted(self, collection: Table, path_ids: tuple[str, ...]) -> Record:
        """Invent what nobody can have learned the id of, since no list has it."""
        if self._api.lists(collection) or not self.storage.noted(_INVENTED):
            raise api_errors.not_found()
        record = next(self._inventor.records(collection, path_ids[:-1]))
        if collection.identifier in collection.properties:
            record[collection.identifier] = path_ids[-1]
            self.add(collection, path_ids[:-1], [record])
        return record

    def add(self, collection: Table, path_ids: tuple[str, ...], records: Iterable[Record]) -> None:
        """Add records as they are, all or none."""
        self.storage.insert(collection, "/".join(path_ids), records)

    def create(
        self, collection: Table, path_ids: tuple[str, ...], payloads: Iterable[Record]
    ) -> list[Record]:
        """Make records, all or none.

        Args:
            collection: Where.
            path_ids: Ids above them.
            payloads: What was sent of each.

        Raises:
            ApiError: If an id that was sent is taken.
        """
        parent = self.parent(collection, path_ids)
        made: list[Record] = []
        with self.storage.transaction():
            for payload in payloads:
                record = self._new(collection, path_ids, payload)
                if self.storage.get(collection, parent, collection.id_of(record)):
                    raise api_errors.invalid(f"{collection.identifier}: already exists.")
                self.storage.insert(collection, parent, [record])
                made.append(record)
        return made

    def _new(self, collection: Table, path_ids: tuple[str, ...], payload: Record) -> Record:
        parent = "/".join(path_ids)

        def candidate(number: int) -> str:
            if collection.name == "items" and path_ids:
                return ids.nested(path_ids[-1], number)
            return ids.formatted(collection.name, number)

        def exists(key: str) -> bool:
            return self.storage.get(collection, parent, key) is not None

        record: Record = {}
        if collection.identifier == "id" and "id" not in payload:
            count = self.storage.count(collection, parent)
            record["id"] = ids.free(candidate, count + 1, exists)
        record |= {name: value for name, value in payload.items() if name not in _READ_ONLY}
        begin(collection.name, record)
        self._stamp(collection, record, "created", "updated")
        return as_record(self._inventor.completed(collection.row, record, collection, path_ids))

    def update(
        self, collection: Table, path_ids: tuple[str, ...], changes: Mapping[str, Any]
    ) -> Record:
        """Change a record; objects are merged property by property.

        Raises:
            ApiError: If there is none.
        """
        with self.storage.transaction():
            stored = self.get(collection, path_ids)
            kept = {name: changes[name] for name in changes if name not in _READ_ONLY}
            after = merged(stored, kept)
            changed = self._inventor.completed(
                {**collection.row, "required": []},
                {name: after[name] for name in kept},
                collection,
                path_ids[:-1],
            )
            record = stored | as_record(changed)
            own = collection.identifier.partition(".")[0]
            record[own] = stored.get(own)
            self._stamp(collection, record, "updated")
            self._store(collection, path_ids, record)
        return record

    def update_only(
        self, collection: Table, path_ids: tuple[str, ...], changes: Mapping[str, Any]
    ) -> Record:
        """Set the only record of a collection whose records have no ids."""
        parent = self.parent(collection, path_ids)
        with self.storage.transaction():
            record = merged(as_record(self.storage.first(collection, parent)), changes)
            self.storage.clear(collection, parent)
            self.storage.insert(collection, parent, [record])
        return record

    def act(
        self, collection: Table, path_ids: tuple[str, ...], action: str, payload: Any
    ) -> Record:
        """Let an action happen to a record, and what follows from it.

        Raises:
            ApiError: If there is no such record, or the action does not fit it.
        """
        with self.storage.transaction():
            record = self.get(collection, path_ids)
            changed = act(collection.name, action, record, payload)
            if changed != record:
                self._stamp(collection, changed, "updated")
                self._store(collection, path_ids, changed)
                self._follow(collection, changed)
        return changed

    def delete(self, collection: Table, path_ids: tuple[str, ...]) -> Record:
        """Remove a record, and return what it was.

        Raises:
            ApiError: If there is none.
        """
        with self.storage.transaction():
            record = self.get(collection, path_ids)
            self.storage.delete(collection, "/".join(path_ids[:-1]), path_ids[-1])
        return record

    def above(self, collection: Table, path_ids: tuple[str, ...]) -> Record | None:
        """Return the record that a path is below."""
        return self.check_above(collection.key, path_ids)

    def value(self, collection: Table, path_ids: tuple[str, ...]) -> Any:
        """Return a document of its own as it was last set, if it was."""
        self.check_above(collection.key, path_ids)
        found = self.storage.get(collection, "/".join(path_ids), _VALUE)
        return None if found is None else found[_VALUE]

    def set_value(self, collection: Table, path_ids: tuple[str, ...], value: Any) -> Any:
        """Set a document of its own; objects are merged property by property."""
        with self.storage.transaction():
            before = self.value(collection, path_ids)
            after = merged(before, value) if is_record(before) and is_record(value) else value
            self.remove_value(collection, path_ids)
            row = {"id": _VALUE, _VALUE: after}
            self.storage.insert(collection, "/".join(path_ids), [row])
        return after

    def remove_value(self, collection: Table, path_ids: tuple[str, ...]) -> None:
        """Forget what a document of its own was set to."""
        self.check_above(collection.key, path_ids)
        self.storage.delete(collection, "/".join(path_ids), _VALUE)

    def change_rows(self, collection: Table, path_ids: tuple[str, ...], number: int) -> None:
        """Insert copies of a list's first row, or with a negative number delete its first."""
        parent = self.parent(collection, path_ids)
        for _ in range(abs(number)):
            first = self.storage.first(collection, parent)
            if first is None:
                return
            if number < 0:
                self.storage.delete(collection, parent, collection.id_of(first))
            else:
                copy = {name: value for name, value in first.items() if name != "id"}
                self.create(collection, path_ids, [copy])

    def _store(self, collection: Table, path_ids: tuple[str, ...], record: Record) -> None:
        self.storage.replace(collection, "/".join(path_ids[:-1]), path_ids[-1], record)

    def _follow(self, collection: Table, request: Record) -> None:
        """Activate the subscription whose purchase was approved."""
        if collection.name != "requests" or request.get("status") != "approved":
            return
        asset_id = str(as_record(request.get("asset")).get("id"))
        for key in ("subscriptions/assets", "assets"):
            assets = self._api.tables.get(key)
            asset = self.storage.get(assets, self.parent(assets, ()), asset_id) if assets else None
            if assets and asset:
                self._store(assets, (asset_id,), {**asset, "status": "active"})

    def _stamp(self, collection: Table, record: Record, *moments: str) -> None:
        """Note when a record was created or updated, in the form that its schema has."""
        now = self._now().strftime("%Y-%m-%dT%H:%M:%S+00:00")
        for moment in moments:
            if "events" in collection.properties:
                record["events"] = {**as_record(record.get("events")), moment: {"at": now}}
            elif moment in collection.properties:
                record[moment] = now


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Record:
    """Merge objects property by property; anything else is replaced."""
    result = dict(old)
    for name, value in new.items():
        before = result.get(name)
        if is_record(before) and is_record(value):
            result[name] = merged(before, value)
        else:
            result[name] = value
    return result
