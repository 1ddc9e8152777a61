"""A mirror is read with the interface of the client, and answers as the server does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY

from cnct import (
    ClientError,
    ConnectClient,
    InvalidCallError,
    MirrorError,
    NotFoundError,
    R,
    UnknownNameError,
)
from cnct.emulator import Emulator
from cnct.emulator.server import DEFAULT_SPEC

PRODUCT = "PRD-000-000-001"
COLLECTIONS = ("requests", "subscriptions/assets", "products", f"products/{PRODUCT}/items")


@pytest.fixture(scope="module")
def connect() -> Iterator[Emulator]:
    with Emulator(generate={"requests": 60}) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def database(connect: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of the local Connect."""
    path = tmp_path_factory.mktemp("mirror") / "connect.db"
    client = ConnectClient(KEY, connect.endpoint, specs_location=DEFAULT_SPEC)
    with client, client.mirror(path) as mirror:
        mirror.sync(*COLLECTIONS)
    return path


@pytest.fixture
def client(world: Any, connect: Emulator) -> Any:
    return world.client(KEY, connect.endpoint)


@pytest.fixture
def mirror(client: Any, database: Path) -> Iterator[Any]:
    mirror = client.mirror(database)
    yield mirror
    mirror.close()


Question = Callable[[Any], Any]

QUESTIONS: dict[str, Question] = {
    "all rows": lambda api: [*api.requests.all()],
    "an order": lambda api: [*api.requests.order_by("-created")],
    "a filter": lambda api: [*api.requests.filter(status="pending")],
    "filters of several fields": lambda api: [
        *api.requests.filter(R().asset.product.name.ilike("*a*"), type__in=["purchase", "cancel"])
    ],
    "a filter of a time": lambda api: api.requests.filter(created__ge="2026-01-06").count(),
    "no row": lambda api: [*api.requests.filter(status="pending", id="PR-0")],
    "a count": lambda api: api.requests.count(),
    "the first": lambda api: api.requests.order_by("-created").first(),
    "a slice": lambda api: [*api.requests.order_by("created")[7:19]],
    "pages": lambda api: [len(page) for page in api.requests.limit(25).pages()],
    "a selection": lambda api: [*api.requests.select("-asset", "-marketplace")[:3]],
    "some fields": lambda api: api.requests.all()[:5].values_list("id", "asset.product.id"),
    "a search": lambda api: [*api.products.search("cloud")],
    "a resource": lambda api: api.products[PRODUCT].get(),
    "fields of a resource": lambda api: api.products[PRODUCT].values("name", "status"),
    "whether a resource exists": lambda api: api.products[PRODUCT].exists(),
    "whether a missing one exists": lambda api: api.products["PRD-0"].exists(),
    "a collection of a namespace": lambda api: [*api.ns("subscriptions").assets.all()],
    "a nested collection": lambda api: [*api.products[PRODUCT].items.all()],
    "one resource": lambda api: api.products.filter(id=PRODUCT).one(),
    "windows": lambda api: sorted(row["id"] for row in api.requests.all().scan(by="created")),
}


def test_the_answer_is_that_of_the_server(client, mirror):
    for question, ask in QUESTIONS.items():
        assert ask(mirror) == ask(client), question


REFUSED: dict[str, Question] = {
    "an unknown order": lambda api: api.requests.order_by("nope").first(),
    "a field without an order": lambda api: api.requests.order_by("asset.id").first(),
    "an unknown selection": lambda api: api.requests.select("nope").first(),
    "a value of another type": lambda api: api.requests.filter(created__ge="soon").first(),
    "an operator": lambda api: api.requests.filter(created__like="p*").first(),
    "no RQL": lambda api: api.requests.all().configure(params="eq(a").first(),
}


def test_a_query_is_refused_as_by_the_server(client, mirror):
    for question, ask in REFUSED.items():
        errors = []
        for api in (client, mirror):
            with pytest.raises(ClientError) as caught:
                ask(api)
            error = caught.value
            errors.append((error.status_code, error.error_code, error.errors))
            errors.append(error.additional_info)
        assert errors[:2] == errors[2:], question


