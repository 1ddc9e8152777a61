"""What polars, DuckDB, pandas and pyarrow make of Arrow data and Parquet files of sets."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.conftest import KEY
from tests.work.conftest import request_rows

from cnct import ConnectClient
from cnct.data.arrow_library import arrow_library
from cnct.emulator import Emulator

ROW = {
    "id": "PR-0000",
    "number": 2**63 - 1,
    "price": "12345678901234567890.000000000000000001",
    "day": "2026-01-31",
    "at": "2026-01-31T12:00:00.123456+02:00",
    "on": True,
    "tags": [1, "a"],
}
VALUES = {
    "id": "PR-0000",
    "number": 2**63 - 1,
    "price": Decimal("12345678901234567890.000000000000000001"),
    "day": date(2026, 1, 31),
    "at": datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC),
    "on": True,
    "tags": '[1,"a"]',
    "_extra": None,
}
KINDS = {
    "id": ("string", ""),
    "number": ("integer", "int64"),
    "price": ("string", "decimal"),
    "day": ("string", "date"),
    "at": ("string", "date-time"),
    "on": ("boolean", ""),
    "tags": ("array", ""),
    "created": ("string", "date-time"),
    "status": ("string", ""),
}


@pytest.fixture(scope="module")
def connect(tmp_path_factory):
    properties = {name: {"type": kind, "format": form} for name, (kind, form) in KINDS.items()}
    rows = {"type": "array", "items": {"type": "object", "properties": properties}}
    content = {"application/json": {"schema": rows}}
    get = {"responses": {"200": {"description": "", "content": content}}}
    document = {
        "openapi": "3.0.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/requests": {"get": get}},
    }
    spec = tmp_path_factory.mktemp("document") / "document.json"
    spec.write_text(json.dumps(document))
    records = [ROW, *request_rows(2_500, start=1)]
    with Emulator(spec=spec, records={"requests": records}) as emulator:
        yield emulator


@pytest.fixture(params=["Arro3Tables", "PyarrowTables"])
def requests(connect, request, monkeypatch):
    """The requests, as Arrow data by each library."""
    if request.param == "PyarrowTables":
        monkeypatch.setitem(sys.modules, "arro3", None)
    assert type(arrow_library()).__name__ == request.param
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        yield client.requests.all().limit(500)


def test_polars(requests):
    frame = pl.DataFrame(requests.arrow())
    assert len(frame) == 2_501
    assert frame.schema["at"] == pl.Datetime("us", "UTC")
    first = frame.row(0, named=True)
    assert {name: first[name] for name in VALUES} == VALUES


def test_duckdb(requests):
    rows = requests.arrow()
    values = ", ".join(f'"{name}"' for name in VALUES)
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        database.register("rows", rows)
        assert database.sql("select count(*), count(number) from rows").fetchall() == [(2_501, 1)]
        text = f"select {values} from rows where id = 'PR-0000'"
        [first] = database.sql(text).fetchall()
        assert dict(zip(VALUES, first, strict=True)) == VALUES


def test_pyarrow(requests):
    table = pa.table(requests.arrow())
    assert table.num_rows == 2_501
    first = table.slice(0, 1).to_pylist()[0]
    assert {name: first[name] for name in VALUES} == VALUES


def test_pandas(requests):
    frame = pd.DataFrame.from_arrow(requests.arrow())
    assert len(frame) == 2_501
    assert frame["at"].iloc[0] == pd.Timestamp(VALUES["at"])
    assert frame["price"].iloc[0] == VALUES["price"]


@pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "brotli", "lz4", "uncompressed"])
def test_parquet_files(requests, tmp_path, compression):
    out = tmp_path / "out.parquet"
    assert requests.to_parquet(out, compression=compression).rows == 2_501
    assert parquet.read_metadata(out).num_rows == 2_501
    first = parquet.read_table(out).slice(0, 1).to_pylist()[0]
    assert {name: first[name] for name in VALUES} == VALUES
    assert len(pl.read_parquet(out)) == 2_501


def test_a_parquet_file_of_many_row_groups(requests, tmp_path):
    requests.to_parquet(tmp_path / "out.parquet")
    assert parquet.read_metadata(tmp_path / "out.parquet").num_row_groups == 1
