"""The error answers of Connect: ``{"error_code", "errors", "params"}`` (RQL.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from cnct.exceptions import QueryError


class ApiError(Exception):
    """An error that becomes an answer.

    Args:
        status: HTTP status.
        code: Connect's error code.
        errors: Messages.
        params: Details, such as filter, lookup and value of a bad condition.
        headers: Headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *errors: str,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Keep what the answer will say."""
        super().__init__(*errors)
        self.status = status
        self.headers = headers
        self.body = {"error_code": code, "errors": list(errors), "params": params}


def unauthorized() -> ApiError:
    """Make the answer to a call without a valid key."""
    return ApiError(401, "AUTH_001", "API request is unauthorized.")


def not_found() -> ApiError:
    """Make the answer for what does not exist."""
    return ApiError(404, "CNCT_001", "Not found.")


def method_not_allowed(method: str, allowed: Iterable[str]) -> ApiError:
    """Make the answer to a method that the path does not have."""
    headers = {"Allow": ", ".join(sorted(allowed))}
    return ApiError(405, "CNCT_002", f'Method "{method}" not allowed.', headers=headers)


def failed(status: int) -> ApiError:
    """Make the answer of a service that fails or refuses for no reason of the call's."""
    return ApiError(status, "SYS_001", HTTPStatus(status).phrase)


def invalid(*errors: str) -> ApiError:
    """Make the answer to a payload or a step that makes no sense."""
    return ApiError(400, "VAL_001", *errors)


def bad_query(error: QueryError) -> ApiError:
    """Make the answer to a query that the list does not take."""
    return ApiError(400, "VAL_001", error.message, params=error.details)
