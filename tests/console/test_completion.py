"""Completion at prompts: the names in ``dir`` and the answers to IPython."""

from __future__ import annotations

import rlcompleter
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from tests.conftest import KEY
from tests.console.conftest import NOWHERE, knowing

from cnct import AsyncConnectClient, ConnectClient, R
from cnct.client.models.names import attributes
from cnct.console.completion import candidates
from cnct.emulator.server import DEFAULT_SPEC
from cnct.testing import ConnectClientMocker


def test_dir_lists_what_the_document_has(client: ConnectClient):
    assert {"products", "help", "ns"} <= set(dir(client))
    assert {"configs", "config_requests"} <= set(dir(client("tier")))
    assert {"items", "update"} <= set(dir(client.products["PRD-1"]))


def test_dir_lists_no_namespaces_and_actions_which_are_no_attributes(client: ConnectClient):
    assert not {"tier", "helpdesk"} & set(dir(client))
    assert "endsale" not in dir(client.products["PRD-1"])
    assert "store" not in dir(client("tools"))


def test_dir_is_the_same_for_asynchronous_clients(client: ConnectClient):
    twin = AsyncConnectClient(KEY, NOWHERE, specs_location=client.specs_location)
    assert "products" in dir(twin)  # the cache on disk will do
    assert "items" in dir(twin.products["PRD-1"])


def test_dir_lists_only_names_that_attributes_can_reach(garden: ConnectClient):
    names = dir(garden.trees["T-1"])
    assert "bird_nests" in names
    assert "past/prunings" in [*garden.trees["T-1"].collection]
    assert names.count("values") == 1  # the method
    assert "bird_watchers" not in dir(garden)  # would be bird-watchers
    assert attributes(["import", "MD-1", "1st", "a-b", "_x"], object) == ["MD_1", "a_b"]


def test_dir_without_a_document_lists_the_methods(blind: ConnectClient):
    assert "products" not in dir(blind)
    assert "help" in dir(blind)
    assert dir(blind.ns) == []


def test_dir_of_a_mock_lists_its_methods():
    with ConnectClientMocker(NOWHERE) as mocker:
        assert "collection" in dir(mocker)
        assert "products" not in dir(mocker)


def test_dir_waits_for_nothing(tmp_path: Path):
    client = ConnectClient(KEY, NOWHERE, specs_location=tmp_path / "missing.yml")
    assert "collection" in dir(client)
    assert client.products.fields == R()
    assert repr(client.products) == "<Collection products>"


def test_methods_that_take_names_complete_them(client: ConnectClient):
    assert "subscriptions" in dir(client.ns)
    assert repr(client.ns.subscriptions) == repr(client.ns("subscriptions"))
    assert repr(client.ns["subscriptions"]) == "<NS subscriptions>"
    assert repr(client("tier").collection.config_requests) == "<Collection tier/config-requests>"
    assert dir(client.products["PRD-1"].action) == ["endsale", "resumesale"]
    assert repr(client.products["PRD-1"].action.endsale) == "<Action products/PRD-1/endsale>"
    assert "tier" in [*client.ns]
    assert "tier" in client.ns._ipython_key_completions_()
    assert not hasattr(client.ns, "_ipython_display_")
    assert "bound method" in repr(client.ns)
    assert (client.ns.__doc__ or "").startswith("Return the namespace")


def test_of_the_class_they_are_plain_functions(client: ConnectClient):
    assert repr(ConnectClient.ns(client, "tier")) == "<NS tier>"


