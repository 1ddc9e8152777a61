"""Rows that a collection is made equal to: the plan, and its changes."""

from __future__ import annotations

import csv
import io
import json
import pickle
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from tests.conftest import KEY, json_answer

from cnct import (
    AmbiguousWriteError,
    ChangedResourceError,
    ConnectClient,
    InvalidCallWarning,
    NotOneError,
)
from cnct.emulator import Emulator, Fault

CATALOGUE = [
    {"id": "PRD-1", "mpn": "A", "name": "Alpha", "status": "draft", "position": 1},
    {"id": "PRD-2", "mpn": "B", "name": "Beta", "status": "published", "position": 2},
    {"id": "PRD-3", "mpn": "C", "name": "Gamma", "status": "published", "position": 3},
]
ITEMS = "products/PRD-1/items"


@pytest.fixture(scope="module")
def emulator():
    with Emulator(records={"products": [{"id": "PRD-1"}]}) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def other_user(emulator):
    with ConnectClient(KEY, emulator.endpoint, use_specs=False) as client:
        yield client.products["PRD-1"].items


@pytest.fixture
def connect(emulator, other_user):
    """A local Connect with the items of the catalogue, and no others."""
    for row in [*other_user]:
        emulator.delete(f"{ITEMS}/{row['id']}")
    emulator.insert(ITEMS, *CATALOGUE)
    emulator.faults.clear()
    emulator.requests.clear()
    return emulator


@pytest.fixture
def items(connect, world):
    return world.client(KEY, connect.endpoint).products["PRD-1"].items


@pytest.fixture
def documented(connect, world):
    """The same, by the document."""
    settings = {"use_specs": True, "specs_location": connect.spec}
    return world.client(KEY, connect.endpoint, **settings).products["PRD-1"].items


@pytest.fixture(scope="module")
def idle_items():
    """Those of a client that calls nobody: rows are read first, by the same code in both worlds."""
    with ConnectClient(KEY, "http://127.0.0.1:9/public/v1", use_specs=False) as client:
        yield client.products["PRD-1"].items


def change(connect, resource_id, **fields):
    """Change a resource as another user would."""
    connect.delete(f"{ITEMS}/{resource_id}")
    [row] = [row for row in CATALOGUE if row["id"] == resource_id]
    connect.insert(ITEMS, {**row, **fields})


def text_of(plan):
    return str(getattr(plan, "it", plan))


def writes(connect):
    return [
        f"{call.method} {call.path.removeprefix(ITEMS)} {call.body.decode()}".strip()
        for call in connect.requests
        if call.method != "GET"
    ]


def contents(items):
    return {row["mpn"]: row.get("name") for row in items.all()}


def test_a_plan_shows_what_it_would_write_and_writes_nothing(connect, items):
    rows = [{"mpn": "A", "name": "Alef"}, {"mpn": "B"}, {"mpn": "D", "name": "Delta"}]
    plan = items.sync(iter(rows), by="mpn", delete=True)
    assert repr(plan) == f"<SyncPlan {ITEMS} by mpn: 1 create, 1 update, 1 delete, 1 same>"
    assert text_of(plan).splitlines() == [
        f"{ITEMS} by mpn: 1 create, 1 update, 1 delete, 1 same",
        'create  D         {"mpn": "D", "name": "Delta"}',
        "update  A  PRD-1  name: 'Alpha' -> 'Alef'",
        "delete  C  PRD-3",
    ]
    [create], [update], [delete] = plan.create, plan.update, plan.delete
    assert (create.id, create.payload, create.resource) == (None, rows[2], None)
    assert (update.id, update.payload) == ("PRD-1", {"name": "Alef"})
    assert [change.path for change in update.difference] == ["name"]
    assert (delete.payload, delete.resource, len(delete.difference)) == (None, CATALOGUE[2], 0)
    assert str(delete) == "delete  C  PRD-3"
    assert [change.id for change in plan.same] == ["PRD-2"]
    assert plan.counts == {"create": 1, "update": 1, "delete": 1, "same": 1, "extra": 0}
    assert plan
    assert "<pre>" in plan._repr_html_()
    assert writes(connect) == []


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_plan_is_applied_once(connect, items, concurrency):
    rows = [{"mpn": "A", "name": "Alef"}, {"mpn": "B"}, {"mpn": "D", "name": "Delta"}]
    plan = items.sync(rows, by="mpn", delete=True)
    summary = plan.apply(concurrency=concurrency)
    assert (summary.done, summary.complete) == (3, True)
    assert writes(connect) == [
        'PUT /PRD-1 {"name": "Alef"}',
        'POST  {"mpn": "D", "name": "Delta"}',
        "DELETE /PRD-3",
    ]
    assert contents(items) == {"A": "Alef", "B": "Beta", "D": "Delta"}
    assert plan.apply(concurrency=concurrency).total == 0
    assert len(writes(connect)) == 3
    assert not items.sync(rows, by="mpn", delete=True)


