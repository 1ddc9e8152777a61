"""Calls -> answers: routes a request to the records and the rules. Knows no sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cnct.emulator import errors, ids
from cnct.emulator.api import Api, Collection, Place
from cnct.emulator.paging import slice_of
from cnct.emulator.select import selection_of
from cnct.emulator.shapes import Record, as_object, is_array, is_object
from cnct.emulator.sql import Compiler, listings, ordering_sql
from cnct.emulator.states import act, begin
from cnct.emulator.storage import Storage
from cnct.rql import RQLSyntaxError, from_wire, parse
from cnct.rql.nodes import Node

BASE = "/public/v1"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_READ_ONLY = frozenset({"id", "events", "created", "updated"})


class Connect:
    """The service: an API's records behind its HTTP interface.

    Args:
        api: What the document says.
        storage: Where the records are.
        api_keys: ``Authorization`` values that are let in; ``None`` for any ``ApiKey ...``.
        now: Tells the time.
    """

    def __init__(
        self,
        api: Api,
        storage: Storage,
        api_keys: Container[str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Keep the parts."""
        self._api = api
        self._storage = storage
        self._api_keys = api_keys
        self._now = now

    def asgi(self) -> Starlette:
        """Return the ASGI application."""
        route = Route("/{path:path}", self._answer, methods=_METHODS)
        return Starlette(routes=[route])

    async def _answer(self, request: Request) -> Response:
        try:
            self._authorize(request)
            place = self._place(request)
            body = (
                _payload(await request.body()) if request.method not in ("GET", "DELETE") else None
            )
            return self._handle(request, place, body)
        except errors.ApiError as error:
            return JSONResponse(error.body, error.status)

    def _authorize(self, request: Request) -> None:
        given = request.headers.get("Authorization", "")
        allowed = given.startswith("ApiKey ") if self._api_keys is None else given in self._api_keys
        if not allowed:
            raise errors.unauthorized()

    def _place(self, request: Request) -> Place:
        raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
        path = raw.decode("ascii").partition("?")[0]
        if not path.startswith(f"{BASE}/"):
            raise errors.not_found()
        # Ids are decoded one by one, so that an encoded slash stays inside its id.
        segments = path.removeprefix(f"{BASE}/").rstrip("/").split("/")
        place = self._api.find("/".join(unquote(s).replace("/", "\x00") for s in segments))
        if place is None:
            raise errors.not_found()
        if request.method not in place.methods:
            raise errors.method_not_allowed(request.method)
        self._check_parents(place)
        return place

    def _check_parents(self, place: Place) -> None:
        """Answer 404 below a parent that does not exist."""
        parts = place.collection.key.split("/")
        above = parts[: len(parts) - parts[::-1].index("{}") - 1] if "{}" in parts else []
        collection = self._api.collections.get("/".join(above))
        if collection and not self._storage.get(
            collection, *_split(place.ids[: above.count("{}") + 1])
        ):
            raise errors.not_found()

    def _handle(self, request: Request, place: Place, body: Any) -> Response:
        query = _parsed(str(request.scope["query_string"], "ascii"))
        match place.kind, request.method:
            case "list", "GET":
                return self._list(place, query)
            case "list", "POST":
                return self._create(place, body)
            case "list", _:
                return JSONResponse([self._update(place, item, item) for item in _items(body)])
            case "resource", "GET":
                return self._retrieve(place, query)
            case "resource", "DELETE":
                self._existing(place)
                self._storage.delete(place.collection, *_split(place.ids))
                return Response(status_code=204)
            case "resource", _:
                return JSONResponse(self._update(place, self._existing(place), body))
            case _:
                return self._act(place, body)

    def _list(self, place: Place, query: Node | None) -> Response:
        collection, parent = place.collection, "/".join(place.ids)
        asked = slice_of(query, collection)
        where = Compiler(collection).where(query)
        order = ordering_sql(collection, _ordering(query))
        selection = selection_of(query, collection)
        found = self._storage.rows(collection, parent, where, order, asked.limit, asked.offset)
        rows = [selection.apply(row, collection) for row in found]
        headers: dict[str, str] = {}
        if asked.limit is not None:
            total = self._storage.count(collection, parent, where)
            headers["Content-Range"] = asked.content_range(len(rows), total)
        return JSONResponse(rows, headers=headers)

    def _retrieve(self, place: Place, query: Node | None) -> Response:
        collection = place.collection
        parent, record_id = _split(place.ids)
        where = Compiler(collection).where(query)
        where.sql, where.params = f"id = ? AND {where.sql}", [record_id, *where.params]
        found = next(self._storage.rows(collection, parent, where, "rowid", 1, 0), None)
        if found is None:
            raise errors.not_found()
        return JSONResponse(selection_of(query, collection).apply(found, collection))

    def _create(self, place: Place, body: Any) -> Response:
        collection, parent = place.collection, "/".join(place.ids)
        many = is_array(body)
        records: list[Record] = []
        for item in _items(body):
            record = self._new(place, item, records)
            records.append(record)
        self._storage.insert(collection, parent, records)
        return JSONResponse(records if many else records[0], 201)

    def _new(self, place: Place, payload: Record, others: list[Record]) -> Record:
        collection, parent = place.collection, "/".join(place.ids)
        taken = {record["id"] for record in others}

        def exists(candidate: str) -> bool:
            return candidate in taken or bool(self._storage.get(collection, parent, candidate))

        def candidate(number: int) -> str:
            if collection.name == "items" and place.ids:
                return ids.nested(place.ids[-1], number)
            return ids.formatted(collection.name, number)

        record: Record = {"id": ids.free(candidate, 1 + len(others), exists)}
        record |= {name: value for name, value in payload.items() if name not in _READ_ONLY}
        begin(collection.name, record)
        self._stamp(collection, record, "created", "updated")
        return record

    def _update(self, place: Place, current: Record, body: Any) -> Record:
        if not is_object(body):
            raise errors.invalid("payload: expected a JSON object.")
        collection = place.collection
        parent = "/".join(place.ids if place.kind == "list" else place.ids[:-1])
        stored = self._storage.get(collection, parent, str(current.get("id")))
        if stored is None:
            raise errors.not_found()
        changes = {name: value for name, value in body.items() if name not in _READ_ONLY}
        record = _merged(stored, changes)
        self._stamp(collection, record, "updated")
        self._storage.replace(collection, parent, record)
        return record

    def _existing(self, place: Place) -> Record:
        record = self._storage.get(place.collection, *_split(place.ids))
        if record is None:
            raise errors.not_found()
        return record

    def _act(self, place: Place, body: Any) -> Response:
        if not place.ids:
            return JSONResponse({})
        record = self._existing(place)
        changed = act(place.collection.name, place.action, record, body)
        if changed != record:
            self._stamp(place.collection, changed, "updated")
            self._storage.replace(place.collection, _split(place.ids)[0], changed)
            self._follow(place.collection, changed)
        return JSONResponse(changed)

    def _follow(self, collection: Collection, request: Record) -> None:
        """Activate the subscription whose purchase was approved."""
        assets = self._api.collections.get("subscriptions/assets")
        if collection.name != "requests" or request["status"] != "approved" or assets is None:
            return
        asset_id = str(as_object(request.get("asset")).get("id"))
        asset = self._storage.get(assets, "", asset_id)
        if asset:
            self._storage.replace(assets, "", {**asset, "status": "active"})

    def _stamp(self, collection: Collection, record: Record, *moments: str) -> None:
        """Note when a record was created or updated, in the form that its schema has."""
        now = self._now().strftime("%Y-%m-%dT%H:%M:%S+00:00")
        for moment in moments:
            if "events" in collection.properties:
                record["events"] = {**record.get("events", {}), moment: {"at": now}}
            elif moment in collection.properties:
                record[moment] = now


def _split(path_ids: tuple[str, ...]) -> tuple[str, str]:
    """Part the ids of a resource's path into those above it, joined, and its own."""
    return "/".join(path_ids[:-1]), path_ids[-1].replace("\x00", "/")


def _ordering(query: Node | None) -> tuple[str, ...] | None:
    found = listings(query, "ordering")
    if len(found) > 1:
        raise errors.bad_query(
            "Bad ordering filter: query can contain only one ordering operation."
        )
    return found[0].fields if found else None


def _parsed(raw_query: str) -> Node | None:
    try:
        return parse(from_wire(raw_query))
    except RQLSyntaxError as error:
        raise errors.bad_query("Bad filter query.") from error


def _payload(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise errors.invalid("payload: JSON parse error.") from error


def _items(body: Any) -> list[Record]:
    items = body if is_array(body) else [body]
    if not items or not all(is_object(item) for item in items):
        raise errors.invalid("payload: expected a JSON object, or an array of them.")
    return items


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Record:
    """Merge objects property by property; anything else is replaced."""
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if is_object(before) and is_object(value):
            merged[name] = _merged(before, value)
        else:
            merged[name] = value
    return merged
