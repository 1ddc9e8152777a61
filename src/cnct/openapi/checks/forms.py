"""Checks the fields of forms with files against the document. Reads no files."""

from __future__ import annotations

import re
from collections.abc import Collection

from cnct.openapi.checks.problems import Problem
from cnct.openapi.file_fields import FORM, form_fields, required_fields, takes_files
from cnct.openapi.specs import OpenAPISpecs
from cnct.text import did_you_mean, either

_WITHIN = re.compile(r"[.\[]")  # what follows is a name within the field


def check_form(
    specs: OpenAPISpecs, method: str, path: str, names: Collection[str]
) -> tuple[Problem, ...]:
    """Check the names of the fields of a form with files.

    Args:
        specs: The document.
        method: HTTP method.
        path: Path below the endpoint, without the query.
        names: Names of all fields.

    Returns:
        All problems; none if the document describes no body, or names no fields.
    """
    operation = specs.operation(method, path)
    if operation is None or not operation.body:
        return ()
    if FORM not in operation.body:
        kinds = either(operation.body)
        return (Problem("value", f"The body is a form with files, the document has {kinds}."),)
    fields = form_fields(specs, operation)
    sent = {_WITHIN.split(name, maxsplit=1)[0] for name in names}
    unknown = [
        Problem("unknown", f"The form has no field {name!r}.{did_you_mean(name, fields)}", name)
        for name in sorted(sent - fields.keys() if fields else ())
    ]
    missing = [
        Problem("required", f"{name}: the form needs this field.", name)
        for name in required_fields(specs, operation)
        if name not in sent
    ]
    return (*unknown, *missing)


def check_json_body(specs: OpenAPISpecs, method: str, path: str) -> tuple[Problem, ...]:
    """Check that JSON is sent only to an operation that takes more than files.

    Args:
        specs: The document.
        method: HTTP method.
        path: Path below the endpoint, without the query.
    """
    operation = specs.operation(method, path)
    if operation is None or not takes_files(operation):
        return ()
    kinds = either(operation.body)
    message = f"The body is JSON, the document has {kinds}: send a file with upload(path)."
    return (Problem("value", message),)
