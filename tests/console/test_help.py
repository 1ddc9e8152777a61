"""Printed help."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY, shared
from tests.console.conftest import NOWHERE, knowing
from tests.console.garden import taking

from cnct import AsyncConnectClient, ConnectClient, R
from cnct.client.describing import described
from cnct.console.blocks import PYTHON, Code, HelpTable
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


@pytest.fixture
def on_terminal(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> Printed:
    """Print help as on a terminal of some width; return it without its colours."""

    def on_terminal(thing: Any, width: int = 120, **kwargs: Any) -> str:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", str(width))
        text = re.sub(r"\x1b\[[\d;]*m", "", printed(thing, **kwargs))
        return re.sub(r" +$", "", text, flags=re.MULTILINE)

    return on_terminal


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
    spaces = section(text, "Namespaces (6)")
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
    assert re.search(r'client.products\["ID"\]\("endsale"\)\.post\(.+\) +End its sale\.', actions)
    assert 'client.products["ID"].items' in section(text, "Collections of each (3)")


def test_filters_show_operators_types_and_what_else_they_do(
    client: ConnectClient, printed: Printed
):
    filters = section(printed(client.products), "Filters (22)")
    assert re.search(r"name +string +eq ne like ilike in_ out +order, search", filters)
    assert re.search(r"status +draft, indevelopment, .*eq ne lt le gt ge in_ out", filters)
    assert filters.index("  name ") < filters.index("  owner.id ") < filters.index("  events.c")


def test_a_resource_shows_verbs_fields_and_what_is_below(client: ConnectClient, printed: Printed):
    text = printed(client.products["PRD-1"])
    assert "A product: one of the products." in text
    update = '.update(payload={"name": "..."})'
    for verb in (".get()", '.values("id", "name")', update, ".delete()"):
        assert f'client.products["PRD-1"]{verb}' in text
    assert "Fields of the answer: id, name, external_id" in text
    assert 'client.products["PRD-1"]("resumesale").post()' in section(text, "Actions (2)")


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
    drafts = 'client.products.filter(status="draft")'
    assert text.startswith(f"{drafts}  <ResourceSet products?eq(status,draft) 0/?")
    assert f"for row in {drafts}: print(row)" in text
    assert f'{drafts}.filter(purchase_model="transactable")' in text
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
        blind.products["P"]("act"): '("act").post(payload={"name": "..."})',
        blind.products.all(): "client.products.all().count()",
        blind.products["a/b"]: 'client.products["a/b"].delete()',
        blind.products['"']: r'client.products["\""].get()',
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


def test_long_tables_are_cut_on_terminals_and_say_how_to_see_all(
    garden: ConnectClient, printed: Printed, on_terminal: Printed
):
    whole = printed(garden.trees)
    for text in (whole, on_terminal(garden.trees, full=True)):
        assert "more rows" not in text
        assert "field_39.id" in text
        assert "color29" in text
    text = on_terminal(garden.trees)
    assert "17 more rows: client.trees.help(full=True)" in text
    assert "field_39.id" not in text
    assert "… 18 more" in text


def test_long_texts_are_cut_on_terminals_and_say_how_to_see_all(
    garden: ConnectClient, printed: Printed, on_terminal: Printed
):
    assert "the last word" in printed(garden)
    text = on_terminal(garden)
    assert "client.help(full=True)" in text
    assert "the last word" not in text
    assert "the last word" in on_terminal(garden, full=True)


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
    assert 'client.trees.bulk_delete(payload=["..."])  # delete several trees at once' in text


def test_an_example_that_is_long_is_for_those_who_want_everything(
    garden: ConnectClient, printed: Printed, on_terminal: Printed
):
    tree = garden.trees["T-1"]
    assert '"name": "line 39"' in section(printed(tree), "Payload of update()")
    assert '"name": "..."' in section(on_terminal(tree), "Payload of update()")
    assert '"name": "line 39"' in section(on_terminal(tree, full=True), "Payload of update()")


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
    assert 'client.trees["T-1"]("photo").put(payload="...")' in photo
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
    assert 'client.requests["PR-1"]("approve").post(payload={"template_id": "..."})' in text


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


@pytest.mark.parametrize("width", [40, 60, 68, 80, 160])
def test_no_width_breaks_python_names_or_the_marks_of_comments(
    width: int, client: ConnectClient, on_terminal: Printed
):
    pending = client.requests.filter(status="pending")
    for thing in (client, client.requests, pending, client.requests["PR-1"]("approve")):
        text = on_terminal(thing, width)
        shown = page(Subject.of(described(client, thing, client.specs)), repr(thing))
        blocks = [*shown.blocks, *(block for part in shown.sections for block in part.blocks)]
        for code in [block for block in blocks if isinstance(block, Code)]:
            for line in code.lines:
                assert re.sub(r"^(?=.)", "  ", line.code, flags=re.MULTILINE) in text
                words = set(line.comment.split()) - {"#"}
                assert words <= set(re.sub(r"^ *.*?# ", "", text, flags=re.MULTILINE).split())
        for table in [block for block in blocks if isinstance(block, HelpTable)]:
            for name in (row[0].strip("`") for row in table.rows):
                pieces = [name] if table.columns[0] == PYTHON else name.split(".")
                assert all(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) for part in pieces)


def test_comments_that_do_not_fit_stay_comments(client: ConnectClient, on_terminal: Printed):
    text = on_terminal(client.requests, 60)
    assert "  # one request: see its .help()\n  client.requests[" in text
    beside = on_terminal(client.requests, 80)
    assert re.search(r"^ {56}# ", beside, re.MULTILINE)
    code = [line for line in beside.split("Filters")[0].splitlines() if line.startswith("  ")]
    compile("\n".join(line[2:] for line in code), "help", "exec")


def test_a_set_keeps_its_refinements_in_its_snippets(client: ConnectClient, printed: Printed):
    purchases = client.requests.filter(R(type="purchase") | R(type="change")).order_by("-created")
    for things, python in {
        purchases: '.filter("or(eq(type,purchase),eq(type,change))").order_by("-created").first()',
        client.requests.filter(status__in=["a", "b"]): '.filter(status__in=["a", "b"]).first()',
        client.requests.filter(id__in=[]): ".filter(id__in=()).first()",
        client.requests.filter(id__out=[]): ".all().first()",
        client.requests.filter(asset__id__null=True): ".filter(asset__id__null=True).first()",
        client.requests.all().select("-asset"): '.all().select("-asset").first()',
        client.requests.all().search("a").limit(7)[3:9]: '.all().search("a").limit(7)[3:9].first()',
        client.requests.filter(R().n("x-y").eq(1)): '.filter("eq(x-y,1)").first()',
        client.requests.filter(R().n("a.in").eq(1)): '.filter("eq(a.in,1)").first()',
    }.items():
        assert f"client.requests{python}" in printed(things)
        made = eval(f"client.requests{python.removesuffix('.first()')}")  # noqa: S307 - our help
        assert repr(made) == repr(things)


def test_examples_leave_out_what_the_server_gives(tmp_path: Path, printed: Printed):
    owner = {"type": "object", "properties": {"id": {}}}
    things = {"properties": {"id": {}, "created": {}, "owner": owner, "note": {}}}
    chosen = {**things, "required": ["id", "owner"], "example": {"id": "X", "owner": {"id": "O"}}}
    upload = {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
    picture = {"content": {"image/png": {}}}
    content = {"application/json": {"schema": {"items": {"$ref": "#/components/schemas/Thing"}}}}
    answer = {"responses": {"200": {"content": content}}}
    bare = {"responses": {}}
    paths = {
        "/things": {"get": answer, "post": taking(things, example={"id": "X", "note": "N"})},
        "/things/{id}": {"get": answer, "put": taking(things)},
        "/named": {"post": taking(chosen)},
        "/many": {"put": taking(things), "post": {**bare, "requestBody": upload}},
        "/pictures": {"post": {**bare, "requestBody": picture}},
    }
    document = {"openapi": "3.0.3", "paths": paths, "components": {"schemas": {"Thing": things}}}
    path = tmp_path / "things.json"
    path.write_text(json.dumps(document))
    client = knowing(path)
    assert 'client.things.create(payload={"note": "N"})' in printed(client.things)
    resource = printed(client.things["X"])
    assert 'client.things["X"].update(payload={"note": "..."})' in resource
    assert 'client.things["X"].values("id", "created")' in resource
    assert '.create(payload={"id": "X", "owner": {"id": "O"}})' in printed(client.named)
    many = printed(client.many)
    assert 'client.many.bulk_update(payload=[{"id": "...", "note": "..."}])' in many
    assert 'client.many.upload("file.xlsx", field="...")' in many
    assert 'client.pictures.upload("file.xlsx")' in printed(client.pictures)


def test_descriptions_that_say_nothing_are_left_out(client: ConnectClient, printed: Printed):
    for thing in (client.requests, client.requests.all(), client.requests["PR-1"]):
        assert not re.search(r"\b(Create|Retrieve|Change|Delete) one\.", printed(thing))
