"""Finds, creates and changes the records of the service. Knows no HTTP and no payload rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from cnct.emulator.api import Api
from cnct.emulator.inventing import ids
from cnct.emulator.inventing.inventor import Inventor
from cnct.emulator.inventing.moments import timestamp
from cnct.emulator.inventing.worlds import Source, is_supplied, note_supplied
from cnct.emulator.service import api_errors
from cnct.emulator.service.states import act, begin
from cnct.emulator.service.usage_files import FILES, UsageFiles
from cnct.openapi.row_schemas import PARAM
from cnct.openapi.shapes import Record, as_record, is_list, is_record
from cnct.store import Storage, Table

_INVENTED = "invented"  # stored if the database's records are invented on demand
_READ_ONLY = frozenset({"events", "created", "updated"})
_VALUE = "value"  # id and property of the only record of a value


class Records:
    """The records of the service.

    Args:
        api: The document.
        storage: The database of the records.
        inventor: Invents records on demand.
        now: Returns the time.
        source: Returns the records to invent for a table; by default, the inventor's.
    """

    def __init__(
        self,
        api: Api,
        storage: Storage,
        inventor: Inventor,
        now: Callable[[], datetime],
        source: Source | None = None,
    ) -> None:
        self._api = api
        self._inventor = inventor
        self._now = now
        self._source = source or inventor.records
        self._usage_files = UsageFiles(self, api.tables)
        self.storage = storage

    def invent_when_needed(self) -> None:
        """Mark this database: tables are filled on demand from now on."""
        self.storage.note(_INVENTED)

    @property
    def are_invented(self) -> bool:
        """Whether tables are filled on demand, in this database."""
        return self.storage.noted(_INVENTED)

    def parent(self, table: Table, path_ids: tuple[str, ...]) -> str:
        """Fill the table of a path, and return the parent under which its rows are stored.

        Raises:
            ApiError: If a record above does not exist.
        """
        self.check_above(table.key, path_ids)
        self.fill_on_demand(table, path_ids)
        return "/".join(path_ids)

    def fill_on_demand(self, table: Table, path_ids: tuple[str, ...]) -> None:
        """Invent the records of a table if this database is filled on demand."""
        if table.key not in self._api.tables or not self.are_invented:
            return
        if not is_supplied(self.storage, table, "/".join(path_ids)):
            self.fill(table, path_ids)

    def supply(self, table: Table, path_ids: tuple[str, ...], records: Iterable[Record]) -> None:
        """Add the records of a table, where no others are invented on demand."""
        self.add(table, path_ids, records)
        note_supplied(self.storage, table, "/".join(path_ids))

    def fill(self, table: Table, path_ids: tuple[str, ...]) -> None:
        """Invent the records of a table, once."""
        place = (table.key, "/".join(path_ids))
        if self.storage.noted(*place):
            return
        with self.storage.transaction():
            # Another thread may have been faster.
            missing = () if self.storage.noted(*place) else self._source(table, path_ids)
            self.add(table, path_ids, missing)
            self.storage.note(*place)

    def check_above(self, key: str, path_ids: tuple[str, ...]) -> Record | None:
        """Return the nearest record above a path; ``None`` for a path at the top.

        Raises:
            ApiError: If the record does not exist.
        """
        parts = key.split("/")
        indexes = [index for index, part in enumerate(parts) if PARAM in part][: len(path_ids)]
        for number, index in reversed([*enumerate(indexes)]):
            above = self._api.tables.get("/".join(parts[:index]))
            if above is not None:
                return self.get(above, path_ids[: number + 1])
        return None

    def get(self, table: Table, path_ids: tuple[str, ...]) -> Record:
        """Return a record by the ids of the path, the record's own id last.

        Raises:
            ApiError: If the record does not exist.
        """
        parent = self.parent(table, path_ids[:-1])
        record = self.storage.get(table, parent, path_ids[-1])
        return self._unlisted(table, path_ids) if record is None else record

    def _unlisted(self, table: Table, path_ids: tuple[str, ...]) -> Record:
        """Create a record on first access, where its table cannot be listed."""
        if self._api.lists(table) or not self.are_invented:
            raise api_errors.not_found()
        record = next(self._inventor.records(table, path_ids[:-1]))
        if table.identifier in table.properties:
            record[table.identifier] = path_ids[-1]
            self.add(table, path_ids[:-1], [record])
        return record

    def add(self, table: Table, path_ids: tuple[str, ...], records: Iterable[Record]) -> None:
        """Add records unchanged, all or none."""
        self.storage.insert(table, "/".join(path_ids), records)

    def put(self, table: Table, path_ids: tuple[str, ...], record: Record) -> None:
        """Store a record in place of the one with its id, unchanged."""
        self.storage.replace(table, "/".join(path_ids[:-1]), path_ids[-1], record)

    def create(
        self, table: Table, path_ids: tuple[str, ...], payloads: Iterable[Record]
    ) -> list[Record]:
        """Create records, all or none.

        Args:
            table: The table of the records.
            path_ids: Ids in the path of the table.
            payloads: Properties of each record.

        Raises:
            ApiError: If the id in a payload is taken.
        """
        parent = self.parent(table, path_ids)
        records: list[Record] = []
        with self.storage.transaction():
            for payload in payloads:
                self._usage_files.check_new(table, payload)
                record = self._new(table, path_ids, payload)
                if self.storage.get(table, parent, table.id_of(record)):
                    raise api_errors.invalid(f"{table.identifier}: already exists.")
                self.storage.insert(table, parent, [record])
                records.append(record)
        return records

    def _new(self, table: Table, path_ids: tuple[str, ...], payload: Record) -> Record:
        parent = "/".join(path_ids)

        def candidate(number: int) -> str:
            if table.name == "items" and path_ids:
                return ids.nested(path_ids[-1], number)
            return ids.formatted(table.name, number)

        def exists(key: str) -> bool:
            return self.storage.get(table, parent, key) is not None

        record: Record = {}
        if table.identifier == "id" and "id" not in payload:
            count = self.storage.count(table, parent)
            record["id"] = ids.free(candidate, count + 1, exists)
        record |= {name: value for name, value in payload.items() if name not in _READ_ONLY}
        begin(table.name, record)
        self._stamp(table, record, "created", "updated")
        return as_record(self._inventor.completed(table.row, record, table, path_ids))

    def update(self, table: Table, path_ids: tuple[str, ...], changes: Mapping[str, Any]) -> Record:
        """Change a record; objects are merged property by property.

        Raises:
            ApiError: If the record does not exist.
        """
        with self.storage.transaction():
            stored = self.get(table, path_ids)
            writable = {name: changes[name] for name in changes if name not in _READ_ONLY}
            after = merged(stored, writable)
            changed = self._inventor.completed(
                {**table.row, "required": []},
                {name: after[name] for name in writable},
                table,
                path_ids[:-1],
            )
            record = stored | as_record(changed)
            own = table.identifier.partition(".")[0]
            record[own] = stored.get(own)
            self._stamp(table, record, "updated")
            self.put(table, path_ids, record)
        return record

    def update_only(
        self, table: Table, path_ids: tuple[str, ...], changes: Mapping[str, Any]
    ) -> Record:
        """Change the only record of a table whose records have no ids."""
        parent = self.parent(table, path_ids)
        with self.storage.transaction():
            record = merged(as_record(self.storage.first(table, parent)), changes)
            self.storage.clear(table, parent)
            self.storage.insert(table, parent, [record])
        return record

    def act(self, table: Table, path_ids: tuple[str, ...], action: str, payload: Any) -> Record:
        """Apply an action to a record, and to the records that depend on it.

        Raises:
            ApiError: If the record does not exist, or its status does not allow the action.
        """
        with self.storage.transaction():
            if table.key == FILES and action == "upload":
                return self._usage_files.upload(path_ids[-1], payload)
            record = self.get(table, path_ids)
            changed = act(table.name, action, record, payload)
            if changed != record:
                self._stamp(table, changed, "updated")
                self.put(table, path_ids, changed)
                self._follow(table, changed)
                self._usage_files.follow(table, changed, action)
        return changed

    def delete(self, table: Table, path_ids: tuple[str, ...]) -> Record:
        """Remove a record, and return it.

        Raises:
            ApiError: If the record does not exist.
        """
        with self.storage.transaction():
            record = self.get(table, path_ids)
            self.storage.delete(table, "/".join(path_ids[:-1]), path_ids[-1])
        return record

    def above(self, table: Table, path_ids: tuple[str, ...]) -> Record | None:
        """Return the record above a path."""
        return self.check_above(table.key, path_ids)

    def value(self, table: Table, path_ids: tuple[str, ...]) -> Any:
        """Return the value of a path, such as settings; ``None`` if never set."""
        self.check_above(table.key, path_ids)
        template = self._usage_files.template(table, path_ids)
        if template is not None:
            return template
        row = self.storage.get(table, "/".join(path_ids), _VALUE)
        return None if row is None else row[_VALUE]

    def set_value(self, table: Table, path_ids: tuple[str, ...], value: Any) -> Any:
        """Set the value of a path; objects are merged property by property."""
        with self.storage.transaction():
            before = self.value(table, path_ids)
            after = merged(before, value) if is_record(before) and is_record(value) else value
            self.remove_value(table, path_ids)
            row = {"id": _VALUE, _VALUE: after}
            self.storage.insert(table, "/".join(path_ids), [row])
        return after

    def remove_value(self, table: Table, path_ids: tuple[str, ...]) -> None:
        """Remove the value of a path."""
        self.check_above(table.key, path_ids)
        self.storage.delete(table, "/".join(path_ids), _VALUE)

    def stamped(self, table: Table, record: Record, *moments: str) -> Record:
        """Return a record with the present time as the time of events."""
        self._stamp(table, record, *moments)
        return record

    def change_rows(self, table: Table, path_ids: tuple[str, ...], number: int) -> None:
        """Insert copies of a list's first row, or delete first rows if the number is negative."""
        parent = self.parent(table, path_ids)
        for _ in range(abs(number)):
            first = self.storage.first(table, parent)
            if first is None:
                return
            if number < 0:
                self.storage.delete(table, parent, table.id_of(first))
            else:
                copy = {name: value for name, value in first.items() if name != "id"}
                self.create(table, path_ids, [copy])

    def _follow(self, table: Table, request: Record) -> None:
        """Activate the subscription whose purchase was approved."""
        if table.name != "requests" or request.get("status") != "approved":
            return
        asset_id = str(as_record(request.get("asset")).get("id"))
        for key in ("subscriptions/assets", "assets"):
            assets = self._api.tables.get(key)
            asset = self.storage.get(assets, self.parent(assets, ()), asset_id) if assets else None
            if assets and asset:
                self.put(assets, (asset_id,), {**asset, "status": "active"})

    def _stamp(self, table: Table, record: Record, *moments: str) -> None:
        """Set the times of creation and update in the form of the record's schema."""
        now = timestamp(self._now())
        for moment in moments:
            if "events" in table.properties:
                record["events"] = {**as_record(record.get("events")), moment: {"at": now}}
            elif moment in table.properties:
                record[moment] = now


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Record:
    """Merge objects property by property, and parameters by id; anything else is replaced.

    A reference to another object replaces that object, whose name would be wrong.
    """
    result = dict(old)
    for name, value in new.items():
        before = result.get(name)
        if is_record(before) and is_record(value) and not _is_another(before, value):
            result[name] = merged(before, value)
        elif name == "params" and is_list(before) and is_list(value):
            result[name] = _merged_params(before, value)
        else:
            result[name] = value
    return result


def _is_another(old: Record, new: Record) -> bool:
    return old.get("id") is not None and new.get("id") not in (None, old["id"])


def _merged_params(before: list[Any], new: list[Any]) -> list[Any]:
    """Return a list of parameters after an update that names some of them by id."""
    entries = {as_record(entry).get("id"): entry for entry in before}
    for entry in new:
        name = as_record(entry).get("id")
        entries[name] = merged(as_record(entries.get(name)), as_record(entry))
    return [*entries.values()]
