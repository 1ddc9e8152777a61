"""Calls against the specification, before they leave: which are refused, which are warned of.

What is wrong with a call is found by ``openapi.checks``; this only decides what follows.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from cnct.client._core.messages import Request
from cnct.exceptions import ClientError, InvalidCallError, InvalidCallWarning, NotFoundError

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.checks import Problem

Validation = Literal["off", "warn", "strict"]

_MOST = 20  # problems that one warning tells
_NOT_THE_USERS = tuple(
    f"{folder}{os.sep}"
    for folder in (Path(__file__).parents[1], Path(os.__file__).with_name("asyncio"))
)


class Policy(NamedTuple):
    """What follows a problem.

    Attributes:
        paths: Whether an unknown path or method is an error; a warning otherwise.
        contents: Whether a problem of a query or payload is one.
    """

    paths: bool
    contents: bool


_POLICIES: dict[Validation, Policy | None] = {
    "off": None,
    "warn": Policy(paths=False, contents=False),
    "strict": Policy(paths=True, contents=True),
}


def policy(validate_using_specs: bool, validate: Validation | None) -> Policy | None:
    """Read the settings of a client; ``None`` if nothing is checked.

    Args:
        validate_using_specs: The switch: paths are errors, queries and payloads warnings.
        validate: What has the last word if it is given.

    Raises:
        ValueError: If ``validate`` is none of its words.
    """
    if validate is None:
        return Policy(paths=True, contents=False) if validate_using_specs else None
    if validate not in _POLICIES:
        raise ValueError(f"validate must be one of {get_args(Validation)}, not {validate!r}")
    return _POLICIES[validate]


def refuses_names(rules: Policy | None) -> bool:
    """Tell whether a name that the specification does not have is an error."""
    return rules is not None and rules.paths


def load(specs: OpenAPISpecs) -> None:
    """Load what can be loaded; what could not is for the one to tell who asks next."""
    from cnct.openapi import SpecError  # noqa: PLC0415 - takes longer than an import may

    with suppress(SpecError):
        specs.load()


def check(specs: OpenAPISpecs, rules: Policy, request: Request, path: str) -> None:
    """Check a call.

    Args:
        specs: What it is checked against; available.
        rules: What follows a problem.
        request: The call.
        path: Its path below the endpoint, with its query as it is sent.

    Raises:
        NotFoundError: If the specification has no such path or method.
        InvalidCallError: If its query or payload does not fit, and that is an error.
    """
    from cnct.openapi.checks import check_request  # noqa: PLC0415 - slower than many programs run

    problems = check_request(specs, request.method, path, request.kwargs.get("json"))
    call = f"{request.method} {path.partition('?')[0]}"
    _report(call, problems.path, NotFoundError if rules.paths else None, request)
    _report(call, problems.content, InvalidCallError if rules.contents else None, request)


def _report(
    call: str, problems: Iterable[Problem], error: type[ClientError] | None, request: Request
) -> None:
    """Raise an error of all problems, or warn of them."""
    messages = [str(problem) for problem in problems]
    if messages and error:
        url = request.shown_url
        raise error("Not sent", errors=messages, method=request.method, url=url)
    if messages:
        more = [f"and {len(messages) - _MOST} more"] if messages[_MOST:] else []
        text = "\n".join([*messages[:_MOST], *more])
        warnings.warn(f"{call}: {text}", InvalidCallWarning, users_level())


def users_level() -> int:
    """Count the frames from the caller, which is 1, up to the code that uses this package.

    Where a call is a task itself, that is the line which runs the event loop.
    """
    from inspect import currentframe  # noqa: PLC0415 - takes a while to import

    frame, level = currentframe(), 0
    while frame and frame.f_code.co_filename.startswith(_NOT_THE_USERS):
        frame, level = frame.f_back, level + 1
    return level
