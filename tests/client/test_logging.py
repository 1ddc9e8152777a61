"""What can be seen of the calls, and that the API key never can."""

from __future__ import annotations

import io
import logging

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, RequestLogger


def test_requests_and_answers_are_printed_without_what_is_secret(server, world):
    def repeat(got):
        body = {"key": got.headers["Authorization"], "name": "Ü"}
        return json_answer(body, Set_Cookie="session=very-secret")

    server.answer = repeat
    file = io.StringIO()
    client = world.client(KEY, server.endpoint, logger=RequestLogger(file))
    client.get("x", headers={"Cookie": "a=b"}, params={"key": "very-secret"})
    client.products.create({"secret": "very-secret", "name": "P"})
    printed = file.getvalue()
    assert "very-secret" not in printed
    assert "a=b" not in printed
    for part in (
        "--- HTTP Request ---",
        f"GET {server.endpoint}/x?key=***",
        "Authorization: ApiKey SU-000-000-000:**********",
        '"name": "P"',
        "--- HTTP Response ---",
        "200 OK",
        '"name": "Ü"',
        '"key": "***"',
    ):
        assert part in printed


@pytest.mark.parametrize("secret", [{"auth": ("user", "word")}, {"cookies": {"a": "word"}}])
def test_arguments_that_become_secret_headers_are_masked(server, sync_remote, secret):
    file = io.StringIO()
    sync_remote.logger = RequestLogger(file)
    sync_remote.get("x", **secret)
    assert f"{next(iter(secret))}=**********" in file.getvalue()
    assert "word" not in file.getvalue()


def test_it_prints_to_standard_output_as_it_is_now(server, world, capsys):
    server.answer = lambda _: (200, {"Content-Type": "text/plain"}, b"12345")
    world.client(KEY, server.endpoint, logger=RequestLogger()).get("x")
    assert "(5 bytes)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", KEY, "ApiKey SU-000-000-000:**********"),
        ("authorization", "Bearer abc", "**********"),
        ("Set-Cookie", "a=b", "**********"),
        ("Accept", "*/*", "*/*"),
    ],
)
def test_secret_headers_are_masked(name, value, shown):
    assert RequestLogger().obfuscate(name, value) == shown


def test_bodies_that_are_no_json_are_printed_as_they_are(server, world):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, b"{oops")
    file = io.StringIO()
    with pytest.raises(ClientError):
        world.client(KEY, server.endpoint, logger=RequestLogger(file)).get("x")
    assert "{oops" in file.getvalue()


def test_an_answer_without_a_body_is_its_status_and_headers(server, world):
    server.answer = lambda _: (204, {}, b"")
    file = io.StringIO()
    world.client(KEY, server.endpoint, logger=RequestLogger(file)).delete("x")
    assert "204 No Content" in file.getvalue()
    assert "bytes" not in file.getvalue()


def test_any_object_with_the_two_methods_is_a_logger(server, world):
    class Mine:
        def __init__(self):
            self.seen = []

        def log_request(self, method, url, kwargs):
            self.seen.append((method, url, kwargs["json"]))

        def log_response(self, response):
            self.seen.append(response.status_code)

    server.answer = lambda _: (204, {}, b"")
    logger = Mine()
    world.client(KEY, server.endpoint, logger=logger).create("x", {"a": 1})
    assert logger.seen == [("POST", f"{server.endpoint}/x", {"a": 1}), 204]


def test_the_standard_logging_tells_calls_and_retries(server, world, caplog):
    answers = iter([(503, {"Retry-After": "0"}, b""), None, json_answer({})])
    server.answer = lambda _: next(answers)
    client = world.client(KEY, server.endpoint, max_retries=2)
    with caplog.at_level(logging.DEBUG, "cnct"):
        client.get("x", params={"key": "very-secret"})
    told = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    told = [each for each in told if each[0].startswith("cnct")]
    assert [each[:2] for each in told] == [
        ("cnct.http", "DEBUG"),
        ("cnct.retry", "INFO"),
        ("cnct.http", "DEBUG"),
        ("cnct.retry", "INFO"),
        ("cnct.http", "DEBUG"),
    ]
    assert f"GET {server.endpoint}/x?key=***: 503 in" in told[0][2]
    assert "status 503, try 1 of 3, next in" in told[1][2]
    assert "very-secret" not in str(told)


def test_it_is_quiet_by_default(server, remote, capfd):
    server.answer = lambda _: (500, {}, b"")
    with pytest.raises(ClientError):
        remote.get("x")
    assert capfd.readouterr() == ("", "")
