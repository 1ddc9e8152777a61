"""The report of an export. Contains no rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnct.data.columns import EXTRA
from cnct.text import clean, listed


class Exported(NamedTuple):
    """The report of an export.

    Attributes:
        path: The file, as passed.
        rows: Number of rows in the file.
        extra: Number of values in ``_extra``, by dotted field.
        seconds: Time that the export took.
    """

    path: str
    rows: int
    extra: Mapping[str, int]
    seconds: float

    def __repr__(self) -> str:
        """Return file, number of rows, time, and the fields in ``_extra``."""
        fields = listed(f"{name} {count:,}" for name, count in self.extra.items())
        extra = f", {EXTRA}: {fields}" if fields else ""
        return clean(f"<Exported {self.path} {self.rows:,} rows in {self.seconds:.1f} s{extra}>")
