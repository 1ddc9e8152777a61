"""All Python that help prints works when it is pasted, for the whole of the shipped document."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY

from cnct import AsyncConnectClient, ConnectClient
from cnct.client.describing import described
from cnct.console.blocks import PYTHON, Code, HelpTable
from cnct.console.pages import page
from cnct.console.subject import Subject
from cnct.emulator import Emulator
from cnct.emulator.service.states import _STATUS, TRANSITIONS

numbers = count()


@pytest.fixture(scope="module")
def connect() -> Iterator[Emulator]:
    with Emulator() as connect:
        yield connect


@pytest.fixture(scope="module")
def client(connect: Emulator) -> Iterator[ConnectClient]:
    strict = {"specs_location": connect.spec, "validate": "strict"}
    with ConnectClient(KEY, connect.endpoint, **strict) as client:
        client.specs.load()
        yield client


def snippets(client: Any, thing: Any) -> list[str]:
    """Return the Python in the help of an object."""
    shown = page(Subject.of(described(client, thing, client.specs)), repr(thing), full=True)
    blocks = [*shown.blocks, *(block for section in shown.sections for block in section.blocks)]
    code = [line.code for block in blocks if isinstance(block, Code) for line in block.lines]
    tables = [block for block in blocks if isinstance(block, HelpTable)]
    cells = [
        row[0].strip("`") for table in tables if table.columns[0] == PYTHON for row in table.rows
    ]
    assert code or cells
    return [*code, *cells]


def fresh(connect: Emulator, client: ConnectClient, path: str, action: str = "") -> str:
    """Add a record in which an action is possible; return its id."""
    collection = path.rpartition("/")[2]
    row = client.collection(path).all().first() or {"id": "X"}
    transition = TRANSITIONS.get(collection, {}).get(action)
    status = {_STATUS.get(collection, "status"): min(transition.sources)} if transition else {}
    new = f"{row['id']}-{next(numbers)}"
    connect.insert(path, {**row, **status, "id": new})
    return new


def pasted(connect: Emulator, client: ConnectClient, code: str, path: str) -> str:
    """Return a snippet with a record of its own in the place of ``ID``."""
    if '"ID"' not in code:
        return code
    action = re.search(r'"ID"\]\("(\w+)"\)', code)
    return code.replace('"ID"', f'"{fresh(connect, client, path, action[1] if action else "")}"')


def paths(client: ConnectClient) -> list[str]:
    """Return the paths of all collections, those of a resource below the first one."""
    templates = [place.template for place in client.specs.places() if place.kind == "collection"]

    def below(match: re.Match[str]) -> str:
        return f"{match[1]}/{client.collection(match[1]).all().first()['id']}/"

    return [re.sub(r"^(.*?)/\{\w+\}/", below, template) for template in templates]


def things(client: Any, path: str) -> Iterator[Any]:
    """Yield the objects of a collection."""
    collection = client.collection(path)
    yield from (collection, collection.all(), collection.all().limit(2)[:3])
    if resource := client.specs.place(f"{path}/ID"):  # some lists have no path of a resource
        yield from (collection["ID"], *map(collection["ID"], resource.actions))


def test_every_snippet_of_help_works(
    connect: Emulator, client: ConnectClient, capsys, tmp_path: Path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("file.xlsx").write_bytes(b"for uploads")
    every = {("", thing) for thing in (client, *map(client.ns, client.specs.get_namespaces()))}
    every |= {(path, thing) for path in paths(client) for thing in things(client, path)}
    tried = {(path, code) for path, thing in every for code in snippets(client, thing)}
    assert len(tried) > 200
    for path, code in sorted(tried):
        exec(pasted(connect, client, code, path), {"client": client})  # noqa: S102 - our own help


def test_snippets_of_an_asynchronous_client_work(connect: Emulator, client: ConnectClient, capsys):
    async def run():
        async with AsyncConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as twin:
            for thing in things(twin, "requests"):
                for code in snippets(twin, thing):
                    text = pasted(connect, client, code, "requests")
                    program = compile(text, "help", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                    if (coroutine := eval(program, {"client": twin})) is not None:  # noqa: S307
                        await coroutine

    asyncio.run(run())
