"""The data source of Spark on Sail (`make engines`), or on Spark itself (`make spark`)."""

from __future__ import annotations

import importlib.util
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from tests.conftest import KEY

import cnct.spark
from cnct.emulator import Emulator, Fault

IS_SAIL = importlib.util.find_spec("pysail") is not None
START = datetime(2024, 1, 1, tzinfo=UTC)
STATUSES = ("active", "draft", "terminated")
ASSETS = "subscriptions/assets"
# pyspark warns of pandas 3, which it does not use here.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")
on_spark = pytest.mark.skipif(IS_SAIL, reason="Sail reads no streams from Python, retries no tasks")


def asset(number):
    moment = START + timedelta(hours=number)
    return {
        "id": f"AS-{number:05}",
        "status": STATUSES[number % 3],
        "external_id": None if number % 10 == 0 else f"ext*{number}",
        "product": {"id": f"PRD-{number % 4}", "name": 'Naïve "quoted"'},
        "params": [{"id": "seats", "value": str(number)}],
        "events": {"created": {"at": moment.isoformat()}, "updated": {"at": moment.isoformat()}},
        "novelty": {"deep": [number]},
    }


def changed(number, moment):
    return {"id": f"PR-{number}", "status": "pending", "updated": moment, "created": moment}


@pytest.fixture(scope="session")
def connect():
    old = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    records = {
        ASSETS: [asset(number) for number in range(600)],
        "requests": [changed(number, old) for number in range(30)],
    }
    with Emulator(records=records) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _without_faults(connect):
    connect.requests.clear()
    yield
    connect.faults = []


@pytest.fixture(scope="session")
def spark(connect, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        # Workers get the environment of the process that starts the session.
        patch.setenv("CNCT_API_KEY", KEY)
        patch.setenv("CNCT_ENDPOINT", connect.endpoint)
        patch.setenv("CNCT_SPEC", str(connect.spec))
        session, end = sail() if IS_SAIL else spark_in_this_process(patch)
        cnct.spark.register(session)
        yield session
        end()


def sail():
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()

    def end():
        session.stop()
        server.stop()

    return session, end


def spark_in_this_process(patch):
    from pyspark.sql import SparkSession

    patch.setenv("PYSPARK_PYTHON", sys.executable)
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    # Two workers, and four attempts for each task.
    builder = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2")
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    return session, session.stop


@pytest.fixture
def assets(spark):
    reader = spark.read.format("connect").option("pushdown", "true")
    return reader.option("partitions", "4").load(ASSETS)


def ids(frame):
    return sorted(row.id for row in frame.select("id").collect())


def queries(connect, path=ASSETS):
    """Return the queries of the requests for rows."""
    requests = [request for request in connect.requests if request.path.endswith(path)]
    return {request.query for request in requests if "limit=0" not in request.query}


def test_all_rows_come_once_from_several_partitions(connect, assets):
    assert ids(assets) == [f"AS-{number:05}" for number in range(600)]
    assert len({query.partition("&limit")[0] for query in queries(connect)}) == 4
    assert assets.count() == 600


def test_columns_have_the_types_of_the_document(assets):
    row = assets.filter("id = 'AS-00007'").first()
    types = dict(assets.dtypes)
    assert types["events__created__at"] == "timestamp"
    assert types["product__id"] == types["params"] == types["_extra"] == "string"
    assert row.product__id == "PRD-3"
    assert row._extra == '{"novelty":{"deep":[7]}}'
    assert row.params == '[{"id":"seats","value":"7"}]'
    assert "template" not in types  # hidden
    [seventh] = assets.filter("events__created__at = timestamp'2024-01-01 07:00:00 UTC'").collect()
    assert seventh.id == "AS-00007"


# With what all requests for rows are to have; nothing where no condition is equal.
FILTERS = {
    "status = 'active'": "eq(status,active)",
    "status = 'no such status'": "",  # the server refuses it
    "status IN ('active', 'draft')": "in(status,(active,draft))",
    "status <> 'draft'": "ne(status,draft)",
    "status NOT IN ('draft', 'active')": "out(status,(draft,active))",
    "product__id = 'PRD-2' AND status = 'draft'": "eq(product.id,PRD-2)",
    "product__name = 'Naïve \"quoted\"'": "eq(product.name,'Naïve \"quoted\"')",
    "external_id LIKE 'ext*1%'": r'like(external_id,"ext\*1*")',
    "external_id LIKE '%9'": 'like(external_id,"*9")',
    "contains(external_id, '*11')": r'like(external_id,"*\*11*")',
    "external_id NOT LIKE '%9'": "",
    "external_id ILIKE 'EXT%'": "",
    "external_id LIKE 'ext_1%'": "",
    "external_id IS NULL": "",  # a value of another type would be lost
    "external_id IS NOT NULL": "ne(external_id,null())",
    "events__created__at > timestamp'2024-02-01 00:00:00 UTC'": "ge(events.created.at,2024-02-01",
    "events__created__at <= timestamp'2024-01-02 00:00:00 UTC'": "le(events.created.at,2024-01-02",
    "events__created__at BETWEEN '2024-01-02' AND '2024-01-03'": "ge(events.created.at,2024-01-02",
    "status = 'active' OR product__id = 'PRD-1'": "",
    "id = 'AS-00007' AND upper(status) = 'DRAFT'": "eq(id,AS-00007)",
}
OTHERWISE_ON_SAIL = (
    *("status IN", "status NOT IN", "contains", "external_id LIKE", "events__created__at"),
)


@pytest.fixture(scope="session")
def copied(spark):
    """The rows without the data source, so that the engine filters them alone."""
    names = ("id", "status", "external_id", "product__id", "product__name", "events__created__at")
    source = spark.read.format("connect").load(ASSETS).select(*names)
    return spark.createDataFrame(source.collect(), source.schema).cache()


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_has_the_rows_that_it_has_without_the_source(connect, assets, copied, text):
    expected = ids(copied.filter(text))
    connect.requests.clear()
    assert ids(assets.filter(text)) == expected
    if not (IS_SAIL and text.startswith(OTHERWISE_ON_SAIL)):
        assert all(FILTERS[text] in unquote(query) for query in queries(connect))


def test_a_second_query_of_a_frame_is_not_filtered_by_the_first(spark):
    assets = spark.read.format("connect").load(ASSETS)
    assert assets.filter("status = 'draft'").count() == 200
    assert assets.count() == 600


def test_options_choose_rows_and_fields(connect, spark):
    reader = spark.read.format("connect").option("collection", ASSETS)
    rows = reader.option("filter", "eq(status,draft)").option("select", "template,-params").load()
    assert rows.count() == 200
    assert "template__id" in rows.columns
    assert "params" not in rows.columns


def test_a_schema_chooses_columns_and_keeps_others_from_the_wire(connect, spark):
    schema = "status string, id string, events__created__at timestamp"
    rows = spark.read.format("connect").schema(schema).load(ASSETS)
    first = rows.orderBy("id").first()
    assert first.asDict() == {"status": "active", "id": "AS-00000", "events__created__at": _local()}
    assert all("-product" in query and "-id" not in query for query in queries(connect))


def _local():
    """The first row's time as Spark shows it to Python: local, without a zone."""
    return START.astimezone().replace(tzinfo=None)


def test_a_collection_that_cannot_be_cut_is_read_in_one_partition(connect, spark):
    rows = spark.read.format("connect").load("marketplaces")
    assert rows.count() == len(rows.collect())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"collection": ASSETS, "api_key": "ApiKey SU-1:secret"}, "Spark shows options in its log"),
        ({"collection": ASSETS, "fitler": "x"}, "Did you mean 'filter'"),
        ({"collection": "subscriptions/asset"}, "assets"),
        ({}, "no collection"),
    ],
)
def test_wrong_options_are_explained(spark, options, message):
    with pytest.raises(Exception, match=message) as caught:
        _ = spark.read.format("connect").options(**options).load().schema
    assert "SU-1:secret" not in str(caught.value)


