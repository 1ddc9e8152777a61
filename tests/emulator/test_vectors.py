"""The evaluation vectors, recorded from the real server's packages, replayed over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from tests.conftest import SHARED, shared
from tests.emulator.conftest import Http

from cnct.emulator import Emulator

# What cannot be known from the document, each with its reason.
DEVIATIONS = {
    "gt(events.updated.at,2023-06-30T23:59:59Z)": "the stored fraction of a second is not rendered",
}


def vectors() -> list[dict]:
    path = SHARED / "rql/eval_vectors.json"
    if not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))["vectors"]


@pytest.fixture(scope="module")
def reference() -> Iterator[Http]:
    spec, records = shared("rql/reference-spec.yml"), shared("rql/records.json")
    with Emulator(spec=spec, records=records) as connect, Http(connect.endpoint) as session:
        yield session


@pytest.mark.parametrize("vector", vectors(), ids=lambda v: f"{v['group']}: {v['expr']}")
def test_the_answer_is_that_of_the_real_server(reference, vector):
    if vector["expr"] in DEVIATIONS:
        pytest.skip(DEVIATIONS[vector["expr"]])
    wanted = {**vector, **vector.get("differs_on_postgres", {})}
    answer = reference.get(f"{vector['endpoint']}?{quote(vector['expr'], safe='')}")
    # What makes the real server fail is refused.
    assert answer.status_code == (400 if wanted["status"] == 500 else wanted["status"])
    if answer.status_code == 400:
        details = wanted.get("details")
        assert details is None or answer.json()["params"] == details
        return
    if "id" in wanted.get("first_record", {"id": 1}):
        found = [row["id"] for row in answer.json()]
        unordered = "ordering()" in vector["expr"]  # the order is then undefined
        assert (sorted(found) if unordered else found) == (
            sorted(wanted["expected_ids"]) if unordered else wanted["expected_ids"]
        )
    assert answer.headers.get("Content-Range") == wanted.get("content_range")
    if "first_record" in wanted:
        assert answer.json()[0] == wanted["first_record"]
