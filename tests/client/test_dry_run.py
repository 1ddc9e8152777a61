"""Dry runs: writes that are checked, recorded, shown, and applied later."""

from __future__ import annotations

import asyncio
import copy
import io
import pickle
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import KEY, json_answer
from tests.worlds import Async

from cnct import (
    AmbiguousWriteError,
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    InvalidCallError,
    Operation,
    PlaceholderError,
    Summary,
    UnknownNameError,
)
from cnct.emulator import Emulator

ENDPOINT = "https://localhost/public/v1"


@pytest.fixture(scope="module")
def started() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def connect(started: Emulator) -> Emulator:
    """The emulator of this module, which has served nothing yet."""
    started.requests.clear()
    return started


@pytest.fixture
def idle(world: Any) -> Any:
    """A client of each world that reaches nobody."""
    return world.client(KEY, "http://127.0.0.1:9/public/v1")


@pytest.fixture
def local(world: Any, connect: Emulator) -> Any:
    return world.client(KEY, connect.endpoint)


def created(got: Any) -> Any:
    """Answer a write with an id that is made of its path."""
    body = {"id": f"ID-{got.path.rpartition('/')[2]}"}
    return json_answer(body, 201)


def sent(server: Any) -> list[tuple[str, str, bytes]]:
    return [(got.method, got.path.removeprefix("/public/v1/"), got.body) for got in server.got]


def test_writes_are_recorded_and_sent_by_apply(local, connect):
    old = local.products.all().first()["id"]
    connect.requests.clear()
    dry = local.dry_run()
    product = dry.products.create({"name": "Backup"})
    item = dry.products[product["id"]].items.create({"name": "GB"})
    dry.products[old].delete()
    assert product == {"name": "Backup", "id": product["id"]}
    assert [call.method for call in connect.requests] == []
    summary = dry.apply()
    assert (summary.done, summary.complete) == (3, True)
    new = dry.ids[product["id"]]
    assert local.products[new].get()["name"] == "Backup"
    assert local.products[new].items[dry.ids[item["id"]]].get()["name"] == "GB"
    assert not local.products[old].exists()


@pytest.mark.parametrize(
    ("write", "call", "value"),
    [
        (lambda dry: dry.products.create(), "1 POST {}/products", {"id": "NEW"}),
        (
            lambda dry: dry.products["PRD-1"].update({"name": "é"}),
            '1 PUT {}/products/PRD-1 {{"name": "é"}}',
            {"name": "é", "id": "PRD-1"},
        ),
        (
            lambda dry: dry.products.create({"id": "mine"}),
            '1 POST {}/products {{"id": "mine"}}',
            {"id": "mine"},
        ),
        (lambda dry: dry.products["PRD-1"].delete(), "1 DELETE {}/products/PRD-1", None),
        (
            lambda dry: dry.requests["PR-1"]("approve").post({"template_id": "TL-1"}),
            '1 POST {}/requests/PR-1/approve {{"template_id": "TL-1"}}',
            {"template_id": "TL-1", "id": "NEW"},
        ),
        (
            lambda dry: dry.products.bulk_create([{"name": "a"}, {"id": "b"}, "c"]),
            '1 POST {}/products [{{"name": "a"}}, {{"id": "b"}}, "c"]',
            [{"name": "a", "id": "NEW"}, {"id": "b"}, "c"],
        ),
        (
            lambda dry: dry.execute("patch", "products/PRD%201", data={"a": "b"}),
            "1 PATCH {}/products/PRD%201 (data=...)",
            {"id": "PRD 1"},
        ),
    ],
)
def test_a_recorded_write_is_shown_and_returns_its_payload(idle, write, call, value):
    dry = idle.dry_run()
    assert as_new(write(dry)) == value
    assert str(dry.calls[0]) == call.format(idle.endpoint)
    assert len([text for text in dry.calls[0].ids if text]) == repr(as_new(value)).count("NEW")


def as_new(value: Any) -> Any:
    """Write NEW for each placeholder."""
    if isinstance(value, list):
        return [as_new(member) for member in value]
    if isinstance(value, dict) and value["id"].startswith("CNCT-NEW-"):
        return {**value, "id": "NEW"}
    return value


def test_the_whole_dry_run_is_shown_without_the_key(idle):
    dry = idle.dry_run()
    for number in range(7):
        dry.products.create({"name": KEY, "number": number, "text": "\x1b[2J"})
    assert "very-secret" not in f"{dry!r} {dry.calls} {dry.calls[0]}"
    assert repr(dry).splitlines()[0] == f"<DryRunClient {idle.endpoint} 7 recorded"
    assert repr(dry).endswith('{"name": "***", "number": 4, "text": "\\u001b[2J"}\n  and 2 more>')
    assert dry.calls[0].payload == {"name": "***", "number": 0, "text": "\x1b[2J"}