def test_an_export_is_that_of_the_client_with_the_columns_of_the_document(
    world, connect, mirror, tmp_path
):
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=DEFAULT_SPEC)
    texts = []
    for number, api in enumerate((client, mirror)):
        file = tmp_path / f"{number}.csv"
        api.requests.order_by("created").select("-asset").to_csv(file)
        texts.append(file.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert len(texts[0].splitlines()) == 61
    with pytest.raises(InvalidCallError, match=r"no column 'asset\.product\.capabilities'"):
        mirror.requests.all().to_csv(tmp_path / "x.csv", columns=["asset.product.capabilities"])
    with pytest.raises(MirrorError, match="tiers is not in the mirror"):
        mirror.collection("tiers").all().to_csv(tmp_path / "tiers.csv")


def test_a_read_makes_no_call_and_needs_no_document(world, connect, database):
    before = len(connect.requests)
    client = world.client(None, connect.endpoint, use_specs=True, specs_location="/nowhere.yml")
    mirror = client.mirror(database)
    assert mirror.requests.filter(status="pending").count() > 0
    assert mirror.requests.first()["id"]
    mirror.close()
    assert len(connect.requests) == before


def test_help_comes_from_the_document(mirror, capsys):
    mirror.requests.help()
    assert "client.requests.filter" in capsys.readouterr().out


WRITES: dict[str, Question] = {
    "POST requests is refused": lambda api: api.requests.create({}),
    "PUT requests/PR-1 is refused": lambda api: api.requests["PR-1"].update({}),
    "DELETE requests/PR-1 is refused": lambda api: api.requests["PR-1"].delete(),
    "POST requests/PR-1/approve is refused": lambda api: api.requests["PR-1"]("approve").post(),
    "POST requests/ID/approve is refused": lambda api: api.requests.all().act("approve"),
    "requests/PR-1/approve is neither": lambda api: api.requests["PR-1"]("approve").get(),
    "requests of a mirror changes only": lambda api: api.requests.filter(id="x").watch(),
    "requests/PR-1 of a mirror changes only": lambda api: api.requests["PR-1"].wait_until(id="x"),
}


def test_all_but_reads_of_rows_is_refused(mirror):
    for message, write in WRITES.items():
        with pytest.raises(MirrorError, match=message):
            write(mirror)


MISSING: dict[str, Question] = {
    "write mirror.sync('tiers') first": lambda api: api.collection("tiers").count(),
    "write mirror.sync('cases') first": lambda api: api.collection("cases")["CA-1"].get(),
    "write mirror.sync('a/b c/d') first": lambda api: api.collection("a")["b c"].d.first(),
    "write mirror.sync('products/PRD-2/items') first": lambda api: api.products["PRD-2"].items[0:2],
    "It has products, products/PRD-000-000-001/items, req": lambda api: api.collection("x").count(),
}


def test_a_collection_that_was_not_synchronised_is_an_error(mirror):
    for message, ask in MISSING.items():
        with pytest.raises(MirrorError) as caught:
            [*ask(mirror)]
        assert message in str(caught.value)


ATTRIBUTES = {
    "helpdesk_cases": "write mirror.sync('helpdesk-cases') first",
    "synch": "did you mean mirror.sync?",
    "subscriptions": "write mirror.ns('subscriptions')",
}


def test_an_attribute_that_the_mirror_lacks_is_an_error(mirror):
    for name, message in ATTRIBUTES.items():
        with pytest.raises(UnknownNameError) as caught:
            getattr(mirror, name)
        assert message in str(caught.value)
        assert not hasattr(mirror, name)
    assert not hasattr(mirror, "_names_of_programs_that_probe")


MISTAKES: dict[str, Question] = {
    "write mirror.requests, or mirror.collection": lambda mirror: mirror["requests"],
    "is no list: write mirror.requests": lambda mirror: [*mirror],
    "name must be a str": lambda mirror: mirror(5),
    "since must be an int": lambda mirror: mirror.changes(since="yesterday"),
}


def test_a_wrong_use_of_a_mirror_is_answered(database, connect):
    client = ConnectClient(KEY, connect.endpoint, use_specs=False)
    with client.mirror(database) as mirror:
        for message, use in MISTAKES.items():
            with pytest.raises(TypeError) as caught:
                use(mirror)
            assert message in str(caught.value)


def test_a_namespace_is_called_by_its_name_too(mirror):
    assert mirror("subscriptions").assets.count() == 40


def test_a_condition_on_an_unknown_field_is_an_error_though_the_server_ignores_it(mirror):
    with pytest.raises(InvalidCallError, match=r"Unknown field 'statsu'\. Did you mean 'status'"):
        mirror.requests.filter(statsu="pending").count()


def test_a_row_that_the_mirror_lacks_is_not_found(mirror):
    with pytest.raises(NotFoundError, match="Not found in the mirror") as caught:
        mirror.requests["PR-0"].get()
    assert caught.value.status_code == 404