def test_outcomes_have_the_change_and_the_resource(items):
    plan = items.sync([{"mpn": "D", "name": "Delta"}, {"mpn": "A", "name": "Alef"}], by="mpn")
    update, create = plan.outcomes()
    assert (update.id, update.row) == ("update A", plan.update[0])
    assert (create.id, create.value["name"]) == ("create D", "Delta")
    assert [change.key for change in plan.extra] == ["B", "C"]


def test_only_resources_of_the_set_are_deleted(connect, items):
    published = items.filter(status="published")
    plan = published.sync([{"mpn": "B"}, {"mpn": "A", "name": "Alef"}], by="mpn", delete=True)
    assert repr(plan).startswith(f"<SyncPlan {ITEMS}?eq(status,published) by mpn: 1 create")
    summary = plan.apply()
    assert writes(connect) == ["DELETE /PRD-3"]
    assert isinstance(summary.failures[0].error, ChangedResourceError)
    assert "a resource with the key 'A' exists" in str(summary.failures[0].error)


def test_without_rows_everything_is_deleted_only_on_request(connect, items):
    with pytest.raises(ValueError, match=r"rows is empty, and delete=True .* delete='all'"):
        items.sync([], by="mpn", delete=True)
    assert items.sync([], by="mpn").counts["extra"] == 3
    assert items.sync([], by="mpn", delete="all").apply().done == 3
    assert contents(items) == {}


def test_resources_without_a_key_stay(connect, items):
    connect.insert(ITEMS, {"id": "PRD-4", "name": "No number", "mpn": None})
    plan = items.sync([{"mpn": "A"}], by="mpn", delete=True)
    assert [change.id for change in plan.delete] == ["PRD-2", "PRD-3"]
    assert [(change.id, change.key) for change in plan.extra] == [("PRD-4", "")]


@pytest.mark.parametrize(
    ("by", "row", "same"),
    [
        ("position", {"position": "2"}, "PRD-2"),
        (["mpn", "position"], {"mpn": "B", "position": 2}, "PRD-2"),
        (("status", "mpn"), {"mpn": "A", "status": "draft"}, "PRD-1"),
        (lambda row: row["mpn"].lower(), {"mpn": "B"}, "PRD-2"),
        (lambda row: (row["mpn"], row["position"]), {"mpn": "B", "position": 2}, "PRD-2"),
        ("group.id", {"group": {"id": "G-1"}}, "PRD-5"),
        ("group.id", {"group.id": "G-1", "group.kind.id": 7}, "PRD-5"),
    ],
)
def test_keys_are_fields_or_a_function(connect, items, by, row, same):
    group = {"id": "G-1", "name": "One", "kind": {"id": "7"}}
    connect.insert(ITEMS, {"id": "PRD-5", "mpn": "E", "position": 5, "group": group})
    plan = items.sync([row], by=by)
    assert [change.id for change in plan.same] == [same]
    assert not plan


def test_cells_of_a_csv_file_are_read_by_the_document(connect, documented):
    table = "mpn,position,dynamic,name\nA,1,True,Alpha\nD,7,x,10\n"
    plan = documented.sync(csv.DictReader(io.StringIO(table)), by="mpn")
    assert plan.update[0].payload == {"dynamic": True}
    assert plan.create[0].payload == {"mpn": "D", "position": 7, "dynamic": "x", "name": "10"}