@pytest.mark.parametrize(
    ("text", "start", "names"),
    [
        ('client("subscriptions").', "", {"assets", "help"}),
        ("client('tier').conf", "conf", {"configs", "config_requests"}),
        ('client.products["PRD-1"].', "", {"items", "get"}),
        ('x = client.products["PRD-1"].it', "it", {"items"}),
        ('client("sub', "sub", {"subscriptions"}),
        ('client.products["PRD-1"]("', "", {"endsale", "resumesale"}),
        ('client.ns["sub', "sub", {"subscriptions"}),
        ("client.ns.subscriptions.as", "as", {"assets"}),
        ("client.ns('tier').", "", {"configs"}),
        ("client.products.all().fields.", "", {"status", "owner"}),
        ("client.products.dates().fi", "fi", {"filter", "first"}),
        ("client.with_response.prod", "prod", {"products"}),
        ('client.with_response.products["PRD-1"]("end', "end", {"endsale"}),
        ("client.products.fields.owner.", "", {"id", "name"}),
        ("client.products.fields.status.", "", {"eq", "in_"}),
        ("client.products[id].", "", {"items", "get"}),
        ("client.products.resource(id).", "", {"items", "get"}),
        ("client.products.all()[:5].filter(x=f(1, [2])).order_by('a').fie", "fie", {"fields"}),
        ("client.products.filter(\n    R().status.eq('draft'),\n).sel", "sel", {"select"}),
        ("for product in client.products.", "", {"all"}),
        ("await client.products.", "", {"all"}),
        ("print(x, [client.products.", "", {"all"}),
        ("text = 'it'\nclient.products.", "", {"all"}),
        ("client.products.fields.n('owner').", "", {"id", "name"}),
        ('client.products("', "", set()),
        ('client.products.all()("', "", set()),
    ],
)
def test_steps_that_make_no_call_are_taken(
    client: ConnectClient, text: str, start: str, names: set[str]
):
    found = candidates(text, {"client": client})
    assert found
    assert found.start == start
    assert names <= set(found.names)
    assert not any(name.startswith("_") for name in found.names)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clients.",
        "number.",
        "foo().",
        'client.get("products").',
        "client.products.create().",
        'client.products.all("x").',
        "client.products().",
        'client["x"].',
        'client.products.all()["x"].',
        "client.products.all()[0].",
        "client.collection(name).",
        "'client.",
        "# client.",
        "5.",
        ".",
        "(1).",
        "[client.products].",
        "import.",
        "f'{x}'.",
        "client.prodcts.",
        "client.response.",
        "client.products.all.",
        "other.client.",
    ],
)
def test_steps_that_might_call_are_not(client: ConnectClient, text: str):
    assert candidates(text, {"client": client, "number": 1}) is None


def test_brackets_complete_only_the_names_that_they_take(client: ConnectClient):
    for code in ('client["', 'client.products["', 'client.products.all()("'):
        assert candidates(code, {"client": client}) == ("", [], True)


def test_names_with_an_underscore_complete_when_asked_for(client: ConnectClient):
    found = candidates("client._repr", {"client": client})
    assert found == ("_repr", ["_repr_html_"], True)


@pytest.mark.parametrize(
    ("code", "start", "names"),
    [
        ("client.products.filter(sta", "sta", ["status=", "status__in="]),
        ("client.products.filter(", "", ["status=", "owner__name="]),
        (
            "client.products.all().filter(R().a.eq(1), owner__na",
            "owner__na",
            ["owner__name__ilike="],
        ),
        ("client.products.filter(\n    # those\n    sta", "sta", ["status="]),
        ('client.products.filter(status="pub', "pub", ["published"]),
        ("client.products.filter(status__in=('draft', 'pub", "pub", ["published"]),
        ('client.products.filter(status__out=["', "", ["draft", "published"]),
        ("client.products.fields.status.eq('pub", "pub", ["published"]),
        ("client.products.fields.status.in_(['draft', \"pub", "pub", ["published"]),
        ("client.products.filter(R().status.eq('pub", "pub", ["published"]),
        ("client.products.filter(~R().sta", "sta", ["status"]),
        ("client.products.filter(R().status.ne('draft') & R().owner.", "", ["id", "name"]),
        ("client.products.all().order_by('", "", ["name"]),
        ("client.products.all().order_by('name', '-na", "na", ["name"]),
        ("client.products.all().select('own", "own", ["owner", "owner.name"]),
        ("client.products.all().values_list('id', 'owner.na", "owner.na", ["owner.name"]),
        ("client.products['PRD-1'].values('own", "own", ["owner", "owner.name"]),
        ("client.products['PRD-1'].wait_until(sta", "sta", ["status="]),
        ("client.products['PRD-1'].wait_until(status='pub", "pub", ["published"]),
        ("client.requests.all().scan(by='cre", "cre", ["created"]),
        ("client.requests.on('asset.i", "asset.i", ["asset.id"]),
        ("client.requests.all().act('appr", "appr", ["approve"]),
        ('client.products.create({"', "", ["name", "category"]),
        ('client.products.create(payload={"name": f(x), "cat', "cat", ["category"]),
        ('client.products.bulk_create([{"name": "a"}, {"cat', "cat", ["category"]),
        ('client.products.create({"category": {"', "", ["id"]),
        ('client.requests["PR-1"].update({"asset": {"params": [{"', "", ["id", "value"]),
        ('client.requests.create({"type": "pur', "pur", ["purchase"]),
        ('client.requests["PR-1"]("approve").post({"tem', "tem", ["template_id"]),
        ('client.requests["PR-1"].action.approve.post({"tem', "tem", ["template_id"]),
        ("client.ns('sub", "sub", ["subscriptions"]),
        ("client.requests['PR-1'].action('appr", "appr", ["approve"]),
        ("client.collection('prod", "prod", ["products"]),
    ],
)
def test_arguments_complete_with_names_and_values_of_the_document(
    client: ConnectClient, code: str, start: str, names: list[str]
):
    found = candidates(code, {"client": client, "R": R})
    assert found
    assert found.start == start
    assert set(names) <= set(found.names)


