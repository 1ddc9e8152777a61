"""Searching the whole document from a client."""

from __future__ import annotations

import re

import pytest
from tests.conftest import KEY
from tests.console.conftest import NOWHERE

from cnct import AsyncConnectClient, ConnectClient
from cnct.console.matches import Matches
from cnct.openapi import SpecError


def test_matches_show_the_python_that_reaches_them(
    client: ConnectClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "100")
    found = client.find("next billing date", limit=3)
    assert isinstance(found, Matches)
    assert len(found) == 3
    text = repr(found)
    assert text.startswith('client.find("next billing date")  3 found ──')
    assert 'client("subscriptions").assets' in text
    assert "billing.next_date" in text
    assert found[0].path in ("subscriptions/assets", "subscriptions/assets/{id}")


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("plants", "client.trees.help()  # create()"),
        ("cut", 'client.trees["ID"]("cut").help()'),
        ("hand tools", 'client("tools").hand_tools'),
        ("shelves", 'client("tools")("store").shelves'),
    ],
)
def test_each_match_is_written_as_the_call_that_it_is(
    garden: ConnectClient, text: str, python: str
):
    assert python in repr(garden.find(text))


def test_rows_without_all_words_come_last_and_name_those_that_they_lack(
    client: ConnectClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "100")
    found = client.find("billing Dates zebra", limit=50)
    missing = [len(match.missing) for match in found]
    assert missing == sorted(missing)
    assert repr(found).startswith('client.find("billing Dates zebra")  ')
    assert "found, none with all words" in repr(found)
    assert re.search(r"assets\.all\(\)\s+billing\.next_date +zebra\n", repr(found))
    assert re.search(r"client\.requests\.all\(\)\s+effective_date +billing, zebra\n", repr(found))
    assert "6 with all words" in repr(client.find("billing dates"))
    assert "Without" not in repr(client.find("billing dates", limit=3))


def test_matches_of_an_asynchronous_client_await(client: ConnectClient):
    twin = AsyncConnectClient(KEY, NOWHERE, specs_location=client.specs_location)
    text = repr(twin.find("billing date"))
    assert 'await client("subscriptions").assets["ID"].get()' in text
    assert '  client("subscriptions").assets.all()\n' in text


def test_matches_are_a_table_in_notebooks(client: ConnectClient):
    html = client.find("approve")._repr_html_()
    assert "<th>What matches</th>" in html
    assert "(&quot;approve&quot;).help()" in html


def test_finding_nothing_says_so(client: ConnectClient):
    found = client.find("zzzzqqqq")
    assert found == []
    assert "nothing found" in repr(found)


def test_without_a_document_there_is_nothing_to_search(
    blind: ConnectClient, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(SpecError, match="use_specs=True"):
        blind.find("anything")
    monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", f"{NOWHERE}/openapi.yml")
    with pytest.raises(SpecError, match=r"cannot be reached: ConnectionError$"):
        ConnectClient(KEY, NOWHERE).find("anything")
