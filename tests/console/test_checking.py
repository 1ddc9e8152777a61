"""Checks of calls against the document, before they are sent."""

from __future__ import annotations

import asyncio
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY, Answer, Got, Server, json_answer
from tests.console.conftest import NOWHERE

from cnct import AsyncConnectClient, ClientError, ConnectClient, NotFoundError
from cnct.client.models import AsyncResource, Resource
from cnct.emulator.server import DEFAULT_SPEC
from cnct.exceptions import InvalidCallError
from cnct.openapi import SpecError, SpecWarning
from cnct.user_warnings import InvalidCallWarning


def makes(server: Server, **settings: Any) -> ConnectClient:
    server.answer = lambda _: json_answer([], Content_Range="items 0-0/0")
    return ConnectClient(KEY, server.endpoint, specs_location=DEFAULT_SPEC, **settings)


PATHS = [
    (lambda c: c.get("prodcts"), "There is no 'prodcts' in the API. Did you mean 'products'?"),
    (lambda c: c.get("products/P/itms"), "Did you mean 'items'?"),
    (lambda c: c.delete("products"), "takes GET or POST, not DELETE"),
]
CONTENTS = [
    (lambda c: list(c.products.filter(statu="draft")), "Unknown field 'statu'. Did you mean"),
    (lambda c: c.products.filter("ne(visibility.owner,x)").count(), "does not take ne"),
    (lambda c: c.get("products", params={"purchase_model": "x"}), "transactable"),
    (lambda c: c.products.create(payload={"nam": "x"}), "Did you mean 'name'?"),
    (lambda c: c.products["P"].update(payload={"name": 1}), "name"),
]


@pytest.mark.parametrize(("make", "message"), PATHS)
@pytest.mark.parametrize("settings", [{}, {"validate": "strict"}])
def test_an_unknown_path_or_method_is_not_sent(
    server: Server, make: Any, message: str, settings: dict[str, Any]
):
    client = makes(server, **settings)
    with pytest.raises(NotFoundError) as caught:
        make(client)
    assert message in str(caught.value)
    assert str(caught.value).startswith("Not sent: ")
    assert caught.value.status_code is None
    assert server.got == []


@pytest.mark.parametrize(("make", "message"), CONTENTS)
def test_a_query_or_payload_that_does_not_fit_is_sent_with_a_warning(
    server: Server, make: Any, message: str
):
    client = makes(server)
    with pytest.warns(InvalidCallWarning, match=re.escape(message)) as warned:
        make(client)
    assert len(server.got) == 1
    assert {each.filename for each in warned} == {__file__}


@pytest.mark.parametrize(("make", "message"), CONTENTS)
def test_a_query_or_payload_that_does_not_fit_can_be_an_error(
    server: Server, make: Any, message: str
):
    client = makes(server, validate="strict")
    with pytest.raises(InvalidCallError, match=re.escape(message)) as caught:
        make(client)
    assert isinstance(caught.value, ClientError)
    assert "very-secret" not in str(caught.value)
    assert server.got == []


@pytest.mark.parametrize(("make", "message"), PATHS + CONTENTS)
def test_everything_can_be_a_warning(server: Server, make: Any, message: str):
    client = makes(server, validate="warn")
    with pytest.warns(InvalidCallWarning, match=re.escape(message)):
        make(client)
    assert server.got


@pytest.mark.parametrize(
    "settings", [{"validate": "off"}, {"validate_using_specs": False}, {"use_specs": False}]
)
def test_checking_can_be_off(server: Server, settings: dict[str, Any]):
    client = makes(server, **settings)
    for make, _ in PATHS + CONTENTS:
        make(client)
    assert len(server.got) == len(PATHS + CONTENTS)


def test_the_word_wins_over_the_switch(server: Server):
    client = makes(server, validate_using_specs=False, validate="strict")
    with pytest.raises(InvalidCallError):
        client.products.filter(statu="draft").count()


def test_what_fits_is_sent_without_a_word(server: Server):
    client = makes(server)
    client.products.filter(status="draft").order_by("-events.created.at").search("x").count()
    client.products.create(payload={"name": "x"})
    client.requests["PR-1"]("approve").post(payload={"template_id": "TL-1"})
    client.get(f"{server.endpoint}/products?eq(status,draft)&limit=3")
    assert len(server.got) == 4


def test_all_problems_of_a_payload_come_at_once(server: Server):
    client = makes(server, validate="strict")
    with pytest.raises(InvalidCallError) as caught:
        client.products.create(payload={"nam": "x", "statu": "y"})
    assert len(caught.value.errors or ()) == 2


def test_one_warning_tells_of_many_problems_but_not_of_endless_ones(server: Server):
    payload = {f"unknown_{number}": 1 for number in range(30)}
    with pytest.warns(InvalidCallWarning) as warned:
        makes(server).products.create(payload=payload)
    (warning,) = warned
    lines = str(warning.message).splitlines()
    assert lines[0].startswith("POST products: ")
    assert lines[-1] == "and 10 more"
    assert len(lines) == 21


