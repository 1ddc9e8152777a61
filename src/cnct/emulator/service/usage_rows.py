"""Checks the workbook of a usage file by Connect's rules: finds the problems of each row.

Rules, columns and sheets are those of Connect's pages "Usage File Format" and "Usage - Vendor
Portal" and of its public SDKs. The texts of the problems are the emulator's own. Stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from cnct.data.xlsx_reading import Cell, Workbook, moment_of
from cnct.openapi.shapes import Record, as_list, as_record

SHEETS = ("records", "usage_records")
"""Names of the sheet with the records: the one of the pages, and the one of the SDKs."""

COLUMNS = (
    "record_id",
    "record_note",
    "item_search_criteria",
    "item_search_value",
    "amount",
    "quantity",
    "start_time_utc",
    "end_time_utc",
    "asset_search_criteria",
    "asset_search_value",
    "item_name",
    "item_mpn",
    "item_unit",
    "item_precision",
    "category_id",
    "asset_recon_id",
    "tier",
)
CATEGORY_COLUMNS = ("category_id", "category_name", "category_description")

_REQUIRED = (
    "record_id",
    "item_search_criteria",
    "item_search_value",
    "quantity",
    "start_time_utc",
    "end_time_utc",
    "asset_search_criteria",
    "asset_search_value",
)
_PRICED = frozenset({"cr", "pr", "tr"})  # schemas whose records have an amount


class UnfitWorkbookError(Exception):
    """The workbook as a whole is unfit; the message is the ``error_detail`` of the usage file."""


class CheckedRow(NamedTuple):
    """A row of the sheet of records.

    Attributes:
        values: Cells by column.
        problems: Reasons to refuse the row; empty for a valid one.
        item: The item, if there is one.
        asset: The asset, if there is one.
    """

    values: Mapping[str, Cell]
    problems: Sequence[str]
    item: Record
    asset: Record


@dataclass
class Rules:
    """The records that the rows of a usage file may refer to, and the checks of a row.

    Args:
        schema: The usage schema: ``qt``, ``cr``, ``pr`` or ``tr``.
        item: Finds an item of the product, by property and value.
        asset: Finds an asset of the product, by property and value.
        categories: Categories by id, set by `checked`; ``None`` without a sheet of categories.
    """

    schema: str
    item: Callable[[str, str], Record | None]
    asset: Callable[[str, str], Record | None]
    categories: dict[str, Record] | None = None
    _ids: set[str] = field(default_factory=set[str])

    def check(self, values: Mapping[str, Cell]) -> CheckedRow:
        """Check a row, and find the item and the asset."""
        problems = [f"{name} is required." for name in self._required if _is_empty(values[name])]
        problems += self._repeated(values)
        item = self._found("item", self.item, values, problems)
        asset = self._found("asset", self.asset, values, problems)
        problems += _bad_numbers(values)
        problems += _bad_times(values)
        category = as_text(values.get("category_id"))
        if category and self.categories is not None and category not in self.categories:
            problems.append(f"category_id {category!r} is not in the sheet of categories.")
        return CheckedRow(values, problems, item or {}, asset or {})

    @property
    def _required(self) -> Sequence[str]:
        return (*_REQUIRED, "amount") if self.schema in _PRICED else _REQUIRED

    def _repeated(self, values: Mapping[str, Cell]) -> Iterator[str]:
        key = as_text(values["record_id"])
        if key and key in self._ids:
            yield f"record_id {key!r} is used by a row before."
        self._ids.add(key)

    def _found(
        self,
        kind: str,
        find: Callable[[str, str], Record | None],
        values: Mapping[str, Cell],
        problems: list[str],
    ) -> Record | None:
        criteria = as_text(values[f"{kind}_search_criteria"])
        value = as_text(values[f"{kind}_search_value"])
        if not criteria or not value:
            return None
        record = find(criteria, value)
        if record is None:
            problems.append(f"There is no {kind} of the product with {criteria} {value!r}.")
        return record


def checked(content: bytes, rules: Rules) -> Iterator[CheckedRow]:
    """Yield the rows of a workbook with their problems.

    Raises:
        UnfitWorkbookError: If the workbook cannot be read, or has no such sheet, columns or rows.
    """
    try:
        with Workbook(content) as workbook:
            yield from _checked(workbook, rules)
    except ValueError as error:
        raise UnfitWorkbookError(f"The file is {error}.") from error


def _checked(workbook: Workbook, rules: Rules) -> Iterator[CheckedRow]:
    sheet = next((name for name in SHEETS if name in workbook.sheets), "")
    if not sheet:
        raise UnfitWorkbookError(f"The workbook has no sheet {SHEETS[0]!r}.")
    missing = [name for name in rules._required if name not in workbook.header(sheet)]
    if missing:
        raise UnfitWorkbookError(f"Sheet {sheet!r} lacks the columns {', '.join(missing)}.")
    if "categories" in workbook.sheets:
        rules.categories = {
            category["id"]: category for category in map(_category, workbook.records("categories"))
        }
    count = 0
    for values in workbook.records(sheet):
        count += 1
        yield rules.check(values)
    if not count:
        raise UnfitWorkbookError(f"Sheet {sheet!r} has no records.")


def _category(row: Mapping[str, Cell]) -> Record:
    key, name, description = (as_text(row.get(column)) for column in CATEGORY_COLUMNS)
    return {"id": key, "name": name or key, "description": description or None}


def _bad_numbers(values: Mapping[str, Cell]) -> Iterator[str]:
    for name in ("quantity", "amount", "tier"):
        if _is_empty(values.get(name)):
            continue
        number = number_of(values.get(name))
        if number is None:
            yield f"{name} is not a number."
        elif name != "amount" and number < 0:
            yield f"{name} must not be negative."


def _bad_times(values: Mapping[str, Cell]) -> Iterator[str]:
    moments = {name: moment_of(values[name]) for name in ("start_time_utc", "end_time_utc")}
    for name, moment in moments.items():
        if moment is None and not _is_empty(values[name]):
            yield f"{name} is not a time."
    start, end = moments.values()
    if start and end and end < start:
        yield "end_time_utc is before start_time_utc."


def number_of(cell: Cell) -> Decimal | None:
    """Return the number in a cell; ``None`` if there is none."""
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_text(cell: Any) -> str:
    """Return a cell as text; a whole number without a fraction."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    return str(cell).strip()


def find_item(items: Iterable[Record], criteria: str, value: str) -> Record | None:
    """Return the item with a property, named as ``item.mpn``."""
    name = criteria.removeprefix("item.")
    return next((item for item in items if str(item.get(name)) == value), None)


def find_asset(assets: Iterable[Record], criteria: str, value: str) -> Record | None:
    """Return the asset with a property or parameter: ``asset.id``, ``parameter.tenant_id``."""
    if criteria.startswith("parameter."):
        name = criteria.removeprefix("parameter.")
        return next((asset for asset in assets if _parameter(asset, name) == value), None)
    return find_item(assets, criteria.removeprefix("asset."), value)


def _parameter(asset: Record, name: str) -> Any:
    params = map(as_record, as_list(asset.get("params")))
    return next((param.get("value") for param in params if param.get("id") == name), None)


def _is_empty(cell: Cell) -> bool:
    return cell is None or cell == ""
