"""Requests that would stop, fill or misuse a service that runs for days."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.conftest import KEY
from tests.emulator.conftest import Http

from cnct.emulator import Emulator
from cnct.emulator.faults import traffic


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("levels", [480, 900, 100_000])
def test_json_that_is_too_deep_is_refused(http, levels):
    for method, path in (("POST", "products"), ("PUT", "products/PRD-000-000-001")):
        body = f'{{"name": "x", "settings": {deep(levels)}}}'
        refused = http.request(method, path, data=body)
        assert refused.status_code == 400
        assert refused.json()["errors"][0].startswith("payload: JSON ")


def test_json_in_a_form_has_the_same_limits(http):
    fields = {"name": (None, "x"), "settings": (None, deep(300))}
    refused = http.post("products", files=fields)
    assert refused.status_code == 400
    assert "nested more than 200 levels" in refused.json()["errors"][0]
    made = http.post("products", files={"name": (None, "[x"), "settings": (None, deep(100_000))})
    assert made.json()["name"] == "[x"


def test_json_that_is_deep_is_checked_and_kept(http):
    product = {"name": "x", "settings": json.loads(deep(190))}
    made = http.post("products", json=product).json()
    assert http.get(f"products/{made['id']}").json()["settings"] == product["settings"]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_json_cannot_carry_is_refused(http, number):
    refused = http.post("products", data=f'{{"name": "x", "rank": {number}}}')
    assert (refused.status_code, refused.json()["errors"]) == (400, ["payload: JSON parse error."])


@pytest.mark.parametrize("pairs", [15, 200, 2000])
def test_a_deep_query_is_answered(http, pairs):
    start = "and(ne(id,x),or(eq(id,y)," * pairs
    query = f"{start}eq(id,PRD-000-000-002){'))' * pairs}"
    answer = http.get(f"products?{query}")
    if pairs < 250:
        assert [row["id"] for row in answer.json()] == ["PRD-000-000-002"]
    else:
        assert answer.status_code == 400


def test_bodies_in_the_log_are_bounded(connect, monkeypatch):
    monkeypatch.setattr(traffic, "_MOST_BYTES", 10_000)
    with Http(connect.endpoint) as http:
        connect.requests.clear()
        for number in range(30):
            http.post("products", data=b"x" * 1000, headers={"Number": str(number)})
        http.post("products", headers={"Authorization": "no", "Number": "30"}, data=b"x" * 1000)
        assert sum(len(served.body) for served in connect.requests) <= 10_000
        assert [served.headers["Number"] for served in connect.requests][-2:] == ["29", "30"]
        http.post("products", data=b"x" * 20_000)
        assert len(connect.requests) == 1


def test_a_request_that_breaks_off_is_none():
    head = f"POST /public/v1/products HTTP/1.1\r\nHost: localhost\r\nAuthorization: {KEY}\r\n"
    with Emulator() as connect:
        with socket.create_connection(urlsplit(connect.endpoint)[1].split(":")) as client:
            client.sendall(f'{head}Content-Length: 99\r\n\r\n{{"name"'.encode())
        with Http(connect.endpoint) as http:
            assert http.get("products").status_code == 200
    assert [served.method for served in connect.requests] == ["GET"]


def test_a_body_has_a_limit():
    with Emulator(max_body=1000) as connect, Http(connect.endpoint) as http:
        assert http.post("products", json={"name": "x" * 900}).status_code == 201
        refused = http.post("products", json={"name": "x" * 1000})
        assert refused.status_code == 413
        assert refused.json()["errors"] == ["The body of a request can have at most 1000 bytes."]
        chunks = (b"x" * 300 for _ in range(10))
        assert http.post("products", data=chunks).status_code == 413
        assert len(connect.requests) == 1


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:80", 200),
        ("127.8.8.8", 200),
        ("localhost:1", 200),
        ("LOCALHOST.", 200),
        ("api.localhost", 200),
        ("[::1]:80", 200),
        ("::1", 200),
        ("connect.test:8080", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example:80", 403),
        ("192.0.2.1", 403),
        ("", 403),
    ],
)
def test_only_local_and_allowed_hosts_are_served(host, status):
    with Emulator(allow_hosts=["Connect.test"]) as connect, Http(connect.endpoint) as http:
        answer = http.get("products", headers={"Host": host})
        assert answer.status_code == status
        if status != 200:
            assert "--allow-host" in answer.json()["errors"][0]
            assert not connect.requests


def test_a_request_without_a_host_is_served(connect):
    address = "127.0.0.1", int(connect.endpoint.split(":")[2].partition("/")[0])
    with socket.create_connection(address) as connection:
        lines = f"GET /public/v1/products HTTP/1.0\r\nAuthorization: {KEY}\r\n\r\n"
        connection.sendall(lines.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_the_application_itself_serves_any_host():
    connect = Emulator()
    client = TestClient(connect.app)
    assert client.get("/public/v1/products", headers={"Authorization": KEY}).status_code == 200
    connect.stop()
