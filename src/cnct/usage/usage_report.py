"""The result of sending usage: usage file, counts and refused rows. Fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from cnct.openapi.shapes import as_object
from cnct.text import clean
from cnct.usage.record_rows import counted
from cnct.usage.refused_rows import RefusedRows

_GOOD = frozenset({"ready", "pending", "accepted", "closed"})


@dataclass(frozen=True)
class UsageReport:
    """A usage file after `send_usage`.

    Attributes:
        usage_file: The usage file as last read.
        rows: Number of rows in the workbook.
        uploaded: Whether this run has uploaded the workbook: not if an earlier run had submitted
            the usage file.
        refused: The rows that Connect refused.
    """

    usage_file: Mapping[str, Any]
    rows: int
    uploaded: bool
    refused: RefusedRows = field(default_factory=RefusedRows)

    @property
    def id(self) -> str:
        """Id of the usage file: ``UF-2026-01-0001-0001``."""
        return str(self.usage_file.get("id"))

    @property
    def status(self) -> str:
        """Status of the usage file: ``ready``, ``invalid``, ``pending``, ``accepted`` and so on."""
        return str(self.usage_file.get("status"))

    @property
    def ok(self) -> bool:
        """Whether the usage file is ready or further, and no row was refused."""
        return self.status in _GOOD and not self.refused

    @property
    def error(self) -> str:
        """The reason in Connect's words if the usage file is invalid or rejected; else empty."""
        name = "rejection_note" if self.status == "rejected" else "error_detail"
        return clean(str(self.usage_file.get(name) or ""))

    @property
    def valid(self) -> int | None:
        """Number of valid records, as Connect has counted them; ``None`` before it has."""
        return self._count("valid")

    @property
    def invalid(self) -> int | None:
        """Number of invalid records, as Connect has counted them; ``None`` before it has."""
        return self._count("invalid")

    def _count(self, name: str) -> int | None:
        number = as_object(self.usage_file.get("records")).get(name)
        return number if isinstance(number, int) else None

    def __str__(self) -> str:
        """Return id, status, counts and the error in one line."""
        rows = counted(self.rows, "row") + ("" if self.uploaded else " not uploaded")
        refused = f", {len(self.refused):,} refused" if self.refused else ""
        error = f": {self.error}" if self.error else ""
        return clean(f"{self.id} is {self.status}, {rows}{refused}{error}")

    def __repr__(self) -> str:
        """Return the line, and the table of refused rows."""
        return f"<UsageReport: {self}>" + (f"\n{self.refused!r}" if self.refused else "")

    def _repr_html_(self) -> str:
        table = self.refused._repr_html_() if self.refused else ""
        return f"<p>{escape(str(self))}</p>{table}"