def test_reads_are_made_and_do_not_see_recorded_writes(local):
    dry = local.dry_run()
    before = [row["id"] for row in local.products.all()]
    dry.products.create({"name": "Backup"})
    assert [row["id"] for row in dry.products.all()] == before
    assert dry.products[before[0]].get() == local.products[before[0]].get()
    assert dry.products[before[0]].wait_until(id=before[0])["id"] == before[0]


def test_the_last_response_is_that_of_a_read(local):
    dry = local.dry_run()
    dry.products.all().count()
    assert dry.response.status_code == 200
    dry.products.create({})
    assert dry.response is None


def test_what_does_not_fit_the_document_is_not_recorded(world, connect):
    client = world.client(
        KEY, connect.endpoint, use_specs=True, specs_location=connect.spec, validate="strict"
    )
    dry = client.dry_run()
    with pytest.raises(InvalidCallError, match="nmae"):
        dry.products.create({"nmae": "Backup"})
    with pytest.raises(UnknownNameError):
        _ = dry.prodcts
    assert dry.specs is client.specs
    assert dry.calls == []


@pytest.mark.parametrize("payload", [float("nan"), {"a": object()}])
def test_a_payload_without_a_json_form_is_refused_at_once(idle, payload):
    with pytest.raises((TypeError, ValueError), match="payload must be JSON"):
        idle.dry_run().products.create(payload)


def test_a_payload_that_changes_later_is_sent_as_it_was(remote, server):
    server.answer = created
    dry = remote.dry_run()
    payload = {"parts": [1]}
    dry.products.create(payload)
    payload["parts"].append(2)
    dry.apply()
    assert sent(server) == [("POST", "products", b'{"parts": [1]}')]


class Named(io.BytesIO):
    name = "reports/report.csv"


def upload() -> Any:
    file = Named(b"id,name")
    file.seek(3)
    return file


async def pieces():
    for piece in (b"a", b"b"):
        yield piece


def bodies() -> list[tuple[dict[str, Any], bytes]]:
    """Return arguments of calls, and what is to be sent for them."""
    part = b'name="file"; filename='
    return [
        ({"data": upload()}, b"name"),
        ({"content": io.StringIO("é")}, "é".encode()),
        ({"data": (text for text in ("a", "b"))}, b"ab"),
        ({"content": bytearray(b"ab")}, b"ab"),
        ({"data": "text"}, b"text"),
        ({"data": {"a": ["b", "c"]}}, b"a=b&a=c"),
        ({"json": None}, b""),
        ({"files": {"file": upload()}}, part + b'"report.csv"\r\n\r\nname'),
        ({"files": [("file", io.BytesIO(b"x"))]}, part + b'"file"\r\n\r\nx'),
        ({"files": {"file": ("n", b"x", "text/css")}}, b"text/css\r\n\r\nx"),
    ]


def test_bodies_of_any_kind_are_sent_as_they_were(remote, server):
    server.answer = created
    dry = remote.dry_run()
    calls = bodies()
    for kwargs, _ in calls:
        dry.execute("POST", "files", **kwargs)
        for value in kwargs.values():
            if hasattr(value, "close"):
                value.close()
    assert dry.apply().done == len(calls)
    for got, (_, expected) in zip(server.got, calls, strict=True):
        assert expected in got.body


def test_an_asynchronous_body_is_sent_as_it_was(server):
    world = Async()
    server.answer = created
    dry = world.client(KEY, server.endpoint).dry_run()
    dry.execute("POST", "files", content=pieces())
    dry.apply()
    world.end()
    assert server.got[0].body == b"ab"


def test_placeholders_are_filled_in_wherever_they_stand(remote, server):
    server.answer = lambda got: json_answer(
        {"id": 7} if got.path.endswith("ints") else {"id": "a/b"}
    )
    dry = remote.dry_run()
    text, number = dry.texts.create({})["id"], dry.ints.create({})["id"]
    dry.create(f"things/{text}/parts?of={number}", {"in": [text, number, f"{text}:{number}"]})
    dry.execute("POST", "files", content=f"{text},x", headers={"X-Of": text})
    dry.things[text].delete()
    assert dry.apply().done == 5
    assert sent(server)[2:] == [
        ("POST", "things/a%2Fb/parts?of=7", b'{"in": ["a/b", 7, "a/b:7"]}'),
        ("POST", "files", b"a/b,x"),
        ("DELETE", "things/a%2Fb", b""),
    ]
    assert server.got[3].headers["X-Of"] == "a/b"


