"""The statuses of records: of new records, and the transitions by actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnct.emulator.service.api_errors import invalid
from cnct.openapi.shapes import Record, as_record


@dataclass(frozen=True, slots=True)
class Transition:
    """The effect of an action on a status.

    Attributes:
        sources: Statuses in which the action is allowed.
        target: New status.
        needs: Fields of which the payload needs at least one.
    """

    sources: frozenset[str]
    target: str
    needs: tuple[str, ...] = ()


def _to(sources: str, target: str, *needs: str) -> Transition:
    return Transition(frozenset(sources.split()), target, needs)


# From the descriptions in Connect's OpenAPI document, version 37.0.
TRANSITIONS: Mapping[str, Mapping[str, Transition]] = {
    "requests": {
        "approve": _to("pending", "approved", "template_id", "activation_tile"),
        "fail": _to("pending inquiring", "failed"),
        "inquire": _to("pending", "inquiring"),
        "pend": _to("inquiring", "pending"),
        "purchase": _to("draft", "pending"),
    },
    "products": {
        "endsale": _to("published", "endofsale"),
        "resumesale": _to("endofsale", "published"),
    },
    "items": {
        "endsale": _to("published", "endofsale"),
        "resumesale": _to("endofsale", "published"),
    },
    "cases": {
        "pend": _to("inquiring resolved", "pending"),
        "inquire": _to("pending", "inquiring"),
        "resolve": _to("pending", "resolved"),
        "close": _to("pending inquiring resolved", "closed"),
    },
    "files": {
        "submit": _to("ready", "pending"),
        "accept": _to("pending", "accepted"),
        "reject": _to("pending", "rejected"),
        "delete": _to("draft ready rejected invalid", "deleted"),
        "close": _to("accepted", "closed"),
        "reprocess": _to("draft invalid ready", "ready"),
    },
    "config-requests": {
        "approve": _to("pending", "approved"),
        "fail": _to("pending inquiring", "failed"),
        "inquire": _to("pending", "inquiring"),
        "pend": _to("inquiring", "pending"),
    },
    "translations": {
        "activate": _to("inactive", "active"),
    },
}

# The property with the status, if not named ``status``.
_STATUS: Mapping[str, str] = {"cases": "state"}

# Statuses of new records.
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
    """Set the status of a new record without one."""
    if collection in INITIAL:
        record.setdefault(_STATUS.get(collection, "status"), INITIAL[collection])


def act(collection: str, action: str, record: Record, payload: Any) -> Record:
    """Return the record after an action; an unknown action changes nothing.

    Raises:
        ApiError: If the status does not allow the action, or the payload lacks a field.
    """
    transition = TRANSITIONS.get(collection, {}).get(action)
    if transition is None:
        return record
    name = _STATUS.get(collection, "status")
    if record.get(name) not in transition.sources:
        sources = " or ".join(sorted(transition.sources))
        raise invalid(f"{name}: cannot {action} from '{record.get(name)}', only from {sources}.")
    fields = as_record(payload)
    if transition.needs and not any(fields.get(need) for need in transition.needs):
        raise invalid(f"{transition.needs[0]}: This field is required.")
    changed = {**record, name: transition.target}
    if fields.get("reason"):
        changed["reason"] = fields["reason"]
    if fields.get("template_id"):
        changed["template"] = {"id": fields["template_id"]}
    return changed
