"""The columns of usage records, and the sheets of the workbook that Connect reads.

Sources, as of Connect's document 37.0: Connect's pages "Usage File Format" and "Usage - Vendor
Portal" for the tabs, and its SDKs for Python, PHP and Haxe for the headers and the text of times.
The workbooks of its SDK for Python have no ``category_id``, so a row needs none.
Reads no rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from cnct.data.xlsx_reading import Workbook

Kind: TypeAlias = Literal["text", "number", "start", "end", "count"]

COLUMNS: Mapping[str, Kind] = {
    "record_id": "text",
    "record_note": "text",
    "item_search_criteria": "text",
    "item_search_value": "text",
    "amount": "number",
    "quantity": "number",
    "start_time_utc": "start",
    "end_time_utc": "end",
    "asset_search_criteria": "text",
    "asset_search_value": "text",
    "item_name": "text",
    "item_mpn": "text",
    "item_unit": "text",
    "item_precision": "text",
    "category_id": "text",
    "asset_recon_id": "text",
    "tier": "count",
}
"""The type of each column, by its header."""

NEEDED = (
    "item_search_criteria",
    "item_search_value",
    "quantity",
    "start_time_utc",
    "end_time_utc",
    "asset_search_criteria",
    "asset_search_value",
)
"""Columns that each row must have; ``record_id`` is made up where it is missing."""

OTHER_NAMES: Mapping[str, str] = {
    "usage_record_id": "record_id",
    "usage_record_note": "record_note",
}
"""Names that the SDKs' models have for columns."""

PARAMETER = "v."
"""Start of the names of custom columns, which become parameters of the record."""

CATEGORY_COLUMNS = ("category_id", "category_name", "category_description")

_RECORDS = ("records", "usage_records")


@dataclass(frozen=True)
class UsageTemplate:
    """The sheets and columns of a workbook with usage.

    Connect reads two sheets. Its pages call the one with the records ``records``, its SDKs write
    ``usage_records``, and public sources do not establish whether both are still accepted: the
    default is the name that programs send. To be sure, download the template of your product, and
    pass the result of `read`.

    Attributes:
        records: Name of the sheet with the records.
        categories: Name of the sheet with the categories, of which Connect needs one at least.
        columns: Headers in their order. Further ones are custom columns.
        times: Format of times, which are in UTC, as of ``datetime.strftime``.
    """

    records: str = "usage_records"
    categories: str = "categories"
    columns: Sequence[str] = tuple(COLUMNS)
    times: str = "%Y-%m-%d %H:%M:%S"

    @classmethod
    def read(cls, file: str | os.PathLike[str] | bytes) -> UsageTemplate:
        """Return the template in a workbook, such as the one that Connect offers for a product.

        Args:
            file: Path of the workbook, or its bytes.

        Raises:
            TypeError: If ``file`` is neither.
            ValueError: If the file is no workbook, or has no sheet for records.
            OSError: If the file cannot be read.
        """
        source: Any = file
        if not isinstance(source, str | os.PathLike | bytes):
            kind = type(source).__name__
            raise TypeError(f"file must be the path of a workbook, or its bytes, not {kind}")
        try:
            with Workbook(file) as workbook:
                sheet = records_sheet(workbook)
                return cls(records=sheet, columns=tuple(filter(None, workbook.header(sheet))))
        except ValueError as error:
            name = "The template" if isinstance(file, bytes) else repr(os.fspath(file))
            raise ValueError(f"{name} cannot be used: {error}") from error


def records_sheet(workbook: Workbook, name: str = "") -> str:
    """Return the name of the sheet with the records.

    Args:
        workbook: The workbook.
        name: Name to prefer to the usual ones.

    Raises:
        ValueError: If there is none.
    """
    for sheet in (name, *_RECORDS):
        if sheet in workbook.sheets:
            return sheet
    sheets = ", ".join(map(repr, workbook.sheets))
    raise ValueError(
        f"there is no sheet {' or '.join(map(repr, _RECORDS))}, only {sheets}: if one of these has"
        " the records, pass UsageTemplate(records=...)"
    )
