"""What a call would be, and what reading a set costs: `url`, `to_curl` and `explain`."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any
from urllib.parse import unquote

import pytest
from tests.conftest import KEY, json_answer, shared

from cnct import ConnectClient
from cnct.emulator import Emulator

ENDPOINT = "https://localhost/public/v1"


@pytest.fixture
def idle(world: Any) -> Any:
    """A client of each world that reaches nobody."""
    return world.client(KEY, ENDPOINT)


def test_the_url_of_a_set_is_that_of_its_first_page(idle):
    rows = idle.requests.filter(note="é [1]").order_by("-created")
    query = "eq(note,%22%C3%A9%20%5B1%5D%22)&ordering(-created)"
    assert rows.url == f"{ENDPOINT}/requests?{query}&limit=100&offset=0"
    assert rows[5:8].url == f"{ENDPOINT}/requests?{query}&limit=3&offset=5"
    rows = rows.configure(params={"a": "b"})
    assert rows.url == f"{ENDPOINT}/requests?{query}&limit=100&offset=0&a=b"


def test_every_place_has_its_url(idle):
    product = idle.products["PRD 1"]
    assert idle.ns("subscriptions").url == f"{ENDPOINT}/subscriptions"
    assert idle.products.url == f"{ENDPOINT}/products"
    assert product.url == f"{ENDPOINT}/products/PRD%201"
    assert product("end-sale").url == f"{ENDPOINT}/products/PRD%201/end-sale"
    assert idle.products[KEY].url == f"{ENDPOINT}/products/***"


def test_a_set_that_no_call_reads_has_no_url(idle):
    with pytest.raises(ValueError, match="is empty without a call, since no resource can match"):
        _ = idle.products.filter(id__in=[]).url


def test_a_command_of_curl_has_the_variable_in_place_of_the_key(world):
    client = world.client(KEY, ENDPOINT, default_headers={"X-Of": f"it's {KEY}", "Cookie": "a=b"})
    assert client.products["PRD-1"].to_curl() == (
        """curl -H 'X-Of: it'"'"'s ***' -H 'Cookie: ***' -H "Authorization: $CNCT_API_KEY\""""
        f" {ENDPOINT}/products/PRD-1"
    )


def test_the_command_does_the_same_call(server):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    server.answer = lambda _: json_answer([])
    client = ConnectClient(KEY, server.endpoint, use_specs=False, default_headers={"X-Empty": ""})
    rows = client.requests.filter(note="é'$(id)`id`!").configure(
        headers={"X-Of": "it's $HOME"}, params="a=[1]"
    )
    list(rows)
    subprocess.run(  # noqa: S602 - the command is for a shell
        f"{rows.to_curl()} --silent",
        shell=True,
        check=True,
        env={**os.environ, "CNCT_API_KEY": KEY},
    )
    ours, curls = server.got
    assert unquote(curls.path) == unquote(ours.path)  # requests encodes brackets
    names = ("Authorization", "X-Of", "X-Empty")
    assert [curls.headers[name] for name in names] == [ours.headers[name] for name in names]


@pytest.mark.parametrize("overlap", [True, False])
@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("size", [1, 2, 10, 25])
def test_the_number_of_calls_is_that_of_a_full_reading(served, size, overlap, concurrency):
    client, connect = served
    rows = client.requests.all().limit(size).overlap(overlap).concurrency(concurrency)
    explanation = rows.explain()
    connect.requests.clear()
    assert len(list(rows)) == explanation.count == 25
    assert len(connect.requests) == explanation.calls


@pytest.fixture(scope="module")
def served():
    records = {"requests": [{"id": f"PR-{number:02}"} for number in range(25)]}
    with (
        Emulator(records=records) as connect,
        ConnectClient(KEY, connect.endpoint, use_specs=False) as client,
    ):
        yield client, connect


def test_an_explanation_shows_itself(remote, server):
    server.answer = lambda _: json_answer([], Content_Range="items 0-0/3")
    rows = remote.products.all().limit(1)[:2]
    explanation = rows.explain()
    assert (explanation.count, explanation.calls, explanation.page) == (2, 2, 1)
    assert repr(explanation) == (
        f"<Explanation {server.endpoint}/products?limit=1&offset=0\n"
        "  2 resources\n"
        "  2 calls, 1 row a page>"
    )


def test_the_hints_of_the_document_are_those_that_are_not_followed(server):
    location = shared("spec/connect-openapi30.yml")
    server.answer = lambda _: json_answer([], Content_Range="items 0-0/0")
    client = ConnectClient(KEY, server.endpoint, specs_location=location)
    rows = client.requests.filter(status="pending")
    hints = rows.explain().hints
    assert list(hints) == ["-activation_key", "-asset.configuration", "-asset.items", "-template"]
    assert "may dramatically increase /requests API performance" in " ".join(
        hints["-template"].split()
    )
    rest = rows.select("-activation_key", "-asset").explain()
    assert list(rest.hints) == ["-template"]
    assert 'The document suggests .select("-template") where these are not needed' in repr(rest)
