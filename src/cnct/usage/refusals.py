"""Finds the rows that Connect refused: in the processed workbook, or among the invalid records.

Public sources do not establish the headers of the processed workbook. A column whose name has
"error" in it is taken for the reason, and one called ``status`` for the status. Fetches nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from cnct.data.xlsx_reading import Cell, Workbook
from cnct.openapi.shapes import as_object
from cnct.usage.record_columns import records_sheet
from cnct.usage.refused_rows import RefusedRow, RefusedRows

_STATUS = "status"
_ERROR = "error"
_INVALID = "invalid"
_NO_REASON = "Connect gave no reason"

_Numbered: TypeAlias = tuple[int, Mapping[str, Cell]]


def refused_in(
    processed: str | os.PathLike[str], sent: str | os.PathLike[str], sheet: str
) -> RefusedRows:
    """Return the refused rows of a processed workbook, with the rows as they were sent.

    Rows are matched by ``record_id``, or by their position where Connect has replaced the ids.

    Args:
        processed: The workbook that Connect has made.
        sent: The workbook that was uploaded.
        sheet: Name of the sheet with the records in the uploaded workbook.

    Raises:
        ValueError: If a workbook cannot be read.
    """
    refused = [*_refused(processed, sheet)]
    ids = {str(row.get("record_id")) for _, _, row in refused}
    positions = {position for position, _, _ in refused}
    rows: dict[str | int, _Numbered] = {}
    with Workbook(sent) as workbook:
        for number, row in enumerate(workbook.records(sheet), 1):
            key = str(row.get("record_id"))
            rows |= {at: (number, row) for at in (key, number) if at in ids or at in positions}
    return RefusedRows([_refused_row(rows, *refusal) for refusal in refused])


def _refused_row(
    rows: Mapping[str | int, _Numbered], position: int, reason: str, answer: Mapping[str, Cell]
) -> RefusedRow:
    match = rows.get(str(answer.get("record_id"))) or rows.get(position)
    if match is None:
        return RefusedRow(None, reason, _filled(answer))
    return RefusedRow(match[0], reason, _filled(match[1]))


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def refused_records(records: Iterable[Mapping[str, Any]]) -> RefusedRows:
    """Return invalid records as refused rows without number: they have no ``record_id``."""
    return RefusedRows([RefusedRow(None, _NO_REASON, _flat(record)) for record in records])


def _refused(
    processed: str | os.PathLike[str], sheet: str
) -> Iterator[tuple[int, str, Mapping[str, Cell]]]:
    """Yield position, reason and cells of the refused rows of a processed workbook."""
    with Workbook(processed) as workbook:
        for number, row in enumerate(workbook.records(records_sheet(workbook, sheet)), 1):
            reasons = [str(row[name]) for name in row if _ERROR in name.lower() and row[name]]
            if reasons or str(row.get(_STATUS)).lower() == _INVALID:
                yield number, "; ".join(reasons) or _NO_REASON, row


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
