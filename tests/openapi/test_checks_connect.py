"""The checks on Connect's own document, and on what the real server was recorded to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from tests.conftest import SHARED, shared

from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_call, check_payload, check_query
from cnct.openapi.document import load_document
from cnct.openapi.fields import FilterField
from cnct.openapi.references import dereference
from cnct.rql import quote_literal

IGNORED = {  # answered with 200 and not honoured: the server does not know the field
    *("nope=1", "ne(nope,1)", "in(nope,(1,2))", "like(nope,*a*)", "nope.nope=1"),
    *("or(nope=1,name=Alpha)", "and(nope=1,name=Alpha)", "Name=Alpha", "name.x=Alpha"),
    *("eq(category,CAT-001)", "ordering=-id"),
    "gt(priority,low)",  # a lookup that the document does not list
}
NOT_TOLD = {  # refused for reasons that are not in the document
    *("limit=ge=3", "limit=3&offset=3&offset=6", r"like(code,\*a*b)"),
    "owner=t(country=DE,ilike(name,m*))",
}
VALUES = {
    "integer": ("1", "-20"),
    "float": ("1.5",),
    "boolean": ("true", "false"),
    "date": ("2024-01-31",),
    "datetime": ("2024-01-31T10:00:00+00:00", "2024-01-31"),
}


@cache
def connect() -> OpenAPISpecs:
    return OpenAPISpecs(shared("spec/connect-openapi30.yml"))


@cache
def reference() -> OpenAPISpecs:
    return OpenAPISpecs(shared("rql/reference-spec.yml"))


def vectors() -> list[dict[str, Any]]:
    path = SHARED / "rql/eval_vectors.json"
    return json.loads(path.read_text(encoding="utf-8"))["vectors"] if path.exists() else []


@pytest.mark.parametrize(
    "vector", vectors(), ids=lambda vector: f"{vector['status']} {vector['expr']}"
)
def test_the_check_agrees_with_the_real_server(vector):
    expr = vector["expr"]
    right = vector["status"] == 200 and expr not in IGNORED
    found = check_query(reference(), vector["endpoint"], expr)
    assert (not found) == (right or expr in NOT_TOLD), found


@cache
def document() -> dict[str, Any]:
    return load_document(shared("spec/connect-openapi30.yml"))


def calls(method: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the operations of a method, their paths with ids instead of parameters."""
    for path, item in document()["paths"].items():
        if method in item:
            yield path.strip("/").replace("{", "X").replace("}", ""), item[method]


def right_queries(field: FilterField) -> Iterator[str]:
    values = tuple(map(quote_literal, field.enum)) or VALUES.get(field.type, ("text", '"a, b"'))
    listed = ",".join(values)
    for op in field.lookups - {"null"}:
        pattern = f"{op}({field.name},*text*)"
        several = f"{op}({field.name},({listed}))"
        yield {"like": pattern, "ilike": pattern, "in": several, "out": several}.get(
            op, f"{op}({field.name},{values[0]})"
        )
    if "null" in field.lookups:
        yield from (f"ne({field.name},{word})" for word in ("null()", *field.null_words))
    if field.orderable:
        yield f"ordering(-{field.name})"
    if field.searchable:
        yield "search=text"
    yield f"select(-{field.name})"


def test_every_call_of_the_document_passes():
    for method in ("get", "post", "put", "patch", "delete"):
        for path, _ in calls(method):
            assert check_call(connect(), method, path) == (), (method, path)


def test_every_right_query_of_every_list_passes():
    checked = 0
    for path, _ in calls("get"):
        operation = connect().operation("GET", path)
        assert operation
        for field in operation.fields.values():
            for query in right_queries(field):
                assert check_query(connect(), path, query) == (), (path, query)
                checked += 1
    assert checked > 5000


def test_every_field_is_missed_when_it_is_misspelt():
    for path, _ in calls("get"):
        operation = connect().operation("GET", path)
        assert operation
        for field in operation.fields.values():
            if field.lookups:
                (problem,) = check_query(connect(), path, f"{field.name}zz=x")
                assert problem.message.startswith(f"Unknown field '{field.name}zz'. Did you mean ")


def test_the_documents_own_payloads_fit():
    wrong = []
    for method in ("post", "put"):
        for path, operation in calls(method):
            content = operation.get("requestBody", {}).get("content", {})
            examples = content.get("application/json", {}).get("examples", {})
            for name, example in examples.items():
                payload = dereference(document(), example)["value"]
                problems = check_payload(connect(), method, path, payload)
                wrong += [(path, name, problem.message) for problem in problems]
    assert wrong == []
