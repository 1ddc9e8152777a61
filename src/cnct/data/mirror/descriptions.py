"""Writes descriptions of tables as JSON, and reads them: mirrors are read without a document."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from cnct.store.tables import Table


def described(table: Table) -> Table:
    """Return a table from the stored description.

    Of the schema, only the required properties are kept. Another key names the SQL table, since the
    view for users has the name of the collection.
    """
    required = sorted(table.row.get("required", ()))
    return replace(table, key=f"rows/{table.key}", row={"required": required})


def carried(table: Table) -> frozenset[str]:
    """Return the names of the fields that responses carry without ``select``."""
    return frozenset(table.fields) - table.hidden


def table_text(table: Table) -> str:
    """Write a table as JSON, the same text for equal tables."""
    return msgspec.json.encode(table, order="sorted").decode()


def table_of(text: str) -> Table:
    """Read a table, the inverse of `table_text`."""
    return msgspec.json.decode(text, type=Table)