def test_an_export_comes_back_without_a_difference(connect, documented, tmp_path):
    connect.insert(ITEMS, {"id": "PRD-7", "mpn": "=1+1", "name": "-5 GB", "unit": {"id": "gb"}})
    documented.all().to_csv(tmp_path / "items.csv")
    text = (tmp_path / "items.csv").read_text(encoding="utf-8-sig")
    assert "'-5 GB" in text
    plan = documented.sync(csv.DictReader(io.StringIO(text)), by="id", delete=True)
    assert plan.counts == {"create": 0, "update": 0, "delete": 0, "same": 4, "extra": 0}
    edited = text.replace("Alpha", "Alef")
    plan = documented.sync(csv.DictReader(io.StringIO(edited)), by="mpn", delete=True)
    assert plan.counts == {"create": 0, "update": 1, "delete": 0, "same": 3, "extra": 0}
    assert [change.payload for change in plan.update] == [{"name": "Alef"}]


def test_fields_of_the_server_and_references_are_not_sent(documented):
    rows = [
        {**CATALOGUE[0], "id": "PRD-9", "events": {"created": {}}, "name": "Alef"},
        {"id": "PRD-9", "mpn": "D", "unit": {"id": "user", "name": "User"}},
    ]
    plan = documented.sync(rows, by="mpn")
    assert plan.update[0].payload == {"name": "Alef"}
    assert plan.create[0].payload == {"mpn": "D", "unit": {"id": "user", "name": "User"}}


@pytest.fixture
def items_with_schema(connect, world, tmp_path):
    """Return a function: the items by a document in which ``position`` has another schema."""

    def items(schema):
        head, item, rest = connect.spec.read_text("utf-8").partition("\n    Item:")
        item += rest.replace("position: {type: integer}", f"position: {schema}", 1)
        spec = tmp_path / "document.yml"
        spec.write_text(head + item, encoding="utf-8")
        settings = {"use_specs": True, "specs_location": spec}
        return world.client(KEY, connect.endpoint, **settings).products["PRD-1"].items

    return items


def test_fields_that_the_document_does_not_let_a_write_set_are_left_out(items_with_schema):
    items = items_with_schema("{type: integer, readOnly: true}")
    rows = [{"mpn": "A", "position": 9}, {"mpn": "D", "position": 9, "id": "PRD-9"}]
    with pytest.warns(InvalidCallWarning, match=rf"sync of {ITEMS} leaves out position: the doc"):
        plan = items.sync(rows, by="mpn")
    assert [change.payload for change in plan.create] == [{"mpn": "D"}]
    assert plan.counts["same"] == 1


def test_the_warning_of_a_nested_field_names_that_field(connect, items_with_schema):
    connect.insert(ITEMS, {"id": "PRD-4", "mpn": "D", "position": {"x": 1, "y": 1}})
    schema = "{type: object, properties: {x: {type: integer, readOnly: true}, y: {type: integer}}}"
    items = items_with_schema(schema)
    with pytest.warns(InvalidCallWarning, match=rf"sync of {ITEMS} leaves out position.x: the"):
        plan = items.sync([{"mpn": "D", "position": {"x": 2, "y": 2}}], by="mpn")
    assert [change.payload for change in plan.update] == [{"position": {"y": 2}}]


def test_hidden_fields_that_rows_have_are_read_too(connect, world):
    settings = {"use_specs": True, "specs_location": connect.spec}
    assets = world.client(KEY, connect.endpoint, **settings)("subscriptions").assets
    asset = {"id": assets.first()["id"], "template": {"id": "TL-1"}}
    assert assets.sync([asset], by="id").counts["update"] == 1
    assert connect.requests[-1].query.startswith("select(template)&")


def test_rows_can_be_those_of_another_set(items):
    other = items.filter(mpn__in=["A", "B"])
    plan = items.sync(getattr(other, "it", other), by="mpn")
    assert plan.counts == {"create": 0, "update": 0, "delete": 0, "same": 2, "extra": 1}


class Missing:
    """As ``pandas.NA``, whose comparisons are as missing as itself."""

    def __ne__(self, other):
        return self

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")


class NoTime(datetime):
    """As ``pandas.NaT``."""

    def __ne__(self, other):
        return True


