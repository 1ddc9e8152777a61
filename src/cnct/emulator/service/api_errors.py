"""Connect's error responses (docs/rql.md, "Error bodies"). Knows no requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnct.exceptions import QueryError
from cnct.text import status_text


class ApiError(Exception):
    """An error to send as the response.

    Args:
        status: HTTP status.
        code: Connect's error code.
        errors: Messages.
        params: Details, such as filter, lookup and value of a bad condition.
        headers: Headers of the response.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *errors: str,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(*errors)
        self.status = status
        self.headers = headers
        self.body = {"error_code": code, "errors": list(errors), "params": params}


def unauthorized() -> ApiError:
    """Return the error for a request without a valid key."""
    return ApiError(401, "AUTH_001", "API request is unauthorized.")


def not_found() -> ApiError:
    """Return the error for a missing path or record."""
    return ApiError(404, "CNCT_001", "Not found.")


def method_not_allowed(method: str, allowed: Iterable[str]) -> ApiError:
    """Return the error for a method that the path does not support."""
    headers = {"Allow": ", ".join(sorted(allowed))}
    return ApiError(405, "CNCT_002", f'Method "{method}" not allowed.', headers=headers)


def moved() -> ApiError:
    """Return the error for a write whose ``If-Match`` names an earlier state of the record."""
    return ApiError(412, "SYS_001", "The record has changed: its ETag is not that of If-Match.")


def failed(status: int) -> ApiError:
    """Return the error of a service that fails or refuses all requests."""
    return ApiError(status, "SYS_001", status_text(status).partition(" ")[2])


def too_large(most: int) -> ApiError:
    """Return the error for a body larger than the limit."""
    return ApiError(413, "SYS_001", f"The body of a request can have at most {most} bytes.")


def foreign_host(host: str) -> ApiError:
    """Return the error for a request whose Host names another computer."""
    hint = f"Host {host!r} is not local: allow it with --allow-host or Emulator(allow_hosts=...)."
    return ApiError(403, "SYS_001", hint)


def invalid(*errors: str) -> ApiError:
    """Return the error for an invalid payload, or an action that the status does not allow."""
    return ApiError(400, "VAL_001", *errors)


def bad_query(error: QueryError) -> ApiError:
    """Return the error for a query that is invalid for the table."""
    return ApiError(400, "VAL_001", error.message, params=error.details)
