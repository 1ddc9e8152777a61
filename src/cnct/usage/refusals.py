"""Finds the rows that Connect refused: in the processed workbook, or among the invalid records.

Public sources do not establish the headers of the processed workbook. A column whose name has
"error" in it is taken for the reason, and one called ``status`` for the status. Fetches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from cnct.data.xlsx_reading import Cell, Workbook
from cnct.openapi.shapes import as_object
from cnct.usage.record_columns import PARAMETER, records_sheet
from cnct.usage.refused_rows import RefusedRow, RefusedRows

_STATUS = "status"
_ERROR = "error"
_INVALID = "invalid"
_NO_REASON = "Connect gave no reason"

_Numbered: TypeAlias = tuple[int, Mapping[str, Cell]]


class _Refusal(NamedTuple):
    """A refused row of the processed workbook; the places are id and number."""

    places: tuple[str, int]
    reason: str
    row: Mapping[str, Cell]


def refused_in(processed: bytes, sent: Path | IO[bytes], sheet: str) -> RefusedRows:
    """Return the refused rows of a processed workbook, with the rows as they were sent.

    Rows are matched by ``record_id``; where Connect has replaced the ids, by their position, if
    both workbooks have as many rows.

    Args:
        processed: The workbook that Connect has made.
        sent: The workbook that was uploaded.
        sheet: Name of the sheet with the records in the uploaded workbook.

    Raises:
        ValueError: If a workbook cannot be read.
    """
    refused, total = _refused(processed, sheet)
    places = {place for refusal in refused for place in refusal.places}
    rows: dict[str | int, _Numbered] = {}
    number = 0
    with Workbook(sent) as workbook:
        for number, row in enumerate(workbook.records(sheet), 1):
            own = (str(row.get("record_id")), number)
            rows |= {place: (number, row) for place in own if place in places}
    if number != total:
        rows = {place: row for place, row in rows.items() if isinstance(place, str)}
    return RefusedRows([_refused_row(rows, refusal) for refusal in refused])


def _refused_row(rows: Mapping[str | int, _Numbered], refusal: _Refusal) -> RefusedRow:
    key, position = refusal.places
    match = rows.get(key) or rows.get(position)
    if match is None:
        return RefusedRow(None, refusal.reason, _filled(refusal.row))
    return RefusedRow(match[0], refusal.reason, _filled(match[1]))


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def refused_records(records: Iterable[Mapping[str, Any]]) -> RefusedRows:
    """Return invalid records as refused rows without number: they have no ``record_id``."""
    return RefusedRows([RefusedRow(None, _NO_REASON, _flat(record)) for record in records])


def _refused(processed: bytes, sheet: str) -> tuple[list[_Refusal], int]:
    """Return the refused rows of a processed workbook, and the number of all rows."""
    refused: list[_Refusal] = []
    number = 0
    with Workbook(processed) as workbook:
        for number, row in enumerate(workbook.records(records_sheet(workbook, sheet)), 1):
            reasons = [str(row[name]) for name in row if _is_reason(name) and row[name]]
            if reasons or str(row.get(_STATUS)).lower() == _INVALID:
                places = (str(row.get("record_id")), number)
                refused.append(_Refusal(places, "; ".join(reasons) or _NO_REASON, row))
    return refused, number


def _is_reason(column: str) -> bool:
    """Return whether a column has reasons; a custom column is the user's, as ``v.error_rate``."""
    return _ERROR in column.lower() and not column.startswith(PARAMETER)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    item, asset = as_object(record.get("item")), as_object(record.get("asset"))
    row = {
        "id": record.get("id"),
        "item_id": item.get("id") or record.get("item_id"),
        "asset_id": asset.get("id") or record.get("asset_id"),
        "quantity": record.get("usage"),
        "amount": record.get("amount"),
        "start_time_utc": record.get("start_date"),
        "end_time_utc": record.get("end_date"),
    }
    return _filled(row)


def has_refused(usage_file: Mapping[str, Any]) -> bool:
    """Return whether a processed usage file has rows that Connect refused."""
    invalid = as_object(usage_file.get("records")).get(_INVALID)
    return usage_file.get(_STATUS) == _INVALID or bool(invalid)
