"""Moments in rows are datetimes on request: by the document, or else by name and exact form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from cnct.openapi import OpenAPISpecs
from cnct.rows.moment_fields import moment_fields
from cnct.rows.moments import convert_rows, converted_picks

AT = "2026-01-31T09:30:00+00:00"
MOMENT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def converted(row, fields=None):
    convert_rows([row], fields)
    return row


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (AT, MOMENT),
        ("2026-01-31T09:30:00Z", MOMENT),
        ("2026-01-31T09:30Z", MOMENT),
        ("2026-01-31T09:30:00", MOMENT),
        ("2026-01-31T11:30:00+02:00", MOMENT),
        ("2026-01-31T11:30:00+0200", MOMENT),
        ("2026-01-31T09:30:00.000001Z", MOMENT + timedelta(microseconds=1)),
        ("2026-01-31T09:30:00.5Z", MOMENT + timedelta(seconds=0.5)),
        ("2026-01-31T09:30:00.123456000Z", MOMENT + timedelta(microseconds=123456)),
    ],
)
def test_a_text_is_read_exactly(text, moment):
    value = converted({"at": text})["at"]
    assert value == moment
    assert value.tzinfo is not None


def test_the_offset_of_a_text_is_kept():
    value = converted({"at": "2026-01-31T11:30:00+02:00"})["at"]
    assert value.tzinfo == timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-02-30T09:30:00Z", "2026-01-31T09:30:00.1234567Z", "2026-01-31"),
        *("2026-01-31T24:00:00Z", "2026-W05-1T09:30", "20260131T093000Z", f"{AT} or so", f" {AT}"),
        *("٢٠٢٦-01-31T09:30:00Z", "2026-01-31T09:30:00+99:99"),
    ],
)
def test_a_text_that_is_no_exact_moment_stays(text):
    assert converted({"at": text}) == {"at": text}


def test_names_decide_without_a_document():
    contents = {"value": AT, "structured_value": {"date": AT}, "constraints": {"from": AT}}
    row = {
        "id": AT,
        "name": AT,
        "created": AT,
        "events": {"created": {"at": AT, "by": {"id": "UR-1", "name": AT}}},
        "params": [{"id": "start", **contents}],
        "items": [{"period": {"from": "2026-01-31", "to": AT}, "periods": [[{"end": AT}]]}],
        "updated": None,
        "from": "2026-02-30",
        "timestamp": 5,
    }
    assert converted(row) == {
        "id": AT,
        "name": AT,
        "created": MOMENT,
        "events": {"created": {"at": MOMENT, "by": {"id": "UR-1", "name": AT}}},
        "params": [{"id": "start", **contents}],
        "items": [
            {"period": {"from": date(2026, 1, 31), "to": MOMENT}, "periods": [[{"end": MOMENT}]]}
        ],
        "updated": None,
        "from": "2026-02-30",
        "timestamp": 5,
    }


def test_rows_that_are_no_objects_stay():
    rows = ["2026-01-31T09:30:00Z", None, 5, [{"at": AT}]]
    convert_rows(rows, None)
    assert rows == ["2026-01-31T09:30:00Z", None, 5, [{"at": MOMENT}]]


def test_rows_can_be_nested_deeper_than_calls():
    inner = row = {"at": AT}
    for _ in range(5_000):
        row = {"items": [row]}
    convert_rows([row], None)
    assert inner == {"at": MOMENT}


def test_picks_are_copies():
    row = {"events": {"created": {"at": AT}}, "created": AT}
    picks = {"events": row["events"], "created": AT, "events.created.at": AT, "params.value.at": AT}
    values = converted_picks(picks, None)
    assert values["events"] == {"created": {"at": MOMENT}}
    assert row["events"] == {"created": {"at": AT}}
    assert (values["created"], values["events.created.at"]) == (MOMENT, MOMENT)
    assert values["params.value.at"] == AT


SPEC = """
openapi: 3.0.0
info: {title: t, version: "1"}
x-ranges: &ranges "**lookups:** ge, lt"
x-time: &time {type: string, format: date-time}
paths:
  /things:
    get:
      parameters:
        - {name: seen, in: query, description: *ranges, schema: *time}
        - {name: owner.seen, in: query, description: *ranges, schema: *time}
        - {name: gone.seen, in: query, description: *ranges, schema: *time}
      responses:
        200:
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}
  /things/{id}:
    get:
      responses:
        200: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  /plain:
    get:
      responses:
        200: {content: {application/json: {schema: {type: array, items: {type: string}}}}}
