"""Payloads against their schemas; a message alone suffices to mend the mistake."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.openapi.shop import shop

from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_payload
from cnct.openapi.checks.validator import PayloadValidator

PRODUCT = {"name": "Cloud", "category": {"id": "CAT-1"}}


def said(payload: object, method: str = "POST", path: str = "products") -> list[str]:
    return [problem.message for problem in check_payload(shop(), method, path, payload)]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"status": "draft", "quantity": 1, "priority": 1, "released": "2024-01-31"},
        {"quantity": None, "priority": "1", "sold": "2024-01-31T10:00:00Z"},
        {"category": {"name": "New", "parent": {"id": "CAT-2"}}},
        {"category": {"id": "CAT-1", "name": "As it was read"}},
        {"tags": [{"id": "T-1"}], "settings": {"any": ["thing"]}, "prices": {"EUR": 1.5}},
        {"tags": ({"id": "T-1", "color": None},), "quantity": 9},
    ],
)
def test_what_the_schema_allows_passes(more):
    assert said({**PRODUCT, **more}) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"nme": 1}, "nme: unknown field. Did you mean 'name'?"),
        (
            {"tags": [{"id": "T-1", "x": 1}]},
            "tags[0].x: unknown field. There are color, id.",
        ),
        ({"name": 5}, "name: expected a string, not 5."),
        ({"name": None}, "name: expected a string, not null."),
        ({"name": False}, "name: expected a string, not false."),
        ({"name": ["x"]}, "name: expected a string, not a list."),
        ({"category": "CAT-1"}, "category: expected an object, not 'CAT-1'."),
        ({"quantity": {}}, "quantity: expected an integer or null, not an object."),
        ({"quantity": "x" * 50}, f"quantity: expected an integer or null, not '{'x' * 40}...'."),
        ({"quantity": 0}, "quantity: it is less than or equal to the minimum of 0."),
        ({"quantity": 10}, "quantity: it is greater than the maximum of 9."),
        ({"name": "x" * 11}, "name: it is longer than 10 characters."),
        ({"tags": [{"id": "1"}] * 4}, "tags: it has more than 3 items."),
        ({"prices": {"EUR": "1"}}, "prices.EUR: expected a number, not '1'."),
        (
            {"status": "publishd"},
            ("status: expected one of draft, published, not 'publishd'. Did you mean 'published'?"),
        ),
        ({"priority": 2}, "priority: expected one of 0, 1, not 2."),
        (
            {"released": "31.1.2024"},
            "released: expected a date such as 2024-01-31, not '31.1.2024'.",
        ),
        (
            {"sold": "now"},
            ("sold: expected a date and time such as 2024-01-31T00:00:00+00:00, not 'now'."),
        ),
        ({"owner": {"id": "VA-1"}}, "owner: read-only, the server sets it."),
        ({"category": {"parent": {}}}, "category.name: required, but missing."),
    ],
)
def test_a_mistake_is_told_with_its_path_and_what_would_be_right(more, message):
    assert message in said({**PRODUCT, **more})


def test_all_mistakes_are_told_at_once():
    payload = {"nme": "x", "tags": [{"id": "T-1"}, {"id": 2}, {"color": "red"}], "id": "PRD-1"}
    assert sorted(said(payload)) == [
        "category: required, but missing.",
        "id: read-only, the server sets it.",
        "name: required, but missing.",
        "nme: unknown field. Did you mean 'name'?",
        "tags[1].id: expected a string, not 2.",
        "tags[2].id: required, but missing.",
    ]


def test_a_problem_says_what_it_is_and_where():
    (problem,) = check_payload(shop(), "post", "/products/", {**PRODUCT, "tags": [{}]})
    assert (problem.kind, problem.path) == ("required", "tags[0].id")


def test_a_payload_of_another_kind_is_one_problem():
    assert said("x") == ["payload: expected an object, not 'x'."]


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "products/P"), ("PATCH", "products/P"), ("PUT", "sales/orders/O")]
)
def test_an_update_is_partial_whatever_its_schema_requires(method, path):
    assert said({}, method, path) == []


def test_an_action_needs_none_of_what_the_answers_schema_requires():
    assert said({}, path="products/PRD-1/publish") == []


def test_an_action_needs_what_its_own_schema_requires():
    assert said({}, path="products/PRD-1/reject") == ["reason: required, but missing."]


def test_lists_are_checked_where_the_endpoint_takes_them():
    close = "sales/orders/close-orders"
    assert said([{"id": "O-1"}, {"id": "O-2", "note": "late"}], path=close) == []
    assert said([{"id": "O-1"}, {"id": 2, "nte": "late"}, {}], path=close) == [
        "[1].id: expected a string, not 2.",
        "[1].nte: unknown field. Did you mean 'note'?",
        "[2].id: required, but missing.",
    ]
    assert said({"id": "O-1"}, path=close) == ["payload: expected a list, not an object."]


@pytest.mark.parametrize("payload", [{"id": "UR-1"}, {"email": "a@b.c"}])
def test_one_of_several_fields_will_do(payload):
    assert said(payload, path="products/PRD-1/assign") == []


def test_what_would_do_is_told():
    assert said({}, path="products/PRD-1/assign") == ["payload: id or email is required."]


@pytest.mark.parametrize(
    ("payload", "messages"),
    [
        ({"kind": "refund", "reason": "broken"}, []),
        ({"kind": "return", "parcels": 2}, []),
        ({"kind": "return", "parcels": "2"}, ["parcels: expected an integer, not '2'."]),
        ({"kind": "refund"}, ["reason: required, but missing."]),
        (
            {"kind": "retun"},
            ["kind: expected one of refund, return, not 'retun'. Did you mean 'return'?"],
        ),
        (
            {"kind": "return", "parcel": 2},
            ["parcel: unknown field. Did you mean 'parcels'?"],
        ),
    ],
)
def test_of_several_shapes_the_nearest_is_meant(payload, messages):
    assert said(payload, path="products/PRD-1/settle") == messages


@pytest.mark.parametrize(
    ("payload", "messages"),
    [
        ({"period": None}, []),
        ({"period": {"id": "P", "until": "2024-01-31"}, "loop": {"id": "L"}}, []),
        (
            {"period": {"id": "P", "util": ""}},
            ["period.util: unknown field. Did you mean 'until'?"],
        ),
        ({"loop": {"id": 1}}, ["loop.id: expected a string, not 1."]),
        ({"free": {"any": "thing"}, "loose": {"any": "thing"}}, []),
    ],
)
def test_shapes_that_are_put_together_count_as_one(payload, messages):
    assert said(payload, path="products/PRD-1/attach") == messages


def test_what_the_documents_own_example_does_is_no_mistake():
    items = [{"quantity": 1, "price": 3}, {"quantity": 2, "price": 4, "colour": "red"}]
    assert said({"items": items, "note": None, "coupon": "Y"}, path="sales/orders") == [
        "items[1].colour: unknown field. There are id, quantity, unit."
    ]
    assert said({"note": None}, "PUT", "sales/orders/O-1") == ["note: expected a string, not null."]


def test_a_pattern_that_cannot_be_read_costs_no_other_check():
    assert said({"name": 1}, path="products/PRD-1/odd") == ["name: expected a string, not 1."]
    assert said({"name": "x"}, path="products/PRD-1/odd") == []


def test_a_schema_that_is_none_is_told_and_checks_nothing():
    (problem,) = PayloadValidator({"required": 5}).problems({"name": 1})
    assert str(problem).startswith("The document's schema of this payload is broken: ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "nowhere"),
        ("DELETE", "products/PRD-1"),
        ("PUT", "products"),
        ("POST", "products/PRD-1/notes"),
    ],
)
def test_nothing_is_said_where_the_document_describes_no_payload(method, path):
    assert said({"any": "thing"}, method, path) == []


@pytest.mark.parametrize("value", [b"x", {1, 2}, "\ud800"])
def test_what_json_cannot_carry_is_left_to_its_encoder(value):
    assert said({"name": value, "nme": 1}) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda values: st.lists(values) | st.dictionaries(st.text(), values),
        max_leaves=10,
    )
)
def test_no_payload_breaks_the_check(payload):
    for path in ("products", "products/PRD-1/settle", "sales/orders/close-orders"):
        assert all(message.endswith((".", "?")) for message in said(payload, path=path))


def test_the_validator_is_loaded_with_the_first_payload_alone():
    code = "import sys, cnct.openapi.checks; sys.exit('jsonschema_rs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_a_collection_takes_a_list_of_what_it_creates():
    assert said([PRODUCT, PRODUCT]) == []
    assert said([PRODUCT, {**PRODUCT, "nme": 1}, 5]) == [
        "[1].nme: unknown field. Did you mean 'name'?",
        "[2]: expected an object, not 5.",
    ]
    assert said([{**PRODUCT, "id": "PRD-1"}]) == ["[0].id: read-only, the server sets it."]


def test_a_bulk_update_names_its_resources_by_their_ids(tmp_path):
    thing = {"properties": {"id": {"readOnly": True}, "name": {"type": "string"}}}
    body = {"content": {"application/json": {"schema": thing}}}
    document = {"openapi": "3.0.3", "paths": {"/things": {"put": {"requestBody": body}}}}
    path = tmp_path / "things.json"
    path.write_text(json.dumps(document))
    payload = [{"id": "T-1", "name": "New"}, {"id": "T-2", "name": 5}]
    (problem,) = check_payload(OpenAPISpecs(path), "PUT", "things", payload)
    assert problem.message == "[1].name: expected a string, not 5."


def test_a_resource_is_no_list():
    (message,) = said([PRODUCT], method="PUT", path="products/PRD-1")
    assert message == "payload: expected an object, not a list."
