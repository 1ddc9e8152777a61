"""Loads into DuckDB with dlt itself, from the emulator. Run by ``make engines``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import pytest
from tests.conftest import KEY

from cnct import ConnectClient, NotFoundError, R
from cnct.dlt import connect as connect_source
from cnct.emulator import Emulator


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(generate={"requests": 120, "products": 3}) as emulator:
        yield emulator


@pytest.fixture
def client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectClient]:
    """A client of the emulator, to which variables lead as well."""
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", emulator.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(emulator.spec))
    with ConnectClient() as client:
        yield client


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    return dlt.pipeline(
        "connect",
        destination=dlt.destinations.duckdb(str(tmp_path / "warehouse.duckdb")),
        dataset_name="connect",
        pipelines_dir=str(tmp_path / "pipelines"),
    )


def loaded(pipeline: Any, source: Any) -> dict[str, int]:
    """Run a source, and return the number of rows that were loaded, by table."""
    pipeline.run(source)
    counts = pipeline.last_trace.last_normalize_info.row_counts
    return {name: count for name, count in counts.items() if not name.startswith("_dlt")}


def table(pipeline: Any, query: str) -> list[Any]:
    with pipeline.sql_client() as sql, sql.execute_query(query) as cursor:
        return list(cursor.fetchall())


def test_a_second_run_loads_nothing_and_a_third_what_has_changed(pipeline, client, emulator):
    assert loaded(pipeline, connect_source("requests"))["requests"] == 120
    emulator.requests.clear()
    assert loaded(pipeline, connect_source("requests")) == {}
    assert len(emulator.requests) == 1

    changed = client.requests.all().first()
    client.requests[changed["id"]].update({"note": "another"})
    new = client.requests.create({"asset": {"id": changed["asset"]["id"]}, "type": "change"})
    assert loaded(pipeline, connect_source("requests"))["requests"] == 2
    assert table(pipeline, "SELECT count(*), count(DISTINCT id) FROM requests") == [(121, 121)]
    rows = table(pipeline, f"SELECT note FROM requests WHERE id = '{changed['id']}'")
    assert rows == [("another",)]
    assert table(pipeline, f"SELECT id FROM requests WHERE id = '{new['id']}'")
    assert loaded(pipeline, connect_source("requests")) == {}


def test_columns_have_the_types_of_the_document(pipeline, client):
    pipeline.run(connect_source(client.requests.filter(status="pending")))
    types = dict(
        table(
            pipeline,
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'requests'",
        )
    )
    assert types["created"] == types["updated"] == "TIMESTAMP WITH TIME ZONE"
    assert types["asset__id"] == types["id"] == "VARCHAR"
    assert [name for name in types if name.endswith("__v_text")] == []


def test_nested_collections_of_several_parents_share_a_table(pipeline, client):
    paths = [f"products/{product['id']}" for product in client.products.all()[:2]]
    counts = [client.collection(f"{path}/items").all().count() for path in paths]
    source = connect_source(*(f"{path}/items" for path in paths))
    loaded(pipeline, source)
    rows = table(pipeline, "SELECT _parent, count(*) FROM products_items GROUP BY 1 ORDER BY 1")
    assert rows == sorted(zip(paths, counts, strict=True))
    assert min(counts) > 0
    loaded(pipeline, source)
    assert table(pipeline, "SELECT count(*) FROM products_items") == [(sum(counts),)]


def test_a_filter_and_a_factory_of_clients(pipeline, client, emulator):
    made = []

    def factory() -> ConnectClient:
        made.append(ConnectClient(KEY, emulator.endpoint, specs_location=emulator.spec))
        return made[-1]

    where = R().status.eq("pending")
    loaded(pipeline, connect_source("requests", client=factory, filter=where))
    count = client.requests.filter(where).count()
    assert table(pipeline, "SELECT count(*), min(status), max(status) FROM requests") == [
        (count, "pending", "pending")
    ]
    assert len(made) == 2


def test_a_full_run_sees_deletions(pipeline, client):
    doomed = client.products.create({"name": "X", "category": client.products.first()["category"]})
    pipeline.run(connect_source("products"))
    client.products[doomed["id"]].delete()
    pipeline.run(connect_source("products"))
    query = f"SELECT count(*) FROM products WHERE id = '{doomed['id']}'"
    assert table(pipeline, query) == [(1,)]
    pipeline.run(connect_source("products", full=True))
    assert table(pipeline, query) == [(0,)]


def test_the_key_is_in_no_file(pipeline, client, tmp_path, capfd):
    pipeline.run(connect_source("requests", client=client))
    with pytest.raises(Exception, match="No response"):
        with ConnectClient(KEY, "http://127.0.0.1:9", specs_location=client.specs_location) as lost:
            pipeline.run(connect_source("requests", client=lost))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    secret = KEY.partition(":")[2].encode()
    assert len(files) > 10
    assert [path for path in files if secret in path.read_bytes()] == []
    output = capfd.readouterr()
    assert secret.decode() not in output.out + output.err


def test_the_example_of_the_page_runs(pipeline, client):
    text = (Path(__file__).parents[2] / "docs/engines.md").read_text(encoding="utf-8")
    block = re.search(r"^```python\n(import dlt\n.+?)^```$", text, re.DOTALL | re.MULTILINE)[1]
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - an example of ours
    (count,) = table(names["pipeline"], "SELECT count(*) FROM products_items")
    assert count == (client.collection("products/PRD-000-000-001/items").all().count(),)


def test_unknown_collections_are_refused_before_anything_is_read(client):
    with pytest.raises(NotFoundError, match="Did you mean 'requests'"):
        connect_source("request")
    assert os.environ["CNCT_API_KEY"]
