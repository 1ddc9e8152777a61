"""``client.with_response``: verbs return the value with status, headers and request id."""

from __future__ import annotations

import asyncio
import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.conftest import KEY, json_answer
from tests.testing.conftest import URL

from cnct import Answer, AsyncConnectClient, ClientError, ConnectClient
from cnct.client.work import Operation
from cnct.emulator import Emulator
from cnct.testing import AsyncConnectClientMocker, ConnectClientMocker


@pytest.fixture(scope="module")
def place():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def client(place, world):
    place.faults = []
    return world.client(KEY, place.endpoint, clock=place.clock)


VERBS = [
    (lambda c: c.get("products/P"), "GET", "products/P"),
    (lambda c: c.create("products", {}), "POST", "products"),
    (lambda c: c.update("products/P", {}), "PUT", "products/P"),
    (lambda c: c.delete("products/P"), "DELETE", "products/P"),
    (lambda c: c.execute("patch", "products/P", json={}), "PATCH", "products/P"),
    (lambda c: c.products["P"].get(), "GET", "products/P"),
    (lambda c: c.products["P"].update({}), "PUT", "products/P"),
    (lambda c: c.products["P"].delete(), "DELETE", "products/P"),
    (lambda c: c.products.create({}), "POST", "products"),
    (lambda c: c.products.bulk_create([{}]), "POST", "products"),
    (lambda c: c.products.bulk_update([{}]), "PUT", "products"),
    (lambda c: c.products.bulk_delete([{}]), "DELETE", "products"),
    (lambda c: c.products["P"]("sell").post({}), "POST", "products/P/sell"),
    (lambda c: c.products["P"].action("sell").get(), "GET", "products/P/sell"),
    (lambda c: c.products("sell").put({}), "PUT", "products/sell"),
    (
        lambda c: c.collection("products").resource("P")("sell").delete(),
        "DELETE",
        "products/P/sell",
    ),
    (lambda c: c("n")("m").items["I"].parts["P"].get(), "GET", "n/m/items/I/parts/P"),
    (
        lambda c: c.ns("n").collection("items")["I"].collection("parts").create({}),
        "POST",
        "n/items/I/parts",
    ),
    (lambda c: c.with_response.items["I"].get(), "GET", "items/I"),
    (lambda c: c.with_options(timeout=5).items["I"].get(), "GET", "items/I"),
]


def test_any_verb_returns_an_answer(server, remote):
    server.answer = lambda _: json_answer({"id": 1}, X_Request_Id="4f1c", ETag='"7"')
    for call, method, path in VERBS:
        answer = call(remote.with_response)
        assert isinstance(answer, Answer)
        assert (answer.value, answer.status, answer.request_id) == ({"id": 1}, 200, "4f1c")
        assert (answer.method, answer.url) == (method, f"{server.endpoint}/{path}")
        assert (answer.attempts, answer.headers["etag"]) == (1, '"7"')
        assert 0 < answer.seconds < 60


def test_values_are_those_of_other_calls(server, remote):
    answers = iter([(204, {}, b""), (200, {"Content-Type": "text/plain"}, b"text")])
    server.answer = lambda _: next(answers)
    gone = remote.with_response.products["P"].delete()
    assert (gone.value, gone.status, gone.request_id) == (None, 204, None)
    text = remote.with_response.products["P"]("render").get()
    assert (text.value, text.headers["CONTENT-TYPE"]) == (b"text", "text/plain")


def test_a_large_page_is_a_value_too(server, remote):
    server.answer = lambda _: json_answer([{"text": "x" * 60_000} for _ in range(10)])
    assert remote.with_response.get("products").value[-1] == {"text": "x" * 60_000}


def test_attempts_are_counted_and_redirects_followed(server, remote):
    found = json_answer({"id": 1})
    answers = iter([json_answer({}, 503), (307, {"Location": "/elsewhere"}, b""), found])
    server.answer = lambda _: next(answers)
    remote.max_retries = 1
    remote.retry.base = 0
    answer = remote.with_response.products["P"].get()
    assert (answer.attempts, answer.status) == (1, 200)
    assert answer.url.endswith("/elsewhere")
    answers = iter([json_answer({}, 503), found])
    answer = remote.with_response.products["P"].get()
    assert answer.attempts == 2
    assert " after 2 attempts in " in repr(answer)


