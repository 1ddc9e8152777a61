"""The data source on Sail, or on real Spark where pysail is not installed; `make engines`."""

from __future__ import annotations

import importlib.util
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.conftest import KEY

import cnct.spark
from cnct.emulator import Emulator, Fault

IS_SAIL = importlib.util.find_spec("pysail") is not None
START = datetime(2024, 1, 1, tzinfo=UTC)
STATUSES = ("active", "draft", "terminated")


def asset(number):
    moment = START + timedelta(hours=number)
    return {
        "id": f"AS-{number:05}",
        "status": STATUSES[number % 3],
        "external_id": None if number % 10 == 0 else f"ext*{number}",
        "product": {"id": f"PRD-{number % 4}", "name": "Naïve \"quoted\" \\ back"},
        "params": [{"id": "seats", "value": str(number)}],
        "events": {
            "created": {"at": moment.isoformat()},
            "updated": {"at": moment.replace(microsecond=500_000).isoformat()},
        },
        "novelty": {"deep": [number]},
    }


@pytest.fixture(scope="session")
def connect():
    with Emulator(records={"subscriptions/assets": [asset(n) for n in range(1200)]}) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def spark(connect):
    with pytest.MonkeyPatch.context() as patch:
        # Workers get the environment of the process that starts the session.
        patch.setenv("CNCT_API_KEY", KEY)
        patch.setenv("CNCT_ENDPOINT", connect.endpoint)
        patch.setenv("CNCT_SPEC", str(connect.spec))
        session, end = sail_session() if IS_SAIL else spark_session(patch)
        cnct.spark.register(session)
        yield session
        end()


def sail_session():
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    return session, server.stop


def spark_session(patch):
    import sys

    from pyspark.sql import SparkSession

    patch.setenv("PYSPARK_PYTHON", sys.executable)
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    return session, session.stop


@pytest.fixture
def assets(spark):
    return spark.read.format("connect").option("partitions", "4").load("subscriptions/assets")


def test_all_rows_come_once_from_several_partitions(assets):
    rows = assets.select("id").collect()
    assert sorted(row.id for row in rows) == [f"AS-{n:05}" for n in range(1200)]
    assert assets.count() == 1200


def test_columns_have_the_types_of_the_document(assets):
    row = assets.filter("id = 'AS-00007'").first()
    types = dict(assets.dtypes)
    assert types["events__created__at"] == "timestamp"
    assert row.product__id == "PRD-3"
    assert row._extra == '{"novelty":{"deep":[7]}}'
    assert row.params == '[{"id":"seats","value":"7"}]'
