"""HTML for notebooks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from tests.conftest import KEY, Got, Server, json_answer
from tests.console.conftest import NOWHERE
from tests.console.garden import GARDEN
from tests.worlds import Async, Played, Sync

from cnct import AsyncConnectClient, ConnectClient, JournalError, R, RQLError
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


def displayed(thing: Any) -> dict[str, Any]:
    """Return what IPython sends to a notebook for the value of a cell."""
    it = thing.it if isinstance(thing, Played) else thing
    return InteractiveShell().display_formatter.format(it)[0]


def test_with_an_empty_cache_a_local_document_is_read_for_what_is_displayed(
    world: Sync | Async, garden_file: Path
):
    client = world.client(KEY, NOWHERE, use_specs=True, specs_location=garden_file)
    assert "A client of <strong>Garden 2</strong>" in displayed(client)["text/html"]
    assert "All that <em>grows</em>." in displayed(client.trees)["text/html"]


def test_the_published_document_is_shown_as_soon_as_a_call_has_loaded_it(
    world: Sync | Async, server: Server
):
    got: list[str] = []

    def answer(request: Got) -> Any:
        got.append(request.path)
        return json_answer(GARDEN if request.path.endswith("garden.json") else {"id": "T-1"})

    server.answer = answer
    location = f"{server.endpoint}/garden.json"
    client = world.client(KEY, server.endpoint, use_specs=True, specs_location=location)
    assert "text/html" not in displayed(client)
    assert "text/html" not in displayed(client.trees)
    assert got == []
    client.trees["T-1"].get()
    assert "A client of <strong>Garden 2</strong>" in displayed(client)["text/html"]
    assert "All that <em>grows</em>." in displayed(client.trees)["text/html"]
    assert len(got) == 2


def test_fields_show_their_names(garden: ConnectClient):
    assert displayed(garden.trees.fields)["text/plain"].startswith("<Fields of trees: a, b, c, ")


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """The shell of the process, as in a notebook."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        (
            "def look():\n    return client.trees.fields.heigth\nlook()",
            [
                "UnknownNameError: Unknown field 'heigth'.",
                "line 2: return client.trees.fields.heig",
            ],
        ),
        ("client.trees.filter('a(')", ["RQLSyntaxError: ", "line 1: client.trees.filter('a(')"]),
        ("client.delete('tree')", ["NotFoundError: Not sent: ", "line 1: client.delete('tree')"]),
        ("bool(twin.trees.all())", ["NotYetEvaluatedError: ", "line 1: bool(twin.trees.all())"]),
        ("raise error", ["JournalError: own", "line 1: raise error"]),
    ],
)
def test_errors_begin_with_the_message_and_the_line_of_the_cell(
    garden: ConnectClient,
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    cell: str,
    lines: list[str],
):
    twin = AsyncConnectClient(KEY, NOWHERE, specs_location=garden.specs_location)
    shell.user_ns |= {"client": garden, "twin": twin, "error": JournalError("own")}
    shell.run_cell(cell)
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out.strip()).splitlines()
    for line, beginning in zip(shown, lines, strict=False):
        assert line.startswith(beginning)
    assert any("Traceback (most recent call last)" in line for line in shown[3:])
    assert lines[0] in shown[-1]


def test_without_ipython_the_traceback_is_pythons(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    with pytest.raises(RQLError) as caught:
        R(**{"a b": 1})
    first, line, _, *rest = caught.value._render_traceback_()
    assert first.startswith("RQLError: 'a b' cannot be a field name")
    assert line.endswith(': R(**{"a b": 1})')
    assert rest[0].startswith("Traceback")


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
    assert counts["th"] == 10
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
