"""Serves requests: routes them to the records and writes the responses. Opens no sockets."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace
from starlette import routing
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnct.emulator.api import Api, Route, depth
from cnct.emulator.inventing.inventor import Inventor
from cnct.emulator.service import accept, api_errors, bodies, media, ranges
from cnct.emulator.service.bodies import RequestBody, Upload, is_json
from cnct.emulator.service.etags import EntityTags
from cnct.emulator.service.payloads import items_of, names_its_own_id, object_of, writable_payload
from cnct.emulator.service.records import Records
from cnct.emulator.service.row_faults import MOVES, NEW_ROWS, PAGE_CAP
from cnct.emulator.service.uploaded import described
from cnct.exceptions import QueryError
from cnct.openapi.places import Operation, Success
from cnct.openapi.shapes import JSON, Record, as_record, is_list, is_record
from cnct.openapi.wrappers import WrappedPage, wrapped
from cnct.rql import RQLSyntaxError, parse
from cnct.rql.nodes import Node
from cnct.rql.url import from_wire
from cnct.store import Slice, StoredPage, Table, read
from cnct.text import did_you_mean

BASE = "/public/v1"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class Service:
    """The HTTP interface of an API's records.

    Args:
        api: The document.
        records: The records.
        inventor: Completes responses with required properties that the record lacks.
        api_keys: Accepted ``Authorization`` values; ``None`` for any ``ApiKey ...``.
        etags: Whether records have entity tags.
    """

    def __init__(
        self,
        api: Api,
        records: Records,
        inventor: Inventor,
        api_keys: Container[str] | None = None,
        *,
        etags: bool = False,
    ) -> None:
        self._api = api
        self._etags = EntityTags(records, is_on=etags)
        self._records = records
        self._inventor = inventor
        self._api_keys = api_keys

    def asgi(self, *middleware: Middleware) -> Starlette:
        """Return the ASGI application, behind middleware."""
        route = routing.Route("/{path:path}", self._respond, methods=_METHODS)
        return Starlette(routes=[route], middleware=middleware)

    def insert(self, path: str, records: Iterable[Record]) -> None:
        """Add records to the collection at a path.

        Raises:
            ValueError: If the document has no collection there.
        """
        table, path_ids = self._table_at(path)
        self._records.fill_on_demand(table, path_ids)
        self._records.add(table, path_ids, records)

    def supply(self, path: str, records: Iterable[Record]) -> None:
        """Add the records of the collection at a path, where no others are invented.

        Raises:
            ValueError: If the document has no collection there.
        """
        self._records.supply(*self._table_at(path), records)

    def prepare(self, path: str) -> None:
        """Invent the records of the collection at a path unless there are some.

        Raises:
            ValueError: If the document has no collection there.
        """
        self._records.fill_on_demand(*self._table_at(path))

    def invent(self, path: str) -> None:
        """Invent the records of the collection at a path.

        Raises:
            ValueError: If the document has no collection there.
        """
        self._records.fill(*self._table_at(path))

    def _table_at(self, path: str) -> tuple[Table, tuple[str, ...]]:
        route = self._api.find(path)
        if route is None or route.serves != "rows":
            hint = did_you_mean(path, self._api.tables)
            raise ValueError(f"the document has no collection {path!r}.{hint}")
        return route.table, route.ids

    def delete(self, path: str) -> None:
        """Remove the record at a path, if any.

        Raises:
            ValueError: If the document has no record there.
        """
        route = self._api.find(path)
        if route is None or route.serves != "record":
            raise ValueError(f"the document has no record {path!r}")
        *above, key = route.ids
        self._records.fill_on_demand(route.table, tuple(above))
        self._records.storage.delete(route.table, "/".join(above), key)

    async def _respond(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            if request.scope["path"].startswith(media.MEDIA):
                return ranges.served(request, self._media(request.scope["path"]))
            path = _raw_path(request)
            if not f"{path}/".startswith(f"{BASE}/"):
                return Response("Not Found", 404, media_type="text/plain")  # outside Connect's API
            self._authorize(request)
            route = self._route(path, method)
            operation = route.operations[method]
            if method != "GET":
                self._check_exists(route)  # before the payload is checked: 404 precedes 400
            body = RequestBody() if method == "GET" else await bodies.read(request, operation.body)
            payload = writable_payload(self._api, operation, route.path, body)
            self._etags.check(request.headers if method != "GET" else {}, route)
            success = self._success(operation, request)
            call = _Call(route, operation, success, payload, body.files, _query(request))
            response = self._handle(method, call, request.scope.get("state", {}))
            response = ranges.served(request, response) if method == "GET" else response
        except QueryError as error:
            response = _refusal(api_errors.bad_query(error))
        except api_errors.ApiError as error:
            response = _refusal(error)
        if request.method == "HEAD":
            response = Response(status_code=response.status_code, headers=response.headers)
        return response

    def _media(self, path: str) -> Response:
        """Return the file at a path below the host: an uploaded one, or a placeholder."""
        content = self._records.storage.file(path)
        content = media.placeholder(path) if content is None else content
        return Response(content, media_type=media.media_type(path))

    def _success(self, operation: Operation, request: Request) -> Success:
        """Return the successful response, in a media type that the request accepts."""
        success = self._api.success(operation)
        header, form = request.headers.get("Accept", ""), request.query_params.get("format", "")
        media_types = self._api.media_types(operation) or (success.media_type,)
        return replace(success, media_type=accept.chosen(media_types, header, form))

    def _authorize(self, request: Request) -> None:
        key = request.headers.get("Authorization", "")
        allowed = key.startswith("ApiKey ") if self._api_keys is None else key in self._api_keys
        if not allowed:
            raise api_errors.unauthorized()

    def _route(self, path: str, method: str) -> Route:
        # Ids are decoded one by one, so that an encoded slash remains part of an id.
        segments = path.removeprefix(BASE).removeprefix("/").rstrip("/").split("/")
        route = self._api.find("/".join(unquote(s).replace("/", "\x00") for s in segments))
        if route is None:
            raise api_errors.not_found()
        if method not in route.operations:
            raise api_errors.method_not_allowed(method, route.operations)
        return route

    def _check_exists(self, route: Route) -> None:
        """Raise a 404 if the record of a path, or the one above, does not exist."""
        table, end = route.table, depth(route.table.key) + 1
        if table.key in self._api.tables and len(route.ids) >= end:
            self._records.get(table, route.ids[:end])
        else:
            self._records.check_above(route.key, route.ids)

    def _handle(self, method: str, call: _Call, state: Mapping[str, Any]) -> Response:
        match call.route.serves, method:
            case "rows", "GET":
                return self._list(call, state)
            case "record", "GET":
                return self._retrieve(call)
            case "value", "GET":
                return self._value(call)
            case "rows", _:
                return self._response(call, self._change_list(method, call))
            case "record", _:
                return self._response(call, self._change_resource(method, call))
            case "value", "DELETE":
                self._records.remove_value(*call.target)
                return self._response(call, None)
            case "value", _:
                return self._response(call, self._records.set_value(*call.target, call.payload))
            case _:
                return self._response(call, self._act(call))

    def _change_list(self, method: str, call: _Call) -> Any:
        match method:
            case "POST":
                return self._create(call)
            case "DELETE":
                return self._delete_many(call)
            case _:
                return self._update_many(call)

    def _change_resource(self, method: str, call: _Call) -> Record:
        if method == "DELETE":
            return self._records.delete(*call.target)
        changes = call.payload or {} if call.files else object_of(call.payload)
        self._keep_files(call, call.route.record)
        return self._records.update(*call.target, self._described(call, changes))

    def _list(self, call: _Call, state: Mapping[str, Any]) -> Response:
        table, path_ids = call.target
        plan = read(call.query, table).capped(state.get(PAGE_CAP))
        if plan.slice.offset:
            self._records.change_rows(table, path_ids, state.get(NEW_ROWS, 0))
        parent, storage = self._records.parent(table, path_ids), self._records.storage
        if plan.slice.offset and MOVES in state:
            state[MOVES].apply(storage, table, parent, plan)
        page = storage.page(table, parent, plan)
        if call.wants_file:
            content = bodies.content(call.success.media_type, page.records, table.name)
            headers = _content_range(plan.slice, page)
            return Response(content, headers=headers, media_type=call.success.media_type)
        within = self._api.rows_within(call.success.schema, table.key)
        if within:
            more = plan.slice.offset + len(page.rows) < page.total
            rows = WrappedPage(page.records, page.total, more)
            data = wrapped(call.success.schema, self._api.resolved, within, rows)
            response = self._response(call, data)
            response.headers.update(_content_range(plan.slice, page))
            return response
        if self._response_type(call) == "object":  # some documents describe a list as one object
            return self._response(call, next(iter(page.records), None))
        body = f"[{','.join(page.rows)}]"
        return Response(body, headers=_content_range(plan.slice, page), media_type=JSON)

    def _retrieve(self, call: _Call) -> Response:
        table, path_ids = call.target
        record = self._records.get(table, path_ids)
        plan = read(call.query, table, sliced=False)
        parent, storage = self._records.parent(table, path_ids[:-1]), self._records.storage
        if call.query and not storage.matches(table, parent, path_ids[-1], plan.condition):
            raise api_errors.not_found()
        answer = plan.selection.apply(record)
        if call.wants_file:
            return bodies.response(call.success, answer, table.name)
        data = [answer] if self._response_type(call) == "array" else answer
        return JSONResponse(data, headers=self._etags.headers(record))

    def _value(self, call: _Call) -> Response:
        data = self._records.value(*call.target)
        # A file whose path ends in a name was uploaded to the record above.
        paths = call.route.record, call.route.record.rpartition("/")[0]
        content = next(filter(None, map(self._records.storage.file, paths)), None)
        media_type = call.success.media_type
        if content is not None and media_type and not is_json(media_type):
            return Response(content, media_type=media_type)
        if data is None and not call.success.schema:
            data = call.success.example
        if data is None and not is_json(media_type):
            data = self._records.above(*call.target)
        return self._response(call, data)

    def _create(self, call: _Call) -> Any:
        table, path_ids = call.target
        items = items_of({} if call.payload is None and call.files else call.payload)
        if not names_its_own_id(self._api, call.operation):
            items = [{name: item[name] for name in item if name != "id"} for item in items]
        items = [self._described(call, item) for item in items]
        records = self._records.create(table, path_ids, items)
        self._keep_files(call, f"{call.route.path}/{table.id_of(records[0])}")
        return records if is_list(call.payload) else records[0]

    def _update_many(self, call: _Call) -> Any:
        table, path_ids = call.target
        if call.payload is None and call.files:  # a file with rows, which is not read
            self._keep_files(call, call.route.path)
            return []
        items = items_of(call.payload)
        if not table.identifier:
            return self._records.update_only(table, path_ids, items[-1])
        keys = [table.id_of(item) for item in items]
        if "" in keys:
            raise api_errors.invalid(f"{table.identifier}: This field is required.")
        pairs = zip(keys, items, strict=True)
        with self._records.storage.transaction():
            return [self._records.update(table, (*path_ids, key), item) for key, item in pairs]

    def _delete_many(self, call: _Call) -> None:
        table, path_ids = call.target
        items = call.payload if is_list(call.payload) else []
        with self._records.storage.transaction():
            for item in items:
                key = table.id_of(item) if is_record(item) else str(item)
                self._records.delete(table, (*path_ids, key))

    def _act(self, call: _Call) -> Any:
        table, path_ids = call.target
        end = depth(table.key) + 1
        self._keep_files(call, call.route.record)
        if table.key not in self._api.tables or len(path_ids) < end:
            return call.payload if is_list(call.payload) else None
        record = self._records.act(table, path_ids[:end], call.route.name, call.payload)
        schema = self._api.resolved(call.success.schema)
        names = as_record(schema.get("properties")).keys() - {"id"}
        return record if not names or names & record.keys() else None

    def _keep_files(self, call: _Call, path: str) -> None:
        """Store the uploaded files of a record."""
        for file in call.files.values():
            self._records.storage.keep_file(path, file.content)
            self._records.storage.keep_file(unquote(file.link), file.content)

    def _described(self, call: _Call, record: Record) -> Record:
        return described(record, call.files, self._api.resolved(call.success.schema))

    def _response_type(self, call: _Call) -> Any:
        return self._api.resolved(call.success.schema).get("type")

    def _response(self, call: _Call, data: Any) -> Response:
        """Return the documented response, completed: an array or an object."""
        kind = self._response_type(call)
        if kind == "array" and data is not None and not is_list(data):
            data = [data]
        if kind == "object" and is_list(data):  # a bulk operation, which documents do not mention
            data = [self._completed(call, item) for item in data]
        else:
            data = self._completed(call, data)
        return bodies.response(call.success, data, call.route.table.name)

    def _completed(self, call: _Call, data: Any) -> Any:
        return self._inventor.completed(call.success.schema, data, *call.target)


@dataclass(frozen=True, slots=True)
class _Call:
    """A request, matched to the document and decoded."""

    route: Route
    operation: Operation
    success: Success
    payload: Any
    files: Mapping[str, Upload]
    query: Node | None

    @property
    def wants_file(self) -> bool:
        """Whether the response is not JSON but a sheet or text."""
        return bool(self.success.media_type) and not is_json(self.success.media_type)

    @property
    def target(self) -> tuple[Table, tuple[str, ...]]:
        return self.route.table, self.route.ids


def _raw_path(request: Request) -> str:
    """Return the percent-encoded path of a request, unchanged."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.decode("ascii").partition("?")[0]


def _refusal(error: api_errors.ApiError) -> Response:
    return JSONResponse(error.body, error.status, error.headers)


def _query(request: Request) -> Node | None:
    try:
        return parse(from_wire(str(request.scope["query_string"], "ascii")))
    except RQLSyntaxError as error:
        raise QueryError("Bad filter query.") from error


def _content_range(slice_: Slice, page: StoredPage) -> dict[str, str]:
    """Return the header of a page; a list without pages has none."""
    if slice_.limit is None:
        return {}
    first = slice_.offset if slice_.limit else 0
    last = first + max(len(page.rows) - 1, 0)
    return {"Content-Range": f"items {first}-{last}/{page.total}"}
