"""Lists of a document and records of our own: filters, order, selection, paging."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from tests.emulator.conftest import Http

from cnct.emulator import Emulator


def parameter(name: str, lookups: str, schema: dict | None = None, **notes: str) -> dict:
    text = "\n\n".join(
        f"**{note}:** {value}" for note, value in ({"lookups": lookups} | notes).items()
    )
    return {
        "name": name,
        "in": "query",
        "description": text,
        "schema": schema or {"type": "string"},
    }


TEXT = "eq, ne, like, ilike, null, in, out"
NUMBER = "eq, ne, gt, ge, lt, le, null, in, out"
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Books", "version": "1"},
    "paths": {
        "/books": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"default": 5, "maximum": 6}},
                    {"name": "plain", "in": "query", "schema": {"type": "string"}},
                    parameter("id", TEXT, ordering="true"),
                    parameter("ID", TEXT),
                    parameter("parent", TEXT),
                    parameter("title", TEXT, search="true", ordering="true"),
                    parameter("state", "eq, in", {"type": "string", "enum": ["new", "old"]}),
                    parameter("pages", NUMBER, {"type": "integer"}, ordering="true"),
                    parameter("price", NUMBER, {"type": "string", "format": "decimal"}),
                    parameter("weight", NUMBER, {"type": "number"}),
                    parameter("lent", "eq, ne, null", {"type": "boolean"}),
                    parameter("printed", NUMBER, {"type": "string", "format": "date"}),
                    parameter("sold", NUMBER, {"type": "string", "format": "date-time"}),
                    parameter("tags.name", TEXT),
                    parameter("writer.id", TEXT, null="W-0, null()"),
                    parameter("loans.id", TEXT),
                    parameter("loans.by", TEXT),
                    parameter("loans.days", NUMBER, {"type": "integer"}),
                    parameter(
                        "grade", "eq, ne, in, out", {"type": "string", "enum": ["c", "b", "a"]}
                    ),
                    parameter("shelf", "", default="*hidden*"),
                    parameter("shelf.row", "eq", default="*hidden*"),
                    parameter("shelf.room.floor", "eq", default="*hidden*"),
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Book"},
                                }
                            }
                        }
                    }
                },
            },
            "post": {},
            "put": {},
        },
        "/books/{id}": {"get": {}, "put": {}, "delete": {}},
        "/books/{id}/print": {"post": {}},
        "/reindex": {"post": {}},
        "/notes": {"get": {"parameters": [{"name": "limit", "in": "query", "schema": {}}]}},
        "/notes/{id}": {"get": {}},
    },
    "components": {
        "schemas": {
            "Book": {
                "properties": {
                    "tags": {"type": "array", "items": {"type": "object"}},
                    "loans": {"type": "array", "items": {"type": "object"}},
                    "writer": {"$ref": "#/components/schemas/Loop"},
                }
            },
            "Loop": {"$ref": "#/components/schemas/Loop"},
        }
    },
}
NOTES = [{"id": f"N-{number:04d}"} for number in range(1200)]
BOOKS = [
    {
        "id": "B-1",
        "title": "Äpfel",
        "state": "new",
        "pages": 10,
        "price": "1.25",
        "weight": 0.5,
        "lent": True,
        "printed": "2020-01-01",
        "sold": "2020-01-01T12:00:00+02:00",
        "tags": [{"name": "a"}, {"name": "b"}],
        "writer": {"id": "W-1"},
        "grade": "a",
        "loans": [
            {"id": "L-1", "by": "Ann", "days": 3},
            {"id": "L-2", "by": "Bob"},
            {"id": "L-3", "by": "Ann", "days": 20},
        ],
        "shelf": {"row": 1, "seat": 2, "room": {"floor": 3, "door": 4}},
    },
    {
        "id": "B-2",
        "title": "a*b",
        "pages": None,
        "price": "odd",
        "tags": [],
        "sold": "never",
        "parent": "x",
        "grade": "b",
        "loans": [{"id": "L-3", "by": "Bob", "days": 20}],
    },
    {
        "id": "B-3",
        "title": "line\nbreak x",
        "pages": 3,
        "lent": False,
        "writer": {"id": None},
        "shelf": {"seat": 5},
    },
]


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> Iterator[Http]:
    folder = tmp_path_factory.mktemp("books")
    (folder / "spec.json").write_text(json.dumps(DOCUMENT))
    (folder / "books.json").write_text(json.dumps({"books": BOOKS, "notes": NOTES}))
    with Emulator(spec=folder / "spec.json", records=folder / "books.json") as connect:
        with Http(connect.endpoint) as session:
            yield session


def found(books: Http, query: str) -> list[int] | int:
    """Return the numbers of the books that are found, or the status of an error."""
    answer = books.get(f"books?{quote(query, safe='')}")
    if answer.status_code != 200:
        return answer.status_code
    return [int(row["id"][2:]) for row in answer.json()]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3]),
        ("eq(ID,B-1)", []),  # not the same as id
        ("parent=x", [2]),
        ("plain=x", [1, 2, 3]),
        ("ilike(title,*ÄPF*)", [1]),
        ("ilike(title,ÄPFEL)", [1]),
        ("like(title,*äpf*)", []),
        ("like(title,Äp*)", [1]),
        ("like(title,*fel)", [1]),
        ("like(title,a\\*b)", [2]),
        ("like(title,l*x)", [3]),
        ("like(title,l*b*x)", [3]),
        ("like(title,\\\\*)", []),
        ("like(title,*)", [1, 2, 3]),
        ("like(title,a**b)", 400),
        ("like(title,\\*a*b)", 400),
        ("like(title,null())", 400),
        ("not(like(title,*e*))", [2]),
        ("pages=null()", [2]),
        ("ne(pages,10)", [2, 3]),
        ("not(pages=10)", [2, 3]),
        ("out(pages,(10,null()))", [3]),
        ("in(pages,(10,null()))", [1, 2]),
        ("in(pages,(null()))", [2]),
        ("gt(pages,null())", 400),
        ("pages=x", 400),
        ("gt(pages,3)", [1]),
        ("price=1.259", [1]),
        ("price=1.25e1", [1]),
        ("price=NaN", 400),
        ("price=x", 400),
        ("weight=0.5", [1]),
        ("lent=true", [1]),
        ("lent=1", 400),
        ("printed=2020-1-1", [1]),
        ("printed=20200101", [1]),
        ("printed=2020-13-01", 400),
        ("sold=2020-01-01T10:00:00Z", [1]),
        ("sold=2020-1-1 7:00:00.0000000-0300", [1]),
        ("sold=2020-1-1 13:30+03:30", [1]),
        ("sold=2020-1-1 10:0Z", [1]),
        ("sold=2020-1-1 10:00", [1]),
        ("gt(sold,2020-1-1)&lt(sold,2020-1-2)", [1]),
        ("sold=0001-01-01T00:00:00+05:00", 400),
        ("sold=soon", 400),
        ("state=new", [1]),
        ("state=other", 400),
        ("state=empty()", 400),
        ("title=empty()", []),
        ("ne(state,new)", 400),
        ("out(state,(new))", 400),
        ("tags.name=a", [1]),
        ("in(tags.name,(a,b))", [1]),
        ("tags.name=null()", [2, 3]),
        ("ne(tags.name,a)", [2, 3]),
        ("writer.id=W-0", [2, 3]),
        ("like(writer.id,W-0)", 400),
        ("loans.by=Ann", [1]),  # once, though it has two
        ("loans.by=Ann&loans.days=20", [1]),
        ("loans.by=Bob&gt(loans.days,5)", [2]),  # of one loan, not of two
        ("loans.by=Bob&ne(loans.by,Ann)", [2]),
        ("or(loans.by=Ann,pages=3)", [1, 3]),
        ("and(loans.by=Ann,or(pages=10,loans.days=3))", [1]),
        ("loans.days=null()", [1, 3]),
        ("ne(loans.days,20)", [3]),
        ("in(loans.id,(L-1,L-3))", [1, 1, 2]),  # once for each
        ("in(loans.id,(L-1,L-3))&ordering(pages)&limit=2", [1, 1]),
        ("like(loans.id,L*)&title=a*b", [2]),
        ("like(loans.id,L*)&loans.by=Ann", [1]),
        ("not(loans.id=L-3)", [3]),
        ("gt(grade,c)", [1, 2]),
        ("lt(grade,b)", []),
        ("le(grade,b)", [2]),
        ("ge(grade,d)", 400),
        ("like(grade,a*)", 400),
        ("gt(state,new)", 400),
        ("ilike(title,*BREAK*)", [3]),
        ("ilike(title,L*x)", [3]),
        ('title="a\x00b"', 400),
        ('search="\x00"', 400),
        ("pages=99999999999999999999", []),
        ("lt(pages,99999999999999999999)", [1, 3]),
        (f"gt(pages,{'9' * 400})", []),
        ("lt(weight,nan)", [1]),
        ("or(" + ",".join(f"pages={n}" for n in range(3, 1500)) + ")", [1, 3]),
        ('writer.id="W-0"', []),
        ("shelf=1", [1, 2, 3]),
        ("or(nope=1,title=a*b)", [2]),
        ("or(nope=1,other=2)", [1, 2, 3]),
        ("not(nope=1)", [1, 2, 3]),
        ("in(nope,(1))", [1, 2, 3]),
        ("search=*x", [3]),
        ("search=äpf*", [1]),
        ('search=""', [1, 2, 3]),
        ("search=null()", []),
        ("in(search,(äpf,break))", [1, 3]),
        ("out(search,(äpf,break))", [2]),
        ("ne(search,x)", 400),
        ("search=t(title=x)", 400),
        ("writer=t(like(id,W*))", [1]),
        ("ne(writer,t(like(id,W*)))", [2, 3]),
        ("writer=t(id=W-1)", 400),
        ("writer=t(search=x)", 400),
        ("t(title=a*b)", [2]),
        ("t(title=a*b,pages=3)", []),
        ("in(writer,(t(like(id,W*))))", [1]),
        ("out(writer,(t(like(id,W*))))", [2, 3]),
        ("in(nope,(t(like(x,y))))", [1, 2, 3]),
        ("ordering(pages)", [3, 1, 2]),
        ("ordering(-pages)", [2, 1, 3]),
        ("ordering(-title,pages)", [1, 3, 2]),
        ("ordering()", [1, 2, 3]),
        ("ordering(price)", 400),
        ("ordering(id)&ordering(id)", 400),
        ("ordering(id,title,pages,id,title,pages)", 400),
        ("select(nope)", 400),
        ("select(title)&select(id)", 400),
        ("select(shelf,-shelf)", 400),
        ("limit=1&offset=1", [2]),
        ("limit=0", []),
        ("limit=ge=1", 400),
        ("limit=1&limit=2", 400),
        ("like(limit,1)", [1, 2, 3]),
        ('limit="1"', [1, 2, 3]),
        ("limit=x&offset=-1", [1, 2, 3]),
        ("not(limit=2)", [1, 2]),
        ("limit=1&limit=1&pages=x", 400),
        ("bad", 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_query_means_what_the_real_server_makes_of_it(books, query, numbers):
    assert found(books, query) == numbers


@pytest.mark.parametrize(
    ("query", "shelf"),
    [
        ("", None),
        ("select(shelf)", BOOKS[0]["shelf"]),
        ("select(shelf.row)", {"row": 1}),
        ("select(shelf.room.floor)", {"room": {"floor": 3}}),
        ("select(shelf,-shelf.room.floor)", {"row": 1, "seat": 2, "room": {"door": 4}}),
    ],
)
def test_hidden_properties_are_shown_when_asked_for(books, query, shelf):
    assert books.get(f"books/B-1?{query}").json().get("shelf") == shelf


def test_properties_can_be_left_out(books):
    row = books.get("books/B-1?select(-tags.name,-writer)").json()
    assert row["tags"] == [{}, {}]
    assert "writer" not in row
    assert "shelf" not in books.get("books/B-2?select(shelf.row)").json()
    assert books.get("books/B-3?select(shelf.row)").json()["shelf"] == {}
    assert "writer" not in books.get("books/B-2?select(-writer.id)").json()


def test_filters_apply_to_a_single_record_too(books):
    assert books.get("books/B-1?state=new").status_code == 200
    assert books.get("books/B-1?pages=3").status_code == 404
    assert books.get("books/B-1?ordering(nope)").status_code == 400


@pytest.mark.parametrize(
    ("query", "content_range"),
    [
        ("", "items 0-2/3"),
        ("limit=1&offset=1", "items 1-1/3"),
        ("limit=0&offset=2", "items 0-0/3"),
        ("offset=9", "items 9-9/3"),
        ("title=x", "items 0-0/0"),
        ("in(loans.id,(L-1,L-3))", "items 0-2/3"),
    ],
)
def test_the_content_range_counts(books, query, content_range):
    assert books.get(f"books?{query}").headers["Content-Range"] == content_range


@pytest.mark.parametrize(
    ("query", "rows", "content_range"),
    [
        ("", 1200, None),
        ("offset=3", 1200, None),
        ("limit=1100&offset=150", 1050, "items 150-1199/1200"),
    ],
)
def test_a_list_without_a_default_limit_is_whole(books, query, rows, content_range):
    answer = books.get(f"notes?{query}")
    assert len(answer.json()) == rows
    assert answer.headers.get("Content-Range") == content_range


def test_an_action_without_meaning_answers_the_record(books):
    assert books.post("books/B-1/print").json()["id"] == "B-1"
    assert books.post("books/B-9/print").status_code == 404
    assert books.post("reindex").json() == {}


def test_a_list_can_be_updated_at_once(books):
    answer = books.put("books", json=[{"id": "B-3", "title": "line\nbreak x"}])
    assert answer.json()[0]["pages"] == 3
    assert books.put("books", json=[{"id": "B-9"}]).status_code == 404
    assert books.put("books/B-1", json=[1]).json()["errors"] == ["payload: expected a JSON object."]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("product_id", "asset.product.id"),
        ("asset_id", "asset.id"),
        ("asset.external.id", "asset.external_id"),
    ],
)
def test_a_field_by_another_name_filters_by_the_property(http, field, path):
    def value(row):
        for name in path.split("."):
            row = row[name]
        return row

    rows = http.get("requests?limit=1000").json()
    wanted = value(rows[7])
    matching = http.get(f"requests?{field}={wanted}&limit=1000").json()
    expected = [row["id"] for row in rows if value(row) == wanted]
    assert [row["id"] for row in matching] == expected
    assert http.get(f"requests?{field}=XX-0").json() == []
