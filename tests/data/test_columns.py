"""Columns of exports: fixed before the first row, typed, and with a place for odd values."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cnct import InvalidCallError
from cnct.data.collection_columns import collection_columns
from cnct.data.columns import MAX_COLUMNS, MAX_DEPTH, Columns
from cnct.data.json_rows import decoded_row, json_lines, json_text
from cnct.openapi import OpenAPISpecs

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "size": {"type": "integer"},
        "price": {"type": "string", "format": "decimal"},
        "amount": {"type": "number"},
        "share": {"type": "number", "format": "double"},
        "active": {"type": "boolean"},
        "created": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "status": {"type": "string", "enum": ["draft", "active"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "product": {"type": "object", "properties": {"id": {"type": "string"}, "free": {}}},
    },
}


def documented(schema=None):
    return Columns.documented(SCHEMA if schema is None else schema, lambda part: part)


def by_name(columns, row, odd=None):
    values = columns.values(row, odd)
    named = {column.name: value for column, value in zip(columns.columns, values, strict=True)}
    return {name: value for name, value in named.items() if value is not None}


def test_columns_come_from_the_schema_with_dots_and_types():
    assert [(column.name, column.type) for column in documented().columns] == [
        ("id", "string"),
        ("size", "integer"),
        ("price", "decimal"),
        ("amount", "decimal"),
        ("share", "float"),
        ("active", "boolean"),
        ("created", "datetime"),
        ("day", "date"),
        ("status", "string"),
        ("tags", "json"),
        ("product.id", "string"),
        ("product.free", "json"),
        ("_extra", "json"),
    ]
    assert repr(documented()) == "<Columns 13: id, size, price, amount, share, ...>"
    assert documented({"type": "string"}) is None


def test_values_have_the_types_of_their_columns():
    row = decoded_row(
        b'{"id": "A", "size": 9223372036854775807, "price": "12.50", "amount": 0.10, "share": 0.1,'
        b' "active": false, "created": "2026-01-31T12:00:00.000001+02:00", "day": "2026-01-31",'
        b' "status": null, "tags": ["x", 1.10], "product": {"id": "P", "free": 1}}'
    )
    assert by_name(documented(), row) == {
        "id": "A",
        "size": 2**63 - 1,
        "price": Decimal("12.50"),
        "amount": Decimal("0.10"),
        "share": 0.1,
        "active": False,
        "created": datetime(2026, 1, 31, 10, 0, 0, 1, tzinfo=UTC),
        "day": date(2026, 1, 31),
        "tags": '["x",1.10]',
        "product.id": "P",
        "product.free": "1",
    }


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("size", Decimal("5.0"), 5),
        ("size", 5.0, 5),
        ("price", 7, Decimal(7)),
        ("amount", 0.5, Decimal("0.5")),
        ("amount", Decimal("1.5000000000000000000000"), Decimal("1.5")),
        ("share", 3, 3.0),
        ("created", "2026-01-31 10:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("created", "2026-01-31T10:00:00.1230000Z", datetime(2026, 1, 31, 10, 0, 0, 123000, UTC)),
    ],
)
def test_a_value_of_the_same_meaning_fits(field, value, expected):
    assert by_name(documented(), {field: value}) == {field: expected}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 5),
        ("id", {"a": 1}),
        ("size", "5"),
        ("size", True),
        ("size", 2**63),
        ("size", Decimal("1e999999")),
        ("size", 1.5),
        ("price", "dear"),
        ("price", True),
        ("price", 10**20),
        ("amount", Decimal("1e-19")),
        ("amount", []),
        ("share", "0.1"),
        ("share", 2**53 + 1),
        ("share", 10**400),
        ("share", Decimal("0.10000000000000000000001")),
        ("active", "yes"),
        ("active", 1),
        ("created", "yesterday"),
        ("created", "2026-01-31T10:00:00.1234567Z"),
        ("created", "2026-02-31T10:00:00Z"),
        ("created", "0001-01-01T00:00:00+10:00"),
        ("created", 5),
        ("day", "2026-02-31"),
        ("day", "today"),
        ("day", 5),
        ("product", "P"),
        ("unknown", {"a": [1]}),
    ],
)
def test_an_odd_value_goes_whole_to_the_last_column_and_is_counted(field, value):
    odd = {}
    cells = by_name(documented(), {field: value}, odd)
    assert cells == {"_extra": json_text({field: value})}
    assert odd == {field: 1}


def test_what_the_document_does_not_have_is_kept_as_it_is_nested():
    odd = {"size": 1}
    row = {
        "id": "A",
        "size": "big",
        "product": {"id": "P", "new": {"a": 1}},
        "empty": {},
        "no": None,
    }
    cells = by_name(documented(), row, odd)
    extra = {"size": "big", "product": {"new": {"a": 1}}, "empty": {}}
    assert json.loads(cells.pop("_extra")) == extra
    assert cells == {"id": "A", "product.id": "P"}
    assert odd == {"size": 2, "product.new": 1, "empty": 1}


def test_a_row_that_is_no_object_is_kept_whole():
    odd = {}
    assert by_name(documented(), ["a", 1], odd) == {"_extra": '["a",1]'}
    assert odd == {"(row)": 1}


def test_a_schema_within_itself_ends_as_json():
    schemas = {}
    schemas["Account"] = {
        "properties": {"id": {"type": "string"}, "parent": {"$ref": "Account"}, "log": {}}
    }

    def resolve(schema):
        return schemas.get(schema.get("$ref"), schema)

    columns = Columns.documented({"$ref": "Account"}, resolve)
    assert [column.name for column in columns.columns] == ["id", "parent", "log", "_extra"]
    assert by_name(columns, {"parent": {"id": "B"}}) == {"parent": '{"id":"B"}'}


def test_a_deep_schema_ends_as_json():
    schema = {"type": "string"}
    for _ in range(2 * MAX_DEPTH):
        schema = {"type": "object", "properties": {"a": schema}}
    [column, _] = documented(schema).columns
    assert column.path == ("a",) * MAX_DEPTH
    assert column.type == "json"


def test_a_wide_schema_is_split_no_further():
    level = {"type": "string"}
    for _ in range(4):
        level = {"properties": {f"f{number}": level for number in range(20)}}
    columns = documented(level).columns
    assert len(columns) == 20**2 + 1 < MAX_COLUMNS
    assert {column.type for column in columns} == {"json"}


def test_names_that_collide_keep_the_values():
    columns = documented(
        {
            "properties": {
                "a": {"properties": {"b": {"type": "string"}}},
                "a.b": {"type": "string"},
                "_extra": {"type": "string"},
            }
        }
    )
    assert [column.name for column in columns.columns] == ["a.b", "_extra"]
    cells = by_name(columns, {"a": {"b": "1"}, "a.b": "2", "_extra": "3"})
    assert json.loads(cells["_extra"]) == {"a.b": "2", "_extra": "3"}


def test_columns_are_chosen_and_renamed():
    columns = documented().chosen({"product": "article", "size": "n"})
    assert [column.name for column in columns.columns] == [
        "article.id",
        "article.free",
        "n",
        "_extra",
    ]
    row = {"id": "A", "size": 5, "product": {"id": "P", "new": 1}, "unknown": 1}
    assert by_name(columns, row) == {"article.id": "P", "n": 5}
    odd = {}
    assert by_name(columns, {"size": "big", "id": 5}, odd) == {"_extra": '{"size":"big"}'}
    assert odd == {"size": 1}
    assert documented().chosen(None).columns == documented().columns
    assert [column.name for column in columns.chosen(["n"]).columns] == ["n", "_extra"]


def test_the_last_column_has_unknown_fields_if_it_is_chosen():
    columns = documented().chosen({"_extra": "rest", "size": "size"})
    assert [column.name for column in columns.columns] == ["size", "rest"]
    assert by_name(columns, {"id": 5, "size": 1, "unknown": 1}) == {
        "size": 1,
        "rest": '{"unknown":1}',
    }


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        (["sise"], InvalidCallError, "no column 'sise'. Did you mean 'size'"),
        (["id", "id"], InvalidCallError, "'id' comes twice"),
        ({"id": "a", "size": "a"}, InvalidCallError, "'a' comes twice"),
        ({"id": "_extra"}, InvalidCallError, "'_extra' comes twice"),
        (["product", "product.id"], InvalidCallError, "'product.id' comes twice"),
        ({"product": "p", "product.id": "q"}, InvalidCallError, "'product.id' comes twice"),
        (["tags.name"], InvalidCallError, "'tags.name' is inside the JSON of column 'tags'"),
        ("id", TypeError, "a list of names"),
        ([5], TypeError, "must be a text, not 5"),
        ([], ValueError, "columns is empty"),
    ],
)
def test_a_wrong_choice_is_refused(choice, error, message):
    with pytest.raises(error, match=message):
        documented().chosen(choice)


def test_without_a_document_the_first_rows_decide():
    rows = [
        {"id": f"A{n}", "n": n, "x": n, "at": "2026-01-31T10:00:00Z", "p": {"q": 1.5}, "no": None}
        for n in range(30)
    ]
    rows += [{"id": 5, "x": 1.5, "at": "never", "p": "?", "mix": value} for value in (1, "a")]
    rows += [{"x": 0.5, "big": 2**70, "day": "2026-01-31", "o": {}}, "no object"]
    columns = Columns.observed(rows)
    assert {column.name: column.type for column in columns.columns} == {
        "id": "json",
        "n": "integer",
        "x": "decimal",
        "at": "string",
        "p": "json",
        "no": "json",
        "mix": "json",
        "big": "decimal",
        "day": "date",
        "o": "json",
        "_extra": "json",
    }


def test_one_odd_row_does_not_change_observed_columns():
    rows = [{"id": f"A{n}", "p": {"q": True}} for n in range(30)]
    columns = Columns.observed([*rows, {"id": 5, "p": "odd"}])
    assert [(column.name, column.type) for column in columns.columns] == [
        ("id", "string"),
        ("p.q", "boolean"),
        ("_extra", "json"),
    ]
    assert by_name(columns, {"id": 5, "p": "odd"}) == {"_extra": '{"id":5,"p":"odd"}'}


def test_a_field_that_no_observed_row_has_can_be_chosen():
    columns = Columns.observed([{"id": "A"}]).chosen(["id", "later.on"])
    assert by_name(columns, {"id": "B", "later": {"on": [1]}}) == {"id": "B", "later.on": "[1]"}


def test_columns_can_be_pickled():
    columns = pickle.loads(pickle.dumps(documented().chosen({"size": "n"})))
    assert by_name(columns, {"size": 5}) == {"n": 5}


def test_rows_are_written_as_they_came_and_only_line_ends_are_removed():
    plain = b'{"a": 1.10, "a": 123456789012345678901234567890, "b": "\\ud800 \\n"}'
    assert json_lines([plain, b"[ 1 ]"]) == plain + b"\n[ 1 ]\n"
    pretty = b'{\r\n  "a" : 1.10,\n "b\\\\": "x  \\" y" }'
    assert json_lines([pretty, plain]) == (b'{"a":1.10,"b\\\\":"x  \\" y"}\n' + plain + b"\n")
    assert json_lines([]) == b""


def test_json_text_is_exact():
    value = {"a": Decimal("1.10"), "b": [2**70, True, None, 1.5], "c": "\ud800"}
    assert (
        json_text(value) == '{"a":1.10,"b":[1180591620717411303424,true,null,1.5],"c":"\\\\ud800"}'
    )
    assert decoded_row(b'{"a": NaN, "b": [-Infinity]}') == {"a": "NaN", "b": ["-Infinity"]}
    assert decoded_row(b'["\\ud800", {"\\ud800": 1.10}]') == [
        "\\ud800",
        {"\\ud800": Decimal("1.10")},
    ]


def test_columns_of_a_collection_are_found_by_its_path(tmp_path):
    row = {"type": "object", "properties": {"id": {"type": "string"}}}
    response = {
        "200": {"content": {"application/json": {"schema": {"type": "array", "items": row}}}}
    }
    document = {
        "openapi": "3.0.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/products/{id}/items": {"get": {"responses": response}}},
    }
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document))
    specs = OpenAPISpecs(str(file))
    assert [c.name for c in collection_columns(specs, "products/P-1/items").columns] == [
        "id",
        "_extra",
    ]
    assert collection_columns(specs, "elsewhere") is None
    assert collection_columns(None, "products/P-1/items") is None
