"""All checks of one request in order: path, method, query, payload. No consequences."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from cnct.openapi.checks.paths import check_call
from cnct.openapi.specs import OpenAPISpecs
from cnct.text import late_pattern

if TYPE_CHECKING:
    from cnct.openapi.checks.problems import Problem

_PAGE_ALONE = late_pattern(r"limit=\d+&offset=\d+")  # any list takes it


class RequestProblems:
    """The problems of one request.

    Attributes:
        path: Problems of path and method. With any of these, the content is not checked.
        content: Problems of query and payload.
    """

    __slots__ = ("content", "path")

    def __init__(self, path: tuple[Problem, ...] = (), content: tuple[Problem, ...] = ()) -> None:
        self.path = path
        self.content = content


def check_request(
    specs: OpenAPISpecs,
    method: str,
    path: str,
    payload: Any = None,
    form: Collection[str] | None = None,
) -> RequestProblems:
    """Check a request in the form to be sent.

    Args:
        specs: The document.
        method: HTTP method, upper case.
        path: Path below the endpoint and, after ``?``, the query, percent-encoded. The document
            describes the queries of a GET; any other query is not checked.
        payload: Decoded JSON; ``None`` if there is none.
        form: Names of the fields of a form with files; ``None`` if there is none.
    """
    place, _, query = path.partition("?")
    problems = check_call(specs, method, place)
    if problems:
        return RequestProblems(path=problems)
    content: tuple[Problem, ...] = ()
    if query and method == "GET" and not _PAGE_ALONE.fullmatch(query):
        from cnct.openapi.checks.queries import check_query  # noqa: PLC0415 - not for each program
        from cnct.rql.url import from_wire  # noqa: PLC0415 - same

        content += check_query(specs, place, from_wire(query))
    if payload is not None:
        from cnct.openapi.checks.payloads import check_payload  # noqa: PLC0415 - same

        content += check_payload(specs, method, place, payload)
        if not content:
            from cnct.openapi.checks.forms import check_json_body  # noqa: PLC0415 - same

            content += check_json_body(specs, method, place)
    if form is not None:
        from cnct.openapi.checks.forms import check_form  # noqa: PLC0415 - same

        content += check_form(specs, method, place, form)
    return RequestProblems(content=content)