def test_lists_have_a_placeholder_for_each_member(remote, server):
    server.answer = lambda got: json_answer([{"id": 1}, {"id": 2}] if b"a" in got.body else [])
    dry = remote.dry_run()
    first, second = dry.things.bulk_create([{"name": "a"}, {"name": "a"}])
    (lost,) = dry.things.bulk_create([{"name": "b"}])
    dry.things.bulk_update([second, first])
    dry.apply()
    assert server.got[2].body == b'[{"name": "a", "id": 2}, {"name": "a", "id": 1}]'
    assert lost["id"] not in dry.ids


USES = {
    "an id": lambda client, new: client.products[new].get(),
    "a filter": lambda client, new: client.items.filter(product__id=new).count(),
    "a parameter": lambda client, new: client.get("items", params={"of": new}),
    "a header": lambda client, new: client.get("items", headers={"X-Of": new}),
}
WRITES = {
    "a payload": lambda client, new: client.items.create({"of": [{"id": new}]}),
    "a form": lambda client, new: client.execute("POST", "items", data={"of": new}),
    "content": lambda client, new: client.execute("POST", "items", content=new.encode()),
    "the path": lambda client, new: client.products[new].delete(),
}


def test_an_update_of_a_new_resource_returns_its_placeholder(remote, server):
    server.answer = created
    dry = remote.dry_run()
    new = dry.products.create({"name": "a"})["id"]
    assert dry.products[new].update({"name": "b"}) == {"name": "b", "id": new}
    assert dry.products[new].update({"id": "mine"}) == {"id": "mine"}


def test_what_the_document_does_not_have_as_a_resource_has_no_id(world, connect):
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    client.specs.load()
    dry = client.dry_run()
    assert dry.products["PRD-000-000-001"].update({}) == {"id": "PRD-000-000-001"}
    update = dry.with_options(validate="off").update("requests/PR-1/approve", {})
    assert update["id"].startswith("CNCT-NEW-")
    assert len(dry.calls) == 2


@pytest.mark.parametrize(
    "begin",
    [
        lambda dry, file: dry.each(["PR-1"], print, journal=file),
        lambda dry, file: dry.products.bulk([], name="x", journal=file),
        lambda dry, file: dry.products.all().act("x", journal=file),
        lambda dry, file: dry.products.all().scan(checkpoint=file),
    ],
)
def test_a_dry_run_writes_no_file_by_which_the_real_run_would_skip_calls(idle, begin, tmp_path):
    file = tmp_path / "progress.jsonl"
    with pytest.raises(ValueError, match="A dry run keeps no journal and no checkpoint"):
        begin(idle.dry_run(), file)
    assert not file.exists()


@pytest.mark.parametrize("use", USES)
def test_reading_by_a_placeholder_is_an_error(idle, use):
    dry = idle.dry_run()
    new = dry.products.create({})["id"]
    with pytest.raises(PlaceholderError, match=f"{new} stands for an id that dry_run"):
        USES[use](dry, new)


@pytest.mark.parametrize("use", [*USES, *WRITES])
def test_using_a_placeholder_elsewhere_is_an_error(idle, use):
    dry = idle.dry_run()
    new = dry.products.create({})["id"]
    with pytest.raises(PlaceholderError, match=f"{new} stands for an id that dry_run"):
        {**USES, **WRITES}[use](idle, new)


@pytest.mark.parametrize("use", WRITES)
def test_a_placeholder_of_another_dry_run_is_an_error(idle, use):
    new = idle.dry_run().products.create({})["id"]
    dry = idle.dry_run()
    with pytest.raises(PlaceholderError, match=f"{new} stands for an id that another dry run"):
        WRITES[use](dry, new)
    assert dry.calls == []


@pytest.mark.parametrize("concurrency", [1, 4])
def test_work_over_many_resources_is_recorded(local, world, connect, concurrency):
    dry = local.dry_run()
    rows = list(dry.requests.all())
    dry.requests.all().act("approve", {"template_id": "TL-1"}, concurrency=concurrency)
    dry.products.bulk([Operation.create({"name": "a"}), Operation.delete("PRD-000-000-001")])
    assert {call.method for call in connect.requests} == {"GET"}
    assert sorted(call.url.rpartition("/v1/")[2] for call in dry.calls) == sorted(
        [*(f"requests/{row['id']}/approve" for row in rows), "products", "products/PRD-000-000-001"]
    )
    assert [call.number for call in dry.calls] == [*range(1, len(rows) + 3)]