components:
  schemas:
    Thing:
      type: object
      properties:
        id: {type: string}
        created: {type: string}
        born: {type: string, format: datetime}
        day: {type: string, format: date}
        days: {type: array, items: {type: string, format: date}}
        count: {type: integer, format: date-time}
        seen: {type: string}
        owner: {type: object, properties: {seen: {type: string}}}
        free: {type: object}
        parent: {$ref: '#/components/schemas/Thing'}
        children: {type: array, items: {$ref: '#/components/schemas/Thing'}}
        whole: {allOf: [{$ref: '#/components/schemas/Thing'}, {type: object}]}
        nest: {$ref: '#/components/schemas/Nest'}
        structured_value: {$ref: '#/components/schemas/Address'}
        address: {$ref: '#/components/schemas/Address'}
    Address:
      properties:
        city: {type: string}
        since: {type: string, format: date-time}
        phone: {properties: {prefix: {type: string}}}
    Nest: {type: array, items: {$ref: '#/components/schemas/Nest'}}
"""


@pytest.fixture(scope="module")
def specs(tmp_path_factory):
    file = tmp_path_factory.mktemp("specs") / "things.yml"
    file.write_text(SPEC, encoding="utf-8")
    return OpenAPISpecs(file)


@pytest.mark.parametrize("path", ["things", "things/T-1"])
def test_the_document_decides(specs, path):
    fields = moment_fields(specs, path)
    row = {
        "created": AT,  # a plain text, according to the document
        "born": AT,
        "day": "2026-01-31",
        "days": ["2026-01-31", "soon", None],
        "count": 5,
        "seen": AT,
        "owner": {"seen": AT, "at": AT},
        "free": {"at": AT},
        "parent": {"born": AT, "parent": {"born": "soon"}},
        "children": [{"born": AT}],
        "whole": {"whole": {"born": AT}},
        "nest": [[AT]],
        "updated": AT,  # not in the document
    }
    assert converted(row, fields) == {
        "created": AT,
        "born": MOMENT,
        "day": date(2026, 1, 31),
        "days": [date(2026, 1, 31), "soon", None],
        "count": 5,
        "seen": MOMENT,
        "owner": {"seen": MOMENT, "at": MOMENT},
        "free": {"at": AT},
        "parent": {"born": MOMENT, "parent": {"born": "soon"}},
        "children": [{"born": MOMENT}],
        "whole": {"whole": {"born": MOMENT}},
        "nest": [[AT]],
        "updated": MOMENT,
    }
    picks = {
        **dict.fromkeys(("born", "parent.born", "created", "free.at", "other.at", "id.at"), AT),
        "parent": {"born": AT},
    }
    assert converted_picks(picks, fields) == {
        **dict.fromkeys(("born", "parent.born", "other.at"), MOMENT),
        **dict.fromkeys(("created", "free.at", "id.at"), AT),
        "parent": {"born": MOMENT},
    }


@pytest.mark.parametrize("path", ["plain", "unknown/path"])
def test_undescribed_rows_have_no_fields(specs, path):
    assert moment_fields(specs, path) is None
    assert moment_fields(None, path) is None


def test_a_schema_of_any_size_is_read_in_bounded_time(tmp_path):
    born = {"type": "object", "properties": {"born": {"type": "string", "format": "date-time"}}}
    row = {"type": "object", "properties": {f"o{number}": {**born} for number in range(3_000)}}
    content = {"application/json": {"schema": {"type": "array", "items": row}}}
    paths = {"/things": {"get": {"responses": {"200": {"content": content}}}}}
    document = {"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    file = tmp_path / "many.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    fields = moment_fields(OpenAPISpecs(file), "things")
    assert fields is not None
    assert sum(bool(below.names) for below in fields.below.values()) == 1_999


def address():
    return {"since": AT, "at": AT, "phone": {"at": AT}, "more": {"at": AT}}


def test_nothing_of_a_users_value_is_recognised_by_name(specs):
    fields = moment_fields(specs, "things")
    row = converted({"structured_value": address(), "address": address()}, fields)
    assert row == {
        "structured_value": {**address(), "since": MOMENT},
        "address": {"since": MOMENT, "at": MOMENT, "phone": {"at": MOMENT}, "more": {"at": MOMENT}},
    }
    picks = {"structured_value.more.at": AT, "structured_value.at": AT}
    assert converted_picks(picks, fields) == picks
