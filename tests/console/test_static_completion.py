"""Completion by editors, which read the annotations and run nothing: jedi (Spyder, python-lsp)."""

from __future__ import annotations

import jedi
import pytest
from tests.client.test_parity import names

from cnct.client import models

CHAINS = {
    "Client": ["client.help()"],
    "NS": ['client("a").ns("b").help()', "client.ns.tier"],
    "Collection": [
        "client.requests.help()",
        'client("tier").configs',
        'client.collection("products")["PRD-1"].items',
        'client.products["PRD-1"].collection("items")',
    ],
    "Resource": ['client.requests["PR-1"].help()', 'client.requests.resource("PR-1")'],
    "Action": [
        'client.requests["PR-1"]("approve").help()',
        'client.requests["PR-1"].action.approve',
        'client.requests("import")',
    ],
    "ResourceSet": [
        "client.requests[0:5]",
        'client.requests.filter(status="draft").order_by("created")[2:].limit(5).help()',
        'client.requests.all().select("x").search("x").configure().concurrency(2).overlap(True)',
        "client.requests.order_by().all().filter()",
    ],
}


@pytest.mark.parametrize("world", ["", "Async"])
def test_each_step_has_the_class_that_an_editor_completes(world: str):
    chains = [(kind, chain) for kind, chains in CHAINS.items() for chain in chains]
    lines = [f"value{number} = {chain}" for number, (_, chain) in enumerate(chains)]
    setup = [f"from cnct import {world}ConnectClient", f"client = {world}ConnectClient('key')"]
    script = jedi.Script("\n".join([*setup, *lines]))
    for line, (kind, chain) in enumerate(chains, len(setup) + 1):
        inferred = {name.name for name in script.infer(line, 0)}
        assert inferred == {world + kind.replace("Client", "ConnectClient")}, chain


@pytest.mark.parametrize(
    ("chain", "kind"),
    [
        ('ConnectClient("key").requests', models.Collection),
        ('AsyncConnectClient("key").requests.all()', models.AsyncResourceSet),
    ],
)
def test_an_editor_completes_the_methods_of_that_class(chain: str, kind: type):
    script = jedi.Script(f"from cnct import *\n{chain}.")
    public = {name for name in names(kind) if not name.startswith("_")}
    assert public <= {completion.name for completion in script.complete()}
