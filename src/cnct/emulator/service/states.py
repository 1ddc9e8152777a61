"""What Connect's actions do to a record's status, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnct.emulator.service.api_errors import invalid
from cnct.openapi.shapes import Record, as_record


@dataclass(frozen=True, slots=True)
class Step:
    """From which statuses an action leads to which, and what its payload must have one of."""

    sources: frozenset[str]
    target: str
    needs: tuple[str, ...] = ()


def _step(sources: str, target: str, *needs: str) -> Step:
    return Step(frozenset(sources.split()), target, needs)


# The meanings are those of the descriptions in Connect's OpenAPI document, version 37.0.
STEPS: Mapping[str, Mapping[str, Step]] = {
    "requests": {
        "approve": _step("pending", "approved", "template_id", "activation_tile"),
        "fail": _step("pending inquiring", "failed"),
        "inquire": _step("pending", "inquiring"),
        "pend": _step("inquiring", "pending"),
        "purchase": _step("draft", "pending"),
    },
    "products": {
        "endsale": _step("published", "endofsale"),
        "resumesale": _step("endofsale", "published"),
    },
    "items": {
        "endsale": _step("published", "endofsale"),
        "resumesale": _step("endofsale", "published"),
    },
    "cases": {
        "pend": _step("inquiring resolved", "pending"),
        "inquire": _step("pending", "inquiring"),
        "resolve": _step("pending", "resolved"),
        "close": _step("pending inquiring resolved", "closed"),
    },
    "files": {
        "submit": _step("ready", "pending"),
        "accept": _step("pending", "accepted"),
        "reject": _step("pending", "rejected"),
        "delete": _step("draft ready rejected invalid", "deleted"),
        "close": _step("accepted", "closed"),
        "reprocess": _step("draft invalid ready", "ready"),
    },
    "config-requests": {
        "approve": _step("pending", "approved"),
        "fail": _step("pending inquiring", "failed"),
        "inquire": _step("pending", "inquiring"),
        "pend": _step("inquiring", "pending"),
    },
    "translations": {
        "activate": _step("inactive", "active"),
    },
}

# The property that tells the status, where it is not called so.
_STATUS: Mapping[str, str] = {"cases": "state"}

# The status of what was just created.
INITIAL: Mapping[str, str] = {
    "requests": "pending",
    "products": "draft",
    "items": "draft",
    "cases": "pending",
    "files": "draft",
    "config-requests": "pending",
    "translations": "inactive",
    "listings": "unlisted",
    "assets": "processing",
}


def begin(collection: str, record: Record) -> None:
    """Set the status of a record that was just created, unless it came with one."""
    if collection in INITIAL:
        record.setdefault(_STATUS.get(collection, "status"), INITIAL[collection])


def act(collection: str, action: str, record: Record, payload: Any) -> Record:
    """Return the record after an action; one that the table does not have changes nothing.

    Raises:
        ApiError: If the action does not fit the status, or its payload lacks what it needs.
    """
    step = STEPS.get(collection, {}).get(action)
    if step is None:
        return record
    name = _STATUS.get(collection, "status")
    if record.get(name) not in step.sources:
        wanted = " or ".join(sorted(step.sources))
        raise invalid(f"{name}: cannot {action} from '{record.get(name)}', only from {wanted}.")
    given = as_record(payload)
    if step.needs and not any(given.get(need) for need in step.needs):
        raise invalid(f"{step.needs[0]}: This field is required.")
    changed = {**record, name: step.target}
    if given.get("reason"):
        changed["reason"] = given["reason"]
    if given.get("template_id"):
        changed["template"] = {"id": given["template_id"]}
    return changed
