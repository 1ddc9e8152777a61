"""Single calls: URLs, headers, payloads, answers, the sending seam."""

from __future__ import annotations

import asyncio
import copy
import gzip
import io
import pickle
import threading

import pytest
import requests
from tests.conftest import KEY, json_answer
from tests.worlds import Async, Sync

from cnct import AsyncConnectClient


@pytest.fixture(autouse=True)
def echo(server):
    server.answer = lambda got: json_answer({"path": got.path})


def sent(server):
    return server.got[-1]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda c: c.products["PRD-1"].get(), "products/PRD-1"),
        (lambda c: c.listing_requests["X"].get(), "listing-requests/X"),
        (lambda c: c("subscriptions").assets["A"].get(), "subscriptions/assets/A"),
        (lambda c: c.ns("a").ns("b").collection("c")["d"].get(), "a/b/c/d"),
        (lambda c: c("a")("b").c_d.resource(5).get(), "a/b/c-d/5"),
        (lambda c: c.products["P"].items["I"].get(), "products/P/items/I"),
        (
            lambda c: c.products["P"].collection("item-groups")["I"].get(),
            "products/P/item-groups/I",
        ),
        (lambda c: c.products["a/b?c#d e"].get(), "products/a%2Fb%3Fc%23d%20e"),
        (lambda c: c.requests["R"]("approve").post(), "requests/R/approve"),
        (lambda c: c.requests["R"].action("render").get(), "requests/R/render"),
        (lambda c: c.products["P"].item_groups["I"].get(), "products/P/item-groups/I"),
        (lambda c: c.products("export").put(), "products/export"),
        (lambda c: c.products.action("x").delete(), "products/x"),
        (lambda c: c.get("/products"), "products"),
        (lambda c: c.get("products?eq(a,1)", params={"b": "x y"}), "products?eq(a,1)&b=x%20y"),
        (lambda c: c.get(f"{c.endpoint}/products"), "products"),
        (lambda c: c.execute("get", "products"), "products"),
    ],
)
def test_every_object_knows_its_path(server, remote, call, path):
    assert call(remote) == {"path": f"/public/v1/{path}"}


@pytest.mark.parametrize(
    ("call", "method", "body"),
    [
        (lambda c: c.products.create({"a": 1}), "POST", b'{"a": 1}'),
        (lambda c: c.products.create(), "POST", b""),
        (lambda c: c.products.create({}), "POST", b"{}"),
        (lambda c: c.products.create([]), "POST", b"[]"),
        (lambda c: c.products["P"].update({"a": 1}), "PUT", b'{"a": 1}'),
        (lambda c: c.products["P"].delete(), "DELETE", b""),
        (lambda c: c.products.bulk_create([{"a": 1}]), "POST", b'[{"a": 1}]'),
        (lambda c: c.products.bulk_update([{"a": 1}]), "PUT", b'[{"a": 1}]'),
        (lambda c: c.products.bulk_delete([{"id": 1}]), "DELETE", b'[{"id": 1}]'),
        (lambda c: c.requests["R"]("x").post({"a": 1}), "POST", b'{"a": 1}'),
        (lambda c: c.requests["R"]("x").put({"a": 1}), "PUT", b'{"a": 1}'),
        (lambda c: c.requests["R"]("x").delete({"a": 1}), "DELETE", b'{"a": 1}'),
        (lambda c: c.create("x", data=b"raw"), "POST", b"raw"),
        (lambda c: c.create("x", content=b"raw"), "POST", b"raw"),
        (lambda c: c.create("x", data="text"), "POST", b"text"),
        (lambda c: c.create("x", data={"a": ["1", "2"], "b": None}), "POST", b"a=1&a=2"),
        (lambda c: c.create("x", data=[("a", "1"), ("a", "ü")]), "POST", b"a=1&a=%C3%BC"),
        (lambda c: c.update("x", data=io.BytesIO(b"raw")), "PUT", b"raw"),
        (lambda c: c.update("x", json={"a": 1}), "PUT", b'{"a": 1}'),
        (lambda c: c.delete("x", {"a": 1}), "DELETE", b'{"a": 1}'),
    ],
)
def test_payloads_are_sent_and_none_is_no_payload(server, remote, call, method, body):
    call(remote)
    assert (sent(server).method, sent(server).body) == (method, body)


