"""The id that a server gives to a request is in the error of the call, for the server's support."""

from __future__ import annotations

import copy
import logging
import pickle

import pytest
from tests.conftest import KEY, json_answer

from cnct import AmbiguousWriteError, ClientError, ConnectClient
from cnct.emulator import Emulator, Fault
from cnct.testing import AsyncConnectClientMocker, ConnectClientMocker

URL = "https://api.example.com/public/v1"


def failure(call, *args) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(*args)
    return caught.value


IDS = [
    ({"X-Request-Id": "4f1c"}, "4f1c"),
    ({"x-request-id": " 4f1c "}, "4f1c"),
    ({"REQUEST-ID": "4f1c"}, "4f1c"),
    ({"X-Correlation-ID": "4f1c", "traceparent": "00-1-2-01"}, "4f1c"),
    ({"traceparent": "00-1-2-01"}, "00-1-2-01"),
    ({"X-Request-Id": "", "CF-Ray": "8a-FRA"}, "8a-FRA"),
    ({"X-Request-Id": "a" * 500}, "a" * 128),
    ({"X-Request-Id": "a\x1b[2Jb"}, "a\\x1b[2Jb"),
    ({"X-Request-Id": "of very-secret"}, "of ***"),
    ({}, None),
]


def test_an_error_has_the_id_of_its_request(server, remote):
    for headers, request_id in IDS:
        server.answer = lambda _, headers=headers: (400, headers, b"")
        error = failure(remote.products["P"].get)
        assert error.request_id == request_id
        has_id = f"/products/P), request id {request_id}" in str(error)
        assert has_id is (request_id is not None)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert (again.request_id, str(again)) == (request_id, str(error))


def test_the_body_of_an_error_may_have_the_id(server, remote):
    body = {"error_code": "X", "errors": ["e"], "request_id": "4f1c", "params": {}}
    server.answer = lambda _: json_answer(body, 400)
    error = failure(remote.products["P"].get)
    assert (error.request_id, error.additional_info) == ("4f1c", {"params": {}})


DOUBTFUL = [
    json_answer({}, 503, X_Request_Id="4f1c"),
    (201, {"X-Request-Id": "4f1c", "Content-Type": "application/json"}, b"{"),
    (201, {"X-Request-Id": "4f1c", "Content-Length": "5"}, b"{"),  # incomplete
    (302, {"X-Request-Id": "4f1c", "Location": "elsewhere"}, b""),
]


def test_a_write_that_may_be_done_has_the_id(server, remote):
    for answer in DOUBTFUL:
        server.answer = lambda _, answer=answer: answer
        error = failure(remote.products.create, {"name": "Backup"})
        assert isinstance(error, AmbiguousWriteError)
        assert error.request_id == "4f1c"
        assert ", request id 4f1c. It " in str(error)


def test_a_page_that_is_no_list_has_the_id(server, remote):
    server.answer = lambda _: json_answer({"a": 1}, X_Request_Id="4f1c")
    assert failure(lambda: [*remote.products.all()]).request_id == "4f1c"


def test_logs_of_failures_have_the_ids(server, world, caplog):
    answers = iter([json_answer({}, 503, X_Request_Id="4f1c"), json_answer({}, X_Request_Id="5a")])
    server.answer = lambda _: next(answers)
    with caplog.at_level(logging.DEBUG, "cnct"):
        world.client(KEY, f"{server.endpoint}", max_retries=1, clock=Instant()).get("products/P")
    texts = [record.getMessage() for record in caplog.records if record.name[:4] == "cnct"]
    assert len(texts) == 3
    assert texts[0].endswith(" ms, request id 4f1c")
    assert "status 503, request id 4f1c, try 1 of 2" in texts[1]
    assert texts[2].endswith(" ms")


class Instant:
    """A clock on which no pause takes time."""

    def now(self):
        raise NotImplementedError

    def advance(self, seconds):
        """Do not wait."""


def test_the_same_seed_gives_the_same_ids():
    ids = []
    for seed in (1, 1, 2):
        with (
            Emulator(seed=seed) as connect,
            ConnectClient(KEY, connect.endpoint, use_specs=False) as client,
        ):
            client.get("products", params={"limit": 1})
            ids.append(connect.requests[0].request_id)
    assert ids[0] == ids[1] != ids[2]


def test_an_id_of_the_emulator_finds_the_request(connect, client):
    client.products.first()
    assert client.response.headers["X-Request-Id"] == connect.requests[-1].request_id
    error = failure(client.products["PRD-999"].get)
    assert error.request_id == connect.requests[-1].request_id
    connect.faults.add(Fault.status(502, times=1))
    error = failure(client.products["PRD-999"].get)
    assert error.request_id == connect.requests[-1].request_id
    assert len({request.request_id for request in connect.requests}) == 3


def test_a_mock_can_set_the_id(world):
    client = world.client(KEY, URL)
    kind = {"sync": ConnectClientMocker, "async": AsyncConnectClientMocker}[world.name]
    with kind(URL) as mocker:
        product = mocker.products["PRD-1"]
        product.get(status_code=404, return_value={}, headers={"X-Request-Id": "4f1c"})
        assert failure(client.products["PRD-1"].get).request_id == "4f1c"
