"""The evaluation vectors, recorded from the real server's packages, answered by a mirror."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.conftest import KEY, shared, shared_json
from tests.emulator.test_vectors import DEVIATIONS

from cnct import ConnectClient, InvalidCallError, MirrorError
from cnct.data.mirror import MirrorAnswers, MirrorFile, MirrorReading
from cnct.emulator import Emulator

ENDPOINTS = ("products", "small", "nodefault")


def answers(path: Path) -> MirrorAnswers:
    """Return the answers of a mirror of the vectors' records."""
    spec, records = shared("rql/reference-spec.yml"), shared("rql/records.json")
    with (
        warnings.catch_warnings(action="ignore"),
        Emulator(spec=spec, records=records) as connect,
        ConnectClient(KEY, connect.endpoint, specs_location=spec) as client,
        client.mirror(path) as mirror,
    ):
        mirror.sync(*ENDPOINTS)
        return MirrorAnswers(MirrorReading(str(path), connect.endpoint, lambda: MirrorFile("")))


def test_a_mirror_answers_as_the_real_server(tmp_path):
    mirror = answers(tmp_path / "vectors.db")
    refused: list[str] = []
    for vector in shared_json("rql/eval_vectors.json")["vectors"]:
        query = vector["expr"]
        if query in DEVIATIONS:
            continue
        real = {**vector, **vector.get("differs_on_postgres", {})}
        try:
            response = mirror.get(vector["endpoint"], quote(query, safe=""), is_list=True)
        except (InvalidCallError, MirrorError) as error:
            refused.append(f"{query}: {error}")
            continue
        check(query, real, response)
    # Only hidden fields, and unknown ones, which the real server ignores.
    assert all("were fetched without" in text or "cannot filter" in text for text in refused)
    assert len(refused) < 30


def check(query: str, real: dict[str, Any], response: Any) -> None:
    status = 400 if real["status"] == 500 else real["status"]
    assert response.status_code == status, query
    rows = json.loads(response.content)
    if status == 400:
        assert real.get("details") in (None, rows["params"]), query
        return
    if "id" in real.get("first_record", {"id": 1}):
        ids = [row["id"] for row in rows]
        unordered = "ordering()" in query
        assert (sorted(ids) if unordered else ids) == (
            sorted(real["expected_ids"]) if unordered else real["expected_ids"]
        ), query
    assert response.headers.get("Content-Range") == real.get("content_range"), query
    assert real.get("first_record") in (None, *rows[:1]), query