def test_uploads_reach_the_server(server, remote):
    remote.products["P"]("upload").post(files={"file": ("a.txt", b"bytes")})
    assert b"bytes" in sent(server).body
    assert sent(server).headers["Content-Type"].startswith("multipart/form-data")


def test_uploads_send_the_same_bytes_in_both_worlds(server, tmp_path):
    """Not in each world: one against the other."""
    path = tmp_path / "report.csv"
    path.write_bytes(b"head\nbody")
    bodies = []
    for world in (Sync(), Async()):
        with path.open("rb") as file:
            file.readline()  # an upload begins where the file stands
            files = {"file": file, "named": ("a.txt", "text", "text/x", {"X-A": "1"}), "raw": b"x"}
            world.client(KEY, server.endpoint).create("x", data={"a": [1, 2]}, files=files)
        boundary = sent(server).headers["Content-Type"].partition("boundary=")[2].encode()
        bodies.append(sent(server).body.replace(boundary, b"BOUNDARY"))
        world.end()
    assert bodies[0] == bodies[1]
    assert b'filename="report.csv"' in bodies[0]
    assert b"body" in bodies[0]
    assert b"head" not in bodies[0]


def test_streams_are_sent_piece_by_piece(server, remote):
    remote.create("x", data=(piece for piece in (b"one ", b"two")))
    assert sent(server).headers["Transfer-Encoding"] == "chunked"
    assert sent(server).body == b"one two"


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (lambda: bytearray(b"ab"), b"ab"),
        (lambda: memoryview(b"ab"), b"ab"),
        (lambda: iter(["a", "b"]), b"ab"),
        (dict, b""),
    ],
)
def test_bodies_are_the_same_in_both_worlds(server, remote, body, sent):
    remote.update("x", data=body())
    assert server.got[-1].body == sent


@pytest.mark.parametrize("path", ["a/./b/../c", "./a/c", "ü/../a/c"])
def test_dots_of_a_path_are_resolved_before_it_is_sent(server, remote, path):
    remote.get(path)
    assert server.got[-1].path == "/public/v1/a/c"


def test_headers_that_are_no_text_are_refused(server, remote):
    with pytest.raises(TypeError, match="The header X must be of type str, not int"):
        remote.get("x", headers={"X": 1})
    assert not server.got


@pytest.mark.parametrize(
    "header",
    [
        {"X": b"a\nb"},
        {"X": "a\nb"},
        {"X": "€"},
        {"X": " a"},
        {"X": "\x7f"},
        {"X Y": "a"},
        {"": "a"},
    ],
)
def test_headers_that_cannot_be_sent_are_refused(server, remote, header):
    with pytest.raises(ValueError, match="header"):
        remote.create("x", {}, headers=header)
    assert not server.got


def test_headers_may_have_letters_of_latin_1(server, remote):
    remote.get("x", headers={"X": "Ü"})
    assert server.got[-1].headers["X"] == "Ü"


def test_redirects_are_followed_unless_they_are_not_wanted(server, remote):
    there = f"{server.endpoint}/there"
    server.answer = lambda got: (
        (302, {"Location": there}, b"") if got.path.endswith("/here") else json_answer("there")
    )
    assert remote.get("here") == "there"
    remote.get("here", follow_redirects=False)
    assert remote.response.status_code == 302
    remote.get("here", allow_redirects=False)
    assert remote.response.status_code == 302


@pytest.mark.parametrize("value", [float("nan"), {"a": object()}])
def test_a_payload_that_is_no_json_is_refused(server, remote, value):
    with pytest.raises((TypeError, ValueError), match="payload must be JSON"):
        remote.products.create({"a": [value]})
    assert server.got == []


def test_cookies_are_kept(server, remote):
    server.answer = lambda _: (200, {"Set-Cookie": "sticky=1"}, b"")
    remote.get("x")
    remote.get("x")
    assert sent(server).headers["Cookie"] == "sticky=1"


def test_a_url_that_needs_care_gets_it(server, remote):
    remote.get("products?name=ü ö")
    assert sent(server).path == "/public/v1/products?name=%C3%BC%20%C3%B6"


