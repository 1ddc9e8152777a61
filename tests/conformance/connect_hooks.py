"""What schemathesis has to know of Connect: ids that exist, and where the document errs.

Loaded by schemathesis (``SCHEMATHESIS_HOOKS``), in an environment of its own.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from functools import cache
from typing import Any

import schemathesis

# Parameters that name a record by another property than its id.
OWN_NAMES = {"version", "locale", "key"}


@schemathesis.hook
def before_load_schema(context, raw_schema: dict[str, Any]) -> None:
    """Take back what the document says and cannot mean."""
    mend(raw_schema)


def mend(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            mend(each)
    if not isinstance(node, dict):
        return
    identifier = node.get("properties", {}).get("id")
    if isinstance(identifier, dict):
        identifier.pop("writeOnly", None)  # the ids of what is referred to are in every answer
    choices = node.get("enum", ())
    if node.get("type") == "string" and any(isinstance(choice, int) for choice in choices):
        del node["type"]  # numbers as the choices of a text
    for each in node.values():
        mend(each)


@schemathesis.hook
def map_path_parameters(context, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Put ids in the path that exist."""
    result = dict(path_parameters or {})
    path: list[str] = []
    for part in context.operation.path.strip("/").split("/"):
        name = part.strip("{}")
        if name != part:
            found = first("/".join(path))
            last = name.rpartition("_")[2]
            value = found.get(last if last in OWN_NAMES & found.keys() else "id")
            result[name] = str((value["id"] if isinstance(value, dict) else value) or "X-1")
            part = urllib.parse.quote(result[name], safe="")  # noqa: PLW2901 - as it is sent
        path.append(part)
    return result or path_parameters


@cache
def first(collection: str) -> dict[str, Any]:
    """Return the first record of a collection."""
    url = f"{os.environ['CONNECT']}/{collection}?limit=1"
    request = urllib.request.Request(url, headers={"Authorization": "ApiKey x"})  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server
            found = json.load(answer)
    except urllib.error.HTTPError:
        return {}
    row = found[0] if isinstance(found, list) and found else found
    return row if isinstance(row, dict) else {}
