"""The data source of Spark without Spark: stand-ins for classes of pyspark and pyarrow."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.conftest import KEY, json_answer

import cnct.spark
from cnct import ClientError, NotScannableError, SettingsError
from cnct.data.columns import Column, Columns
from cnct.emulator import Emulator
from cnct.spark.layout import Layout
from cnct.spark.read_options import _NAMES, read_options
from cnct.spark.source import data_source

ASSETS = "subscriptions/assets"
ALL = [f"PR-{number}" for number in range(30)]
OLD = datetime.now(UTC) - timedelta(days=1)


class DataSource:
    def __init__(self, options):
        self.options = options


class InputPartition:
    def __init__(self, value):
        self.value = value


class Field(SimpleNamespace):
    def __str__(self):
        return self.name


ENGINE = SimpleNamespace(
    DataSource=DataSource,
    DataSourceReader=object,
    DataSourceStreamReader=object,
    InputPartition=InputPartition,
)
ARROW = SimpleNamespace(
    schema=lambda pairs: [Field(name=name, type=type_) for name, type_ in pairs],
    array=lambda values, **_: list(values),
    RecordBatch=SimpleNamespace(
        from_arrays=lambda arrays, schema: dict(zip(map(str, schema), arrays, strict=True))
    ),
    timestamp=lambda unit, tz: f"timestamp[{unit}, tz={tz}]",
    decimal128="decimal128({}, {})".format,
    **{
        name: lambda text=text: text
        for name, text in {
            "string": "string",
            "int64": "int64",
            "float64": "double",
            "bool_": "bool",
            "date32": "date32[day]",
        }.items()
    },
)


def request(number, moment=OLD, **values):
    text = (moment + timedelta(minutes=number)).isoformat() if moment is OLD else moment.isoformat()
    return {"id": f"PR-{number}", "status": "pending", "updated": text, "created": text, **values}


def emulated():
    rows = [request(number, novelty="odd") for number in range(30)]
    return Emulator(records={"requests": rows, "marketplaces": [{"id": "MP-1"}]})


@pytest.fixture(scope="module")
def still():
    """A Connect whose rows stay as they are."""
    with emulated() as emulator:
        yield emulator


@pytest.fixture
def moving():
    with emulated() as emulator:
        yield emulator


@pytest.fixture
def connect(request, monkeypatch):
    """The Connect that the source finds by the environment: a moving one if the test has one."""
    emulator = request.getfixturevalue("moving" if "moving" in request.fixturenames else "still")
    emulator.requests.clear()
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", emulator.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(emulator.spec))
    monkeypatch.setitem(sys.modules, "pyarrow", ARROW)
    return emulator


def source(collection="requests", **options):
    return data_source(ENGINE)({"collection": collection, **options})


def schema_of(*pairs):
    """Return a schema as Spark passes it."""
    types = [SimpleNamespace(simpleString=lambda type_=type_: type_) for _, type_ in pairs]
    fields = [
        Field(name=name, dataType=type_) for (name, _), type_ in zip(pairs, types, strict=True)
    ]
    return SimpleNamespace(fields=fields, fieldNames=lambda: [name for name, _ in pairs])


IDS = schema_of(("id", "string"))


def rows_of(reader, parts):
    return [id_ for part in parts for batch in reader.read(part) for id_ in batch["id"]]


def test_a_collection_is_read_in_partitions(connect):
    reader = source(partitions="3", limit="5", pushdown="true").reader(IDS)
    assert [*reader.pushFilters([])] == []
    parts = reader.partitions()
    assert len(parts) > 1
    assert KEY.encode() not in b"".join(part.value for part in parts)
    once = [rows_of(reader, [part]) for part in parts]
    assert sorted(id_ for ids in once for id_ in ids) == sorted(ALL)
    assert [rows_of(reader, [part]) for part in parts] == once  # a task that is retried
    [*_, last] = connect.requests
    assert "select(-" in last.query
    assert "-id" not in last.query


def test_the_schema_is_that_of_the_document(connect):
    columns = source().schema().split(", ")
    assert columns[0] == "`id` string"
    assert "`created` timestamp" in columns
    assert "`asset__product__id` string" in columns
    assert columns[-1] == "`_extra` string"


def test_sail_takes_a_schema_of_arrow_and_passes_its_zone(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, "pysail", object())
    schema = source().schema()
    types = {field.name: field.type for field in schema}
    assert types["created"] == "timestamp[us, tz=UTC]"
    wanted = [Field(name="created", type="timestamp[us, tz=Etc/UTC]")]
    reader = source().reader(wanted)
    [part] = reader.partitions()
    batch = next(reader.read(part))
    assert batch["created"][0] == OLD
    assert reader.layout[2] == "Etc/UTC"


@pytest.mark.parametrize(("engine", "pushed"), [("pyspark", 'like(id,"PR*")'), ("pysail", "")])
def test_patterns_of_sail_are_not_pushed_since_they_may_be_negated(
    connect, monkeypatch, engine, pushed
):
    class StringStartsWith:
        attribute = ("id",)
        value = "PR"

    monkeypatch.setitem(sys.modules, engine, object())
    assert not (engine == "pyspark" and hasattr(source().reader(IDS), "pushFilters"))
    reader = source(pushdown="true").reader(IDS)
    filters = [StringStartsWith()]
    assert [*reader.pushFilters(filters)] == filters
    assert reader.where == pushed


def test_what_the_document_lacks_is_in_the_extra_column_wherever_it_stands(connect):
    for names in (("_extra", "id"), ("id", "_extra")):
        reader = source(filter="eq(id,PR-1)").reader(
            schema_of(*((name, "string") for name in names))
        )
        [part] = reader.partitions()
        assert [*reader.read(part)] == [{"id": ["PR-1"], "_extra": ['{"novelty":"odd"}']}]


def test_options_choose_the_rows(connect):
    reader = source("marketplaces", search="MP", select="-description").reader(IDS)
    assert rows_of(reader, reader.partitions()) == ["MP-1"]
    reader = source(filter="eq(id,none)").reader(IDS)
    assert rows_of(reader, reader.partitions()) == []


def test_filters_are_pushed_and_returned_to_be_applied_again(connect):
    reader = source(pushdown="true").reader(IDS)
    filters = [type("EqualTo", (), {"attribute": ("id",), "value": "PR-3"})()]
    assert [*reader.pushFilters(filters)] == filters
    assert rows_of(reader, reader.partitions()) == ["PR-3"]


def test_a_collection_that_cannot_be_cut_is_one_partition_unless_options_cut_it(connect):
    reader = source("marketplaces").reader(IDS)
    assert rows_of(reader, reader.partitions()) == ["MP-1"]
    with pytest.raises(NotScannableError, match="marketplaces"):
        source("marketplaces", partitions="2").reader(IDS).partitions()


def test_without_a_document_columns_are_those_of_rows(connect, monkeypatch):
    monkeypatch.setattr("cnct.client.fluent.ConnectClient.specs", None)
    own = source("requests", by="created", cursor="updated")
    assert "`novelty` string" in own.schema()
    reader = own.reader(IDS)
    assert sorted(rows_of(reader, reader.partitions())) == sorted(ALL)
    stream = own.streamReader(IDS)
    assert stream.latestOffset(stream.initialOffset())["rows"] == 0
    nothing = source("requests", by="sequence", filter="eq(id,none)")
    assert nothing.schema() == "`_extra` string"
    empty = nothing.reader(schema_of(("_extra", "string")))
    assert rows_of(empty, empty.partitions()) == []


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ((("created", "string"),), "'created' is of type timestamp, not string"),
        ((("creatd", "timestamp"),), "Did you mean 'created'"),
        ((("template__id", "string"),), r"hidden or removed: write option\('select', 'template'\)"),
    ],
)
def test_a_schema_that_does_not_fit_is_explained(connect, pairs, message):
    hides = source(select="-template")
    with pytest.raises(ClientError, match=message):
        hides.reader(schema_of(*pairs))


def test_hidden_fields_have_columns_only_if_selected(connect):
    assert "template__id" not in source(ASSETS).schema()
    assert "template__id" in source(ASSETS, select="template").schema()


def test_names_are_distinct_for_spark_which_ignores_letter_case():
    paths = [("a", "b"), ("a__b",), ("A__B",), ("_EXTRA",)]
    layout = Layout.of(Columns(Column(".".join(path), path, "integer") for path in paths))
    names = [column.name for column in layout.columns]
    assert names == ["a__b", "a__b_", "A__B__", "_EXTRA_", "_extra"]
    assert Layout((Column("a`b", ("a`b",), "decimal"),)).ddl == "`a``b` decimal(38,18)"
    types = ("integer", "decimal", "float", "boolean", "datetime", "date", "json")
    arrow = Layout(tuple(Column(type_, (type_,), type_) for type_ in types)).arrow_schema(ARROW)
    assert [str(field.type) for field in arrow][1::4] == ["decimal128(38, 18)", "date32[day]"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"collection": "requests", "API_Key": "secret"}, "shows options in its logs"),
        ({"collection": "requests", "token": "secret"}, "CNCT_API_KEY"),
        ({"collection": "requests", "profile": "ApiKey SU-1:secret"}, "CNCT_API_KEY"),
        ({"collection": "requests", "endpoint": "https://u:secret@host"}, "out of URLs"),
        ({"collection": "requests", "fitler": "x"}, "Did you mean 'filter'"),
        ({"collection": "requests?x=1"}, "is no collection"),
        ({"path": "requests/../x"}, "is no collection"),
        ({}, "is no collection"),
        ({"path": "requests", "partitions": "0"}, "whole number of at least 1, not '0'"),
        ({"path": "requests", "lookback": "-1"}, "whole number of at least 0"),
        ({"path": "requests", "partitions": "2", "most": "2"}, "either partitions or most"),
        ({"path": "requests", "since": "yesterday"}, "since must be a time"),
    ],
)
def test_wrong_options_are_refused_without_their_secret(options, message):
    with pytest.raises(SettingsError, match=message) as caught:
        read_options(options)
    assert "secret" not in str(caught.value)


def test_the_page_of_the_docs_has_every_option():
    text = (Path(__file__).parents[2] / "docs/spark.md").read_text(encoding="utf-8")
    table = text.partition("## Options")[2].partition("## Partitions")[0]
    first = [row.split("|")[1] for row in table.splitlines() if "|" in row]
    names = {name for cell in first for name in re.findall(r"`(\w+)`", cell)}
    assert names - {"load"} == {*_NAMES} - {"path"}


def test_options_are_read_whatever_their_letter_case():
    options = read_options({"PATH": "/products/PRD 1/items/", "Since": "2024-01-01", "MOST": "5"})
    assert (options.path, options.most) == ("products/PRD%201/items", 5)
    assert options.since == datetime(2024, 1, 1, tzinfo=UTC)
    assert read_options({"path": "a", "since": "2024-01-01T00:00:00+02:00"}).since.hour == 0


def test_an_unknown_collection_names_the_nearest(connect):
    with pytest.raises(ClientError, match="requests"):
        source("request").schema()


def test_a_worker_without_the_package_names_its_interpreter(monkeypatch):
    own = source()
    monkeypatch.setitem(sys.modules, "cnct.spark.reading", None)
    with pytest.raises(ImportError, match="PYSPARK_PYTHON") as caught:
        own.schema()
    assert sys.executable in str(caught.value)


class Session:
    """A session of Spark, as far as `register` uses it."""

    def __init__(self, python=""):
        self.settings = {}
        self.registered = []
        self.conf = SimpleNamespace(set=self.settings.__setitem__)
        self.dataSource = SimpleNamespace(register=self.registered.append)
        self.sparkContext = SimpleNamespace(pythonExec=python)


@pytest.fixture
def pyspark(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(sql=None))
    monkeypatch.setitem(sys.modules, "pyspark.sql", SimpleNamespace(datasource=ENGINE))
    monkeypatch.setitem(sys.modules, "pyspark.sql.datasource", ENGINE)


@pytest.mark.parametrize("python", ["", sys.executable, "no-such-interpreter"])
def test_the_source_is_registered_by_name(pyspark, python):
    session = Session(python)
    cnct.spark.register(session)
    [registered] = session.registered
    assert registered.name() == "connect"
    assert session.settings == {"spark.sql.python.filterPushdown.enabled": "true"}


@pytest.mark.parametrize("status", [0, 1])
def test_workers_that_lack_a_package_are_found_before_the_first_job(pyspark, tmp_path, status):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho 'No module named x' >&2\nexit {status}\n")
    python.chmod(0o755)
    session = Session(str(python))
    if not status:
        cnct.spark.register(session)
        return
    with pytest.raises(ImportError, match=r"No module named x\. Set the variable PYSPARK_PYTHON"):
        cnct.spark.register(session)
    assert session.registered == []


def test_without_spark_the_error_names_what_to_install():
    code = (
        "import sys; sys.modules['pyspark'] = None\n"
        "import cnct.spark\n"
        "try: cnct.spark.register(None)\n"
        "except ImportError as error: print(error)\n"
    )
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert "pip install 'pyspark>=4' pyarrow" in run.stdout


def test_a_stream_goes_on_where_the_last_batch_ended(connect, moving):
    stream = source(lookback="60").streamReader(IDS)
    start = stream.initialOffset()
    first = stream.latestOffset(start, None)
    assert sorted(rows_of(stream, stream.partitions(start, first))) == sorted(ALL)
    assert stream.latestOffset(first) == first
    assert stream.partitions(first, first) == []
    connect.delete("requests/PR-3")
    connect.insert("requests", request(3, datetime.now(UTC)), request(77, datetime.now(UTC)))
    second = stream.latestOffset(first)
    assert second != first
    assert sorted(rows_of(stream, stream.partitions(first, second))) == ["PR-3", "PR-77"]


def test_a_row_that_was_committed_late_is_delivered_within_the_lookback(connect, moving):
    stream = source(lookback="60").streamReader(IDS)
    first = stream.latestOffset(stream.initialOffset())
    connect.insert("requests", request(88, datetime.now(UTC) - timedelta(seconds=30)))
    connect.insert("requests", request(99, datetime.now(UTC) - timedelta(seconds=90)))
    second = stream.latestOffset()  # Spark before 4.2 passes no start
    assert second != first
    assert rows_of(stream, stream.partitions(first, second)) == ["PR-88"]


def test_a_stream_begins_at_a_time_without_lookback(connect, moving):
    stream = source(since=(OLD + timedelta(minutes=40)).isoformat()).streamReader(IDS)
    start = stream.initialOffset()
    connect.insert("requests", request(77, datetime.now(UTC)))
    end = stream.latestOffset(start)
    assert rows_of(stream, stream.partitions(start, end)) == ["PR-77"]


def test_a_stream_needs_a_time_to_find_changes_by(connect):
    stream = source("marketplaces").streamReader(IDS)
    with pytest.raises(NotScannableError, match=r"read it with spark\.read"):
        stream.latestOffset(stream.initialOffset())
    with pytest.raises(NotScannableError, match="status"):
        source(cursor="status").streamReader(IDS).latestOffset()


def test_a_stream_needs_totals(connect, server, monkeypatch):
    server.answer = lambda _: json_answer([])
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    with pytest.raises(NotScannableError, match="requests is listed without totals"):
        source().streamReader(IDS).latestOffset()


def test_spark_that_is_missing_is_named_with_its_installation(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ImportError, match=r"needs Spark 4, and there is no module 'pyspark"):
        cnct.spark.register(object())
