"""Writes the SQL views of mirrored collections, for programs other than cnct. Runs nothing.

A view has a column for each column of `Columns`, read from the stored JSON by functions that SQLite
itself has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnct.data.columns import Column
from cnct.store.sql import quoted

_MOST_COLUMNS = 1_990  # SQLite takes 2,000
_NO_NAME = re.compile(r"\W")

# Times in the form that Connect sends, in UTC, so that texts compare as times do. An offset of
# another form is left as it is.
_MOMENT = """CASE
 WHEN {x} GLOB '*Z' THEN substr({x}, 1, length({x}) - 1) || '+00:00'
 WHEN {x} GLOB '????-??-??T??:??:??*[+-]??:??' AND {x} NOT GLOB '*+00:00'
 THEN strftime('%Y-%m-%dT%H:%M:%S', substr({x}, 1, 19) || substr({x}, -6))
  || substr({x}, 20, length({x}) - 25) || '+00:00'
 ELSE {x} END"""
_NUMBER = "CASE WHEN {x} GLOB '[0-9-]*' THEN CAST({x} AS NUMERIC) ELSE {x} END"
_FORMS = {"datetime": _MOMENT, "decimal": _NUMBER, "float": _NUMBER}


def view_name(key: str) -> str:
    """Return the name of a collection's view: ``products_items`` for ``products/{}/items``."""
    return _NO_NAME.sub("_", "/".join(name for name in key.split("/") if name != "{}"))


def view_sql(name: str, table: str, columns: Iterable[Column], *, is_nested: bool) -> str:
    """Return the statement that creates a view.

    Args:
        name: Name of the view.
        table: Name of the table of the rows.
        columns: The columns.
        is_nested: Whether the rows have ids above them, for the column ``_parent``.
    """
    terms = {column.name: _term(column) for column in columns if _has_path(column)}
    terms = dict([*terms.items()][:_MOST_COLUMNS])
    if is_nested:
        terms["_parent"] = "parent"
    terms["_row"] = "doc"
    selected = ",\n".join(f"{term} AS {quoted(name)}" for name, term in terms.items())
    return f"CREATE VIEW {quoted(name)} AS SELECT\n{selected}\nFROM {quoted(table)}"


def _has_path(column: Column) -> bool:
    """Return whether a column has a path that SQLite can write; it escapes no quotes."""
    return bool(column.path) and not any(sign in name for name in column.path for sign in '"\\')


def _term(column: Column) -> str:
    path = "".join(f'."{name}"' for name in column.path).replace("'", "''")
    value = f"json_extract(doc, '${path}')"
    form = _FORMS.get(column.type)
    if form is None:
        return value
    return f"(SELECT {form.format(x='x')} FROM (SELECT {value} AS x))"