@pytest.mark.parametrize("name", ["json", "data", "files"])
def test_a_payload_and_another_body_are_refused(remote, name):
    with pytest.raises(ValueError, match=f"payload or {name}"):
        remote.products.create({"a": 1}, **{name: {"b": 2}})


def test_bulk_calls_take_lists(remote):
    with pytest.raises(TypeError, match="payload must be a list"):
        remote.products.bulk_create({"a": 1})


def test_headers_of_a_call_win_over_defaults_which_win_over_the_librarys(server, world):
    defaults = {"user-agent": "mine", "X-One": "default", "X-Two": "default"}
    call_headers = {"x-one": "call"}
    client = world.client(KEY, server.endpoint, default_headers=defaults)
    client.get("products", headers=call_headers)
    headers = sent(server).headers
    assert headers["Authorization"] == KEY
    assert (headers["user-agent"], headers["x-one"], headers["X-Two"]) == (
        "mine",
        "call",
        "default",
    )
    assert call_headers == {"x-one": "call"}
    assert defaults == {"user-agent": "mine", "X-One": "default", "X-Two": "default"}


def test_the_key_wins_over_netrc(server, remote, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    remote.get("products")
    assert sent(server).headers["Authorization"] == KEY


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (json_answer({"a": 1}), {"a": 1}),
        (json_answer(None), None),
        (json_answer(2**70), 2**70),
        ((200, {"Content-Type": "application/problem+json"}, b"[1]"), [1]),
        ((200, {"Content-Type": "application/json"}, b"[NaN]"), None),
        ((200, {"Content-Type": "application/json"}, b'"\\ud800"'), "\ud800"),
        ((204, {}, b""), None),
        ((200, {"Content-Type": "application/pdf"}, b"%PDF"), b"%PDF"),
        ((200, {}, b"plain"), b"plain"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"plain")), b"plain"),
    ],
)
def test_answers_are_decoded_by_their_type(server, remote, answer, value):
    server.answer = lambda _: answer
    got = remote.get("x")
    if answer[2] == b"[NaN]":
        assert got[0] != got[0]
    else:
        assert got == value


def test_the_last_response_is_there_to_look_at(server, sync_remote):
    assert sync_remote.response is None
    sync_remote.get("x")
    assert sync_remote.response.status_code == 200
    seen = []
    thread = threading.Thread(target=lambda: seen.append(sync_remote.response))
    thread.start()
    thread.join()
    assert seen == [None]


@pytest.mark.parametrize(
    ("arguments", "error", "names"),
    [
        ({"api_key": 5}, TypeError, "api_key"),
        ({"api_key": " "}, ValueError, "api_key"),
        ({"api_key": "a\nb"}, ValueError, "api_key"),
        ({"endpoint": "api.example.com"}, ValueError, "endpoint"),
        ({"endpoint": "https://h/v1?a=1"}, ValueError, "endpoint"),
        ({"default_limit": 0}, ValueError, "default_limit"),
        ({"default_limit": "9"}, TypeError, "default_limit"),
        ({"max_retries": -1}, ValueError, "max_retries"),
        ({"max_retries": True}, TypeError, "max_retries"),
        ({"default_headers": {"AUTHORIZATION": "x"}}, ValueError, "default_headers"),
        ({"concurrency": 0}, ValueError, "concurrency"),
        ({"concurrency": 2.0}, TypeError, "concurrency"),
        ({"retry": 3}, TypeError, "retry must be a RetryPolicy"),
        ({"timeout": -1}, ValueError, "timeout"),
        ({"timeout": (1, -1)}, ValueError, "timeout"),
        ({"timeout": (1, 2, 3)}, TypeError, "timeout"),
        ({"timeout": "9"}, TypeError, "timeout"),
        ({"timeout": True}, TypeError, "timeout"),
    ],
)
def test_arguments_that_make_no_sense_are_named(world, arguments, error, names):
    with pytest.raises(error, match=names):
        world.client(**{"api_key": KEY, **arguments})


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c: c.collection(5), TypeError),
        (lambda c: c.collection(" "), ValueError),
        (lambda c: c.ns(None), TypeError),
        (lambda c: c(""), ValueError),
        (lambda c: c("a b"), ValueError),
        (lambda c: c.collection("a/../b"), ValueError),
        (lambda c: c.products["P"].action("x?y"), ValueError),
        (lambda c: c.products["P"].collection(""), ValueError),
        (lambda c: c.products(1), TypeError),
        (lambda c: c.products[None], TypeError),
        (lambda c: c.products[True], TypeError),
        (lambda c: c.products[""], ValueError),
        (lambda c: c.products[".."], ValueError),
        (lambda c: c.get("https://user:pw@elsewhere.example/products"), ValueError),
    ],
)
def test_names_and_ids_that_make_no_sense_are_refused(remote, call, error):
    with pytest.raises(error) as caught:
        call(remote)
    assert "pw" not in str(caught.value)


