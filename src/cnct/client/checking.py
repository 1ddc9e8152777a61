"""Decides whether a request that does not fit the OpenAPI document is an error or a warning.

The checks themselves are those of `cnct.openapi.checks`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from cnct.client._core.messages import Request
from cnct.client._core.responses import is_json
from cnct.exceptions import ClientError, InvalidCallError, NotFoundError, SpecError
from cnct.openapi.shapes import is_array, is_object
from cnct.text import clean, either, listed
from cnct.user_warnings import InvalidCallWarning, users_level

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.checks import Problem

Validation = Literal["off", "warn", "strict"]

_MOST_PROBLEMS = 20  # in one warning
_EXPECTED = frozenset({"id", "events", "created", "updated", "stats"})  # fields that may differ


class Policy:
    """Which problems are errors; the others are warnings.

    Attributes:
        refuses_paths: Whether an unknown path or method is an error.
        refuses_contents: Whether a problem of the query or payload is an error.
    """

    def __init__(self, *, refuses_paths: bool, refuses_contents: bool) -> None:
        self.refuses_paths = refuses_paths
        self.refuses_contents = refuses_contents


_POLICIES: dict[Validation, Policy | None] = {
    "off": None,
    "warn": Policy(refuses_paths=False, refuses_contents=False),
    "strict": Policy(refuses_paths=True, refuses_contents=True),
}


def validation_policy(validate_using_specs: bool, validate: Validation | None) -> Policy | None:
    """Return the policy for the arguments of a client, ``None`` if nothing is checked.

    Args:
        validate_using_specs: Whether unknown paths are errors, and problems of queries and payloads
            warnings.
        validate: Overrides ``validate_using_specs`` unless ``None``.

    Raises:
        ValueError: If ``validate`` is neither ``off``, ``warn`` nor ``strict``.
    """
    if validate is None:
        return Policy(refuses_paths=True, refuses_contents=False) if validate_using_specs else None
    if validate not in _POLICIES:
        choices = either(map(repr, _POLICIES))
        raise ValueError(f"validate must be one of {choices}, not {validate!r}")
    return _POLICIES[validate]


def load(specs: OpenAPISpecs) -> None:
    """Load the document and ignore failure; the check that follows reports it."""
    with suppress(SpecError):
        specs.load()


def warn_of_left_out(policy: Policy | None, call: str, paths: Iterable[str]) -> None:
    """Warn of fields that differ, and that a write leaves out because no write can set them.

    Args:
        policy: Which problems are errors; ``None`` for no warning.
        call: The call, for the message.
        paths: Dotted paths of the fields.
    """
    names = [path for path in paths if path.partition(".")[0] not in _EXPECTED]
    if names and policy:
        message = (
            f"{call} leaves out {listed(names)}: the document has them as read-only, or not in the "
            "payload"
        )
        warnings.warn(clean(message), InvalidCallWarning, users_level())


def check(specs: OpenAPISpecs, policy: Policy, request: Request, path: str) -> None:
    """Check a request before it is sent; raise an error or warn.

    Args:
        specs: The OpenAPI document, available.
        policy: Which problems are errors.
        request: The request.
        path: Path of the request below the endpoint, and its query as sent.

    Raises:
        NotFoundError: If the document has no such path or method, and the policy refuses paths.
        InvalidCallError: If the query or payload does not fit, and the policy refuses contents.
    """
    from cnct.openapi.checks import check_request  # noqa: PLC0415 - slower than many programs run

    payload, form = request.kwargs.get("json"), _form(request.kwargs)
    problems = check_request(specs, request.method, path, payload, form)
    call = f"{request.method} {path.partition('?')[0]}"
    _report(call, problems.path, NotFoundError if policy.refuses_paths else None, request)
    _report(call, problems.content, InvalidCallError if policy.refuses_contents else None, request)


def _form(kwargs: Mapping[str, Any]) -> list[str] | None:
    """Return the names of the fields of a form with files; ``None`` without files."""
    if not kwargs.get("files"):
        return None
    return [*_names(kwargs["files"]), *_names(kwargs.get("data"))]


def _names(fields: Any) -> Iterator[str]:
    pairs: Iterable[Any] = fields.items() if is_object(fields) else fields
    for name, _ in pairs if is_object(fields) or is_array(fields) else ():
        yield name.decode() if isinstance(name, bytes) else str(name)


def report_picks(
    specs: OpenAPISpecs, policy: Policy, path: str, names: Iterable[str], call: str
) -> None:
    """Report fields to pick that the document does not have; raise an error or warn.

    Raises:
        InvalidCallError: If there are any, and the policy refuses contents.
    """
    from cnct.openapi.checks import check_picks  # noqa: PLC0415 - slower than many programs run

    messages = [str(problem) for problem in check_picks(specs, path, names)]
    if messages and policy.refuses_contents:
        raise InvalidCallError(call, errors=messages)
    _warn(call, messages)


def serves_bytes(specs: OpenAPISpecs, request: Request, endpoint: str) -> bool:
    """Return whether the document has a response other than JSON, such as a download."""
    path = request.url.removeprefix(endpoint).partition("?")[0].strip("/")
    operation = specs.operation(request.method, path)
    types = [kind for kinds in operation.responses.values() for kind in kinds] if operation else []
    return any(not is_json(kind) for kind in types)


def _report(
    call: str, problems: Iterable[Problem], error: type[ClientError] | None, request: Request
) -> None:
    """Raise one error or issue one warning with all problems."""
    messages = [str(problem) for problem in problems]
    if messages and error:
        url = request.shown_url
        raise error("Not sent", errors=messages, method=request.method, url=url)
    _warn(call, messages)


def _warn(call: str, messages: list[str]) -> None:
    if messages:
        more = [f"and {len(messages) - _MOST_PROBLEMS} more"] if messages[_MOST_PROBLEMS:] else []
        text = "\n".join([*messages[:_MOST_PROBLEMS], *more])
        message = clean(f"{call}: {text}", lines=True)
        warnings.warn(message, InvalidCallWarning, users_level())
