"""Finds the files that operations take: fields of forms, and bodies that are files themselves."""

from __future__ import annotations

from cnct.openapi.places import Operation, Schema
from cnct.openapi.schemas import composed, properties, required
from cnct.openapi.shapes import as_list
from cnct.openapi.specs import OpenAPISpecs

FORM = "multipart/form-data"
"""Media type of forms with files (RFC 7578)."""

_FORMS = (FORM, "application/x-www-form-urlencoded")
_BINARY = "binary"
_FILE = "file"


def form_fields(specs: OpenAPISpecs, operation: Operation) -> dict[str, Schema]:
    """Return the fields of the form that an operation takes, by name; none without a form."""
    schema = specs.payload(operation, FORM) if FORM in operation.body else None
    fields: dict[str, Schema] = {}
    for part in composed(schema, specs.resolve) if schema else ():
        fields |= {name: specs.resolve(field) for name, field in properties(part).items()}
    return fields


def required_fields(specs: OpenAPISpecs, operation: Operation) -> list[str]:
    """List the fields without which the form of an operation is incomplete."""
    schema = specs.payload(operation, FORM) if FORM in operation.body else None
    parts = composed(schema, specs.resolve) if schema else ()
    return [name for part in parts for name in required(part)]


def file_fields(specs: OpenAPISpecs, operation: Operation) -> list[str]:
    """List the fields of an operation's form that are files (OpenAPI 3.0, "File Uploads")."""
    return [name for name, field in form_fields(specs, operation).items() if _is_file(field)]


def only_file_field(specs: OpenAPISpecs, operation: Operation) -> str | None:
    """Return the field for one file; ``None`` if the document leaves a choice.

    The choice is the only file, the only required file, or the file called ``file``.
    """
    names = file_fields(specs, operation)
    needed = required_fields(specs, operation)
    for choice in (names, [name for name in names if name in needed], [_FILE]):
        if len(choice) == 1 and choice[0] in names:
            return choice[0]
    return None


def file_types(operation: Operation) -> list[str]:
    """List the media types of the files that an operation takes as its body itself."""
    return [kind for kind in operation.body if not (_takes_json(kind) or kind in _FORMS)]


def takes_files(operation: Operation) -> bool:
    """Return whether the preferred body of an operation is a form for files, or a file itself."""
    if not operation.body or _takes_json(operation.body[0]):
        return False
    return FORM in operation.body or bool(file_types(operation))


def _takes_json(media_type: str) -> bool:
    """Return whether JSON is of a media type or media range."""
    name = media_type.partition(";")[0].strip().lower()
    return "*" in name or name in ("application/json", "text/json") or name.endswith("+json")


def _is_file(schema: Schema) -> bool:
    # OpenAPI 3.1 has the media type in place of the format.
    is_binary = schema.get("format") == _BINARY or "contentMediaType" in schema
    return is_binary or "file" in (schema.get("type"), *as_list(schema.get("type")))