def test_apply_stops_at_the_first_failure_and_counts_the_rest(remote, server):
    failing = {"b"}
    server.answer = lambda got: json_answer({}, 400 if got.path[-1] in failing else 200)
    dry = remote.dry_run()
    for path in "abc":
        dry.create(path, {})
    summary = dry.apply()
    assert (summary.done, summary.failed, summary.skipped) == (1, 1, 1)
    assert [outcome.id for outcome in summary.not_done] == [2, 3]
    assert not summary.complete
    failing.clear()
    assert dry.apply().done == 2
    assert [got.path[-1] for got in server.got] == ["a", "b", "b", "c"]
    assert dry.apply().total == 0


def test_apply_can_go_on_without_the_calls_that_depend_on_a_failure(remote, server):
    server.answer = lambda got: json_answer({}, 400 if got.path.endswith("products") else 200)
    dry = remote.dry_run()
    new = dry.products.create({})["id"]
    dry.products[new].items.create({})
    dry.things.create({})
    summary = dry.apply(on_error="collect")
    assert (summary.done, summary.failed, summary.complete) == (1, 2, True)
    error = summary.failures[1].error
    assert isinstance(error, PlaceholderError)
    assert f"needs {new}, the id that call 1" in str(error)


def test_apply_can_raise_the_first_failure(remote, server):
    server.answer = lambda _: json_answer({}, 400)
    dry = remote.dry_run()
    dry.products.create({})
    dry.products.create({})
    summary = Summary()
    with pytest.raises(ClientError) as caught:
        dry.apply(on_error="raise", summary=summary)
    assert caught.value.status_code == 400
    assert (summary.failed, summary.skipped) == (1, 1)


def test_a_call_that_may_have_been_done_is_not_sent_again(remote, server):
    server.answer = lambda _: None
    dry = remote.dry_run()
    dry.products.create({})
    assert dry.apply().unknown == 1
    summary = dry.apply()
    assert isinstance(summary.failures[0].error, AmbiguousWriteError)
    assert (summary.unknown, len(server.got)) == (1, 1)


def test_a_dry_run_is_applied_once_at_a_time(remote, server):
    started, done = threading.Event(), threading.Event()

    def answer(_):
        started.set()
        done.wait(10)
        return json_answer({})

    server.answer = answer
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        dry = client.dry_run()
        dry.products.create({})
        thread = threading.Thread(target=dry.apply)
        thread.start()
        assert started.wait(10)
        with pytest.raises(RuntimeError, match="is being applied already"):
            dry.apply()
        done.set()
        thread.join()
        assert dry.apply().total == 0


def test_waiting_for_a_recorded_change_is_an_error(local):
    dry = local.dry_run()
    request = local.requests.all().first()["id"]
    dry.requests[request]("approve").post()
    with pytest.raises(
        ClientError, match="would not end, since the dry run has not sent this call"
    ):
        dry.requests[request].wait_until(status="approved")


def test_methods_and_seams_of_users_classes_are_kept(world, server):
    class Own(world.client_class):
        def _prepare_call_kwargs(self, kwargs):
            kwargs = super()._prepare_call_kwargs(kwargs)
            return {**kwargs, "headers": {**kwargs["headers"], "X-Own": "1"}}

        def named(self, name):
            return self.products.create({"name": name})

    server.answer = created
    client = world.client(KEY, server.endpoint, of=Own)
    dry = client.dry_run().dry_run()
    assert repr(dry).startswith(("<DryRunOwn", "<AsyncDryRunOwn"))
    new = dry.named("a")["id"]
    dry.apply()
    assert dry.ids == {new: "ID-products"}
    assert [got.headers["X-Own"] for got in server.got] == ["1"]


def test_a_dry_run_of_a_dry_run_has_calls_of_its_own(idle):
    dry = idle.dry_run()
    dry.products.create({})
    assert dry.dry_run().calls == []


@pytest.mark.parametrize("kind", [ConnectClient, AsyncConnectClient])
def test_a_copy_records_into_the_same_dry_run_and_another_process_cannot(kind):
    dry = kind(KEY, ENDPOINT, use_specs=False).dry_run()
    assert copy.copy(dry).calls == dry.calls
    with pytest.raises(TypeError, match="A dry run belongs to its process"):
        pickle.dumps(dry)


def test_closing_a_dry_run_leaves_the_client_open(connect):
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        client.products.all().count()
        with client.dry_run() as dry:
            dry.products.all().count()
        assert dry.response is None
        assert client.products.all().count() > 0
        assert client.session is dry.session


def test_closing_an_asynchronous_dry_run_leaves_the_client_open(connect):
    async def scenario():
        async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            async with client.dry_run() as dry:
                assert [row async for row in dry.products.all()]
            assert dry.response is None
            assert await client.products.all().count() > 0

    asyncio.run(scenario())