def test_a_failed_call_raises_the_same_error(client):
    with pytest.raises(ClientError) as caught:
        client.with_response.products["PRD-9"].get()
    assert caught.value.status_code == 404
    assert caught.value.request_id


def test_methods_of_several_calls_return_their_values(client, place):
    products = client.with_response.products
    product = products["PRD-000-000-001"]
    assert product.exists() is True
    assert products["PRD-9"].exists() is False
    assert product.values("id") == {"id": "PRD-000-000-001"}
    assert product.wait_until(id="PRD-000-000-001")["id"] == "PRD-000-000-001"
    assert products.first()["id"] == "PRD-000-000-001"
    assert products.count() == 3
    assert [row["id"] for row in products[:1]] == ["PRD-000-000-001"]
    assert products.filter(id="PRD-000-000-001").one()["id"] == "PRD-000-000-001"
    assert products.all().values_list("id")[0] == {"id": "PRD-000-000-001"}
    assert products.bulk([Operation.update("PRD-000-000-001", {"name": "N"})]).done == 1
    assert products.all().act("items", lambda row: {"name": row["id"]}).total == 3


def test_outcomes_have_the_values_that_functions_return(place):
    with ConnectClient(KEY, place.endpoint, use_specs=False) as client:
        view = client.with_response
        outcomes = [*client.products.all().outcomes(lambda row: view.products[row["id"]].get())]
    assert {outcome.value.status for outcome in outcomes} == {200}


def test_settings_connections_and_counts_are_those_of_the_client(client, place):
    view = client.with_response
    client.default_headers = {"X-Mine": "1"}
    view.timeout = 7
    assert client.timeout == 7
    before = client.stats.calls
    view.products["PRD-000-000-001"].get()
    assert place.requests[-1].headers["X-Mine"] == "1"
    assert client.stats.calls == before + 1
    assert "products" in repr(view.products)


def test_a_method_that_a_test_replaced_is_used(world):
    client = world.client(KEY, URL)
    real = client.it if world.name == "async" else client

    class Fake:
        status_code, headers, content = 200, {"X-Request-Id": "4f1c"}, b"[]"

    def replaced(method, url, kwargs):
        real.response = Fake()

    async def replaced_async(method, url, kwargs):
        replaced(method, url, kwargs)

    real._execute_http_call = replaced if world.name == "sync" else replaced_async
    assert client.with_response.products["P"].get().request_id == "4f1c"


def test_a_class_of_the_user_keeps_its_methods(place):
    class Mine(ConnectClient):
        made = 0

        def execute(self, method, path, **kwargs):
            self.made += 1
            return super().execute(method, path, **kwargs)

    with Mine(KEY, place.endpoint, use_specs=False) as client:
        assert client.with_response.products["PRD-000-000-001"].get().status == 200
        assert client.made == 1
        assert isinstance(client.with_response, Mine)
        recorded = client.dry_run().with_response.products.create({"name": "N"})
        assert recorded.attempts == 0


def test_dry_runs_return_answers_of_what_would_be_sent(client):
    for dry in (client.dry_run().with_response, client.with_response.dry_run()):
        answer = dry.products.create({"name": "N"})
        assert answer.value["name"] == "N"
        assert (answer.attempts, answer.request_id, answer.method) == (0, None, "POST")
        assert dry.products["PRD-000-000-001"].get().attempts == 1
        assert [call.method for call in dry.calls] == ["POST"]
        assert dry.apply().done == 1


