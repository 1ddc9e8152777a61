"""Errors for conditions that a field does not take, in the words of the server."""

from __future__ import annotations

from cnct.exceptions import QueryError

NUL = "\0"
"""A character that PostgreSQL cannot store: a condition with it makes the server answer 500."""


def bad_condition(field: str, lookup: str, value: str) -> QueryError:
    """Return the error for an operator that a field lacks, or a value that it cannot take."""
    details = {"filter": field, "lookup": lookup, "value": value}
    return QueryError(f"Bad filter: {field} {lookup} {value}.", details)


def too_large() -> QueryError:
    """Return the error for a query that is too deep or too long for the database."""
    return QueryError("Bad filter query.")