def test_asynchronous_calls_are_checked_with_the_line_that_awaits_them(server: Server):
    server.answer = lambda _: json_answer([], Content_Range="items 0-0/0")

    async def scenario() -> None:
        location = DEFAULT_SPEC
        async with AsyncConnectClient(KEY, server.endpoint, specs_location=location) as client:
            with pytest.warns(InvalidCallWarning, match="'statu'") as warned:
                await client.products.filter(statu="draft").count()
            assert warned[0].filename == __file__
            with pytest.raises(NotFoundError):
                await client.get("prodcts")

    asyncio.run(scenario())
    assert len(server.got) == 1


def many_rows(got: Got) -> Answer:
    start = int(got.query.partition("offset=")[2])
    rows = [{"id": number} for number in range(start, min(start + 10, 50))]
    return json_answer(rows, Content_Range=f"items {start}-{start + len(rows) - 1}/50")


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_set_of_many_pages_is_warned_of_once_in_the_line_that_reads_it(
    server: Server, concurrency: int
):
    settings = {"specs_location": DEFAULT_SPEC, "default_limit": 10, "concurrency": concurrency}
    server.answer = many_rows

    client = ConnectClient(KEY, server.endpoint, **settings)

    async def scenario() -> None:
        async with AsyncConnectClient(KEY, server.endpoint, **settings) as client:
            assert len([row async for row in client.products.filter(statu="draft")]) == 50

    with pytest.warns(InvalidCallWarning, match="'statu'") as warned:
        assert len(list(client.products.filter(statu="draft"))) == 50
    assert [each.filename for each in warned] == [__file__]
    with pytest.warns(InvalidCallWarning, match="'statu'") as warned:
        asyncio.run(scenario())
    assert [each.filename for each in warned] == [__file__]


def test_a_set_that_is_refused_is_refused_again(server: Server):
    rows = makes(server, validate="strict").products.filter(statu="draft")
    for _ in range(2):
        with pytest.raises(InvalidCallError):
            list(rows)


def test_a_task_that_is_a_call_itself_is_warned_of_in_a_line_of_the_program(server: Server):
    server.answer = lambda _: json_answer({})

    async def scenario() -> None:
        location = DEFAULT_SPEC
        async with AsyncConnectClient(KEY, server.endpoint, specs_location=location) as client:
            await asyncio.gather(client.products.create(payload={"name": "x", "nam": "x"}))

    with pytest.warns(InvalidCallWarning, match="nam: unknown field") as warned:
        asyncio.run(scenario())
    assert [each.filename for each in warned] == [__file__]


def test_nothing_is_said_of_the_existence_of_what_cannot_be(server: Server):
    with pytest.raises(NotFoundError, match="prodcts"):
        Resource(makes(server), "prodcts/P").exists()

    async def scenario() -> None:
        location = DEFAULT_SPEC
        async with AsyncConnectClient(KEY, server.endpoint, specs_location=location) as client:
            with pytest.raises(NotFoundError, match="prodcts"):
                await AsyncResource(client, "prodcts/P").exists()

    asyncio.run(scenario())
    client = makes(server, validate="warn")
    server.answer = lambda _: json_answer({}, status=404)
    with pytest.warns(InvalidCallWarning):
        assert client.products["P"].collection("itms")["X"].exists() is False


def test_an_unreachable_published_document_stops_no_call(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", f"{NOWHERE}/openapi.yml")
    server.answer = lambda _: json_answer({})
    client = ConnectClient(KEY, server.endpoint)
    with pytest.warns(SpecWarning) as warned:
        client.get("anything")
    assert warned[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client.get("anything/else")
    assert len(server.got) == 2


def test_an_asynchronous_call_warns_of_it_in_its_own_line(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", f"{NOWHERE}/openapi.yml")
    server.answer = lambda _: json_answer({})

    async def scenario() -> None:
        async with AsyncConnectClient(KEY, server.endpoint) as client:
            with pytest.warns(SpecWarning) as warned:
                await client.get("anything")
            assert warned[0].filename == __file__

    asyncio.run(scenario())


def test_a_chosen_document_that_cannot_be_read_is_an_error_at_the_first_call(
    server: Server, tmp_path: Path
):
    client = ConnectClient(KEY, server.endpoint, specs_location=str(tmp_path / "missing.yml"))
    with pytest.raises(SpecError):
        client.get("products")
    assert server.got == []


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"validate": "loud"}, ValueError, "validate must be one of"),
        ({"specs_location": " "}, ValueError, "specs_location must be a path or a URL, not blank"),
        ({"specs_location": 1}, TypeError, "specs_location must be a path or a URL"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, Any], error: type[Exception], message: str
):
    with pytest.raises(error, match=message):
        ConnectClient(KEY, **settings)


def test_a_copy_of_a_client_has_the_same_document(server: Server):
    import copy

    client = makes(server)
    twin = copy.copy(client)
    assert twin.specs is not client.specs
    assert twin.specs
    assert twin.specs.title == "Connect, in small"


def test_without_use_specs_there_are_none():
    assert ConnectClient(KEY, use_specs=False).specs is None
