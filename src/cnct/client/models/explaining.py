"""Explains the cost of reading a set. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.models.set_base import SetBase
    from cnct.openapi.fields import FilterField

_NEGATIVE = "select(-"  # wording for fields to leave out in Connect's document


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The cost of reading a set; made by ``explain()``.

    Attributes:
        url: URL of the first page, the API key masked.
        count: Number of resources.
        calls: Calls that read all resources, if the list does not move and the server returns full
            pages.
        page: Rows in a page.
        hints: Descriptions of the fields that the document advises to leave out, by the argument
            for ``select``, such as ``-items``. Empty if the document is not at hand.
    """

    url: str
    count: int
    calls: int
    page: int
    hints: dict[str, str]

    def __repr__(self) -> str:
        """Return each attribute in a line; the hints as a call of ``select``."""
        lines = [
            f"<Explanation {self.url}",
            _counted(self.count, "resource"),
            f"{_counted(self.calls, 'call')}, {_counted(self.page, 'row')} a page",
        ]
        if self.hints:
            fields = ", ".join(f'"{name}"' for name in self.hints)
            lines.append(f"The document suggests .select({fields}) where these are not needed")
        return clean("\n  ".join(lines), lines=True) + ">"


def explained(rows: SetBase, url: str, count: int) -> Explanation:
    """Return the explanation of a set with a number of resources."""
    query = rows._query
    overlap = int(query.overlap)
    calls = 1
    if count > query.size:
        # As in `Reader`: pages after the first one start one row early, and are a row longer.
        calls += -(-(count - query.size) // (max(query.size, 1 + overlap) - overlap))
    operation = rows._specs.operation("GET", rows._path) if rows._specs else None
    fields = operation.fields.values() if operation else ()
    hints = {
        f"-{field.name}": field.description
        for field in fields
        if _NEGATIVE in field.description and not _is_left_out(field, query.selection)
    }
    return Explanation(url, count, calls, query.size, hints)


def _is_left_out(field: FilterField, selection: tuple[str, ...]) -> bool:
    return any(f"-{field.name}.".startswith(f"{name}.") for name in selection)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"
