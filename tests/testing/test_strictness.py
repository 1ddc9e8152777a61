"""Calls without a mock fail, and so do mocks without a call."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tests.testing.conftest import URL

from cnct import ClientError, R
from cnct.testing import UnexpectedCallError, UnusedMockError


@pytest.fixture
def failure(make):
    """Play a scenario with a mocker around it, and return what fails."""

    def play(scenario):
        with make(URL) as mocker:
            scenario(mocker)

    def failure(scenario, kind=UnexpectedCallError):
        with pytest.raises(kind) as caught:
            play(scenario)
        return caught.value

    return failure


@pytest.mark.parametrize(
    ("call", "difference"),
    [
        (lambda it: it.execute("PUT", "a/b"), "the method is PUT, the mock has GET"),
        (lambda it: it.get("a/c"), "the path is a/c, the mock has a/b"),
        (lambda it: it.get("a/b/"), "the path is a/b/, the mock has a/b"),
        (lambda it: it.get("a/b?eq(x,1)"), "only the call has eq(x,1)"),
        (lambda it: it.get("a/b", params={"x": 1}), "only the call has eq(x,1)"),
    ],
)
def test_method_path_and_query_must_match(failure, client, call, difference):
    def scenario(mocker):
        mocker.get("a/b", return_value={})
        call(client)

    assert difference in str(failure(scenario))


@pytest.mark.parametrize(
    ("refine", "differences"),
    [
        (lambda it: it.filter(status="x"), ["only the call has eq(status,x)"]),
        (lambda it: it.filter(R(a=1) | R(b=2)), ["only the call has or(eq(a,1),eq(b,2))"]),
        (lambda it: it.order_by("a"), ["has ordering(-name,a)", "the mock has ordering(-name)"]),
        (lambda it: it.select("a"), ["call has select(-items,a)", "mock has select(-items)"]),
        (lambda it: it.search("word"), ["call has search=word", "mock has search=text"]),
        (lambda it: it.limit(20), ["only the call has limit=20", "only the mock has limit=10"]),
        (lambda it: it[10:], ["only the call has offset=10", "only the mock has offset=0"]),
    ],
)
def test_every_part_of_a_query_must_match(failure, client, refine, differences):
    def refined(products):
        draft = products.filter(status="draft").search("text")
        return draft.order_by("-name").select("-items").limit(10)

    def scenario(mocker):
        refined(mocker.products).mock(return_value=[])
        list(refine(refined(client.products)))

    message = str(failure(scenario))
    assert [line for line in differences if line not in message] == []


@pytest.mark.parametrize(
    ("sent", "difference"),
    [
        ({"a": 1, "b": {"c": [1, 3]}}, "body.b.c[1] is 3, the mock has 2"),
        ({"a": 1, "b": {"c": [1]}}, "body.b.c has 1 elements, the mock has 2"),
        ({"a": 1, "b": {}}, "body.b.c is missing, the mock has [1, 2]"),
        ({"a": 1, "b": {"c": [1, 2]}, "d": 0}, "body.d is 0, the mock has no such field"),
        ({"a": True, "b": {"c": [1, 2]}}, "body.a is True, the mock has 1"),
        ({"a": "x" * 999, "b": {}}, "body.a is 'xxx"),
        ([1], "body is [1], the mock has {"),
        (None, "there is no body"),
    ],
)
def test_json_bodies_must_match(failure, client, sent, difference):
    def scenario(mocker):
        mocker.products.create(return_value={}, match_body={"a": 1, "b": {"c": [1, 2]}})
        client.products.create(sent)

    message = str(failure(scenario))
    assert difference in message
    assert max(map(len, message.splitlines())) < 400


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        (b"other", "the body is b'raw', the mock has b'other'"),
        ("other", "the body is b'raw', the mock has b'other'"),
        ({"a": 1}, "the body is not JSON: b'raw'"),
    ],
)
def test_other_bodies_must_match(world, failure, client, expected, difference):
    def scenario(mocker):
        mocker.create("a", match_body=expected)
        client.create("a", **{"data" if world.name == "sync" else "content": b"raw"})

    assert difference in str(failure(scenario))


def test_the_error_shows_the_call_all_mocks_and_the_nearest_one(failure, client):
    def scenario(mocker):
        mocker.requests["PR-1"].get(return_value={})
        mocker.requests["PR-1"]("approve").post(match_body={"template_id": "TL-1"})
        mocker.products.filter(status="draft").mock(return_value=[])
        client.requests["PR-1"].get()
        list(client.products.filter(status="drafts"))

    assert str(failure(scenario)).splitlines() == [
        "GET products?eq(status,drafts)&limit=100&offset=0 is not mocked.",
        "The nearest mock is GET products?eq(status,draft)&limit=100&offset=0 (not called):",
        "  only the call has eq(status,drafts)",
        "  only the mock has eq(status,draft)",
        "The mocks:",
        "  GET requests/PR-1 (called once)",
        "  POST requests/PR-1/approve with {'template_id': 'TL-1'} (not called)",
        "  GET products?eq(status,draft)&limit=100&offset=0 (not called)",
    ]


def test_of_mocks_of_the_same_call_the_one_with_the_nearest_body_is_shown(failure, client):
    def scenario(mocker):
        for name in ("A", "B", "C"):
            mocker.products.create(match_body={"name": name, "owner": f"VA-{name}"})
        client.products.create({"name": "X", "owner": "VA-B"})

    message = str(failure(scenario))
    assert "The nearest mock is POST products with {'name': 'B', 'owner': 'VA-B'}" in message
    assert "  body.name is 'X', the mock has 'B'" in message


def test_without_mocks_every_call_is_unexpected(failure, client):
    error = failure(lambda _: client.products["PRD-1"].update([1]))
    assert str(error).splitlines() == [
        "PUT products/PRD-1 with b'[1]' is not mocked.",
        f"There are no mocks for {URL}.",
    ]


def test_code_that_handles_failed_calls_does_not_hide_an_unexpected_one(failure, client):
    went_on = []

    def scenario(_):
        with suppress(ClientError):
            client.get("a")
        went_on.append("here")

    failure(scenario)
    assert went_on == []


def test_code_that_handles_every_error_does_not_hide_them_for_long(failure, client):
    def scenario(mocker):
        mocker.get("c")
        for path in "ab":
            with suppress(Exception):
                client.get(path)

    message = str(failure(scenario))
    assert "GET a is not mocked" in message
    assert "GET b is not mocked" in message


def test_unused_mocks_fail_at_the_end(failure, client):
    def scenario(mocker):
        mocker.get("a", return_value=1)
        mocker.get("b", return_value=1)
        mocker.products.all().mock(return_value=[{}] * 101)
        client.get("b")
        client.get("b")
        next(iter(client.products.all()))

    assert str(failure(scenario, UnusedMockError)).splitlines() == [
        "Mocks that no call used:",
        "  GET a (not called)",
        "  GET products?limit=100&offset=99 (not called)",
        "Used: GET b (called 2 times)",
        "Used: GET products?limit=100&offset=0 (called once)",
    ]


def test_an_error_of_the_block_is_not_hidden_by_unused_mocks(failure):
    def scenario(mocker):
        mocker.get("a")
        raise KeyError("mine")

    assert not hasattr(failure(scenario, KeyError), "__notes__")


def test_an_error_of_the_block_shows_the_unexpected_calls_that_may_be_its_cause(failure, client):
    def scenario(_):
        with suppress(Exception):
            client.get("a")
        raise KeyError("mine")

    notes = failure(scenario, KeyError).__notes__
    assert ["GET a is not mocked" in note for note in notes] == [True]


def test_an_unexpected_call_is_told_once_and_shows_no_key(failure, client):
    error = failure(lambda _: client.get("a"))
    assert not hasattr(error, "__notes__")
    frames = error.__traceback__
    while frames.tb_next:
        frames = frames.tb_next
    assert "very-secret" not in str(error) + repr(frames.tb_frame.f_locals)
