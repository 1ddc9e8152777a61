"""Sets as Parquet, Excel and Arrow, in both worlds."""

from __future__ import annotations

import json
from datetime import datetime
from warnings import catch_warnings
from zipfile import ZipFile

import pytest
from arro3.core import DataType, RecordBatchReader, Schema, Table
from arro3.io import read_parquet
from tests.conftest import KEY, json_answer
from tests.data.test_exports import COLUMNS, DOCUMENT
from tests.work.conftest import spread_rows

from cnct import ExportError, ExportWarning, InvalidCallError
from cnct.emulator import Emulator, Fault


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("document") / "document.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.fixture(scope="module")
def connect(spec):
    rows = spread_rows(25)
    rows[3]["level"] = "high"
    with Emulator(spec=spec, records={"requests": rows}) as emulator:
        yield emulator


@pytest.fixture
def asker(connect, world):
    """A client of each world that knows the document."""
    yield world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    connect.faults.clear()


@pytest.fixture
def plain(connect, world):
    """A client of each world without a document."""
    return world.client(KEY, connect.endpoint)


IDS = [row["id"] for row in spread_rows(25)]


def test_a_parquet_file_has_the_columns_of_the_document(asker, tmp_path):
    out = tmp_path / "out.parquet"
    with pytest.warns(ExportWarning, match=r"out.parquet.*level \(1\)"):
        report = asker.requests.all().limit(4).to_parquet(out, concurrency=2)
    table = read_parquet(str(out)).read_all()
    assert [field.name for field in table.schema] == COLUMNS
    assert table["id"].to_pylist() == IDS
    assert table["created"].to_pylist()[3] == datetime.fromisoformat(spread_rows(25)[3]["created"])
    assert (report.rows, report.extra) == (25, {"level": 1})
    assert table["_extra"].to_pylist()[3] == '{"level":"high"}'


def test_a_workbook_is_named_after_its_collection(asker, tmp_path):
    out = tmp_path / "out.xlsx"
    assert asker.requests[:3].to_xlsx(out, columns={"status": "state"}).rows == 3
    asker.requests[:3].to_xlsx(tmp_path / "own.xlsx", sheet="open", columns=["id"])
    with ZipFile(out) as book:
        assert b'name="requests"' in book.read("xl/workbook.xml")
        assert book.read("xl/worksheets/sheet1.xml").count(b"<t>pending</t>") == 3
    with ZipFile(tmp_path / "own.xlsx") as book:
        assert b'name="open"' in book.read("xl/workbook.xml")


def test_a_set_that_fits_in_no_sheet_is_refused_after_one_call(server, world, tmp_path):
    server.answer = lambda _: json_answer([], Content_Range="items 0-0/1048576")
    rows = world.client(KEY, server.endpoint).requests.all()
    with pytest.raises(ExportError, match="1,048,576 rows do not fit"):
        rows.to_xlsx(tmp_path / "out.xlsx")
    assert len(server.got) == 1
    assert not [*tmp_path.iterdir()]


def test_arrow_data_can_be_taken_by_any_library_and_again(asker):
    with pytest.warns(ExportWarning, match=r"level \(1\)"):  # noqa: PT031 - by either, see worlds
        rows = asker.requests.filter(status="pending").limit(4).arrow(concurrency=2)
        table = Table.from_arrow(rows)
    assert [field.name for field in Schema.from_arrow(rows)] == COLUMNS
    assert table["id"].to_pylist() == IDS
    assert table.schema.field("created").type == DataType.timestamp("us", tz="UTC")
    assert rows.extra == {"level": 1}
    with catch_warnings(action="ignore"):  # issued again by each reading of the synchronous world
        assert Table.from_arrow(rows)["id"].to_pylist() == IDS


def test_arrow_data_of_chosen_columns(asker):
    rows = asker.requests.order_by("-created")[:5].arrow(columns={"created": "at", "id": "key"})
    assert [field.name for field in Schema.from_arrow(rows)] == ["at", "key", "_extra"]
    assert Table.from_arrow(rows)["key"].to_pylist() == IDS[:-6:-1]
    with pytest.raises(InvalidCallError, match="no column 'stat'"):
        asker.requests.all().arrow(columns=["stat"])


def test_without_a_document_the_first_rows_decide_the_columns(plain):
    rows = plain.requests.all().arrow()
    assert [field.name for field in Schema.from_arrow(rows)] == [
        "id",
        "status",
        "created",
        "level",
        "_extra",
    ]
    assert Table.from_arrow(rows).num_rows == 25
    assert "requests" in repr(rows)
    assert "5 columns" in repr(rows)


def test_an_empty_set_is_an_empty_table(asker):
    rows = asker.requests.filter(id__in=[]).arrow()
    assert Table.from_arrow(rows).num_rows == 0


class TestStreams:
    """Only the synchronous world streams: no library that takes Arrow data awaits anything."""

    @pytest.fixture
    def rows(self, connect):
        from cnct import ConnectClient

        with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
            yield client.requests.select("-level").limit(1)
        connect.faults.clear()

    def test_no_page_is_read_before_the_library_takes_it(self, connect, rows):
        before = len(connect.requests)
        stream = RecordBatchReader.from_stream(rows.arrow())
        assert stream.schema.field("id").nullable
        assert len(connect.requests) == before
        stream.read_next_batch()
        assert len(connect.requests) > before

    def test_an_error_of_a_call_is_an_error_of_the_stream(self, connect, rows):
        connect.faults.add(Fault.status(403, after=6))
        with pytest.raises(Exception, match="403"):
            RecordBatchReader.from_stream(rows.arrow()).read_all()


def test_awaited_arrow_data_is_kept(connect):
    import asyncio

    from cnct import AsyncConnectClient

    async def read():
        async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            return await client.requests.all().limit(10).arrow()

    rows = asyncio.run(read())
    before = len(connect.requests)
    assert [Table.from_arrow(rows).num_rows for _ in range(2)] == [25, 25]
    assert len(connect.requests) == before
    assert "25 rows kept" in repr(rows)
