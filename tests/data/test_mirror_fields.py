"""A mirror never answers with less than was asked: fields that were not fetched are errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY
from tests.emulator.test_queries import BOOKS, DOCUMENT

from cnct import ConnectClient, MirrorError
from cnct.emulator import Emulator

NOTES = [{"id": "N-1"}, {"id": "N-2"}]
SELECT = "write mirror.sync('books', select={}) first"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    spec = tmp_path_factory.mktemp("books") / "spec.json"
    spec.write_text(json.dumps(DOCUMENT))
    with Emulator(spec=spec, records={"books": BOOKS, "notes": NOTES}) as connect:
        yield connect


@pytest.fixture(scope="module")
def client(books: Emulator) -> Iterator[ConnectClient]:
    with ConnectClient(KEY, books.endpoint, specs_location=books.spec) as client:
        yield client


@pytest.fixture
def mirror(client: ConnectClient, tmp_path: Path) -> Iterator[Any]:
    with client.mirror(tmp_path / "books.db") as mirror:
        yield mirror


Question = Callable[[Any], Any]

HIDDEN: dict[str, Question] = {
    "filter": lambda rows: rows.filter("shelf.row=1"),
    "negated filter": lambda rows: rows.filter("not(shelf.row=1)"),
    "select": lambda rows: rows.select("shelf.row"),
    "values": lambda rows: rows.select("shelf.row").values_list("id", "shelf.row"),
}


def test_a_hidden_field_is_an_error_until_it_is_selected(mirror, client):
    mirror.sync("books")
    for ask in HIDDEN.values():
        with pytest.raises(MirrorError) as caught:
            [*ask(mirror.books.all())]
        assert SELECT.format(["shelf.row"]) in str(caught.value)
    mirror.sync("books", select=["shelf.row"])
    for question, ask in HIDDEN.items():
        assert [*ask(mirror.books.all())], question
    selected = client.books.select("shelf.row").filter("shelf.row=1")
    assert [*mirror.books.select("shelf.row").filter("shelf.row=1")] == [*selected]
    with pytest.raises(MirrorError, match="were fetched without shelf") as caught:
        mirror.books.filter("shelf.room.floor=3").count()
    assert SELECT.format(["shelf.row", "shelf.room.floor"]) in str(caught.value)


def test_a_selected_field_is_in_rows_only_where_a_query_selects_it(mirror, client):
    mirror.sync("books", select=["shelf"])
    assert [*mirror.books.all()] == [*client.books.all()]
    assert [*mirror.books.select("shelf")] == [*client.books.select("shelf")]
    assert mirror.books["B-1"].get() == client.books["B-1"].get()


REMOVED: dict[str, Question] = {
    "filter": lambda rows: rows.filter(title="a*b"),
    "order": lambda rows: rows.order_by("-title"),
    "search": lambda rows: rows.search("a"),
    "values": lambda rows: rows.values_list("title"),
}


def test_a_field_that_the_selection_removed_is_an_error(mirror):
    mirror.sync("books", select=["-title"])
    for ask in REMOVED.values():
        with pytest.raises(MirrorError) as caught:
            [*ask(mirror.books.all())]
        assert "without title: write mirror.sync('books', select=[])" in str(caught.value)
    assert mirror.books.filter(state="new").count() == 1
    assert [*mirror.books.select("-title")]


def test_fields_of_a_resource_are_checked_too(mirror):
    mirror.sync("books")
    with pytest.raises(MirrorError, match="without shelf"):
        mirror.books["B-1"].values("id", "shelf")
    assert mirror.books["B-1"].values("id", "writer.id") == {"id": "B-1", "writer.id": "W-1"}


def test_a_list_without_pages_is_counted_by_its_rows(mirror):
    mirror.sync("notes")
    assert mirror.notes.count() == 2
    assert [row["id"] for row in mirror.notes.all()[1:]] == ["N-2"]


def test_fields_of_a_collection_that_is_not_there_are_an_error_of_the_collection(mirror):
    mirror.sync("notes")
    with pytest.raises(MirrorError, match="books is not in the mirror"):
        mirror.collection("books").all().values_list("title")
