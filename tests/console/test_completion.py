"""Completion at prompts: the names in ``dir`` and the answers to IPython."""

from __future__ import annotations

import rlcompleter
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from tests.conftest import KEY
from tests.console.conftest import NOWHERE

from cnct import AsyncConnectClient, ConnectClient, R
from cnct.client.models.names import attributes
from cnct.console.completion import candidates
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
        ("client.products.fields.owner.", "", {"id", "name"}),
        ("client.products.fields.status.", "", {"eq", "in_"}),
        ('client.products("', "", set()),
        ('client.products.all()("', "", set()),
    ],
)
def test_steps_that_make_no_call_are_taken(
    client: ConnectClient, text: str, start: str, names: set[str]
):
    found = candidates(text, {"client": client})
    assert found
    assert found[0] == start
    assert names <= set(found[1])
    assert not any(name.startswith("_") for name in found[1])


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
        "client.prodcts.",
        "client.response.",
        "client.products.all.",
        "other.client.",
    ],
)
def test_steps_that_might_call_are_not(client: ConnectClient, text: str):
    assert candidates(text, {"client": client, "number": 1}) is None


def test_brackets_complete_only_the_names_that_they_take(client: ConnectClient):
    assert candidates('client["', {"client": client}) == ("", [])
    assert candidates('client.products["', {"client": client}) == ("", [])


def test_names_with_an_underscore_complete_when_asked_for(client: ConnectClient):
    found = candidates("client._repr", {"client": client})
    assert found == ("_repr", ["_repr_html_"])


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
