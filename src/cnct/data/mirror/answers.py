"""Answers the reads of a client from a mirror's file, as the server would. Never writes the file.

A query that needs a collection or field which was not fetched is an error, not an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from cnct.data.columns import Columns
from cnct.data.mirror.fetched_fields import FetchedFields
from cnct.data.mirror.reading import MirroredCollection, MirrorReading, segments
from cnct.exceptions import InvalidCallError, MirrorError, QueryError
from cnct.openapi.checks.conditions import Filters
from cnct.openapi.fields import FilterField
from cnct.rql import RQLSyntaxError, parse
from cnct.rql.nodes import Node
from cnct.rql.url import from_wire
from cnct.store import QueryPlan, read
from cnct.store.columns import json_text
from cnct.text import listed

_JSON = {"Content-Type": "application/json"}
_PARAMETERS = frozenset({"limit", "offset"})


class LocalResponse(NamedTuple):
    """A response from the mirror, in the form of the server's."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class MirrorAnswers:
    """Answers to reads.

    Args:
        reading: The mirror's file, opened for reading.
    """

    def __init__(self, reading: MirrorReading) -> None:
        self._reading = reading

    def fields(self, path: str) -> Mapping[str, FilterField]:
        """Return the fields of a collection by dotted name; none without the collection."""
        collection = self._reading.collection(path)
        return collection.table.fields if collection else {}

    def columns(self, path: str) -> Columns | None:
        """Return the columns of a collection that were fetched, for exports.

        ``None`` if the mirror lacks the collection, or the document its rows.
        """
        collection = self._reading.collection(path)
        if collection is None:
            return None
        state, table = collection
        fetched = FetchedFields(table, state.selection)
        with self._reading.errors():
            columns = self._reading.file.columns(state.key)
        kept = [column for column in columns[:-1] if fetched.has(column.name)]
        return Columns(kept, is_documented=True) if kept else None

    def check_picks(self, path: str, names: Sequence[str]) -> None:
        """Check names of fields to pick from rows, or from a row.

        Args:
            path: Path of the collection, or of a resource.
            names: Dotted names.

        Raises:
            MirrorError: If a field was not fetched.
        """
        collection = self._reading.collection(path) or self._reading.collection(
            path.rpartition("/")[0]
        )
        if collection is not None:
            fetched = FetchedFields(collection.table, collection.state.selection)
            missing = [name for name in names if not fetched.has(name)]
            _check_fetched(collection, fetched, missing)

    def get(self, path: str, query: str, *, is_list: bool) -> LocalResponse:
        """Answer a GET.

        Args:
            path: Path below the endpoint, percent-encoded.
            query: RQL, percent-encoded.
            is_list: Whether the rows of a collection are expected, and not a single resource.

        Returns:
            A page of rows, a record, or the server's error for a query that it refuses and for a
            record that does not exist.

        Raises:
            MirrorError: If the collection, or a field of the query, was not fetched.
            InvalidCallError: If the query names an unknown field. The server would ignore the
                condition and answer with every row.
        """
        place = path.strip("/")
        above, _, last = place.rpartition("/")
        try:
            node = _parsed(query)
            collection = self._reading.collection(place if is_list else above)
            if collection is None:
                raise self._not_mirrored(place, is_list=is_list)
            with self._reading.errors():
                if is_list:
                    return self._page(collection, node)
                return self._record(collection, unquote(last), node)
        except QueryError as error:
            return _refusal(400, "VAL_001", error.message, error.details)

    def _page(self, collection: MirroredCollection, query: Node | None) -> LocalResponse:
        plan = self._plan(collection, query)
        page = self._reading.file.storage.page(collection.table, collection.state.parent, plan)
        headers = {**_JSON}
        if plan.slice.limit is not None:
            first = plan.slice.offset if plan.slice.limit else 0
            last = first + max(len(page.rows) - 1, 0)
            headers["Content-Range"] = f"items {first}-{last}/{page.total}"
        return LocalResponse(200, headers, f"[{','.join(page.rows)}]".encode())

    def _record(
        self, collection: MirroredCollection, key: str, query: Node | None
    ) -> LocalResponse:
        table, parent = collection.table, collection.state.parent
        storage = self._reading.file.storage
        plan = self._plan(collection, query, sliced=False)
        record = storage.get(table, parent, key)
        if record is None or not storage.matches(table, parent, key, plan.condition):
            return _refusal(404, "CNCT_001", "Not found in the mirror.")
        content = json_text(plan.selection.apply(record)).encode()
        return LocalResponse(200, _JSON, content)

    def _plan(
        self, collection: MirroredCollection, query: Node | None, *, sliced: bool = True
    ) -> QueryPlan:
        """Compile a query, after checking that the rows can answer it."""
        table, path = collection.table, collection.state.path
        if query is not None:
            problems = Filters(table.fields, _PARAMETERS).problems(query)
            unknown = [str(problem) for problem in problems if problem.kind == "field"]
            if unknown:
                raise InvalidCallError(f"The mirror cannot filter {path}", errors=unknown)
        plan = read(query, table, sliced=sliced)
        fetched = FetchedFields(table, collection.state.selection)
        _check_fetched(collection, fetched, fetched.missing(query))
        # The others are in no row, so that rows need not be decoded to remove them.
        hidden = {
            name: paths for name, paths in plan.selection.hidden.items() if name in fetched.revealed
        }
        return replace(plan, selection=replace(plan.selection, hidden=hidden))

    def _not_mirrored(self, place: str, *, is_list: bool) -> MirrorError:
        """Return the error for a path that is neither a mirrored collection nor a row of one."""
        states = self._reading.file.states()
        steps = segments(place)
        mirrored = [state for state in states if state.is_complete]
        if not is_list and any(segments(state.path) == steps[:-2] for state in mirrored):
            return MirrorError(
                f"{place} is neither a collection nor a row, and a mirror has nothing else: make"
                " the call with the client"
            )
        collection = steps if is_list else steps[:-1]
        is_begun = any(segments(state.path) == collection for state in states)
        path = "/".join(collection)
        problem = "was not read to its end" if is_begun else "is not in the mirror"
        has = f"It has {listed(state.path for state in mirrored)}" if mirrored else "It is empty"
        return MirrorError(f"{path} {problem}: write mirror.sync({path!r}) first. {has}")


def _check_fetched(
    collection: MirroredCollection, fetched: FetchedFields, missing: Sequence[str]
) -> None:
    """Raise an error if fields are missing in the rows of a collection."""
    if not missing:
        return
    path = unquote(collection.state.path)
    raise MirrorError(
        f"The rows of {path} in the mirror were fetched without {listed(missing)}: write"
        f" mirror.sync({path!r}, select={fetched.selection_with(missing)}) first"
    )


def _parsed(query: str) -> Node | None:
    try:
        return parse(from_wire(query))
    except RQLSyntaxError as error:
        raise QueryError("Bad filter query.") from error


def _refusal(status: int, code: str, message: str, params: Any = None) -> LocalResponse:
    """Return an error in the form of the server (docs/rql.md, "Error bodies")."""
    body = {"error_code": code, "errors": [message], "params": params}
    return LocalResponse(status, _JSON, json_text(body).encode())
