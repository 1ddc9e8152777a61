"""Updates that read the resource first: changed fields only, and nothing if others wrote meanwhile.

Decides without I/O; the drivers are in `steps`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cnct.client._core.arguments import checked_bool
from cnct.client._core.headers import merged
from cnct.client.answer import Answer
from cnct.client.base_client import BaseClient, with_payload
from cnct.client.checking import warn_of_left_out
from cnct.client.saving.steps import Saving, exchange
from cnct.exceptions import ChangedResourceError, ClientError
from cnct.openapi.shapes import Object, Record, is_object
from cnct.rows.compared_fields import Fields
from cnct.rows.difference_table import one_line
from cnct.rows.differences import Difference, changes_of, moved_fields
from cnct.rows.documented_rows import update_fields
from cnct.rows.table_cells import check_names

_BODIES = ("json", "data", "content", "files")
# RFC 9110, section 8.8.3: a strong one, since If-Match never matches a weak one
_STRONG = re.compile(r'"[!#-~\x80-\xff]*"')
_PRECONDITION_FAILED = 412


class Updated(NamedTuple):
    """The result of an update.

    Attributes:
        row: The resource after the update.
        difference: The fields that were sent; falsy if nothing was.
        answer: The answer to the last call, whose value is the row.
    """

    row: Any
    difference: Difference
    answer: Any = None


class Update:
    """An update that reads the resource first.

    Args:
        client: The client.
        path: Path of the resource.
        payload: The payload.
        changed_only: Whether to send only the fields that differ.
        since: The row as read before; ``None`` for no check.
        kwargs: See `ConnectClient.execute`.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has an invalid value.
    """

    def __init__(
        self,
        client: BaseClient[Any, Any, Any],
        path: str,
        payload: Any,
        kwargs: Mapping[str, Any],
        *,
        changed_only: bool = False,
        since: Any = None,
    ) -> None:
        self._client = client
        self._path = path
        self._payload = payload
        self._changed_only = checked_bool("changed_only", changed_only)
        self._since: Object | None = None if since is None else checked_since(since, payload)
        self._kwargs = kwargs
        if changed_only:
            check_payload("payload", payload, kwargs)

    def steps(self) -> Saving[Updated]:
        """Yield the calls, and return the resource after the update."""
        answer = yield from self._read()
        row = answer.value
        self._refuse_if_moved(row)
        payload, difference = self._payload, Difference()
        if self._changed_only:
            difference = self._changes(row)
            if not difference:
                return Updated(row, difference, answer)
            payload = difference.as_payload()
        kwargs = self._written(payload, answer.headers.get("ETag") or "")
        try:
            answer = yield from exchange(self._client, "PUT", self._path, kwargs)
        except ClientError as error:
            if error.status_code != _PRECONDITION_FAILED or self._since is None:
                raise
            answer = yield from self._read_after(error, payload, self._since)
        if answer.value is None:
            answer = yield from self._read()
        return Updated(answer.value, difference, answer)

    def _read(self) -> Saving[Any]:
        kwargs = _without_body(self._kwargs)
        answer = yield from exchange(self._client, "GET", self._path, kwargs)
        if not is_object(answer.value):
            raise ClientError(
                f"{self._path} is no JSON object, so its fields cannot be compared: leave out "
                "changed_only and unless_changed_since"
            )
        return answer

    def _read_after(self, error: ClientError, payload: Any, since: Object) -> Saving[Any]:
        """Read the resource after the server has refused the update of an earlier state.

        An earlier attempt of the same update, whose response was lost, may be the change.

        Raises:
            ChangedResourceError: If the resource does not have the fields of the payload.
        """
        try:
            answer = yield from self._read()
        except ClientError:
            raise moved(self._path, None, Difference(), error) from error
        row = answer.value
        is_own = error.attempts > 1 and is_object(payload) and not changes_of(payload, row)
        if not is_own:
            raise moved(self._path, row, moved_fields(since, row), error) from error
        return answer

    def _written(self, payload: Any, etag: str) -> Record:
        kwargs = with_payload(payload, {**self._kwargs})
        if self._since is not None and _STRONG.fullmatch(etag):
            kwargs["headers"] = merged({"If-Match": etag}, kwargs.get("headers"))
        return kwargs

    def _changes(self, row: Object) -> Difference:
        fields = known_fields(self._client, self._path)
        _check_id(self._path, self._payload, row)
        difference = changes_of(self._payload, row, fields)
        paths = [change.path for change in difference.left_out]
        warn_of_left_out(self._client._policy, f"PUT {self._path}", paths)
        return difference

    def _refuse_if_moved(self, row: Object) -> None:
        since = self._since
        if since is None:
            return
        one, other = since.get("id"), row.get("id")
        if _are_two(one, other):
            raise ValueError(
                f"unless_changed_since is the row of {one}, but {self._path} is {other}: pass the "
                "row that you read of this resource"
            )
        difference = moved_fields(since, row)
        if difference:
            raise moved(self._path, row, difference)


def moved(
    path: str, row: Any, difference: Difference, cause: ClientError | None = None
) -> ChangedResourceError:
    """Return the error for a resource that has changed since it was read.

    Args:
        path: Path of the resource.
        row: The present resource.
        difference: The fields that have changed.
        cause: The refusal of the server, ``None`` if nothing was sent.
    """
    details = f": {one_line([*difference])}" if difference else ""
    if cause and row is not None and not difference:
        details = ", by its ETag, though all fields of your row are the same"
    return ChangedResourceError(
        f"{path} has changed since it was read{details}. Read it again, and decide anew",
        status_code=cause.status_code if cause else None,
        method=cause.method if cause else None,
        url=cause.url if cause else None,
        row=row,
        difference=difference,
    )


def _without_body(kwargs: Mapping[str, Any]) -> Record:
    """Return the arguments for reading the resource: without bodies and conditions of the write."""
    reading = {name: value for name, value in kwargs.items() if name not in _BODIES}
    if is_object(reading.get("headers")):
        headers = reading["headers"]
        reading["headers"] = {
            name: value
            for name, value in headers.items()
            if not str(name).lower().startswith("if-")
        }
    return reading


def known_fields(client: BaseClient[Any, Any, Any], path: str) -> Fields | None:
    """Return the fields that an update can set, ``None`` without a document at hand."""
    specs = client._specs
    return update_fields(specs, path) if specs else None


def check_payload(name: str, payload: Any, kwargs: Mapping[str, Any]) -> None:
    """Refuse a payload whose fields cannot be compared.

    Args:
        name: Name of the argument.
        payload: The argument.
        kwargs: Arguments of the call, which must have no other body.

    Raises:
        TypeError: If the payload is not a dictionary, or a name is no text.
        ValueError: If there is another body.
    """
    if not is_object(payload):
        kind = type(payload).__name__
        raise TypeError(f"{name} must be a dictionary of fields to compare, not {kind}")
    check_names(payload, name)
    for body in _BODIES:
        if kwargs.get(body) is not None:
            raise ValueError(f"A call has one body: pass either {name} or {body}")


def checked_since(since: Any, payload: Any) -> Object:
    """Return the row as read before.

    Raises:
        TypeError: If ``since`` is no row.
        ValueError: If ``since`` is empty, or the payload itself.
    """
    if not is_object(since):
        kind = type(since).__name__
        remedy = ": pass answer.value" if isinstance(since, Answer) else ", such as resource.get()"
        raise TypeError(
            f"unless_changed_since must be the row as you read it, a dictionary, not {kind}{remedy}"
        )
    if not since:
        raise ValueError(
            "unless_changed_since has no fields to compare: pass the row as you read it"
        )
    if since is payload:
        raise ValueError(
            "payload and unless_changed_since are one object, which has your changes already: "
            "change a copy, as of copy.deepcopy(row)"
        )
    return since


def _check_id(path: str, payload: Object, row: Object) -> None:
    """Refuse the payload of another resource."""
    one, other = payload.get("id"), row.get("id")
    if _are_two(one, other):
        raise ValueError(
            f"The payload is that of {one}, but {path} is {other}: leave its id out to copy it"
        )


def _are_two(one: Any, other: Any) -> bool:
    """Return whether two ids are those of two resources; a missing id can be any."""
    return one is not None and other is not None and str(one) != str(other)