def test_what_looks_for_protocols_finds_no_collection(sync_remote):
    for thing in (sync_remote, sync_remote("ns"), sync_remote.products["P"]):
        assert not hasattr(thing, "_ipython_canary_method_should_not_exist_")
        assert not hasattr(thing, "__length_hint__")
        assert copy.copy(thing) is not None
        assert repr(pickle.loads(pickle.dumps(thing))) == repr(thing)


def one_of_each(client):
    product = client.products["P"]
    return [client, client("ns"), client.products, product, product("do"), client.products.all()]


def test_reprs_tell_the_path_and_never_the_key(sync_remote):
    things = one_of_each(sync_remote)
    shown = " ".join(map(repr, things))
    assert "very-secret" not in shown
    for part in (
        "<NS ns>",
        "<Collection products>",
        "<Resource products/P>",
        "<Action products/P/do>",
    ):
        assert part in shown
    assert [thing.path for thing in things[1:4]] == ["ns", "products", "products/P"]
    assert [thing.path for thing in things[4:]] == ["products/P/do", "products"]


def test_help_prints_and_returns_self(sync_remote, capsys):
    things = one_of_each(sync_remote)
    for thing in things:
        assert thing.help() is thing
        assert repr(thing) in capsys.readouterr().out


def test_a_client_is_shared_by_threads_without_a_warning(server, sync_remote):
    barrier = threading.Barrier(32)
    failures = []

    def work(number: int) -> None:
        barrier.wait()
        for _ in range(5):
            path = f"products/{number}"
            if sync_remote.get(path) != {"path": f"/public/v1/{path}"}:
                failures.append(path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(server.got) == 160


def test_a_closed_client_opens_again_when_called(server, sync_remote):
    sync_remote.close()
    assert sync_remote.get("x")
    assert isinstance(sync_remote.session, requests.Session)


def test_the_sending_seam_can_be_replaced_on_a_client(sync_remote, server):
    calls = []

    def fake(method, url, kwargs):
        calls.append((method, url, kwargs["headers"]["Authorization"]))
        sync_remote.response = requests.Response()
        sync_remote.response.status_code = 204

    sync_remote._execute_http_call = fake
    assert sync_remote.products["P"].delete() is None
    assert calls == [("DELETE", f"{server.endpoint}/products/P", KEY)]
    assert server.got == []


def test_the_sending_seam_can_be_replaced_on_an_async_client(server):
    import httpx2

    async def scenario():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)

        async def fake(method, url, kwargs):
            client.response = httpx2.Response(200, json=[method, url])

        client._execute_http_call = fake
        return await client.products["P"].get()

    assert asyncio.run(scenario()) == ["GET", f"{server.endpoint}/products/P"]


def test_the_sending_seam_can_be_overridden(server, world):
    class Traced(world.client_class):
        def _prepare_call_kwargs(self, kwargs):
            prepared = super()._prepare_call_kwargs(kwargs)
            prepared["headers"]["X-Trace"] = "1"
            return prepared

    world.client(KEY, server.endpoint, of=Traced).get("x")
    assert sent(server).headers["X-Trace"] == "1"


def test_the_arguments_of_a_call_can_be_overridden(server, world):
    class Bare(world.client_class):
        def _prepare_call_kwargs(self, kwargs):
            return kwargs

    world.client(KEY, server.endpoint, of=Bare).create("x", {"a": 1})
    assert "Authorization" not in server.got[-1].headers
    assert server.got[-1].body == b'{"a": 1}'


def test_a_seam_that_sets_no_response_is_an_error(sync_remote):
    sync_remote._execute_http_call = lambda *_: None
    with pytest.raises(RuntimeError, match="no response"):
        sync_remote.get("x")