@pytest.mark.parametrize(
    "cell", [float("nan"), Decimal("nan"), Missing(), NoTime(2026, 1, 1)], ids=type
)
def test_a_missing_value_of_a_data_frame_is_an_empty_cell(items, cell):
    rows = [{"mpn": "A", "name": cell, "unit.id": cell}, {"mpn": "D", "name": cell}]
    plan = items.sync(rows, by="mpn")
    assert [change.payload for change in getattr(plan, "it", plan)] == [
        {"mpn": "D"},
        {"name": None},
    ]


@pytest.mark.parametrize("value", [{1}, float("inf"), object])
def test_a_value_that_cannot_be_sent_is_an_error_before_anything_is_written(items, value):
    for mpn in "AD":
        with pytest.raises(
            (TypeError, ValueError), match=f"row with the key '{mpn}': payload must"
        ):
            items.sync([{"mpn": mpn, "name": value}], by="mpn")


class Pair(NamedTuple):
    mpn: str
    position: int


class Frame:
    def to_dict(self):
        """As that of pandas."""


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("items.csv", r"not str: read the file, such as with csv.DictReader"),
        ({"mpn": "A"}, r"not dict: write \[row\]"),
        (Frame(), r"not Frame: write frame.to_dict\('records'\)"),
        (io.StringIO("mpn"), r"not StringIO: read it with csv.DictReader"),
        (5, r"not int: write \[\{'mpn': ...\}, ...\]"),
        (["A"], r"rows\[0\] must be a dict of names and values, not str \('A'\)$"),
        ([["A"]], r"not list \(\['A'\]\): read a csv file with csv.DictReader\(file\)"),
        ([Pair("A", 1)], r"not Pair \(Pair\(mpn='A', position=1\)\): write row._asdict\(\)"),
        (
            [{"mpn": "A"}, {"name": "x"}],
            r"rows\[1\] has no key, .* 'mpn' is missing. There are name",
        ),
        ([{"MPN": "A"}], r"rows\[0\] has no key, .* 'mpn' is missing. Did you mean 'MPN'\?"),
        ([{}], r"rows\[0\] has no key, since the field 'mpn' is missing. Fill it in"),
        ([{"mpn": None}], r"rows\[0\] has no key, since 'mpn' is None: fill it in, or leave"),
        ([{"mpn": ""}], r"since 'mpn' is ''"),
        ([{"mpn": float("nan")}], r"since 'mpn' is None"),
        ([{"mpn": 1.5}], r"rows\[0\]: 'mpn' is a float, and keys are texts or ints: pass a func"),
        ([{"mpn": True}], r"'mpn' is a bool"),
        ([{"mpn": {"id": 1}}], r"'mpn' is a dict, and keys are texts or ints: pass by='mpn.id'"),
        ([{"mpn": "A"}, {"mpn": "B"}, {"mpn": "A"}], r"rows\[0\] and rows\[2\] have the same key"),
        ([{"mpn": 1}, {"mpn": "1"}], r"rows\[0\] and rows\[1\] have the same key '1' \(mpn\)"),
        ([{"mpn": "A", None: ["x"]}], r"rows\[0\] has a field named None, .* quotes around"),
        ([{"mpn": "A", "": "x"}], r"rows\[0\] has a field with the name '', .* name the column"),
        ([{"mpn": "A", "unit.": "x"}], r"with the name 'unit.', in which a part is empty"),
        ([{"mpn": "A", 5: "x"}], r"rows\[0\] has a field name that is no text: 5"),
        ([{"mpn": "A", "a": 1, "a.b": 2}], r"rows\[0\] has a value and fields of 'a': keep one"),
        ([{"mpn": "A", "a.b.c": 1, "a.b": 2}], r"has a value and fields of 'a.b'"),
        ([{"mpn": Missing()}], r"since 'mpn' is None"),
        ([{"\ufeffmpn": "A"}], r"begins with a byte order mark: open .* encoding='utf-8-sig'"),
    ],
)
def test_rows_that_cannot_be_compared_are_errors(idle_items, rows, message):
    with pytest.raises((ValueError, TypeError), match=message):
        idle_items.sync(rows, by="mpn")


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        (
            "mpn,name\nA,x\nB\n",
            {},
            r"rows, line 3 has fewer cells than the header, none for name: ",
        ),
        ("mpn;name\nA;x;y\n", {"delimiter": ";"}, r"line 2 has more cells .* that contains ';'"),
        ("mpn;name\nA;x\n", {}, r"rows has a single column, 'mpn;name': .*, delimiter=';'\)"),
        ("mpn,name,name\nA,x,y\n", {}, r"rows has two columns with the name 'name': rename or"),
    ],
)
def test_lines_of_a_file_with_too_few_or_too_many_cells_are_errors(
    idle_items, text, settings, message
):
    with pytest.raises(ValueError, match=message):
        idle_items.sync(csv.DictReader(io.StringIO(text), **settings), by="mpn")


