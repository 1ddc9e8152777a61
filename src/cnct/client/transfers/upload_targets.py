"""Finds the place of a file in the calls of a path: method and form field. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cnct.client.transfers.upload_options import checked_text
from cnct.text import either, listed, safe_url

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.places import Operation

_METHODS = ("POST", "PUT", "PATCH")


class UploadTarget(NamedTuple):
    """The place of a file in a call.

    Attributes:
        method: HTTP method.
        field: Name of the form field; ``None`` if the body is the file itself.
        media_types: Media types that the document has for the file, if any.
    """

    method: str
    field: str | None
    media_types: Sequence[str] = ()


def upload_target(
    specs: OpenAPISpecs | None,
    endpoint: str,
    url: str,
    field: str | None,
    method: str | None,
    usual: Sequence[str],
) -> UploadTarget:
    """Return the place of a file in the calls of a path.

    Args:
        specs: The document, ``None`` if there is none.
        endpoint: Base URL of the client.
        url: Path below the endpoint.
        field: Name of the form field; by default the document's.
        method: HTTP method; by default the document's.
        usual: The methods to try by default, the preferred first.

    Raises:
        TypeError: If an argument is no text.
        ValueError: If ``field`` is needed, the document has no upload there, ``method`` is not one
            that sends files, or ``url`` is a URL of another place.
    """
    checked_text("field", field)
    methods = _methods(method, usual)
    path = _place(endpoint, url)
    operations = [specs.operation(method, path) for method in methods] if specs else []
    taking = [operation for operation in operations if operation and _takes_files(operation)]
    if field is not None:
        return UploadTarget(taking[0].method if taking else methods[0], field)
    if specs is None:
        raise ValueError(
            "field is missing, and no document of the API is at hand: pass field='...', or send "
            "the file as the body itself with data=open(path, 'rb') of post() or create()"
        )
    if not taking:
        raise ValueError(_no_upload(specs, path, operations))
    return _documented(specs, taking[0])


def _methods(method: str | None, usual: Sequence[str]) -> Sequence[str]:
    """Return the methods that an upload can use, the preferred first."""
    checked_text("method", method)
    if method is None:
        return usual
    if method.upper() not in _METHODS:
        raise ValueError(f"method must be {either(map(repr, _METHODS))}, not {method!r}")
    return (method.upper(),)


def _place(endpoint: str, url: Any) -> str:
    """Return a path below the endpoint as the document has it."""
    if not isinstance(url, str):
        raise TypeError(
            f"url must be a path like 'usage/files/UF-1/upload', not {type(url).__name__}"
        )
    path = url.removeprefix(endpoint).partition("?")[0].strip("/")
    if not path or "://" in path:
        raise ValueError(f"url must be a path below {endpoint}, not {safe_url(url)!r}")
    return path


def _takes_files(operation: Operation) -> bool:
    from cnct.openapi.file_fields import FORM, file_types  # noqa: PLC0415 - loads msgspec

    return FORM in operation.body or bool(file_types(operation))


def _documented(specs: OpenAPISpecs, operation: Operation) -> UploadTarget:
    from cnct.openapi.file_fields import (  # noqa: PLC0415 - loads msgspec
        FORM,
        file_fields,
        file_types,
        only_file_field,
    )

    if FORM not in operation.body:
        return UploadTarget(operation.method, None, file_types(operation))
    field = only_file_field(specs, operation)
    if field is None:
        names = file_fields(specs, operation)
        choice = either(f"field={name!r}" for name in names) if names else "field='...'"
        raise ValueError(
            f"field is missing, and the document leaves the choice of the form field: pass {choice}"
        )
    return UploadTarget(operation.method, field)


def _no_upload(specs: OpenAPISpecs, path: str, operations: Sequence[Operation | None]) -> str:
    """Return the message for a path without uploads, with the actions below that have one."""
    place = specs.place(path)
    names = place.actions if place else ()
    below = [specs.operation("POST", f"{path}/{name}") for name in names]
    actions = [
        f"resource({name!r}).upload(...)"
        for name, operation in zip(names, below, strict=True)
        if operation and _takes_files(operation)
    ]
    types = {kind for operation in operations if operation for kind in operation.body}
    problem = f"it takes {listed(sorted(types))}" if types else "nothing can be written there"
    remedy = f"write {either(actions)}" if actions else "pass field='...' to send a form anyway"
    return f"The document has no upload to {path}, {problem}: {remedy}"