@pytest.mark.parametrize(
    "code",
    [
        "client.products.filter(name='",
        "client.products.filter(sta__tus='",
        "client.products.filter(__x='",
        "client.products.filter(status__like='",
        "client.products.filter('",
        "client.products.search('",
        "client.products['PRD-1', '",
        "client.products.fields.name.eq('",
        "client.products.fields.owner.eq('",
        "client.products.create(headers={'",
        "client.products.create('",
        "client.products.create({'unknown': {'",
        "client.products.bulk_delete(['",
        "client.products.on(key='",
        "client.products.order_by(",
        "client.products.filter(status={'",
        "client('subscriptions').assets['AS-1'].delete({'",
        "client.products['PRD-1'].help(",
    ],
)
def test_nothing_is_offered_where_the_document_has_nothing(client: ConnectClient, code: str):
    found = candidates(code, {"client": client})
    assert found
    assert found.names == []


@pytest.mark.parametrize(
    "code",
    [
        "client.products.filter(status=dra",
        "client.products.filter(status='draft' + '",
        "client.products.create({nam",
        "client.products.create({'name': x + '",
        "client.products.create([x + '",
        "client.products.create({{'",
        "client.products.create({'a': {{'b': '",
        "client.products.filter(R.status.eq('",
        "client.products.filter(R('",
        "client.products.filter(R().status.eq('draft')('",
        "print(R().sta",
        "print(client.products, R().sta",
        "client.products[{'",
        "{'",
        "filter(sta",
        "('",
        "())('",
        "client.filter(sta",
    ],
)
def test_where_python_or_another_library_is_written_nothing_is_offered(
    client: ConnectClient, code: str
):
    assert candidates(code, {"client": client, "R": R}) is None


def test_keys_and_values_are_those_of_all_alternatives_that_can_be_written(garden: ConnectClient):
    keys = candidates('client.trees.create({"', {"client": garden})
    assert keys
    assert {"kind", "name", "width"} <= {*keys.names}
    assert "id" in keys.names  # a bush has one
    tree = candidates('client.trees["T-1"].update({"', {"client": garden})
    assert tree
    assert "id" not in tree.names  # read-only
    values = candidates("client.trees['T-1'].update({'tags': ['", {"client": garden})
    assert values == ("", ["old", "rare"], True)


PIECES = ["client", "R()", "filter(", "status", ".", "(", ")", "[", "]", "{", "}", "'", '"', '"""']
PIECES += [",", "=", ":", "#", "\\", "\n", " ", "1", "fields", "eq", "ns", "create(", "é", "\0"]


@cache
def same_client() -> ConnectClient:
    return knowing(DEFAULT_SPEC)


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=20))
@settings(max_examples=100)
def test_no_text_at_the_prompt_is_an_error(pieces: list[str]):
    client = same_client()
    for code in ("".join(pieces), f"client.products.{''.join(pieces)}"):
        found = candidates(code, {"client": client, "R": R})
        assert found is None or code.endswith(found.start)


def test_without_a_document_no_argument_completes(blind: ConnectClient):
    assert candidates("client.products.filter(", {"client": blind}) == ("", [], False)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Any:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    return shell


@pytest.mark.parametrize("jedi", [False, True])
@pytest.mark.parametrize("text", ['client("subscriptions").ass', "client.ns.subscriptions.ass"])
def test_ipython_completes_behind_calls(
    shell: Any, garden_file: Path, client: ConnectClient, text: str, jedi: bool
):
    ConnectClient(KEY, NOWHERE, specs_location=garden_file)  # twice is as good as once
    ConnectClient(KEY, NOWHERE, specs_location=garden_file)
    assert len(shell.Completer.custom_matchers) == 1
    shell.Completer.use_jedi = jedi
    shell.user_ns["client"] = client
    with provisionalcompleter():
        found = [each.text for each in shell.Completer.completions(text, len(text))]
    assert [name.lstrip(".").rpartition(".")[2] for name in found] == ["assets"]


def test_ipython_completes_everything_else_as_ever(shell: Any, client: ConnectClient):
    ConnectClient(KEY, NOWHERE, use_specs=False)
    shell.user_ns["client"] = client
    shell.user_ns["number"] = 1
    with provisionalcompleter():
        found = [each.text for each in shell.Completer.completions("number.bit_le", 13)]
    assert found
    assert "bit_length" in found[0]


def test_without_ipython_nothing_is_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "IPython")
    ConnectClient(KEY, NOWHERE, use_specs=False)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    ConnectClient(KEY, NOWHERE, use_specs=False)


def test_the_plain_prompt_completes_attributes(client: ConnectClient):
    completer = rlcompleter.Completer({"client": client})
    assert "client.products(" in completer.attr_matches("client.prod")
    assert "client.ns.tier.configs(" in completer.attr_matches("client.ns.tier.con")
