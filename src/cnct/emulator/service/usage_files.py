"""The way of usage files: refuses unfit new ones, reads uploaded workbooks, keeps their records.

Statuses are those of Connect's document and its page "Usage File & Record Statuses". The emulator
reads a workbook at once: the upload is answered with ``processing``, the next read with the result.
Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cnct.data.xlsx_reading import Cell, moment_of
from cnct.emulator.inventing import ids
from cnct.emulator.service import api_errors, media, sheets
from cnct.emulator.service.usage_rows import (
    CATEGORY_COLUMNS,
    COLUMNS,
    SHEETS,
    CheckedRow,
    Rules,
    UnfitWorkbookError,
    as_text,
    checked,
    find_asset,
    find_item,
    number_of,
)
from cnct.openapi.shapes import Record, as_record
from cnct.store import Table, read

if TYPE_CHECKING:
    from cnct.emulator.service.records import Records

FILES = "usage/files"
_RECORDS = "usage/records"
_CATEGORIES = "usage/files/{}/categories"
_TEMPLATE = "usage/products/{}/template"
_UPLOADABLE = ("draft", "invalid", "ready")
_STATUS_BY_ACTION = {"accept": "approved", "reject": "rejected", "close": "closed"}
_ACTIVE = "active"
_REFERENCES = {
    "item": ("id", "local_id", "name", "mpn", "precision", "type"),
    "asset": ("id", "external_id", "external_uid"),
}


class UsageFiles:
    """The usage files of the emulator.

    Args:
        records: The records of the service.
        tables: Its tables by key.
    """

    def __init__(self, records: Records, tables: Mapping[str, Table]) -> None:
        self._records = records
        self._tables = tables

    def check_new(self, table: Table, payload: Record) -> None:
        """Refuse a usage file for a product without usage, or with a contract that has ended.

        Raises:
            ApiError: If the product or the contract is known and unfit.
        """
        if table.key != FILES:
            return
        product = self._known("products", payload.get("product"))
        capabilities = as_record((product or {}).get("capabilities"))
        if product is not None and not capabilities.get("ppu", True):
            raise api_errors.invalid(
                f"product: '{product['id']}' does not report usage (capabilities.ppu)."
            )
        contract = self._known("contracts", payload.get("contract"))
        if contract is not None and contract.get("status", _ACTIVE) != _ACTIVE:
            raise api_errors.invalid(
                f"contract: '{contract['id']}' is {contract['status']}, not {_ACTIVE}."
            )

    def upload(self, file_id: str, payload: Any) -> Record:
        """Read an uploaded workbook, and return the usage file as it is meanwhile.

        Raises:
            ApiError: If the status allows no upload, or the form has no workbook.
        """
        table = self._tables[FILES]
        file = self._records.get(table, (file_id,))
        if file.get("status") not in _UPLOADABLE:
            raise api_errors.invalid(
                f"status: cannot upload to '{file.get('status')}', only to "
                f"{' or '.join(_UPLOADABLE)}."
            )
        link = as_record(payload).get("usage_file")
        content = self._records.storage.file(unquote(str(link)))
        if content is None:
            raise api_errors.invalid("usage_file: No file was submitted.")
        result = {"usage_file_uri": link, **self._result(file, content)}
        uploaded = self._records.stamped(table, {**file, **result}, "uploaded", "updated")
        self._records.put(table, (file_id,), uploaded)
        return {**file, "status": "processing", "usage_file_uri": link}

    def follow(self, table: Table, file: Record, action: str) -> None:
        """Give the records of a usage file the status that an action on the file implies."""
        status = _STATUS_BY_ACTION.get(action)
        if table.key != FILES or status is None:
            return
        for record in self._of_file(file["id"]):
            changed = {**record, "status": status}
            self._records.put(self._tables[_RECORDS], (record["id"],), changed)

    def template(self, table: Table, path_ids: Sequence[str]) -> Record | None:
        """Return the link to the template of a known product; ``None`` for any other path."""
        product = self._known("products", {"id": path_ids[0]}) if table.key == _TEMPLATE else None
        if product is None:
            return None
        content = sheets.workbook_of({"categories": [CATEGORY_COLUMNS], SHEETS[0]: [COLUMNS]})
        link = media.link(f"{product['id']}-usage.xlsx", content)
        self._records.storage.keep_file(unquote(link), content)
        return {"template_link": link}

    def _result(self, file: Record, content: bytes) -> Record:
        """Store the records of a workbook; return the properties of the usage file that change."""
        self._forget(file["id"])
        rules = self._rules(file)
        try:
            rows = [*checked(content, rules)]
        except UnfitWorkbookError as error:
            return {"status": "invalid", "error_detail": str(error), "records": _counts([])}
        self._keep(file, rows)
        self._keep_categories(file["id"], rules.categories or {})
        processed = _processed(rows)
        link = media.link(f"{file['id']}-processed.xlsx", processed)
        self._records.storage.keep_file(unquote(link), processed)
        counts = _counts(rows)
        invalid = counts["invalid"]
        return {
            "status": "invalid" if invalid else "ready",
            "error_detail": f"{invalid} of {len(rows)} records are invalid." if invalid else None,
            "processed_file_uri": link,
            "records": counts,
            "stats": {"uploaded": len(rows), "validated": counts["valid"]},
        }

    def _rules(self, file: Record) -> Rules:
        product_id = str(as_record(file.get("product")).get("id"))
        product = self._known("products", file.get("product"))
        items = self._rows("products/{}/items", product_id) if product else []
        every = [*self._rows("subscriptions/assets"), *self._rows("assets")]
        assets = [row for row in every if as_record(row.get("product")).get("id") == product_id]
        return Rules(
            str(file.get("schema", "qt")),
            lambda criteria, value: find_item(items, criteria, value),
            lambda criteria, value: find_asset(assets, criteria, value),
        )

    def _keep(self, file: Record, rows: Sequence[CheckedRow]) -> None:
        table = self._tables.get(_RECORDS)
        if table is None:
            return
        storage = self._records.storage
        start = storage.count(table, self._records.parent(table, ()))

        def is_used(key: str) -> bool:
            return storage.get(table, "", key) is not None

        key = ids.free(lambda number: ids.formatted("records", number), start + 1, is_used)
        first = ids.number_of(key)
        records = (
            _record(ids.formatted("records", number), file, row)
            for number, row in enumerate(rows, first)
        )
        self._records.add(table, (), records)

    def _keep_categories(self, file_id: str, categories: Mapping[str, Record]) -> None:
        table = self._tables.get(_CATEGORIES)
        if table is not None:
            self._records.storage.clear(table, file_id)
            self._records.add(table, (file_id,), categories.values())

    def _forget(self, file_id: str) -> None:
        """Remove the records of the workbook before."""
        for record in self._of_file(file_id):
            self._records.storage.delete(self._tables[_RECORDS], "", record["id"])

    def _of_file(self, file_id: str) -> list[Record]:
        rows = self._rows(_RECORDS)
        return [row for row in rows if as_record(row.get("usagefile")).get("id") == file_id]

    def _rows(self, key: str, *path_ids: str) -> list[Record]:
        table = self._tables.get(key)
        if table is None:
            return []
        parent = self._records.parent(table, path_ids)
        return self._records.storage.page(table, parent, read(None, table, sliced=False)).records

    def _known(self, key: str, reference: Any) -> Record | None:
        """Return the record of a reference, if the emulator has it."""
        table, record_id = self._tables.get(key), as_record(reference).get("id")
        if table is None or not isinstance(record_id, str):
            return None
        return self._records.storage.get(table, self._records.parent(table, ()), record_id)


def _counts(rows: Iterable[CheckedRow]) -> dict[str, int]:
    counts = {"valid": 0, "invalid": 0, "closed": 0}
    for row in rows:
        counts["invalid" if row.problems else "valid"] += 1
    return counts


def _record(key: str, file: Record, row: CheckedRow) -> Record:
    """Return the record that Connect keeps of a row."""
    values = row.values
    amount, tier = number_of(values.get("amount")), number_of(values.get("tier"))
    return {
        "id": key,
        "start_date": _timestamp(values["start_time_utc"]),
        "end_date": _timestamp(values["end_time_utc"]),
        "product_id": as_record(file.get("product")).get("id"),
        "item": _reference("item", row.item),
        "asset": _reference("asset", row.asset),
        "item_id": row.item.get("id"),
        "asset_id": row.asset.get("id"),
        "asset_external_id": row.asset.get("external_id"),
        "asset_external_uid": row.asset.get("external_uid"),
        "category": as_text(values.get("category_id")) or None,
        "tier": None if tier is None else int(tier),
        "amount": None if amount is None else float(amount),
        "usage": float(number_of(values["quantity"]) or 0),
        "status": "invalid" if row.problems else "valid",
        "params": [
            {"parameter_name": name, "parameter_value": as_text(cell)}
            for name, cell in values.items()
            if name not in COLUMNS and cell is not None
        ],
        "usagefile": {name: file[name] for name in ("id", "name", "currency") if name in file},
    }


def _reference(kind: str, record: Record) -> Record:
    return {name: record[name] for name in _REFERENCES[kind] if name in record}


def _timestamp(cell: Cell) -> str | None:
    moment = moment_of(cell)
    return None if moment is None else moment.replace(tzinfo=UTC).isoformat()


def _processed(rows: Sequence[CheckedRow]) -> bytes:
    """Return the workbook with the status and the problems of each row."""
    names = [*rows[0].values]
    lines = [[*names, "status", "error"]]
    for row in rows:
        status = "invalid" if row.problems else "valid"
        texts = [as_text(row.values[name]) for name in names]
        lines.append([*texts, status, " ".join(row.problems)])
    return sheets.workbook_of({SHEETS[0]: lines})
