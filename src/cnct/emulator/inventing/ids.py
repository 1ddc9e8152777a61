"""Ids in Connect's formats (docs/rql.md, "Ids", and the examples of Connect's document)."""

from __future__ import annotations

import re
from collections.abc import Callable

# Prefix and digits of each group, by the last part of the collection's path.
_FORMATS: dict[str, tuple[str, tuple[int, ...]]] = {
    "products": ("PRD", (3, 3, 3)),
    "assets": ("AS", (4, 4, 4)),
    "requests": ("PR", (4, 4, 4, 3)),
    "accounts": ("VA", (3, 3)),
    "partners": ("PA", (3, 3)),
    "users": ("SU", (3, 3, 3)),
    "marketplaces": ("MP", (5,)),
    "hubs": ("HB", (4,)),
    "cases": ("CA", (3, 3, 3)),
    "attachments": ("CAAT", (3, 3, 3)),
    "files": ("UF", (4, 2, 4, 4)),
    "records": ("UR", (3, 3, 3)),
    "reports": ("REP", (3, 3, 3)),
    "listings": ("LST", (3, 3, 3)),
    "contexts": ("LCX", (4, 4, 4)),
    "translations": ("TRN", (4, 4, 4)),
    "configs": ("TC", (3, 3, 3)),
    "config-requests": ("TCR", (3, 3, 3, 3)),
    "connections": ("CT", (4, 4, 4)),
    "templates": ("TL", (3, 3, 3)),
    "conversations": ("CO", (3, 3, 3, 3, 3, 3)),
    "messages": ("ME", (3, 3, 3, 3, 3, 3)),
    "services": ("SRVC", (4, 4)),
    "environments": ("ENV", (4, 4, 2)),
    "extensions": ("EXT", (3, 3)),
    "installations": ("EIN", (4, 4, 4)),
    "schedules": ("EFS", (4, 4)),
    "tasks": ("TQ", (4, 4, 4, 4)),
    "sla": ("SLA", (3, 3, 3)),
    "sli": ("SLI", (3, 3, 3)),
}


def formatted(collection: str, number: int) -> str:
    """Return the id with a number; a number too long for the format extends its first group."""
    prefix, groups = _FORMATS.get(collection, (_initials(collection), (3, 3, 3)))
    digits = str(number).zfill(sum(groups))
    extra = len(digits) - sum(groups)
    parts: list[str] = []
    at = 0
    for index, length in enumerate(groups):
        end = at + length + (extra if index == 0 else 0)
        parts.append(digits[at:end])
        at = end
    return "-".join([prefix, *parts])


def nested(parent_id: str, number: int) -> str:
    """Return the id of a record numbered within a parent: ``PRD-123-456-789-0001``."""
    return f"{parent_id}-{number:04d}"


def number_of(record_id: str) -> int:
    """Return the number in an id; 0 without digits."""
    return int("".join(re.findall(r"[0-9]+", record_id)) or 0)


def free(candidate: Callable[[int], str], start: int, taken: Callable[[str], bool]) -> str:
    """Return the first free id from ``start`` on."""
    number = start
    while taken(candidate(number)):
        number += 1
    return candidate(number)


def _initials(collection: str) -> str:
    return "".join(part[0] for part in collection.split("-") if part).upper() + "X"
