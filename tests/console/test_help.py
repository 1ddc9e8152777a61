"""Printed help."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY, shared
from tests.console.conftest import NOWHERE, knowing

from cnct import AsyncConnectClient, ConnectClient
from cnct.client.describing import described
from cnct.console.blocks import Code
from cnct.console.pages import page
from cnct.console.subject import Subject
from cnct.openapi import SpecError, SpecWarning

Printed = Callable[..., str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    monkeypatch.setenv("COLUMNS", "120")

    def printed(thing: Any, **kwargs: Any) -> str:
        assert thing.help(**kwargs) is thing
        return capsys.readouterr().out

    return printed


def section(text: str, title: str) -> str:
    """Return what stands below a heading, up to the next."""
    match = re.search(rf"^{re.escape(title)}\n(.*?)(?=\n^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"no section {title!r} in:\n{text}"
    return match[1]


def test_a_client_shows_what_there_is(client: ConnectClient, printed: Printed):
    text = printed(client)
    assert text.startswith(f"client  {client!r} ──")
    assert "Connect, in small 1.0" in text
    assert 'client.find("billing date")' in text
    assert re.search(r"client.products +List: a product", section(text, "Collections (5)"))
    spaces = section(text, "Namespaces (5)")
    assert re.search(r'client\("tier"\) +config-requests, configs', spaces)


def test_a_namespace_shows_its_collections(client: ConnectClient, printed: Printed):
    text = printed(client("tier"))
    assert "The namespace tier, a group of 2 collections." in text
    assert re.search(r'client\("tier"\)\.configs\.all\(\) +# every config\n', text)
    assert 'client("tier").config_requests' in section(text, "Collections (2)")


def test_a_collection_shows_what_can_come_next(client: ConnectClient, printed: Printed):
    text = printed(client.products)
    assert "The collection of products." in text
    assert re.search(r"client\.products\.all\(\) +# every product\n", text)
    assert re.search(r'client\.products\.filter\(status="draft"\) +# those that match\n', text)
    assert 'client.products.all().order_by("-events.created.at")' in text
    assert "# in id, name, owner.id and more" in text
    assert re.search(r'client\.products\["ID"\] +# one product', text)
    actions = section(text, "Actions of each (2)")
    assert re.search(r'client.products\["ID"\]\("endsale"\).post\(\) +End its sale\.', actions)
    assert 'client.products["ID"].items' in section(text, "Collections of each (3)")


def test_filters_show_operators_types_and_what_else_they_do(
    client: ConnectClient, printed: Printed
):
    filters = section(printed(client.products), "Filters (22)")
    assert re.search(r"name +string +eq ne like ilike in out +order, search", filters)
    assert re.search(r"status +draft, indevelopment, .*eq ne lt le gt ge in out", filters)
    assert filters.index("  name ") < filters.index("  owner.id ") < filters.index("  events.c")


def test_a_resource_shows_verbs_fields_and_what_is_below(client: ConnectClient, printed: Printed):
    text = printed(client.products["PRD-1"])
    assert "A product: one of the products." in text
    for verb in (".get()", '.values("id", "name")', ".update(payload={...})", ".delete()"):
        assert f'client.products["PRD-1"]{verb}' in text
    assert "Fields of the answer: id, name, external_id" in text
    assert 'client.products["PRD-1"]("endsale").post()' in section(text, "Actions (2)")


def test_an_action_shows_its_payload_with_an_example_to_paste(
    client: ConnectClient, printed: Printed
):
    text = printed(client.requests["PR-1"]("approve"))
    assert "The action approve of a request." in text
    payload = section(text, "Payload of post()")
    assert re.search(r"template_id +string", payload)
    assert 'client.requests["PR-1"]("approve").post(' in payload


def test_a_set_shows_how_it_is_refined_and_read(client: ConnectClient, printed: Printed):
    text = printed(client.products.filter(status="draft"))
    assert text.startswith("client.products.all()  <ResourceSet products?eq(status,draft) 0/?")
    assert "for row in client.products.all(): print(row)" in text
    assert "Filters (22)" in text


def test_all_that_is_shown_as_python_is_python(client: ConnectClient, printed: Printed):
    for thing in (client, client.products, client.products["PRD-1"], client("tier")):
        lines = re.findall(r"^  (client.+?)  +# ", printed(thing), re.MULTILINE)
        assert lines
        for line in lines:
            if line.endswith((".help()", "]", ".all()")) or ".all()." in line or "filter" in line:
                value = eval(line, {"client": client})  # noqa: S307 - our own help
                assert type(value).__module__.startswith("cnct.client.models")
            else:
                compile(line, "help", "eval")


def test_the_client_is_called_as_the_session_calls_it(
    client: ConnectClient, printed: Printed, monkeypatch: pytest.MonkeyPatch
):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "connect", client, raising=False)
    assert "connect.products.all()" in printed(client.products)
    drafts = client.products.filter(status="draft")
    monkeypatch.setattr(main, "drafts", drafts, raising=False)
    assert "drafts.first()" in printed(drafts)


def test_an_asynchronous_client_awaits(printed: Printed, client: ConnectClient):
    twin = AsyncConnectClient(KEY, NOWHERE, specs_location=client.specs_location)
    assert 'await client.products["PRD-1"].get()' in printed(twin.products["PRD-1"])
    assert "async for row in client.products.all()" in printed(twin.products.all())
    assert "await client.products.create(" in printed(twin.products)
    assert "The namespace tier" in printed(twin("tier"))
    assert "await client.requests" in printed(twin.requests["PR-1"]("approve"))


def test_without_a_document_help_says_how_to_get_one(blind: ConnectClient, printed: Printed):
    texts = {
        blind: "client.products.help()",
        blind.products: 'client.products["ID"]',
        blind("tier"): 'client("tier").name.all()',
        blind("tier")("deeper"): 'client("tier/deeper").name.all()',
        blind("tier").configs: 'client.collection("tier/configs").filter(status="active")',
        blind("tier").configs["TC-1"]: 'client.collection("tier/configs")["TC-1"].get()',
        blind.products["P"]("act"): 'client.collection("products/P")("act").post(payload={...})',
        blind.products.all(): "client.products.all().count()",
        blind.products["a/b"]: 'client.collection("products")["a/b"]',
        blind.products['"']: r'client.collection("products")["\""].get()',
    }
    for thing, expected in texts.items():
        text = printed(thing)
        assert "specs_location=" in text
        assert expected in text


def test_nested_namespaces_are_called_one_after_the_other(garden: ConnectClient, printed: Printed):
    text = printed(garden("tools"))
    assert "The namespace tools, a group of 1 collection and 1 namespace." in text
    assert 'client("tools")("store")   shelves' in section(text, "Namespaces (1)")
    text = printed(garden("tools/store"))
    assert 'client("tools")("store").shelves.all()' in text


def test_an_unreachable_published_document_is_warned_of_and_help_goes_on(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", f"{NOWHERE}/openapi.yml")
    client = ConnectClient(KEY, NOWHERE)
    with pytest.warns(SpecWarning, match="Going on without") as warned:
        text = printed(client.products)
    assert warned[0].filename == __file__
    assert "could not be read" in text
    assert "client.products.all()" in text


def test_a_chosen_document_that_cannot_be_read_is_an_error(tmp_path: Path):
    client = ConnectClient(KEY, NOWHERE, specs_location=tmp_path / "missing.yml")
    with pytest.raises(SpecError, match=r"missing\.yml"):
        client.products.help()


def test_what_the_document_does_not_have_is_said(printed: Printed, garden_file: Path):
    client = knowing(garden_file, validate="off")
    assert "The specification has nothing at bushes." in printed(client.bushes)


def test_long_tables_are_cut_and_say_how_to_see_all(garden: ConnectClient, printed: Printed):
    text = printed(garden.trees)
    assert "17 more rows: client.trees.help(full=True)" in text
    assert "field_39.id" not in text
    assert "… 18 more" in text
    full = printed(garden.trees, full=True)
    assert "more rows" not in full
    assert "field_39.id" in full
    assert "color29" in full


def test_long_texts_are_cut_and_say_how_to_see_all(garden: ConnectClient, printed: Printed):
    text = printed(garden)
    assert "client.help(full=True)" in text
    assert "the last word" not in text
    assert "the last word" in printed(garden, full=True)


def test_descriptions_are_rendered(garden: ConnectClient, printed: Printed):
    text = printed(garden.trees)
    assert "All that grows." in text
    assert "Lists trees. There are many." in text
    assert "Plants a tree" in text
    assert "<i>" not in text


def test_payloads_show_every_shape(garden: ConnectClient, printed: Printed):
    text = printed(garden.trees)
    tree = section(text, "Payload of create(): Tree")
    assert re.search(r"kind +string +yes +oak, elm +Its kind\.", tree)
    assert re.search(r"height +number +≥ 0, ≤ 120, default 1", tree)
    assert re.search(r"name +string +yes +≤ 40 characters", tree)
    assert re.search(r"planted +string \(date\) or null", tree)
    assert re.search(r"owner\.id +string", tree)
    assert re.search(r"tags +list of string +old, rare", tree)
    assert re.search(r"marks\[\]\.email +any \(email\)", tree)
    assert re.search(r"anything +any", tree)
    assert not re.search(r"^  id ", tree, re.MULTILINE)  # read-only
    assert 'payload={"kind": "oak", "name": "Old Oak"}' in tree  # the document's own
    bush = section(text, "Payload of create()")
    assert re.search(r"width +integer +yes", bush)
    assert 'payload={"width": 1}' in bush


def test_payloads_of_many_are_lists(garden: ConnectClient, printed: Printed):
    text = printed(garden.trees)
    many = section(text, "Payload of bulk_update()")
    assert '"kind": "oak",' in many
    assert '"a": {"b": {"c": {}}},' in many
    assert '"soil": "00000000-0000-0000-0000-000000000000",' in many
    assert 'payload=["..."]' in section(text, "Payload of bulk_delete()")
    assert "client.trees.bulk_update([...])" in text
    assert "client.trees.bulk_delete([...])" in text


def test_an_example_that_is_long_is_for_those_who_want_everything(
    garden: ConnectClient, printed: Printed
):
    tree = garden.trees["T-1"]
    assert '"name": "..."' in section(printed(tree), "Payload of update()")
    assert '"name": "line 39"' in section(printed(tree, full=True), "Payload of update()")


def test_names_that_are_no_attributes_are_called(garden: ConnectClient, printed: Printed):
    text = printed(garden.trees["T-1"])
    below = section(text, "Collections (3)")
    assert 'client.trees["T-1"].bird_nests' in below
    assert 'client.trees["T-1"].collection("values")' in below
    assert 'client.trees["T-1"].collection("past/prunings")' in below
    assert 'client.collection("bird_watchers")' in printed(garden)
    deep = garden.trees["T-1"].collection("past/prunings")
    assert 'client.collection("trees/T-1/past/prunings").all()' in printed(deep)


def test_an_action_is_described_by_its_operation_if_the_document_is_silent(
    garden: ConnectClient, printed: Printed
):
    actions = section(printed(garden.trees["T-1"]), "Actions (2)")
    assert re.search(r'client.trees\["T-1"\]\("cut"\).post\(\) +cut tree', actions)
    assert 'client.trees["T-1"]("photo").get()' in actions
    photo = printed(garden.trees["T-1"]("photo"))
    assert 'client.trees["T-1"]("photo").put(payload={...})' in photo
    assert 'payload="..."' in section(photo, "Payload of put()")


def test_a_collection_is_described_by_its_calls_if_the_document_is_silent(
    garden: ConnectClient, printed: Printed
):
    assert re.search(r"hand_tools +list; get and patch each", printed(garden("tools")))
    assert re.search(r"client.empty +sub\n", printed(garden))


def test_a_collection_right_below_another_is_reached_by_its_path(
    garden: ConnectClient, printed: Printed
):
    assert 'client.collection("tools/hand-tools/racks")' in printed(garden("tools").hand_tools)


def test_only_what_the_document_has_is_offered(garden: ConnectClient, printed: Printed):
    tool = printed(garden("tools").hand_tools["H"])
    assert ".get()" in tool
    assert ".update(" not in tool
    assert ".delete()" not in tool
    empty = printed(garden.empty)
    assert ".all()" not in empty.split("Collections of each")[0]
    assert 'client.empty["ID"]  # one empty' in empty
    assert ".get()" not in printed(garden.empty["E"])


def test_an_action_reached_as_a_collection_is_shown_as_what_it_is(
    client: ConnectClient, printed: Printed
):
    text = printed(client.requests["PR-1"].collection("approve"))
    assert "The action approve of a request." in text
    assert 'client.requests["PR-1"]("approve").post(payload={...})' in text


def test_no_colours_are_written_where_nobody_sees_them(client: ConnectClient, printed: Printed):
    text = printed(client.products)
    assert "\x1b" not in text
    assert not re.search(r" +$", text, re.MULTILINE)


def test_a_terminal_gets_colours_and_its_whole_width(
    client: ConnectClient, printed: Printed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "150")
    text = printed(client.products)
    assert "\x1b[" in text
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in text.splitlines()) == 150


def test_a_document_with_next_to_nothing_in_it_will_do(printed: Printed, tmp_path: Path):
    bare = tmp_path / "bare.json"
    bare.write_text('{"openapi": "3.0.0", "paths": {}}')
    client = knowing(bare)
    assert "A client of an API without a name." in printed(client)
    bare.write_text('{"openapi": "3.0.0", "info": {"title": "T"}, "paths": {"/a/b": {"get": {}}}}')
    client = knowing(bare)
    assert "A client of T." in printed(client)
    assert 'client("a").b.all()' in printed(client("a"))
    assert "The collection of b in a." in printed(client("a").b)


def test_every_place_of_connect_has_a_page_of_python_that_compiles():
    client = knowing(shared("spec/connect-openapi30.yml"))
    assert client.specs
    todo, seen = [""], 0
    while todo:
        path = todo.pop()
        place = client.specs.place(path)
        assert place
        description = described(client, client, client.specs)
        subject = Subject.of(description._replace(thing=object(), kind=place.kind, path=path))
        for block in page(subject, path).blocks:
            if isinstance(block, Code):
                compile(block.text, path, "exec")
        below = [*place.collections, *place.namespaces, *place.actions]
        below += ["ID"] if place.kind == "collection" and client.specs.place(f"{path}/ID") else []
        todo += [f"{path}/{name}".lstrip("/") for name in below]
        seen += 1
    assert seen > 500


def test_the_key_is_in_no_help(client: ConnectClient, printed: Printed):
    assert "very-secret" not in printed(client) + printed(client.products)