def test_a_partition_that_fails_ends_the_read(connect, spark):
    connect.faults = [Fault.status(403, path=ASSETS, after=8)]
    with pytest.raises(Exception, match="403"):
        spark.read.format("connect").option("limit", "50").load(ASSETS).collect()


@on_spark
def test_a_partition_that_is_retried_has_no_duplicates(connect, spark):
    reader = spark.read.format("connect").option("partitions", "3").option("limit", "50")
    rows = reader.load(ASSETS)
    every = ids(rows)
    connect.requests.clear()
    assert ids(rows) == every  # Spark may have kept the partitions
    counts = [request for request in connect.requests if "limit=0" in request.query]
    connect.faults = [
        Fault.status(403, path=ASSETS, after=len(counts) + after, times=1) for after in (3, 6, 9)
    ]
    connect.requests.clear()
    assert ids(rows) == every == [f"AS-{number:05}" for number in range(600)]
    assert len([request for request in connect.requests if request.status == 403]) == 3


@on_spark
def test_a_stream_delivers_what_changes_and_goes_on_from_its_checkpoint(connect, spark, tmp_path):
    def batch(frame, _):
        batches.append({row.id: row.updated for row in frame.select("id", "updated").collect()})

    def start():
        reader = spark.readStream.format("connect").option("lookback", "60")
        stream = reader.load("requests").writeStream.foreachBatch(batch)
        return stream.option("checkpointLocation", str(tmp_path)).start()

    batches = []
    query = start()
    query.processAllAvailable()
    assert sorted(batches[0]) == sorted(f"PR-{number}" for number in range(30))
    query.stop()
    moment = datetime.now(UTC).isoformat()
    connect.delete("requests/PR-3")
    connect.insert("requests", changed(3, moment), changed(77, moment))
    query = start()
    query.processAllAvailable()
    assert {*batches[-1]} == {"PR-3", "PR-77"}
    time.sleep(1)  # the second of the change ends
    query.processAllAvailable()
    count = len(batches)
    query.processAllAvailable()
    assert len(batches) == count
    late = datetime.now(UTC) - timedelta(seconds=30)
    connect.delete("requests/PR-5")
    connect.insert("requests", changed(5, late.isoformat()))
    query.processAllAvailable()
    assert "PR-5" in batches[-1]
    query.stop()


def test_a_worker_without_the_package_is_told_where_it_is_missing():
    """The classes are pickled with their code, so that they can be loaded and explain."""
    import subprocess

    from pyspark import cloudpickle
    from pyspark.sql import datasource

    from cnct.spark.source import data_source

    pickled = cloudpickle.dumps(data_source(datasource)({"path": ASSETS}))
    code = (
        "import pickle, sys\n"
        "sys.modules['cnct'] = None\n"
        f"source = pickle.loads({pickled!r})\n"
        "try: source.schema()\n"
        "except ImportError as error: print(error)\n"
    )
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert f"{sys.executable}, has no module 'cnct" in run.stdout
    assert "PYSPARK_PYTHON" in run.stdout
