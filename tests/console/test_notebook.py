"""HTML for notebooks."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.conftest import KEY, Server, json_answer
from tests.console.conftest import NOWHERE

from cnct import AsyncConnectClient, ConnectClient
from cnct.emulator import Emulator
from cnct.emulator.server import DEFAULT_SPEC


class Tags(HTMLParser):
    """Counts the tags of HTML, and refuses what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_collection_shows_its_help_folded(client: ConnectClient):
    html = client.products._repr_html_()
    assert html
    assert Tags(html).counts["details"] == 4
    assert "<summary>Filters (22)</summary>" in html
    assert "<details open>" not in html
    assert "client.products.filter(status=&quot;draft&quot;)" in html


@pytest.mark.parametrize(
    ("reach", "text"),
    [
        (lambda c: c, "A client of <strong>Garden 2</strong>"),
        (lambda c: c("tools"), "The namespace <strong>tools</strong>"),
        (lambda c: c.trees, "All that <em>grows</em>."),
        (lambda c: c.trees["T-1"], "<strong>A tree</strong>: one of the trees."),
        (lambda c: c.trees["T-1"]("cut"), "The action <strong>cut</strong> of a tree."),
    ],
)
def test_every_object_shows_its_help(garden: ConnectClient, reach: Any, text: str):
    html = reach(garden)._repr_html_()
    assert text in html
    assert Tags(html).counts["h4"] == 1
    assert "very-secret" not in html


def test_long_tables_say_how_to_see_all(garden: ConnectClient):
    html = garden.trees._repr_html_()
    assert html
    assert "17 more rows" in html


def test_nothing_is_shown_that_would_have_to_be_loaded(tmp_path: Path, blind: ConnectClient):
    client = ConnectClient(KEY, NOWHERE, specs_location=tmp_path / "missing.yml")
    assert client._repr_html_() is None
    assert client.products._repr_html_() is None
    assert blind.products._repr_html_() is None


def test_a_set_that_was_not_read_is_left_to_its_repr(client: ConnectClient):
    assert client.products.all()._repr_html_() is None


def test_a_set_that_was_read_shows_its_first_rows():
    with (
        Emulator(generate={"products": 12}) as connect,
        ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client,
    ):
        products = client.products.all()
        assert len(list(products)) == 12
        before = len(connect.requests)
        html = products._repr_html_()
        assert len(connect.requests) == before
    assert html
    counts = Tags(html).counts
    assert counts["tr"] == 11
    assert counts["th"] == 9
    assert "<em>2 more rows</em>" in html
    assert "&lt;ResourceSet products 12/12 fetched&gt;" in html


def test_rows_of_an_asynchronous_set_are_shown_as_well(server: Server):
    import asyncio

    server.answer = lambda _: json_answer([{"id": "A"}], Content_Range="items 0-0/1")

    async def scenario() -> str | None:
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            things = client.things.all()
            assert [row["id"] async for row in things] == ["A"]
            return things._repr_html_()

    assert "<td>A</td>" in (asyncio.run(scenario()) or "")


def test_rows_are_escaped_and_shortened(server: Server):
    many = {f"field{n}": n for n in range(9)}
    rows = [
        "no object",
        {"id": "<script>alert(1)</script>", "none": None, "owner": {"id": "VA-1", "name": "A & B"}},
        {
            "<b>": [1, 2],
            "long": "x" * 100,
            "bare": {"a": 1},
            "none": "",
            "flag": True,
            **many,
        },
    ]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-2/3")
    things = ConnectClient(KEY, server.endpoint, use_specs=False).things.all()
    list(things)
    html = things._repr_html_()
    assert html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<th>&lt;b&gt;</th>" in html
    assert "<th>none</th>" not in html  # empty everywhere
    assert "VA-1 A &amp; B" in html
    assert f"{'x' * 39}…" in html
    assert "{&quot;a&quot;: 1}" in html
    assert "no object" in html
    assert "<em>4 more fields</em>" in html


def test_descriptions_can_bring_no_html_of_their_own(garden_file: Path):
    garden_file.write_text(garden_file.read_text().replace("<i>grows</i>", "<script>x</script>"))
    client = ConnectClient(KEY, NOWHERE, specs_location=garden_file)
    assert client.specs
    client.specs.load()
    html = client.trees._repr_html_()
    assert html
    assert "&lt;script&gt;x" in html
    assert "<script" not in html


def test_pictures_in_descriptions_are_links_so_that_nothing_is_fetched(garden_file: Path):
    picture = "![Oak](https://example.com/oak.png)"
    garden_file.write_text(garden_file.read_text().replace("<i>grows</i>", picture))
    client = ConnectClient(KEY, NOWHERE, specs_location=garden_file)
    assert client.specs
    client.specs.load()
    html = client.trees._repr_html_()
    assert html
    assert '<a href="https://example.com/oak.png">Oak</a>' in html
    assert "<img" not in html


class Shell:
    """IPython's shell in a notebook, as far as it is asked."""

    kernel = object()
    execution_count = 1

    def __init__(self) -> None:
        self.published: list[dict[str, str]] = []
        self.display_pub = SimpleNamespace(publish=self.published.append)


def test_help_in_a_notebook_is_displayed_unfolded_and_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with ConnectClient(KEY, NOWHERE, specs_location=DEFAULT_SPEC) as client:
        shell = Shell()
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
        products = client.products
        assert products.help()._repr_html_() is None  # the cell's value: shown already
        assert capsys.readouterr().out == ""
        (page,) = shell.published
        assert "<details open>" in page["text/html"]
        assert page["text/plain"] == "client.products"
        shell.execution_count = 2
        assert products._repr_html_()
