"""Whatever goes wrong with a call is a ClientError that tells what."""

from __future__ import annotations

import pickle
import socket

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, NotFoundError


def failure(server, remote, answer) -> ClientError:
    server.answer = lambda _: answer
    with pytest.raises(ClientError) as caught:
        remote.products["P"].get()
    return caught.value


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        (
            {"error_code": "VAL_001", "errors": ["a: bad", "b: bad"]},
            "VAL_001",
            ["a: bad", "b: bad"],
        ),
        ({"error_code": "VAL_001", "errors": "one"}, "VAL_001", ["one"]),
        ({"errors": [{"field": "a"}]}, None, [{"field": "a"}]),
        ({"error_code": 7}, "7", None),
        ({"errors": []}, None, []),
        ({}, None, None),
        (None, None, None),
        (5, None, None),
        (["x", "y"], None, ["x", "y"]),
        ("text", None, ["text"]),
    ],
)
def test_any_body_makes_an_error_that_can_be_shown(server, remote, body, code, errors):
    error = failure(server, remote, json_answer(body, 400))
    assert (error.status_code, error.error_code, error.errors) == (400, code, errors)
    text = str(error)
    for part in (
        "400 Bad Request",
        "GET",
        f"{server.endpoint}/products/P",
        *(map(str, errors or [])),
    ):
        assert part in text
    assert code is None or code in text


def test_what_else_came_with_the_error_is_kept(server, remote):
    body = {"error_code": "X", "errors": ["e"], "params": {"a": 1}, "message": "m", "url": "u"}
    error = failure(server, remote, json_answer(body, 400))
    assert error.additional_info == {"params": {"a": 1}}


def test_bodies_that_are_no_json_are_shown_in_part(server, remote):
    error = failure(
        server, remote, (502, {"Content-Type": "text/html"}, b"<h1>Bad</h1>" + b"x" * 999)
    )
    assert "<h1>Bad</h1>" in str(error)
    assert len(str(error)) < 400
    error = failure(server, remote, (500, {"Content-Type": "application/json"}, b"{nonsense"))
    assert error.errors == ["{nonsense"]


@pytest.mark.parametrize(
    ("status", "text"), [(520, "520 (unknown status)"), (418, "418 I'm a Teapot")]
)
def test_any_status_has_a_text(server, remote, status, text):
    assert text in str(failure(server, remote, (status, {}, b"")))


def test_404_is_a_lookup_error_too(server, remote):
    error = failure(
        server, remote, json_answer({"error_code": "CNCT_001", "errors": ["Not found."]}, 404)
    )
    assert isinstance(error, NotFoundError)
    assert isinstance(error, LookupError)
    assert remote.products["P"].exists() is False


def test_what_is_there_exists(server, remote):
    server.answer = lambda _: json_answer({"id": "P"})
    assert remote.products["P"].exists() is True


def test_other_errors_are_not_taken_for_absence(server, remote):
    server.answer = lambda _: json_answer({}, 500)
    with pytest.raises(ClientError):
        remote.products["P"].exists()


def test_invalid_json_in_a_200_is_an_error(server, remote):
    error = failure(server, remote, (200, {"Content-Type": "application/json"}, b"{oops"))
    assert error.status_code == 200
    assert error.additional_info["body"] == "{oops"
    assert "its body is no JSON" in str(error)


def test_a_refused_connection_is_an_error(world):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = world.client(KEY, f"http://user:pw@127.0.0.1:{port}")
    with pytest.raises(ClientError) as caught:
        client.products["P"].get()
    error = caught.value
    assert error.status_code is None
    assert error.__cause__ is not None
    assert f"GET http://127.0.0.1:{port}/products/P" in str(error)
    assert "pw" not in str(error)
    assert "very-secret" not in str(error)


def test_the_key_is_masked_even_where_the_server_repeats_it(server, remote):
    def repeat(got):
        key = got.headers["Authorization"]
        return json_answer({"errors": [f"bad key {key}", {"at": 1}], "error_code": "AUTH"}, 401)

    server.answer = repeat
    with pytest.raises(ClientError) as caught:
        remote.get("products", params={"key": KEY, "part": "very-secret"})
    assert "very-secret" not in str(caught.value)
    assert caught.value.errors == ["bad key ***", {"at": 1}]
    assert caught.value.url.endswith("/products?key=***&part=***")


def test_an_error_pickles_with_all_it_knows():
    error = ClientError("m", 400, "C", ["e"], method="GET", url="http://x", params={"a": 1})
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), repr(twin)) == (str(error), repr(error))
    assert twin.additional_info == {"params": {"a": 1}}


def test_an_error_without_anything_can_be_shown():
    assert str(ClientError()) == "Unexpected error"
    assert str(ClientError(status_code=400)) == "400 Bad Request"
    assert repr(ClientError(status_code=400, error_code="C")) == "<ClientError 400: C>"
    assert repr(ClientError("No response")) == "<ClientError: No response>"
