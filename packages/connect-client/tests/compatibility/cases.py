"""What programs observe of ``connect.client``: each case is a function of a server.

The cases run in an environment with connect-openapi-client and in one with the bridge; `observe`
prints what each returns as JSON.
"""

from __future__ import annotations

import asyncio
import inspect
import pickle
import re
import sys
import time
import warnings
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from unittest import mock
from urllib.parse import unquote

import httpx
import requests
import responses
from connect.client import AsyncConnectClient, ClientError, ConnectClient, R, RequestLogger

KEY = "ApiKey SU-000-000-000:secret"
MOCKED = "https://localhost/public/v1"

CASES: dict[str, Callable[[Any], Any]] = {}


def case(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Register a case under the name of its function."""
    CASES[function.__name__] = function
    return function


def client(server: Any, **options: Any) -> ConnectClient:
    return ConnectClient(KEY, server.endpoint, **{"max_retries": 0, **options})


def run(server: Any, function: Callable[[AsyncConnectClient], Any], **options: Any) -> Any:
    """Run a coroutine function of an asynchronous client."""

    async def main() -> Any:
        return await function(
            AsyncConnectClient(KEY, server.endpoint, **{"max_retries": 0, **options})
        )

    return asyncio.run(main())


def outcome(function: Callable[[], Any]) -> Any:
    """Return the result of a call, or class and text of its error."""
    try:
        return function()
    except Exception as error:  # noqa: BLE001 - the observation
        return [type(error).__name__, str(error)]


def failure(function: Callable[[], Any]) -> ClientError:
    try:
        function()
    except ClientError as error:
        return error
    raise AssertionError("no error")


# Clients ---------------------------------------------------------------------------------


@case
def defaults_of_the_constructor(_: Any) -> Any:
    made = ConnectClient(KEY)
    names = ("endpoint", "api_key", "default_headers", "default_limit", "max_retries", "timeout")
    values = [getattr(made, name) for name in names]
    return [*values, made.specs is None, made.resourceset_append, made.logger]


@case
def parameters_by_position(server: Any) -> Any:
    made = ConnectClient(
        KEY, server.endpoint, False, None, True, {"X-A": "1"}, 7, 0, None, (1, 2), False
    )
    made.requests["PR-1"].get()
    return [made.default_limit, list(made.timeout), server.headers.get("x-a")]


@case
def an_authorization_in_default_headers_is_refused(_: Any) -> Any:
    return outcome(lambda: ConnectClient(KEY, default_headers={"Authorization": "x"}))[0]


@case
def a_key_of_none_and_of_any_text_is_taken(_: Any) -> Any:
    keys = [None, "api_key", "SU-000:secret", "'quoted'", " spaces ", ""]
    return [ConnectClient(key).api_key for key in keys]


@case
def a_key_can_be_set_later(server: Any) -> Any:
    made = client(server)
    made.api_key = "ApiKey other"
    made.default_headers = {"X-B": "2"}
    made.requests["PR-1"].get()
    return [server.headers["authorization"], server.headers.get("x-b")]


@case
def the_endpoint_keeps_its_slash(_: Any) -> Any:
    return [
        ConnectClient(KEY, "https://host/public/v1/").endpoint,
        ConnectClient(KEY, "x").endpoint,
    ]


@case
def headers_of_a_call(server: Any) -> Any:
    client(server).requests["PR-1"].get(headers={"X-C": "3"})
    return [server.headers["authorization"], server.headers["x-c"]]


@case
def default_headers_win_over_those_of_a_call(server: Any) -> Any:
    client(server, default_headers={"X-C": "1"}).requests["PR-1"].get(headers={"X-C": "3"})
    return server.headers["x-c"]


@case
def the_user_agent(server: Any) -> Any:
    client(server).requests["PR-1"].get()
    return server.headers["user-agent"].split("+")[0]


@case
def the_response_is_that_of_the_library(server: Any) -> Any:
    made = client(server)
    before = made.response
    made.requests["PR-1"].get()
    return [before, isinstance(made.response, requests.Response), made.response.status_code]


@case
def the_session_is_one_of_requests(server: Any) -> Any:
    return isinstance(client(server).session, requests.Session)


@case
def the_async_response_is_one_of_httpx(server: Any) -> Any:
    async def main(made: AsyncConnectClient) -> Any:
        await made.requests["PR-1"].get()
        return [isinstance(made.response, httpx.Response), made.response.json()["id"]]

    return run(server, main)


@case
def a_logger_receives_request_and_response(server: Any) -> Any:
    seen: list[Any] = []

    class Logger:
        def log_request(self, method: str, url: str, kwargs: Any) -> None:
            seen.append([method.upper(), url.removeprefix(server.endpoint), sorted(kwargs)])

        def log_response(self, response: Any) -> None:
            seen.append(response.status_code)

    client(server, logger=Logger()).requests["PR-1"].get()
    return seen


@case
def the_shipped_logger_hides_the_key(server: Any) -> Any:
    import io

    file = io.StringIO()
    client(server, logger=RequestLogger(file=file)).requests["PR-1"].get()
    return ["secret" in file.getvalue(), "GET" in file.getvalue(), "200" in file.getvalue()]


# Calls -----------------------------------------------------------------------------------


@case
def values_of_calls(server: Any) -> Any:
    made = client(server)
    return [made.get("text").decode(), made.get("empty"), made.requests["PR-0"].get()["id"]]


@case
def verbs_and_payloads(server: Any) -> Any:
    made = client(server)
    return [
        made.echo.create(payload={"a": 1}),
        made.echo["1"].update(payload={"a": "é"}),
        made.echo["1"].delete(),
        made.echo["1"]("act").post(payload={"x": None}),
        made.echo["1"]("act").put(payload=[1]),
        made.echo["1"]("act").get(),
        made.echo["1"]("act").delete(),
        made.echo.bulk_create([{"a": 1}]),
        made.echo.bulk_update([{"a": 1}]),
        made.echo.bulk_delete([{"a": 1}]),
    ]


@case
def empty_payloads(server: Any) -> Any:
    return client(server).echo.create(payload={})


@case
def keyword_arguments_reach_the_library(server: Any) -> Any:
    made = client(server)
    made.get("echo", params={"a": "b", "c": 1})
    made.create("echo", data="raw", headers={"Content-Type": "text/plain"})
    return [call[1:] for call in server.calls]


@case
def paths(server: Any) -> Any:
    made = client(server)
    made.ns("devops").collection("services").resource("S-1").collection("env_x").resource(5).get()
    made("a")("b").some_things["x"]("go").post()
    made.execute("get", "requests/PR-1")
    return [call[:2] for call in server.calls]


@case
def blank_and_wrong_names(_: Any) -> Any:
    made = ConnectClient(KEY)
    actions = [
        lambda: made.ns(""),
        lambda: made.ns(3),
        lambda: made.collection(""),
        lambda: made.collection(None),
        lambda: made.x.resource(""),
        lambda: made.x.resource(None),
        lambda: made.x["1"].action(""),
        lambda: made.x["1"].action(1),
    ]
    return [outcome(action)[0] for action in actions]


@case
def a_resource_exists_or_not(server: Any) -> Any:
    return [client(server).requests["PR-1"].exists(), client(server).status["404"].exists()]


@case
def an_error_while_looking_for_a_resource(server: Any) -> Any:
    return failure(lambda: client(server).status["403"].exists()).status_code


@case
def values_of_a_resource(server: Any) -> Any:
    return client(server).requests["PR-0"].values("id", "asset.id", "nothing.here")


# Errors ----------------------------------------------------------------------------------


@case
def texts_of_errors(server: Any) -> Any:
    statuses = (400, 401, 403, 404, 409, 422, 500, 502, 503)
    return [str(failure(lambda s=s: client(server).get(f"status/{s}"))) for s in statuses]


@case
def members_of_an_error(server: Any) -> Any:
    error = failure(lambda: client(server).get("status/400"))
    cause = isinstance(error.__cause__, requests.HTTPError)
    return [error.message, error.status_code, error.error_code, error.errors, repr(error), cause]


@case
def an_error_for_no_connection(_: Any) -> Any:
    error = failure(lambda: ConnectClient(KEY, "http://127.0.0.1:9", max_retries=0).get("x"))
    return [
        error.status_code,
        error.error_code,
        isinstance(error.__cause__, requests.RequestException),
    ]


@case
def the_text_for_no_connection(_: Any) -> Any:
    return str(failure(lambda: ConnectClient(KEY, "http://127.0.0.1:9", max_retries=0).get("x")))


@case
def an_error_that_a_program_makes(_: Any) -> Any:
    error = ClientError("Oh", 404, "C_1", ["x", "y"], params={"a": 1})
    bare = ClientError(status_code=404)
    return [str(error), error.additional_info, str(bare), str(ClientError()), repr(bare)]


@case
def an_error_with_members_named_as_ours(_: Any) -> Any:
    return ClientError("Oh", method="m", url="u").additional_info


@case
def errors_are_caught_by_their_class(server: Any) -> Any:
    error = failure(lambda: client(server).get("status/404"))
    return [isinstance(error, ClientError), ClientError.__module__]


@case
def an_error_of_the_async_client(server: Any) -> Any:
    async def main(made: AsyncConnectClient) -> Any:
        try:
            await made.get("status/404")
        except ClientError as error:
            return [str(error), error.status_code, error.errors]

    return run(server, main)


@case
def every_status_of_the_server_is_retried(server: Any) -> Any:
    made = client(server, max_retries=1)
    outcome(lambda: made.get("status/501"))
    outcome(lambda: made.get("status/400"))
    return len(server.calls)


@case
def a_post_that_the_server_may_have_done(server: Any) -> Any:
    outcome(lambda: client(server, max_retries=1).create("status/500", {"a": 1}))
    return len(server.calls)


@case
def a_status_of_too_many_requests(server: Any) -> Any:
    outcome(lambda: client(server, max_retries=1).get("status/429"))
    return len(server.calls)


@case
@responses.activate
def errors_of_another_shape(_: Any) -> Any:
    responses.add("GET", f"{MOCKED}/a", status=500, body="Oh")
    responses.add("GET", f"{MOCKED}/b", status=400, json={"reason": "Oh"})
    made = ConnectClient(KEY, MOCKED, max_retries=0)
    errors = [failure(lambda path=path: made.get(path)) for path in "ab"]
    return [[error.errors, error.additional_info] for error in errors]


@case
@responses.activate
def json_that_cannot_be_read(_: Any) -> Any:
    responses.add("GET", f"{MOCKED}/a", body="{", content_type="application/json")
    return str(failure(lambda: ConnectClient(KEY, MOCKED).get("a")))


@case
@responses.activate
def json_of_another_media_type(_: Any) -> Any:
    responses.add("GET", f"{MOCKED}/a", body='{"a":1}', content_type="application/vnd.x+json")
    return outcome(lambda: ConnectClient(KEY, MOCKED).get("a"))


# Sets ------------------------------------------------------------------------------------


@case
def reading_a_set(server: Any) -> Any:
    rows = client(server).requests.all().limit(10)
    first = [row["n"] for row in rows]
    second = [row["n"] for row in rows]
    return [first, second, len(server.calls), bool(rows), rows.count(), rows[3]["n"]]


@case
def calls_that_read_a_set(server: Any) -> Any:
    list(client(server).requests.all().limit(10))
    return [call[1] for call in server.calls]


@case
def one_row_by_its_index(server: Any) -> Any:
    rows = client(server).requests.all()
    return [rows[4]["n"], client(server).none.all()[0], [call[1] for call in server.calls]]


@case
def an_index_beyond_the_rows_that_were_read(server: Any) -> Any:
    rows = client(server).requests.all()
    list(rows)
    return outcome(lambda: rows[99])[0]


@case
def slices(server: Any) -> Any:
    rows = client(server).requests.all()
    part = [row["n"] for row in rows[3:7]]
    list(rows)
    return [part, [row["n"] for row in rows[3:7]], type(rows[3:7]).__name__]


@case
def wrong_slices(server: Any) -> Any:
    rows = client(server).requests.all()
    keys = [slice(0, 9, 2), slice(-1, 3), -1, "x"]
    return [outcome(lambda key=key: rows[key])[0] for key in keys]


@case
def open_slices(server: Any) -> Any:
    return outcome(lambda: [row["n"] for row in client(server).requests.all()[20:]])


@case
def the_first_row_and_the_count(server: Any) -> Any:
    rows = client(server).requests.all()
    none = client(server).none.all()
    return [rows.first()["n"], rows.count(), none.first(), none.count(), bool(none), bool(rows)]


@case
def values_lists(server: Any) -> Any:
    rows = client(server).requests.all()
    lazy = rows.values_list("id", "asset.id")
    early = [lazy.count(), lazy.first()["id"], list(lazy)[:2]]
    list(rows)
    return [*early, type(rows.values_list("id")).__name__, rows.values_list("n", "x.y")[:2]]


@case
def the_content_range(server: Any) -> Any:
    rows = client(server).requests.all().limit(10)
    before = rows.content_range
    list(rows)
    return [before, rows.content_range.count, rows.path, str(rows.query)]


@case
def queries_in_the_url(server: Any) -> Any:
    rows = client(server).requests
    sets = [
        rows.filter(status="a"),
        rows.filter("status=a"),
        rows.filter("(status=a|status=b)"),
        rows.filter("eq(a,1)", "eq(b,2)"),
        rows.filter(R().a.b.eq("x")).filter(c__in=("1", "2")),
        rows.all().order_by("-a", "b").select("-x", "y").search("word"),
        rows.all().order_by("a,b"),
        rows.filter(R(a="1") & R(b="2") | ~R(c="3")),
    ]
    for each in sets:
        each.first()
    return [sorted(call[1].partition("?")[2].split("&")) for call in server.calls]


@case
def a_filter_that_is_no_rql(server: Any) -> Any:
    client(server).requests.filter("this is (no rql").first()
    return "this is (no rql" in server.calls[0][1]


@case
def urls_in_their_order(server: Any) -> Any:
    rows = client(server).requests
    list(rows.filter(a="b").order_by("c").select("d").limit(5).search("word")[0:5])
    list(rows.filter("like(a,*x*)|eq(b,2)").limit(50))
    return [unquote(call[1]) for call in server.calls[:2]]


@case
def texts_that_are_no_rql(_: Any) -> Any:
    text = R(_expr="like(a,*x*)|eq(b,2)")
    both = R(_expr="a|b") & R(c="d")
    return [len(text), len(R(_expr="x")), str(text), str(~text), str(both), str(both | R(e="f"))]


@case
def a_row_that_is_in_a_set(server: Any) -> Any:
    rows = client(server).requests.all()
    row = rows[3]
    return [row in rows, {"id": "x"} in rows]


@case
def the_count_of_a_slice(server: Any) -> Any:
    rows = client(server).requests.all()[3:7]
    before = rows.count()
    return [before, len(list(rows)), rows.count(), rows.content_range.count]


@case
def configured_calls(server: Any) -> Any:
    rows = client(server).requests.all().configure(headers={"X-D": "1"})
    rows.configure(params={"p": "q"}).first()
    replaced = [server.headers.get("x-d"), "p=q" in server.calls[-1][1]]
    rows.filter(a="b").first()
    return [*replaced, server.headers.get("x-d")]


@case
def limits(server: Any) -> Any:
    rows = client(server).requests.all()
    return [outcome(lambda value=value: rows.limit(value))[0] for value in (0, -1, "5", None)]


@case
def a_list_without_content_range(server: Any) -> Any:
    server.has_range = False
    rows = client(server).requests.all()
    return [len(list(rows)), len(server.calls)]


@case
def sets_that_keep_no_rows(server: Any) -> Any:
    rows = client(server, resourceset_append=False).requests.all().limit(10)
    return [row["n"] for row in rows]


@case
def sets_and_nouns_that_are_iterated(_: Any) -> Any:
    made = ConnectClient(KEY)
    return [outcome(lambda: list(made("ns")))[0], outcome(lambda: list(made.x["1"]))[0]]


@case
def async_sets(server: Any) -> Any:
    async def main(made: AsyncConnectClient) -> Any:
        rows = made.requests.all().limit(10)
        read = [row["n"] async for row in rows]
        again = [row["n"] async for row in rows]
        picked = [row async for row in made.requests.all()[0:2].values_list("id", "asset.id")]
        return [read, again, picked, await rows.count(), (await rows.first())["n"], rows[3]["n"]]

    return run(server, main)


@case
def async_sets_before_they_are_read(server: Any) -> Any:
    async def main(made: AsyncConnectClient) -> Any:
        rows = made.requests.all()
        return [outcome(lambda: bool(rows))[0], outcome(lambda: rows[0])[0]]

    return run(server, main)


@case
def async_verbs(server: Any) -> Any:
    async def main(made: AsyncConnectClient) -> Any:
        return [
            await made.echo.create(payload={"a": 1}),
            await made.echo["1"].update(payload={"a": 1}),
            await made.echo["1"].delete(),
            await made.echo["1"]("act").post(payload={"x": 1}),
            await made.requests["PR-1"].exists(),
            await made.status["404"].exists(),
            await made.requests["PR-0"].values("id", "asset.id"),
            (await made.get("text")).decode(),
            await made.get("empty"),
        ]

    return run(server, main)


# R ---------------------------------------------------------------------------------------


@case
def conditions(_: Any) -> Any:
    shapes = [
        R(a="b"),
        R(a__b="c"),
        R(a__in=["x", "y"]),
        R(a__out=("x",)),
        R(a__null=True),
        R(a__null=False),
        R(a__empty=True),
        R(a__like="*x*"),
        R(a=1, b=2),
        R().a.eq("b"),
        R().a.b.ne("c"),
        R().n("a.b").ge(5),
        R().a.oneof(["x", "y"]),
        R().a.in_(["x"]),
        R().a.null(True),
        R().a.empty(False),
        R().a.ilike("x*"),
        R(a=True),
        R(a=Decimal("1.50")),
        R(a=date(2020, 1, 2)),
        R(a=datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
        R(a="b") & R(c="d"),
        R(a="b") | R(c="d"),
        R(a="b") & R(c="d") & R(e="f"),
        (R(a="b") | R(c="d")) & R(e="f"),
        R() & R(a="b"),
        R(a="b") | R(),
        R(_expr="eq(a,b)"),
    ]
    return [str(shape) for shape in shapes]


@case
def negations(_: Any) -> Any:
    return [str(~R(a="b")), str(~(R(a="b") & R(c="d"))), str(~(R(a="b") | R(c="d")))]


@case
def double_negations(_: Any) -> Any:
    return str(~~R(a="b"))


@case
def naive_datetimes_are_sent_as_written(_: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        moment = datetime(2020, 1, 2, 3, 4, 5)
        return [str(R(a__ge=moment)), str(R().a.lt(moment))]


@case
def truth_length_and_equality(_: Any) -> Any:
    return [
        bool(R()),
        bool(R(a="b")),
        len(R()),
        len(R(a="b")),
        len(R(a="b", c="d")),
        R(a="b") == R(a="b"),
    ]


@case
def repeated_conditions(_: Any) -> Any:
    return [str(R(a="b") & R(a="b")), str(R(a="b") | R(a="b"))]


@case
def values_with_signs_of_rql(_: Any) -> Any:
    return [str(R(a="x,y")), str(R(a="x&y=z")), str(R(a="it's")), str(R(a=""))]


@case
def a_value_of_none(_: Any) -> Any:
    return outcome(lambda: str(R(a=None)))


@case
def attributes_of_conditions(_: Any) -> Any:
    return outcome(lambda: R(a="b", c="d").op)


@case
def classes_of_conditions(_: Any) -> Any:
    made = [R(a="b") & R(c="d"), ~R(a="b"), R().x.eq("y"), R().x]
    return [isinstance(query, R) for query in made]


@case
def values_of_wrong_types(_: Any) -> Any:
    return [
        issubclass(_type(lambda: R(a=object())), TypeError),
        outcome(lambda: R().a.eq("x").b)[0],
    ]


def _type(function: Callable[[], Any]) -> type:
    try:
        function()
    except Exception as error:  # noqa: BLE001 - the observation
        return type(error)
    return object


# Tests of programs -----------------------------------------------------------------------


@case
@responses.activate
def calls_mocked_with_responses(_: Any) -> Any:
    responses.add(
        "GET",
        f"{MOCKED}/products?limit=2&offset=0",
        json=[{"id": 1}, {"id": 2}],
        headers={"Content-Range": "items 0-1/3"},
    )
    responses.add(
        "GET",
        f"{MOCKED}/products?limit=2&offset=2",
        json=[{"id": 3}],
        headers={"Content-Range": "items 2-2/3"},
    )
    made = ConnectClient(KEY, MOCKED, max_retries=0)
    return [[row["id"] for row in made.products.all().limit(2)], len(responses.calls)]


@case
@responses.activate
def a_content_range_smaller_than_its_page(_: Any) -> Any:
    responses.add(
        "GET",
        f"{MOCKED}/products?limit=100&offset=0",
        json=[{"id": 1}, {"id": 2}],
        headers={"Content-Range": "items 0-0/1"},
    )
    made = ConnectClient(KEY, MOCKED, max_retries=0)
    return len(list(made.products.all()))


@case
@responses.activate
def a_call_without_a_mock(_: Any) -> Any:
    return failure(lambda: ConnectClient(KEY, MOCKED, max_retries=0).get("x")).status_code


@case
def a_seam_that_is_replaced(_: Any) -> Any:
    made = ConnectClient(KEY, MOCKED, max_retries=0)

    def respond(method: str, url: str, kwargs: Any) -> None:
        made.response = requests.Response()
        made.response.status_code = 404
        made.response.raise_for_status()

    made._execute_http_call = respond  # type: ignore[method-assign]
    return failure(lambda: made.get("x")).status_code


@case
def a_seam_that_is_replaced_is_called_once(_: Any) -> Any:
    made = ConnectClient(KEY, MOCKED)
    calls: list[Any] = []

    def respond(method: str, url: str, kwargs: Any) -> None:
        calls.append([method, url.rstrip("?"), kwargs.get("params")])
        made.response = requests.Response()
        made.response.status_code = 500
        made.response.raise_for_status()

    made._execute_http_call = respond  # type: ignore[method-assign]
    rows = made.products.filter(a="b")
    actions = [
        lambda: made.create("x", {"a": 1}),
        rows.first,
        rows.count,
        lambda: list(rows.search("a b").order_by("c")),
    ]
    return [calls, *(failure(action).status_code for action in actions)]


@case
def a_seam_without_a_connection_is_called_once(_: Any) -> Any:
    made = ConnectClient(KEY, MOCKED)
    calls: list[str] = []

    def respond(method: str, url: str, kwargs: Any) -> None:
        calls.append(method)
        raise requests.ConnectionError

    made._execute_http_call = respond  # type: ignore[method-assign]
    return [failure(lambda: made.get("x")).status_code, calls]


@case
def a_seam_that_passes_calls_on(server: Any) -> Any:
    seen: list[Any] = []

    class Client(ConnectClient):
        def _execute_http_call(self, method: str, url: str, kwargs: Any) -> None:
            try:
                super()._execute_http_call(method, url, kwargs)
            except requests.RequestException as error:
                seen.append(type(error).__name__)
                raise
            finally:
                seen.append(method)

    made = Client(KEY, server.endpoint, max_retries=1)
    listed = [row["n"] for row in made.requests.all().limit(10)]
    statuses = [failure(lambda n=n: made.get(f"status/{n}")).status_code for n in (404, 501)]
    gone = failure(lambda: Client(KEY, "http://127.0.0.1:9", max_retries=0).get("x")).status_code
    return [listed, statuses, gone, seen, len(server.calls)]


@case
def an_async_seam_that_passes_calls_on(server: Any) -> Any:
    seen: list[str] = []

    class Client(AsyncConnectClient):
        async def _execute_http_call(self, method: str, url: str, kwargs: Any) -> None:
            try:
                await super()._execute_http_call(method, url, kwargs)
            except httpx.HTTPError:
                seen.append("error")
                raise
            finally:
                seen.append(method)

    async def main() -> Any:
        made = Client(KEY, server.endpoint, max_retries=0)
        rows = [row["n"] async for row in made.requests.all().limit(10)]
        for client_ in (made, Client(KEY, "http://127.0.0.1:9", max_retries=0)):
            try:
                await client_.get("status/400")
            except ClientError as error:
                seen.append(str(error.status_code))
        return [rows, seen]

    return asyncio.run(main())


@case
def a_request_method_that_is_replaced(server: Any) -> Any:
    made = client(server)
    response = requests.Response()
    response.status_code = 200
    response._content = b'[{"id": 1}]'
    response.headers.update({"Content-Type": "application/json", "Content-Range": "items 0-0/1"})
    with mock.patch.object(requests.Session, "request", return_value=response) as of_class:
        rows = [made.get("x"), list(made.products.all())]
    made.session.request = mock.Mock(return_value=response)  # type: ignore[method-assign]
    return [rows, of_class.call_count, made.get("x"), made.session.request.call_count]


@case
def calls_that_are_replaced_read_sets(server: Any) -> Any:
    response = mock.Mock(headers={"Content-Range": "items 0-0/1"})
    results = []
    for name in ("get", "execute"):
        with mock.patch.object(ConnectClient, name, return_value=[{"id": 1}]) as replaced:
            made = client(server)
            made.response = response
            rows = made.products.filter(a="b").configure(headers={"X-A": "1"})
            results += [list(rows), made.products.all().first(), rows.count(), rows[0]]
            arguments = [call.kwargs for call in replaced.mock_calls]
            results += [len(replaced.mock_calls), arguments[:3]]
    return results


@case
def async_calls_that_are_replaced_read_sets(server: Any) -> Any:
    async def main(made: AsyncConnectClient) -> Any:
        replaced = mock.AsyncMock(return_value=[{"id": 1}])
        with mock.patch.object(AsyncConnectClient, "get", replaced):
            made.response = mock.Mock(headers={"Content-Range": "items 0-0/1"})
            rows = [row async for row in made.products.all()]
            return [rows, await made.products.all().count(), len(replaced.mock_calls)]

    return run(server, main)


@case
def a_response_that_has_only_json(_: Any) -> Any:
    made = ConnectClient(KEY, MOCKED)

    def respond(method: str, url: str, kwargs: Any) -> None:
        headers = {"Content-Type": "application/json"}
        made.response = mock.Mock(status_code=200, headers=headers, json=lambda: {"a": 1})

    made._execute_http_call = respond  # type: ignore[method-assign]
    return [made.get("x"), made.products["x"].get(), made.products["x"].exists()]


@case
def mocks_of_responses_for_the_client_of_a_mocker(_: Any) -> Any:
    from connect.client.testing import ConnectClientMocker, get_requests_mocker

    with ConnectClientMocker(MOCKED) as mocker:
        mocker.products["a"].get(return_value={"id": "a"})
        get_requests_mocker().add("GET", f"{MOCKED}/products/b", json={"id": "b"})
        get_requests_mocker().add("GET", re.compile(f"{MOCKED}/items/.*"), json={"id": "c"})
        made = ConnectClient(KEY, MOCKED)
        return [made.products["a"].get(), made.products["b"].get(), made.items["c"].get()]


@case
def answers_that_end_before_the_first_row(_: Any) -> Any:
    made = ConnectClient(KEY, MOCKED, max_retries=0)
    made._execute_http_call = mock.Mock(side_effect=StopIteration)  # type: ignore[method-assign]
    return [outcome(made.products.all().first), outcome(made.products.all().count)]


@case
def a_call_that_no_mock_expects(_: Any) -> Any:
    from connect.client.testing import ConnectClientMocker

    mocker = ConnectClientMocker(MOCKED)
    mocker.start()
    try:
        return outcome(lambda: ConnectClient(KEY, MOCKED, max_retries=0).get("x"))[0]
    finally:
        mocker.reset(success=False)


@case
def the_method_that_execute_receives(_: Any) -> Any:
    with mock.patch.object(ConnectClient, "execute") as replaced:
        ConnectClient(KEY).get("x")
    return replaced.mock_calls[0].args[0]


@case
def a_replaced_get_whose_answers_end(_: Any) -> Any:
    made = ConnectClient(KEY, MOCKED, max_retries=0)

    def respond(method: str, url: str, kwargs: Any) -> None:
        raise StopIteration

    made._execute_http_call = respond  # type: ignore[method-assign]
    return outcome(lambda: list(made.products.all()))


@case
def errors_survive_pickling(server: Any) -> Any:
    error = failure(lambda: client(server).get("status/404"))
    return outcome(lambda: str(pickle.loads(pickle.dumps(error))))  # noqa: S301 - our own


@case
def names_that_programs_import(_: Any) -> Any:
    statements = [
        "from connect.client.exceptions import ClientError",
        "from connect.client.fluent import ConnectClient, AsyncConnectClient",
        "from connect.client.models import Collection, Resource, ResourceSet, NS, Action",
        "from connect.client.models import AsyncCollection, AsyncResource, AsyncResourceSet",
        "from connect.client.models.resourceset import ResourceSet",
        "from connect.client.models.exceptions import NotYetEvaluatedError",
        "from connect.client.models.mixins import ActionMixin, CollectionMixin, ResourceMixin",
        "from connect.client.mixins import AsyncClientMixin, SyncClientMixin",
        "from connect.client.testing.models.mixins import CollectionMixin, ResourceMixin",
        "from connect.client.testing.models.resourceset import ResourceSetMock",
        "from connect.client.rql import R",
        "from connect.client.rql.base import R, RQLQuery",
        "from connect.client.rql.utils import to_rql_value, parse_kwargs",
        "from connect.client.logger import RequestLogger",
        "from connect.client.openapi import OpenAPISpecs",
        "from connect.client.testing import ConnectClientMocker, AsyncConnectClientMocker",
        "from connect.client.testing import get_requests_mocker, get_httpx_mocker",
        "from connect.client.testing.fixtures import client_mocker_factory",
        "from connect.client.constants import CONNECT_ENDPOINT_URL, CONNECT_SPECS_URL",
        "from connect.client.version import get_version",
        "from connect.client.utils import ContentRange, parse_content_range",
        "from cnct import ConnectClient, R",
        "from cnct.rql import R",
    ]
    return [outcome(lambda line=line: exec(line, {})) for line in statements]  # noqa: S102 - ours


@case
def collections_that_programs_make(server: Any) -> Any:
    from connect.client.models import Collection, Resource

    made = client(server)
    return [
        Resource(made, "requests/PR-0").get()["id"],
        len(list(Collection(made, "requests").all())),
        [name for name in inspect.signature(Collection.create).parameters if name != "self"],
    ]


def observe(names: list[str]) -> dict[str, Any]:
    """Run cases, each with a server of its own, and return what they observed."""
    from server import serving

    observed = {}
    for name in names or CASES:
        with serving() as server:
            time.sleep(0)
            observed[name] = outcome(lambda: CASES[name](server))
    return observed


if __name__ == "__main__":
    import json

    print(json.dumps(observe(sys.argv[1:]), default=repr))
