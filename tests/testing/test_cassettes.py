"""Calls that are recorded in one world are replayed in both, strictly."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import zipfile
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path

import pytest
from tests.conftest import KEY, json_answer
from tests.worlds import Async, Sync

from cnct import AmbiguousWriteError, AsyncConnectClient, ClientError, ConnectClient, NotFoundError
from cnct.client._http.interception import active_interceptors
from cnct.emulator import Emulator, Fault
from cnct.exceptions import CassetteError, UnexpectedCallError, UnusedMockError
from cnct.testing import ConnectClientMocker, cassette
from cnct.testing.mocks import active_mocks

ELSEWHERE = "https://other.example.org/api/public/v1"
ROWS = [{"id": f"PR-{number:03}", "status": "pending"} for number in range(30)]


@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    assert active_mocks() == []


@pytest.fixture(scope="module")
def shop():
    with Emulator(records={"requests": ROWS, "products": [{"id": "PRD-1", "name": "One"}]}) as shop:
        yield shop


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cassettes" / "calls.yaml"


def record(path: Path, url: str, scenario, world=None, max_retries=2, **options):
    """Record a scenario in a world, and return its results and the text of the cassette."""
    world = world or Sync()
    client = world.client(KEY, url, default_limit=10, max_retries=max_retries, concurrency=3)
    try:
        with cassette(path, vars(client).get("it", client), record="all", **options):
            result = scenario(client)
    finally:
        world.end()
    return result, path.read_text("utf-8")


def replay(path: Path, scenario, world=None, max_retries=2, **options):
    world = world or Sync()
    client = world.client(
        "ApiKey x:y", ELSEWHERE, default_limit=10, max_retries=max_retries, concurrency=3
    )
    try:
        with cassette(path, vars(client).get("it", client), record="none", **options):
            return scenario(client)
    finally:
        world.end()


def everyday(client):
    requests = client.requests
    workbook = BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("rows.xml", "<row/>")
    created = client.products.create({"name": "Zwei", "price": 1.5, "tags": ["a", None, True]})
    product = client.products[created["id"]]
    product.update({"name": "Drei"})
    results = [
        [row["id"] for row in requests.filter(status="pending").order_by("created")],
        requests.all().count(),
        [row["id"] for row in requests.filter(id__in=["PR-004", "PR-002"])],
        requests.filter(status="pending").order_by("created")[7:].first()["id"],
        client.execute("POST", "requests/PR-001/approve", json={"template_id": "TL-1"})["status"],
        client.products.all().values_list("name"),
        product.get()["name"],
    ]
    product.delete()
    with pytest.raises(NotFoundError) as missing:
        product.get()
    return [*results, str(missing.value).partition("(")[0]]


@pytest.mark.parametrize("recorded_by", [Sync, Async])
def test_what_either_world_has_recorded_both_replay(path, recorded_by):
    with Emulator(records={"requests": ROWS, "products": []}) as shop:
        shop.faults.add(Fault.status(503, method="GET", path="requests", times=1, retry_after=0))
        result, _ = record(path, shop.endpoint, everyday, recorded_by())
    for world in (Sync, Async):
        assert replay(path, everyday, world()) == result


def test_a_cassette_is_short_readable_yaml_without_the_account(path, shop):
    def scenario(client):
        client.products.filter(name__like="*ne", id="PRD-1").first()
        client.products["PRD-1"].update({"name": "One"})

    _, text = record(path, shop.endpoint, scenario)
    assert text.startswith("# Recorded by cnct.testing")
    assert shop.endpoint not in text
    lines = text.splitlines()
    at = lines.index("  - request:")
    assert lines[at : at + 12] == [
        "  - request:",
        "      method: GET",
        "      path: products",
        '      query: "eq(id,PRD-1)&like(name,*ne)&limit=1&offset=0"',
        "    response:",
        "      status: 200",
        "      headers:",
        "        Content-Range: items 0-0/1",
        "      json:",
        "        - id: PRD-1",
        "          name: One",
        "  - request:",
    ]


def test_parallel_pages_are_recorded_in_order_of_their_offsets(path, shop):
    def scenario(client):
        return len(list(client.requests.all().iterator()))

    _, one = record(path, shop.endpoint, scenario)
    _, other = record(path, shop.endpoint, scenario, Async())
    assert one == other
    offsets = [line.rpartition("offset=")[2] for line in one.splitlines() if "offset=" in line]
    assert offsets == sorted(offsets, key=lambda text: int(text.strip('"')))


@pytest.mark.parametrize("rows", [13, 25, 30])
def test_a_program_that_stops_early_makes_the_same_calls_each_time(path, shop, rows):
    """Pages that are read ahead would be others in each run, and so fail a strict replay."""

    def scenario(client):
        return [row["id"] for row, _ in zip(client.requests.all(), range(rows), strict=False)]

    result, one = record(path, shop.endpoint, scenario)
    for world in (Sync, Async):
        assert replay(path, scenario, world()) == result
    assert record(path, shop.endpoint, scenario, Async()) == (result, one)


def test_equal_calls_are_answered_in_the_recorded_order_and_pauses_take_no_time(path, server):
    statuses = iter(["pending", "pending", "approved"])
    server.answer = lambda _: json_answer({"id": "PR-1", "status": next(statuses)})

    def scenario(client):
        wait = client.requests["PR-1"].wait_until
        return wait(status="approved", interval=interval, timeout=3600)["status"]

    interval = 0.001
    record(path, server.endpoint, scenario)
    interval = 600
    assert replay(path, scenario) == "approved"
    interval = 0.001


def test_lost_connections_timeouts_and_errors_are_recorded(path, server):
    answers = iter([None, None, None, json_answer({"errors": ["no"]}, 400), None])
    server.answer = lambda _: next(answers)

    def scenario(client):
        for method, place in (("DELETE", "products/PRD-1"), ("GET", "products")):
            with pytest.raises(ClientError) as failure:
                client.execute(method, place)
            yield failure.value.may_be_done, failure.value.status_code
        with pytest.raises(AmbiguousWriteError):
            client.products.create({})

    result, text = record(path, server.endpoint, lambda client: [*scenario(client)])
    assert result == [(True, None), (False, 400)]
    assert "kind: connection" in text
    assert replay(path, lambda client: [*scenario(client)]) == result
    assert replay(path, lambda client: [*scenario(client)], Async()) == result


def test_a_timeout_is_one_in_the_replay_too(path, server):
    hold = threading.Event()
    server.answer = lambda _: (hold.wait(5), None)[1]

    def scenario(client):
        with pytest.raises(ClientError) as failure:
            client.get("products", timeout=timeout)
        return type(failure.value.__cause__).__mro__

    timeout = 0.05
    for world in (Sync, Async):
        _, text = record(path, server.endpoint, scenario, world(), max_retries=0)
        assert "kind: timeout" in text
        assert TimeoutError in replay(path, scenario, world(), max_retries=0)
    hold.set()


def test_redirects_stay_within_the_account(path, server):
    def answer(got):
        if got.path.endswith("/old"):
            return 302, {"Location": server.endpoint + "/new"}, b""
        return json_answer({"self": f"{server.endpoint}/new", "host": server.endpoint[:-10]})

    server.answer = answer
    result, text = record(path, server.endpoint, lambda client: client.get("old"))
    assert "https://connect.example/public/v1/new" in text
    assert "127.0.0.1" not in text
    assert result["self"] == f"{server.endpoint}/new"
    own = {"self": f"{ELSEWHERE}/new", "host": "https://other.example.org"}
    assert replay(path, lambda client: client.get("old")) == own


def test_bodies_of_every_kind_come_back(path, server):
    bodies = [
        ("application/json", '{"a": 1.10, "b": "ä\\u2028", "c": 12345678901234567890}'.encode()),
        ("application/json", b'{"digits": 0.12345678901234567890123}'),
        ("application/json", b'{"lone": "\\ud800"}'),
        ("application/problem+json", b'{"a": 1}'),
        ("text/csv", b"id,name\r\n1,x\r\n"),
        ("text/plain", b"one line"),
        ("application/octet-stream", bytes(range(256)) * 3),
        ("text/plain", b"\x1b[2J"),
    ]
    by_path = dict(enumerate(bodies))

    def answer(got):
        kind, body = by_path[int(got.path.rpartition("/")[2])]
        return 200, {"Content-Type": kind, "Content-Disposition": "attachment"}, body

    server.answer = answer

    def scenario(client):
        return [client.get(f"files/{number}") for number in by_path]

    result, text = record(path, server.endpoint, scenario)
    assert replay(path, scenario) == result
    assert replay(path, scenario, Async()) == result
    assert "- id,name" in text.replace('"', "").replace("\\r", "")


def test_uploads_match_by_their_content(path, server):
    def workbook(when: tuple[int, ...]) -> bytes:
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(zipfile.ZipInfo("sheet.xml", when), "<row/>")
            archive.writestr(zipfile.ZipInfo("docProps/core.xml", when), str(when))
        return file.getvalue()

    def scenario(client):
        files = {"usage": ("jan.xlsx", workbook(when), "application/zip"), "note": ("n.txt", b"x")}
        client.execute("POST", "usage", files=files, data={"name": "Ann"})
        client.execute("POST", "form", data={"name": "Ann", "x": ["1", "2", "3"]})
        client.execute("POST", "raw", data=raw, headers={"Content-Type": "image/png"})
        client.execute("POST", "text", data="plain", headers={"Content-Type": "text/plain"})

    when, raw = (2026, 1, 1, 0, 0, 0), b"\x89PNG"
    _, text = record(path, server.endpoint, scenario)
    assert "filename: jan.xlsx" in text
    for world in (Sync, Async):
        when = (2027, 2, 2, 2, 2, 2)
        replay(path, scenario, world())
    raw = b"\x89PNG another"
    with pytest.raises(UnexpectedCallError, match=r"body\.bytes is 12, the cassette has 4"):
        replay(path, scenario)


def test_downloads_are_recorded_and_replayed(path, server, tmp_path):
    server.answer = lambda _: (200, {"Content-Type": "application/pdf"}, b"%PDF" + bytes(3000))

    def scenario(client):
        target = tmp_path / "files" / "report.pdf"
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        return client.download("reports/1", target).read_bytes()

    for world in (Sync, Async):
        result, text = record(path, server.endpoint, scenario, world())
        assert len(result) == 3004
        assert "base64:" in text
        assert replay(path, scenario, world()) == result


def test_generators_of_bytes_are_recorded(path, server):
    server.answer = lambda got: json_answer({"size": len(got.body)})

    def scenario(client):
        return client.execute("POST", "stream", data=(part for part in (b"ab", b"cd")))

    result, text = record(path, server.endpoint, scenario)
    assert result == {"size": 4}
    assert "text: abcd" in text
    assert replay(path, scenario) == result


def test_asynchronous_streams_are_recorded(path, server):
    server.answer = lambda got: json_answer({"size": len(got.body)})

    async def pieces():
        yield b"ab"
        yield b"cd"

    def scenario(client):
        return client.execute("POST", "stream", data=pieces())

    result, _ = record(path, server.endpoint, scenario, Async())
    assert replay(path, scenario, Async()) == result == {"size": 4}


def test_a_call_that_is_not_recorded_fails_with_the_nearest_one(path, shop):
    record(path, shop.endpoint, lambda client: client.products.filter(name="One").first())
    with pytest.raises(UnexpectedCallError) as failure:
        replay(path, lambda client: client.products.filter(name="Two").first())
    text = str(failure.value)
    assert f"is not in {path}.\nThe nearest recorded call is GET products?eq(name,One)" in text
    assert "  only the call has eq(name,Two)\n  only the cassette has eq(name,One)" in text
    assert text.endswith("record again with pytest --record.")


def test_a_swallowed_call_fails_at_the_end(path, shop):
    record(path, shop.endpoint, lambda _: None)

    def scenario(client):
        with pytest.raises(UnexpectedCallError, match="There are no recorded calls in"):
            client.products["PRD-1"].get()

    with pytest.raises(UnexpectedCallError):
        replay(path, scenario)


def test_calls_that_are_not_made_fail_at_the_end(path, shop):
    record(path, shop.endpoint, lambda client: [client.products["PRD-1"].get() for _ in range(30)])
    with pytest.raises(UnusedMockError) as failure:
        replay(path, lambda client: client.products["PRD-1"].get())
    lines = str(failure.value).splitlines()
    assert lines[0] == f"Recorded calls in {path} that were not made:"
    assert lines[1] == "  GET products/PRD-1 (not made)"
    assert lines[-1] == "  and 9 more"
    assert replay(path, lambda client: client.products["PRD-1"].get(), strict=False)


def test_each_call_is_made_once_unless_the_cassette_is_not_strict(path, shop):
    record(path, shop.endpoint, lambda client: client.products["PRD-1"].get())
    with pytest.raises(UnexpectedCallError, match="each recorded call is made once"):
        replay(path, lambda client: [client.products["PRD-1"].get() for _ in range(2)])
    twice = replay(
        path, lambda client: [client.products["PRD-1"].get() for _ in range(2)], strict=False
    )
    assert twice[0] == twice[1]


def test_other_calls_may_come_in_any_order_unless_the_order_is_asked_for(path, shop):
    def scenario(client):
        for place in places:
            client.get(place)

    places = ["products", "requests/PR-001"]
    record(path, shop.endpoint, scenario)
    places.reverse()
    replay(path, scenario)
    with pytest.raises(UnexpectedCallError, match="recorded calls before this one were not made"):
        replay(path, scenario, ordered=True)


def test_bodies_are_compared_by_value_and_queries_by_meaning(path, shop):
    def scenario(client):
        client.products["PRD-1"].update(payload)
        client.get(f"products?{query}")

    payload, query = {"name": "One", "tags": [1, {"a": None}]}, "eq(name,One)&eq(id,PRD-1)"
    record(path, shop.endpoint, scenario)
    payload, query = {"tags": [1, {"a": None}], "name": "One"}, "id=PRD-1&name=%22One%22"
    replay(path, scenario)
    payload = {"name": "One", "tags": [1, {"a": 0}]}
    with pytest.raises(UnexpectedCallError, match=r"body\.tags\[1\]\.a is 0, the cassette has No"):
        replay(path, scenario)


def test_a_failed_recording_leaves_the_cassette_as_it_was(path, shop):
    record(path, shop.endpoint, lambda client: client.get("products"))
    before = path.read_text("utf-8")

    def scenario(client):
        client.get("requests")
        raise KeyError("broken")

    with pytest.raises(KeyError):
        record(path, shop.endpoint, scenario)
    assert path.read_text("utf-8") == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_mocks_within_a_cassette_come_first(path, shop):
    record(path, shop.endpoint, lambda client: client.get("products"))

    def scenario(client):
        with ConnectClientMocker(ELSEWHERE) as mocker:
            mocker.get("requests", return_value=[])
            return client.get("requests"), client.get("products")

    assert replay(path, scenario)[1][0]["name"] == "One"
    with ConnectClientMocker(shop.endpoint) as mocker:
        mocker.get("products", return_value=["mocked"])
        _, text = record(path, shop.endpoint, lambda client: client.get("products"))
        with ConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            assert client.get("products") == ["mocked"]
    assert "mocked" not in text


def test_calls_that_are_excluded_go_to_the_network(path, shop, monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    with cassette(path, record="all", exclude=shop.endpoint):
        with ConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            assert client.products.all().count() == 1
    assert "calls: []" in path.read_text("utf-8")


def test_clients_without_key_replay_in_both_worlds(path, shop, monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", shop.endpoint)
    with cassette(path, record="new") as client:
        assert client.products["PRD-1"].get()["name"] == "One"
    for name in ("CNCT_API_KEY", "CNCT_ENDPOINT"):
        monkeypatch.delenv(name)
    with cassette(path) as client:
        assert client.products["PRD-1"].get()["name"] == "One"
    with cassette(path), ConnectClient(profile="of-another-computer") as client:
        assert client.products["PRD-1"].get()["name"] == "One"

    async def scenario():
        async with cassette(path, record="new") as client:
            return (await client.products["PRD-1"].get())["name"]

    assert asyncio.run(scenario()) == "One"
    assert active_mocks() == []


def test_recording_needs_a_key(path, monkeypatch):
    with pytest.raises(ClientError, match="There is no API key"), cassette(path, record="all"):
        pass
    assert not path.exists()


def test_json_is_written_if_the_name_says_so(tmp_path, shop):
    path = tmp_path / "calls.json"
    _, text = record(path, shop.endpoint, lambda client: client.products["PRD-1"].get())
    assert json.loads(text)["calls"][0]["request"] == {"method": "GET", "path": "products/PRD-1"}
    assert replay(path, lambda client: client.products["PRD-1"].get())


def test_a_body_that_is_too_large_is_refused(path, server):
    server.answer = lambda _: json_answer(["x" * 2000])
    with pytest.raises(CassetteError, match="2004 bytes, a cassette holds 1000: pass a larger"):
        record(path, server.endpoint, lambda client: client.get("products"), max_body=1000)
    assert not path.exists()


def test_deep_data_needs_json(path, server):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, b"[" * 250 + b"]" * 250)
    with pytest.raises(CassetteError, match="nested too deeply for YAML"):
        record(path, server.endpoint, lambda client: client.get("products"))
    record(path.with_suffix(".json"), server.endpoint, lambda client: client.get("products"))
    kind = {"Content-Type": "text/plain"}
    server.answer = lambda _: (200, kind, b"[" * 9000 + b"]" * 9000)
    with pytest.raises(CassetteError, match="a body of GET products is nested too deeply"):
        record(path.with_suffix(".json"), server.endpoint, lambda client: client.get("products"))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((3,), TypeError, "path must be a path like 'cassettes/report.yaml', not int"),
        (("a.txt",), ValueError, "path must end with .yaml or .json, not 'a.txt'"),
        (("a.yaml", "client"), TypeError, "must be a ConnectClient or AsyncConnectClient, not str"),
        (("a.yaml", None, {"record": "al"}), ValueError, "not 'al'. Did you mean 'all'?"),
        (("a.yaml", None, {"scrub": "tax_id"}), TypeError, "scrub must be a list of field names"),
        (("a.yaml", None, {"scrub": 3}), TypeError, "scrub must be a list of field names"),
        (("a.yaml", None, {"headers": None}), TypeError, "headers must be a list of names"),
        (("a.yaml", None, {"exclude": 3}), TypeError, "exclude must be beginnings of URLs"),
        (("a.yaml", None, {"exclude": ""}), ValueError, "exclude has an empty text"),
        (("a.yaml", None, {"scrub": iter([" "])}), ValueError, "scrub has a blank name"),
        (("a.yaml", None, {"scrub": [" "]}), ValueError, "scrub has a blank name"),
        (("a.yaml", None, {"headers": "Date"}), TypeError, "headers must be a list of names"),
        (("a.yaml", None, {"headers": ["Set-Cookie"]}), ValueError, "which is never recorded"),
        (("a.yaml", None, {"strict": 1}), TypeError, "strict must be"),
        (("a.yaml", None, {"exclude": [3]}), TypeError, "exclude must be beginnings of URLs"),
        (("a.yaml", None, {"max_body": 0}), ValueError, "max_body must be"),
        (("a.yaml", None, {"scrubs": []}), TypeError, "no option 'scrubs'. Did you mean 'scrub'?"),
    ],
)
def test_wrong_arguments_are_named(arguments, kind, message):
    path, client, options = (*arguments, None, {})[:3] if len(arguments) < 3 else arguments
    with pytest.raises(kind) as failure:
        cassette(path, client, **(options or {}))
    assert message in str(failure.value)


def test_a_cassette_that_cannot_be_written_is_named_before_the_first_call(tmp_path, shop):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.yaml").mkdir()
    for path in (tmp_path / "file" / "a.yaml", tmp_path / "folder.yaml"):
        with pytest.raises(CassetteError, match=path.name):
            record(path, shop.endpoint, lambda _: pytest.fail("the block was entered"))


def test_a_missing_cassette_says_how_to_record(path):
    with pytest.raises(CassetteError, match="record it with pytest --record, or with record='new'"):
        replay(path, lambda _: None)


def test_headers_are_kept_on_request(path, server):
    server.answer = lambda _: json_answer({}, X_Rate="7", Set_Cookie="session=abcdefghijklmnop")
    _, text = record(path, server.endpoint, lambda client: client.get("a"), headers=["x-rate"])
    assert "x-rate:" in text
    assert "abcdefgh" not in text

    def scenario(client):
        client.get("a")
        return client.response.headers["X-Rate"]

    assert replay(path, scenario) == "7"


def test_reprs_show_the_file(path):
    assert repr(cassette(path)) == f"<Cassette {path}>"


def test_types_of_clients_are_kept():
    with ConnectClient(KEY) as client:
        assert isinstance(cassette("a.yaml", client)._client, ConnectClient)
    assert cassette("a.yaml", AsyncConnectClient(KEY)).path == Path("a.yaml")


def test_a_call_that_was_cancelled_is_abandoned(path, server):
    hold = threading.Event()
    server.answer = lambda _: (hold.wait(5), None)[1]

    async def scenario(url):
        async with AsyncConnectClient(KEY, url, use_specs=False) as client:
            async with cassette(path, client, record=mode):
                call = asyncio.create_task(client.get("products"))
                while not (server.got or call.done()):  # noqa: ASYNC110 - the server has a thread
                    await asyncio.sleep(0.005)
                call.cancel()
                [result] = await asyncio.gather(call, return_exceptions=True)
        server.got.clear()
        return str(result)

    mode = "all"
    asyncio.run(scenario(server.endpoint))
    hold.set()
    assert "abandoned: true" in path.read_text("utf-8")
    mode = "none"
    assert "The recorded program did not wait" in asyncio.run(scenario(ELSEWHERE))
    with cassette(path):
        pass  # the call need not be made


def test_calls_to_another_account_are_not_those_of_the_cassette_of_a_client(path, shop, server):
    server.answer = lambda _: json_answer(["other"])

    def scenario(client):
        with ConnectClient(KEY, server.endpoint, use_specs=False) as other:
            return client.get("products/PRD-1")["id"], other.get("products")

    result, text = record(path, shop.endpoint, scenario)
    assert replay(path, scenario) == result == ("PRD-1", ["other"])
    assert "other" not in text


def test_an_endpoint_of_another_form_is_that_of_the_settings(path, server, monkeypatch):
    server.answer = lambda _: json_answer({"path": "x"})
    origin = server.endpoint.removesuffix("/public/v1")
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    for endpoint, place in ((f"{origin}/proxy", "path: products"), (origin, "path: products")):
        monkeypatch.setenv("CNCT_ENDPOINT", endpoint)
        with cassette(path, record="all") as client:
            client.get("products")
        assert place in path.read_text("utf-8")
        with cassette(path) as client:
            client.get("products")
    with cassette(path, record="all"):
        with ConnectClient(KEY, f"{origin}/else", use_specs=False) as client:
            client.get("products")
    assert "path: else/products" in path.read_text("utf-8")


def test_moments_to_wait_for_are_replayed_with_the_time_of_the_server(path, server):
    late = {"Retry_After": "Thu, 01 Jan 2026 00:01:00 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    server.answer = lambda _: json_answer({}, 503, **late)

    def scenario(client):
        with pytest.raises(ClientError) as failure:
            client.get("products")
        return failure.value.retry_after

    result, text = record(path, server.endpoint, scenario, max_retries=0)
    assert "Date:" in text
    assert replay(path, scenario, max_retries=0) == result


def test_the_time_of_the_server_is_kept_where_later_calls_follow_from_it(path, server, monkeypatch):
    """As those of a watch do, which begins at that time."""
    dates = iter(["Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 09:00:00 GMT", "never", ""])
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda _: next(dates))

    def scenario(client):
        client.get("now")
        now = parsedate_to_datetime(client.response.headers["Date"])
        for moment in (now.isoformat(), "2020-01-01T00:00:00", "2021-01-01T00:00:00Z"):
            client.get("requests", params={"since": moment})

    _, text = record(path, server.endpoint, scenario)
    assert text.count("Date:") == 1
    for world in (Sync, Async):
        replay(path, scenario, world())


@pytest.mark.parametrize("name", ["date", "etag", "CONTENT-TYPE"])
def test_headers_are_kept_once_however_they_are_spelled(path, server, name):
    server.answer = lambda _: json_answer({}, ETag='"1"', Date="Thu, 01 Jan 2026 00:00:00 GMT")
    _, text = record(path, server.endpoint, lambda client: client.get("a"), headers=[name])
    assert text.lower().count(f"{name.lower()}:") == (name != "CONTENT-TYPE")
    replay(path, lambda client: client.get("a"))


def test_bodies_without_a_json_value_are_kept_as_text(path, server):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, b'{"number": NaN}')
    _, text = record(path, server.endpoint, lambda client: client.get("x"))
    assert 'text: "{\\"number\\": NaN}"' in text
    assert str(replay(path, lambda client: client.get("x"))["number"]) == "nan"


def test_bodies_of_another_kind_differ(path, server):
    def scenario(client):
        client.execute("POST", "x", **arguments)

    arguments = {"json": {"a": 1}}
    record(path, server.endpoint, scenario)
    for arguments, kind in (({}, "none"), ({"data": {"a": 1}}, "form")):  # noqa: B007 - of the scenario
        with pytest.raises(UnexpectedCallError, match=f"body is {kind}, the cassette has json"):
            replay(path, scenario)


def test_names_of_files_in_extended_notation_are_read(path, server):
    name = "filename*=utf-8''%C3%A4.txt"
    body = f'--b\r\nContent-Disposition: form-data; name="f"; {name}\r\n\r\nx\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    def scenario(client):
        client.execute("POST", "x", data=body.encode(), headers=headers)
        client.execute("POST", "y", data=b"PK, but no archive\0", headers={"Content-Type": "a/b"})

    _, text = record(path, server.endpoint, scenario)
    assert "filename: ä.txt" in text
    replay(path, scenario)


def test_a_cassette_that_becomes_a_directory_is_not_written(path, shop):
    with pytest.raises(CassetteError, match=r"calls\.yaml was not written: .*directory"):
        record(path, shop.endpoint, lambda _: path.mkdir())
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_direct_calls_of_the_session_are_not_recorded(path, shop):
    with ConnectClient(KEY, shop.endpoint, use_specs=False) as client:
        with cassette(path, client, record="all"):
            assert client.session.get(f"{shop.endpoint}/products").status_code in (200, 401)
    assert "calls: []" in path.read_text("utf-8")


def test_compiled_patterns_are_excluded(path, shop, monkeypatch):
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    with cassette(path, record="all", exclude=[re.compile(r".*/products")]):
        with ConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            client.get("products/PRD-1")
            client.get("requests/PR-001")
    assert path.read_text("utf-8").count("request:") == 1


def test_a_cassette_is_used_by_one_block_at_a_time(path, shop):
    """A second beginning would leave a recorder behind that no end removes."""
    record(path, shop.endpoint, lambda client: client.products["PRD-1"].get())
    for mode in ("all", "none"):
        with ConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            one = cassette(path, client, record=mode)
            with pytest.raises(CassetteError, match="is in use: make another cassette"):
                with one:
                    one.start()
            assert active_interceptors() == []
            with one:
                client.products["PRD-1"].get()