def test_a_reader_can_fill_short_lines_on_purpose(items):
    file = io.StringIO("mpn,name\nA\nB,Beta,x\n")
    reader = csv.DictReader(file, restval="?", restkey="_extra")
    assert [change.payload for change in items.sync(reader, by="mpn").update] == [{"name": "?"}]


def failing(row):
    return row["nothing"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"by": 5}, r"by must be a field such as 'mpn', .* or a function of the row, not int"),
        ({"by": ["mpn", 5]}, r"by must be .* not int"),
        ({"by": "unit__id"}, r"the field 'unit__id' is missing. Write 'unit.id'"),
        ({"by": "mpn,name"}, r"the field 'mpn,name' is missing. Write \['mpn', 'name'\]"),
        ({"by": lambda row: row}, r"rows\[0\]: the function by= returned a dict, and keys are tex"),
        ({"by": ["mpn", "group.id"]}, r"has no key, since the field 'group.id' is missing"),
        ({"by": ""}, r"by names no field \(''\): name the field that identifies a row"),
        ({"by": []}, r"by names no field \(\[\]\)"),
        ({"by": "mpn."}, r"by names no field \('mpn.'\)"),
        ({"by": failing}, r"rows\[0\]: the function by= failed: KeyError: 'nothing'"),
        ({"by": lambda _: None}, r"the function by= returned nothing: return a key, or"),
        ({"key": "mpn"}, r"sync\(\) .*: write .*.sync\(rows, by='mpn'\)"),
        ({"by": "mpn", "delete": "yes"}, r"delete must be True, False or 'all', not 'yes'"),
        ({"by": "mpn", "delete": 1}, r"delete must be True, False or 'all', not 1"),
    ],
)
def test_wrong_arguments_are_errors(idle_items, settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        idle_items.sync([{"mpn": "A"}], **settings)


def test_sets_that_cannot_be_compared_are_errors(connect, items, world):
    with pytest.raises(ValueError, match=r"is a slice, whose resources change"):
        items[:2].sync([{"mpn": "A"}], by="mpn")
    with pytest.raises(ValueError, match=r"select\('-mpn'\) removes a field"):
        items.select("-mpn").sync([{"mpn": "A"}], by="mpn")
    with pytest.raises(ValueError, match=r"None of the 3 resources .* has a value of number"):
        items.sync([{"number": 1}], by="number")
    with pytest.raises(ValueError, match=r"no resource with the key 'PRD-7', and a new one would"):
        items.sync([{"id": "PRD-7"}], by="id")
    connect.insert(ITEMS, {"id": "PRD-4", "mpn": "B"})
    with pytest.raises(NotOneError, match=r"have the key 'B' \(mpn\): PRD-2 and PRD-4") as caught:
        items.sync([{"mpn": "B"}], by="mpn")
    assert caught.value.count == 2
    assert items.sync([{"mpn": "A"}], by="mpn", delete=True).counts["delete"] == 3


def test_a_list_without_ids_is_an_error(remote, server):
    server.answer = lambda _: json_answer([{"mpn": "A"}], Content_Range="items 0-0/1")
    with pytest.raises(ValueError, match="have no ids by which they can be changed"):
        remote.things.sync([{"mpn": "A"}], by="mpn")


def listing(*rows):
    """An answer with resources."""
    return json_answer([*rows], Content_Range=f"items 0-{len(rows) - 1}/{len(rows)}")


def test_a_text_that_ends_within_a_character_is_compared(remote, server):
    server.answer = lambda _: listing({"id": "I-1", "mpn": "A", "name": "Hi \ud83d"})
    plan = remote.items.sync([{"mpn": "A", "name": "Hi"}], by="mpn")
    assert plan.update[0].resource["name"] == "Hi \ud83d"
    assert r"name: 'Hi \ud83d' -> 'Hi'" in text_of(plan)


def test_a_resource_that_is_listed_twice_is_one(remote, server):
    rows = [{"id": "I-1", "mpn": "A"}, {"id": "I-2", "mpn": "B"}, {"id": "I-3"}]
    server.answer = lambda _: listing(*rows, *rows)
    plan = remote.items.sync([{"mpn": "A"}], by="mpn", delete=True)
    assert plan.counts == {"create": 0, "update": 0, "delete": 1, "same": 1, "extra": 1}


def test_a_resource_that_is_listed_twice_with_two_keys_is_an_error(remote, server):
    rows = [{"id": "I-1", "mpn": "A"}, {"id": "I-1", "mpn": "B"}]
    server.answer = lambda _: listing(*rows)
    with pytest.raises(ChangedResourceError, match="lists I-1 twice, with the keys 'A' and 'B'"):
        remote.items.sync([{"mpn": "C"}], by="mpn")


def test_a_field_that_the_document_does_not_have_is_an_error(connect, documented, world):
    with pytest.raises(ValueError, match=r"rows\[0\] has the field 'nmae'.* Did you mean 'name'"):
        documented.sync([{"mpn": "A", "nmae": "x"}], by="mpn")
    settings = {"use_specs": True, "specs_location": connect.spec}
    for validate in ("off", "warn"):
        client = world.client(KEY, connect.endpoint, **settings, validate=validate)
        plan = client.products["PRD-1"].items.sync([{"mpn": "A", "nmae": "x"}], by="mpn")
        assert plan.counts["update"] == 1


def test_rows_are_asynchronous_in_one_world_only(items, world):
    async def rows():
        yield {"mpn": "A", "name": "Alef"}

    if world.name == "sync":
        with pytest.raises(TypeError, match="rows is asynchronous"):
            items.sync(rows(), by="mpn")
    else:
        assert items.sync(rows(), by="mpn").counts["update"] == 1


def test_resources_that_moved_since_the_plan_are_not_touched(connect, items):
    rows = [{"mpn": "A", "name": "Alef"}, {"mpn": "B", "name": "Bet"}, {"mpn": "D"}]
    plan = items.sync(rows, by="mpn", delete=True)
    change(connect, "PRD-1", name="Other")
    change(connect, "PRD-3", name="Other")
    change(connect, "PRD-2", name="Bet")
    connect.insert(ITEMS, {"id": "PRD-4", "mpn": "D"})
    summary = plan.apply()
    assert writes(connect) == []
    assert (summary.failed, summary.skipped) == (3, 1)
    update, create, delete = [outcome.error for outcome in summary.failures]
    assert str(update).startswith(
        f"Not sent: {ITEMS}/PRD-1 has changed since the plan was made: name: 'Alpha' -> 'Other'"
    )
    assert update.row["name"] == "Other"
    assert "'D' exists" in str(create)
    assert [change.path for change in delete.difference] == ["name"]


def test_resources_that_are_gone_or_left_the_set_are_not_touched(connect, items):
    published = items.filter(status="published")
    rows = [{"mpn": "B", "name": "Bet"}, {"mpn": "C", "name": "Gimel"}]
    plan = published.sync(rows, by="mpn")
    change(connect, "PRD-2", status="draft")
    connect.delete(f"{ITEMS}/PRD-3")
    summary = plan.apply()
    assert (writes(connect), summary.failed, summary.gone) == ([], 1, 1)
    assert "is no longer in the set" in str(summary.failures[0].error)


def test_without_recheck_nothing_is_read_again(connect, items):
    plan = items.sync([{"mpn": "A", "name": "Alef"}], by="mpn")
    change(connect, "PRD-1", name="Other")
    calls = len(connect.requests)
    assert plan.apply(recheck=False).done == 1
    assert len(connect.requests) == calls + 1
    with pytest.raises(TypeError, match="recheck must be True or False, not None"):
        plan.apply(recheck=None)


@pytest.mark.parametrize("by", [lambda row: row["mpn"], "period"])
def test_a_key_that_cannot_be_filtered_is_looked_for_in_the_whole_list(connect, documented, by):
    rows = [{"mpn": "D", "period": "Monthly"}, {"mpn": "E", "period": "Yearly"}]
    connect.insert(ITEMS, {"id": "PRD-5", "mpn": "X", "period": "OneTime"})
    plan = documented.sync(rows, by=by)
    connect.insert(ITEMS, {"id": "PRD-4", **rows[0]})
    summary = plan.apply()
    assert (summary.done, summary.failed) == (1, 1)
    assert isinstance(summary.failures[0].error, ChangedResourceError)


@pytest.mark.parametrize("is_documented", [False, True])
def test_a_list_without_filters_is_compared_too(world, server, tmp_path, is_documented):
    """Like some lists of Connect: filters are ignored, and the document has none."""

    def answer(got):
        if got.method == "GET" and got.path.endswith("/things/T-2"):
            return json_answer({**rows[1], "more": "in the resource", **now})
        if got.method == "GET" and "/things?" in got.path:
            return json_answer(rows, Content_Range="items 0-1/2")
        return json_answer({})

    def sent():
        return [
            f"{got.method} {got.path.removeprefix('/public/v1/things')}" for got in server.got[1:]
        ]

    rows, now = [{"id": "T-1", "name": "a"}, {"id": "T-2", "name": "b"}], {}
    server.answer = answer
    document = tmp_path / "document.json"
    operation = {"responses": {"200": {"description": ""}}}
    paths = {"/things": {"get": operation}, "/things/{id}": {"get": operation, "put": operation}}
    info = {"title": "Things", "version": "1"}
    document.write_text(json.dumps({"openapi": "3.0.3", "info": info, "paths": paths}))
    settings = {"use_specs": True, "specs_location": document} if is_documented else {}
    things = world.client(KEY, server.endpoint, **settings).things
    assert things.sync([{"id": "T-2", "name": "B"}], by="id").apply().done == 1
    looks = [] if is_documented else ["GET ?eq(id,T-2)&limit=1&offset=0"]
    assert sent() == [*looks, "GET /T-2", "PUT /T-2"]
    plan = things.sync([{"id": "T-2", "name": "B"}], by="id")
    now["name"] = "other"
    assert plan.apply().failures[0].error.row["name"] == "other"


def test_what_failed_is_sent_again_and_what_may_be_done_is_not(connect, items):
    plan = items.sync([{"mpn": "D"}, {"mpn": "E"}, {"mpn": "A", "name": "Alef"}], by="mpn")
    connect.faults.add(Fault.status(400, method="PUT", times=1))
    connect.faults.add(Fault.drop_after(method="POST", times=1))
    first = plan.apply()
    assert (first.done, first.failed, first.unknown) == (1, 1, 1)
    assert isinstance(first.failures[1].error, AmbiguousWriteError)
    connect.delete(f"{ITEMS}/{items.filter(mpn='D').first()['id']}")
    second = plan.apply()
    assert (second.done, second.unknown) == (1, 1)
    assert "A new plan finds the resource" in str(second.failures[0].error)
    assert items.sync([{"mpn": "D"}], by="mpn").apply().done == 1


def test_deletes_wait_for_the_end_of_the_other_calls_and_stop_with_them(connect, items):
    plan = items.sync([{"mpn": "A", "name": "Alef"}, {"mpn": "D"}], by="mpn", delete=True)
    connect.faults.add(Fault.status(400, method="POST"))
    summary = plan.apply(concurrency=4, on_error="stop")
    assert (summary.done, summary.failed, summary.complete) == (1, 1, False)
    assert not [call for call in writes(connect) if call.startswith("DELETE")]


def test_a_plan_is_applied_by_one_at_a_time(items):
    plan = items.sync([{"mpn": "A", "name": "Alef"}, {"mpn": "B", "name": "Bet"}], by="mpn")
    outcomes = iter(plan.outcomes())
    next(outcomes)
    with pytest.raises(RuntimeError, match="The plan is being applied already"):
        plan.apply()
    outcomes.close()
    assert plan.apply().done == 1


def test_a_client_that_returns_answers_makes_the_same_plan(connect, world):
    answering = world.client(KEY, connect.endpoint).with_response
    plan = answering.products["PRD-1"].items.sync([{"mpn": "A", "name": "Alef"}], by="mpn")
    assert [outcome.value["name"] for outcome in plan.outcomes()] == ["Alef"]


def test_what_a_plan_cannot_do_is_an_error(items):
    plan = items.sync([{"mpn": "A", "name": "Alef"}], "mpn")
    with pytest.raises(TypeError, match="applied without 'key': use concurrency, recheck"):
        plan.outcomes(key=str)
    with pytest.raises(TypeError, match="A plan cannot be copied or pickled: make a new one"):
        pickle.dumps(getattr(plan, "it", plan))


def test_a_plan_can_be_mocked(cnct_mocker_factory):
    endpoint = "https://localhost/public/v1"
    mocks = cnct_mocker_factory(endpoint).products["PRD-1"].items
    mocks.all().mock(return_value=CATALOGUE)
    mocks.filter(id="PRD-1").limit(1).mock(return_value=CATALOGUE[:1])
    mocks["PRD-1"].update(match_body={"name": "Alef"}, return_value={})
    mocks.filter(mpn="D").limit(1).mock(return_value=[])
    mocks.create(match_body={"mpn": "D"}, return_value={"id": "PRD-4"})
    items = ConnectClient(KEY, endpoint, use_specs=False).products["PRD-1"].items
    assert items.sync([{"mpn": "A", "name": "Alef"}, {"mpn": "D"}], "mpn").apply().done == 2


def test_a_dry_run_records_the_changes(connect, world):
    dry = world.client(KEY, connect.endpoint).dry_run()
    plan = dry.products["PRD-1"].items.sync([{"mpn": "A", "name": "Alef"}, {"mpn": "D"}], by="mpn")
    with pytest.raises(ValueError, match="keeps no journal"):
        plan.apply(journal="plan.jsonl")
    assert plan.apply().done == 2
    assert [call.method for call in dry.calls] == ["PUT", "POST"]
    assert writes(connect) == []


def test_a_journal_knows_creates_that_the_list_does_not_have_yet(connect, items, tmp_path):
    rows, journal = [{"mpn": "D"}, {"mpn": "E"}, {"mpn": "A", "name": "Alef"}], tmp_path / "j"
    connect.faults.add(Fault.status(400, method="POST", times=1))
    assert items.sync(rows, by="mpn").apply(journal=journal).done == 2
    connect.delete(f"{ITEMS}/{items.filter(mpn='E').first()['id']}")
    change(connect, "PRD-1", name="Other")
    summary = items.sync(rows, by="mpn").apply(journal=journal)
    assert (summary.done, summary.resumed) == (3, 1)
    assert contents(items)["A"] == "Alef"
    assert items.filter(mpn="E").count() == 0


def test_passwords_are_not_shown(connect, items):
    params = [{"id": "pin", "type": "password", "value": "horse"}, {"id": "a", "value": [1]}]
    connect.insert(ITEMS, {"id": "PRD-4", "mpn": "D", "params": [{**params[0], "value": "mule"}]})
    plan = items.sync([{"mpn": key, "params": params} for key in "DE"], by="mpn")
    change = plan.create[0]
    assert change.payload["params"] == params
    assert '"value": "***"' in str(change)
    for text in (text_of(plan), repr(plan), repr(change), repr(plan.update)):
        assert "horse" not in text
        assert "mule" not in text


def test_a_long_table_is_cut(items):
    plan = items.sync([{"mpn": f"N{number}", "name": "n" * 200} for number in range(50)], by="mpn")
    lines = text_of(plan).splitlines()
    assert (len(lines), lines[-1]) == (42, "and 10 more")
    assert max(map(len, lines)) < 130


def test_control_characters_of_rows_are_escaped(items):
    plan = items.sync([{"mpn": "\x1b[2J"}, {"mpn": "A", "name": "\u202e"}], by="mpn")
    assert "\x1b" not in text_of(plan) + repr(plan)
    assert "\u202e" not in text_of(plan)