def test_each_call_has_its_own_answer_in_threads_and_tasks(place):
    ids = [f"PRD-000-000-00{1 + number % 3}" for number in range(30)]
    with (
        ConnectClient(KEY, place.endpoint, use_specs=False) as client,
        ThreadPoolExecutor(6) as pool,
    ):
        view = client.with_response
        answers = [*pool.map(lambda key: view.products[key].get(), ids)]

    async def together():
        async with AsyncConnectClient(KEY, place.endpoint, use_specs=False) as client:
            view = client.with_response
            return await asyncio.gather(*(view.products[key].get() for key in ids))

    for batch in (answers, asyncio.run(together())):
        assert [answer.value["id"] for answer in batch] == ids
        assert len({answer.request_id for answer in batch}) == 30


def test_closing_a_view_closes_the_client(place):
    with ConnectClient(KEY, place.endpoint, use_specs=False).with_response as view:
        view.products["PRD-000-000-001"].get()
        assert view.response is not None
        assert {*dir(view)} >= {*dir(view._plain)}
    assert view.response is None


def test_views_and_answers_can_be_copied_and_pickled(place):
    with ConnectClient(KEY, place.endpoint, use_specs=False) as client:
        view = client.with_response
        for again in (pickle.loads(pickle.dumps(view)), copy.copy(view), copy.deepcopy(view)):
            with again:
                assert again._plain is not client
                assert repr(again) == repr(view) == f"{client!r}.with_response"
                answer = again.products["PRD-000-000-001"].get()
        assert pickle.loads(pickle.dumps(answer)) == answer == copy.copy(answer)
        with client.mirror(":memory:") as mirror:
            assert mirror is not None


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (
            lambda answer: answer["id"],
            "An Answer is not the value itself: write answer.value['id']",
        ),
        (
            lambda answer: [*answer],
            "An Answer is not the value itself: write for row in answer.value",
        ),
        (lambda answer: answer.status_code, "An Answer has no 'status_code': write answer.status"),
        (lambda answer: answer.get("id"), "An Answer has no 'get': write answer.value.get"),
        (len, "An Answer is not the value itself: write len(answer.value)"),
        (lambda answer: bool(answer) and "id" in answer, "itself: write 'id' in answer.value"),
        (lambda answer: answer.headers[5], "5"),
        (lambda answer: answer.json(), "An Answer has no 'json': write answer.value"),
        (lambda answer: answer.name, "An Answer has no 'name'"),
        (lambda answer: setattr(answer, "status", 1), "cannot assign to field 'status'"),
        (lambda answer: answer._mine, "_mine"),
        (lambda answer: answer.headers.update(a="b"), "'ResponseHeaders' object has no attribute"),
    ],
    ids=map(str, range(12)),
)
def test_mistakes_with_answers_are_answered(mistake, message):
    answer = _mocked(headers={"Set-Cookie": "a=b"})
    with pytest.raises((TypeError, AttributeError, KeyError)) as caught:
        mistake(answer)
    assert message in str(caught.value)


def _mocked(**reply):
    with ConnectClientMocker(URL) as mocker, ConnectClient(KEY, URL, use_specs=False) as client:
        mocker.products["P"].get(return_value={"id": "P"}, **reply)
        return client.with_response.products["P"].get()


def test_headers_are_a_mapping_that_shows_no_cookie():
    headers = _mocked(
        headers={"Set-Cookie": "a=b", "X-Key": "very-secret", "X-Bad": "a\x9bb"}
    ).headers
    assert headers["SET-COOKIE"] == "a=b"
    assert headers.get("x-missing") is None
    assert ("X-Bad" in headers, 5 in headers, len(headers)) == (True, False, len([*headers]))
    assert "a=b" not in repr(headers)
    assert headers["x-key"] == "***"
    assert "\\x9b" in repr(headers)
    assert "set-cookie" in {**headers}


def test_mocks_answer_calls_with_response(world):
    kind = {"sync": ConnectClientMocker, "async": AsyncConnectClientMocker}[world.name]
    with kind(URL) as mocker:
        mocker.products.create(return_value={"id": "P"}, headers={"X-Request-Id": "4f1c"})
        answer = world.client(KEY, URL).with_response.products.create({})
    assert (answer.value, answer.status, answer.request_id) == ({"id": "P"}, 201, "4f1c")
