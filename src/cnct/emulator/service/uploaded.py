"""Describes uploaded files in the properties of their records. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping

from cnct.emulator.service.bodies import Upload
from cnct.openapi.shapes import Record, as_object, as_record

_TYPES = ("type", "mime_type")


def described(record: Record, files: Mapping[str, Upload], schema: Mapping[str, object]) -> Record:
    """Return a record with the properties that describe its uploaded files.

    A file is linked to in the property of its name, or else in the first one for a file. Name, size
    and media type are those of the first file, in properties that only the server can set. A raw
    body belongs to no property.

    Args:
        record: The record, or its changes.
        files: Files by the name of the part; empty for a raw body.
        schema: Schema of the record.
    """
    own = {name: as_object(part) for name, part in as_record(schema.get("properties")).items()}
    places = [name for name, part in own.items() if part.get("format") == "binary"]
    links = {_place(name, own, places): file.link for name, file in files.items() if name}
    if not links:
        return record
    first = next(iter(files.values()))
    size = len(first.content)
    is_text = own.get("size", {}).get("type") == "string"
    facts: Record = {"name": first.name, "size": str(size) if is_text else size}
    facts |= dict.fromkeys(_TYPES, first.media_type)
    facts = {name: fact for name, fact in facts.items() if own.get(name, {}).get("readOnly")}
    others = {name: value for name, value in record.items() if name not in files or name in own}
    return {**others, **facts, **links}


def _place(name: str, own: Mapping[str, object], places: list[str]) -> str:
    """Return the property that links to the file of a part."""
    return name if name in own or not places else places[0]
