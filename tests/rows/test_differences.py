"""What differs between two rows, and what an update would have to send."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnct
from cnct import Difference, diff
from cnct.exceptions import ChangedResourceError
from cnct.rows.compared_fields import AllFieldsBut
from cnct.rows.differences import changes_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"note": None}, {}),
        ({"price": "10.00"}, {"price": 10.0}),
        ({"price": "10.00"}, {"price": Decimal(10)}),
        ({"price": 10}, {"price": 10.0}),
        ({"price": 0.1}, {"price": Decimal("0.1")}),
        ({"at": "2026-03-01T12:00:00+00:00"}, {"at": "2026-03-01T12:00:00Z"}),
        ({"at": "2026-03-01T12:00:00+00:00"}, {"at": "2026-03-01T14:00:00+02:00"}),
        ({"at": "2026-03-01T12:00:00Z"}, {"at": NOON}),
        ({"day": "2026-03-01"}, {"day": date(2026, 3, 1)}),
        ({"product": {"id": "PRD-1", "name": "Backup"}}, {"product": {"id": "PRD-1"}}),
        ({"items": [{"id": "1"}, {"id": "2"}]}, {"items": [{"id": "2"}, {"id": "1"}]}),
        ({"hubs": [{"id": "HB-1", "name": "One"}]}, {"hubs": [{"id": "HB-1"}]}),
        ({"tags": ["a", 1]}, {"tags": ("a", 1.0)}),
        ({"sizes": [{"unit": "GB", "note": None}]}, {"sizes": [{"unit": "GB"}]}),
    ],
)
def test_two_rows_are_equal(one, other):
    assert not diff(one, other)
    assert not diff(other, one)
    assert diff(one, other).as_payload() == {}
    assert repr(diff(one, other)) == "<Difference: none>"
    assert diff(one, other)._repr_html_() == "<p>No difference</p>"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"note": ""}, {"note": None}),
        ({"version": "1.0"}, {"version": "1.00"}),
        ({"code": "007"}, {"code": 7}),
        ({"code": "1e3"}, {"code": 1000}),
        ({"is_on": True}, {"is_on": 1}),
        ({"is_on": False}, {"is_on": None}),
        ({"tags": []}, {"tags": None}),
        ({"settings": {}}, {"settings": None}),
        ({"settings": {}}, {"settings": []}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}),
        ({"tags": ["a"]}, {"tags": ["a", "b"]}),
        ({"at": "2026-03-01T12:00:00Z"}, {"at": "2026-03-01T12:00:01Z"}),
        ({"at": "2026-03-01T12:00:00Z"}, {"at": "2026-03-01T12:00:00"}),
        ({"at": "2026-13-01T12:00:00Z"}, {"at": "2026-13-01T12:00:00+00:00"}),
        ({"hubs": [{"id": "1"}]}, {"hubs": [{"id": "1"}, {"id": "1"}]}),
        ({"hubs": [{"id": "1"}]}, {"hubs": ["1"]}),
        ({"value": object}, {"value": 1}),
    ],
)
def test_two_rows_differ(one, other):
    assert diff(one, other)
    assert diff(other, one)


def test_a_difference_is_a_table():
    old = {"id": "AS-1", "name": "A", "params": [{"id": "seats", "value": "5", "type": "text"}]}
    new = {"id": "AS-1", "name": "B", "params": [{"id": "seats", "value": "7", "type": "text"}]}
    difference = diff(old, new)
    assert [str(change) for change in difference] == [
        "name: 'A' -> 'B'",
        "params[seats].value: '5' -> '7'",
    ]
    assert [change.path for change in difference] == ["name", "params[seats].value"]
    assert len(difference) == 2
    assert repr(difference).split("\n") == [
        "path                  old   new",
        "-------------------------------",
        "name                  'A'   'B'",
        "params[seats].value   '5'   '7'",
    ]
    html = difference._repr_html_()
    assert "<tr><td>params[seats].value</td><td>&#x27;5&#x27;</td>" in html


def test_a_table_is_bounded_and_clean():
    many = diff({}, {f"field{number}": number for number in range(70)})
    assert repr(many).endswith("field59   None   59\nand 10 more")
    assert many._repr_html_().endswith("<p><em>and 10 more</em></p>")
    long = repr(diff({"name": "\x1b[2J"}, {"name": "x" * 1000}))
    assert "\x1b" not in long
    assert max(map(len, long.split("\n"))) < 160


def test_passwords_are_not_shown():
    before = {"id": "root", "type": "password", "value": "correct horse"}
    old = {"params": [before, {"id": "old", "type": "password", "value": "battery"}]}
    new = {"params": [{**before, "value": "staple"}, {"id": "new", **before | {"id": "new"}}]}
    difference = diff(old, new)
    shown = f"{difference}{difference._repr_html_()}{[*difference]}"
    assert "horse" not in shown
    assert "battery" not in shown
    assert "staple" not in shown
    assert next(change.old for change in difference) == "correct horse"
    assert difference.as_payload()["params"][0] == {"id": "root", "value": "staple"}
    deep = diff({}, {"asset": {"params": (before,)}})
    assert "horse" not in repr(deep)


def test_the_payload_has_what_differs_and_nothing_else():
    old = {
        "id": "PR-1",
        "note": "old",
        "reason": "gone",
        "asset": {"id": "AS-1", "params": [{"id": "a", "value": "1"}, {"id": "b", "value": "2"}]},
        "items": [{"id": "I-1", "quantity": "1"}, {"id": "I-2", "quantity": "2"}],
        "product": {"id": "PRD-1", "name": "One"},
        "contact": {"name": "Ann", "city": "Graz"},
        "events": {"updated": {"at": "2026-03-01T12:00:00Z"}},
    }
    new = copy.deepcopy(old)
    new["asset"]["params"][1]["value"] = "3"
    new["asset"]["params"].append({"id": "c", "value": "4"})
    new["items"][0]["quantity"] = 5
    new["product"] = {"id": "PRD-2", "name": "Two"}
    new["contact"]["city"] = "Wien"
    new["events"]["updated"]["at"] = "2026-03-02T12:00:00Z"
    new["note"] = "new"
    del new["reason"]
    difference = diff(old, new)
    assert difference.as_payload() == {
        "note": "new",
        "reason": None,
        "asset": {"id": "AS-1", "params": [{"id": "b", "value": "3"}, {"id": "c", "value": "4"}]},
        "items": [{"id": "I-1", "quantity": 5}, {"id": "I-2", "quantity": "2"}],
        "product": {"id": "PRD-2", "name": "Two"},
        "contact": {"city": "Wien"},
    }
    assert {change.path for change in difference} == {
        *("note", "reason", "asset.params[b].value", "asset.params[c]", "items[I-1].quantity"),
        *("product.id", "product.name", "contact.city", "events.updated.at"),
    }
    difference.as_payload()["asset"]["params"].clear()
    assert difference.as_payload()["asset"]["params"]


def test_another_reference_is_sent_whole():
    old = {"product": {"id": "PRD-1", "name": "One"}}
    difference = diff(old, {"product": {"id": "PRD-2"}})
    assert [change.path for change in difference] == ["product.id"]
    assert difference.as_payload() == {"product": {"id": "PRD-2"}}


def test_a_parameter_that_is_gone_cannot_be_sent():
    difference = diff({"params": [{"id": "a", "value": "1"}]}, {"params": []})
    assert [*difference] == [("params[a]", {"id": "a", "value": "1"}, None)]
    assert difference.as_payload() == {}


def test_fields_can_be_ignored():
    old = {"events": {"created": {"at": 1}, "updated": {"at": 2}}, "stats": {"items": 1}, "name": 1}
    new = {"events": {"created": {"at": 1}, "updated": {"at": 3}}, "stats": {"items": 2}, "name": 1}
    assert not diff(old, new, ignore=["events.updated", "stats"])
    assert [change.path for change in diff(old, new, ignore=["stats"])] == ["events.updated.at"]


def test_an_update_compares_only_the_fields_of_its_payload():
    row = {
        "id": "PR-1",
        "name": "A",
        "note": "n",
        "params": [{"id": "a", "value": "1", "type": "text"}, {"id": "b", "value": "2"}],
        "items": [{"id": "I-1", "quantity": 1, "mpn": "x"}],
        "product": {"id": "PRD-1", "name": "One"},
    }
    same = {
        "name": "A",
        "params": [{"id": "a", "value": 1}],
        "items": [{"id": "I-1", "quantity": "1"}],
        "product": {"id": "PRD-1"},
    }
    assert not changes_of(same, row)
    changed = changes_of({**same, "name": "B", "params": [{"id": "a", "value": 2}]}, row)
    assert changed.as_payload() == {"name": "B", "params": [{"id": "a", "value": 2}]}
    assert changes_of({"items": []}, row).as_payload() == {"items": []}
    added = {"items": [{"id": "I-1", "quantity": 1}, {"id": "I-2", "quantity": 1}]}
    assert changes_of(added, row).as_payload() == added
    inner = {"product": {"id": "PRD-1", "name": "Two"}}
    assert changes_of(inner, row).as_payload() == inner
    assert changes_of({"product": {"name": "Two"}}, row).as_payload() == {
        "product": {"name": "Two"}
    }


def test_an_update_is_not_mistaken_for_a_reference():
    """A row that has only the id of an object does not have the fields of the payload either."""
    payload = {"asset": {"id": "AS-1", "name": "B"}, "items": [{"id": "I-1", "quantity": 2}]}
    row = {"asset": {"id": "AS-1"}, "items": [{"id": "I-1"}]}
    assert changes_of(payload, row).as_payload() == payload


def test_fields_that_the_server_sets_are_left_out():
    row = {"id": "PRD-1", "events": {"updated": {"at": 1}}, "updated": 1}
    changes = changes_of({"id": "PRD-2", "events": {"updated": {"at": 2}}, "updated": 1}, row)
    assert not changes
    assert changes.as_payload() == {}
    assert [change.path for change in changes.left_out] == ["id", "events"]
    fields = AllFieldsBut(["items.name"])
    payload = {"items": [{"id": "I-1", "name": "B", "quantity": 2}]}
    changes = changes_of(payload, {"items": []}, fields)
    assert changes.as_payload() == {"items": [{"id": "I-1", "quantity": 2}]}


def test_a_row_of_any_depth_is_compared():
    deep, other = {"end": 1}, {"end": 2}
    for _ in range(300):
        deep, other = {"below": deep}, {"below": other}
    assert not diff(deep, copy.deepcopy(deep))
    assert diff(deep, other)
    secret = {"params": [{"id": "a", "type": "password", "value": [deep]}]}
    assert diff({}, secret)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: diff(None, {}), "old must be a row: a dictionary, such as client"),
        (lambda: diff({}, {None: ["x"]}), "new has a field named None, .*: put quotes around"),
        (lambda: diff({5: 1}, {}), "old has a field name that is no text: 5. Write '5'"),
        (lambda: diff({}, [{}]), "new must be a row: a dictionary, .*, not list"),
        (lambda: diff({}, {}, ignore="name"), r"not a text: write \['name'\]"),
        (lambda: diff({}, {}, ignore=None), r"list of names, such as \['events'\], not None"),
        (lambda: diff({}, {}, ignore=[1]), r"ignore must be a list of names, .* not \[1\]"),
        (lambda: changes_of("x", {}), "payload must be a row: .*, not str"),
        (lambda: changes_of({}, 1), "row must be a row: .*, not int"),
    ],
)
def test_a_mistake_is_named(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_differences_and_their_error_pickle():
    difference = diff({"name": "A"}, {"name": "B"})
    error = ChangedResourceError("moved", row={"name": "B"}, difference=difference)
    again = pickle.loads(pickle.dumps(error))
    assert again.row == {"name": "B"}
    assert [*again.difference] == [*difference]
    assert isinstance(again.difference, cnct.Difference)
    assert bool(Difference()) is False


names = st.sampled_from(["name", "id", "params", "items", "note"])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "1", "1.0"])
)
elements = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("abc")}, optional={"value": scalars}),
    unique_by=lambda element: element["id"],
    max_size=3,
)
values = st.recursive(
    scalars | elements | st.lists(scalars, max_size=2),
    lambda below: st.dictionaries(names.filter(lambda name: name != "id"), below, max_size=3),
    max_leaves=6,
)
rows = st.dictionaries(names.filter(lambda name: name != "id"), values, max_size=4)


def is_by_id(value):
    return isinstance(value, list) and all(isinstance(e, dict) and "id" in e for e in value)


def updated(row, payload):
    """Update a row as Connect does: objects are merged, parameters by id, other lists replaced."""
    after = copy.deepcopy(row)
    for name, value in payload.items():
        before = after.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            after[name] = updated(before, value)
        elif name == "params" and is_by_id(before) and is_by_id(value):
            by_id = {element["id"]: element for element in before}
            for element in value:
                by_id[element["id"]] = updated(by_id.get(element["id"], {}), element)
            after[name] = [*by_id.values()]
        else:
            after[name] = value
    return after


def loses_parameters(difference):
    return any("params[" in change.path and change.new is None for change in difference)


@settings(max_examples=30, deadline=None)
@given(rows, rows)
def test_an_update_with_the_payload_makes_the_rows_equal(old, new):
    difference = diff(old, new)
    payload = difference.as_payload()
    if loses_parameters(difference):
        return
    assert not diff(updated(old, payload), new)
    for name in payload:
        rest = {other: payload[other] for other in payload if other != name}
        assert diff(updated(old, rest), new), f"{name} is not needed"


@settings(max_examples=25, deadline=None)
@given(rows, rows)
def test_a_second_update_changes_nothing(old, new):
    changes = changes_of(new, old)
    assert bool(changes) == bool(changes.as_payload())
    assert not changes_of(new, updated(old, changes.as_payload()))
    assert not diff(old, old)
    assert not changes_of(old, old)
