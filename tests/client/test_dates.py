"""``rs.dates()``: rows with datetimes, however a set is read; payloads take datetimes too."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests import worlds
from tests.conftest import KEY, json_answer

from cnct import ConnectClient, NaiveDatetimeWarning
from cnct.emulator import Emulator

FIRST = datetime(2026, 1, 31, tzinfo=UTC)
ROWS = [
    {
        "id": f"PR-{number:03}",
        "status": "pending" if number % 2 else "approved",
        "created": (FIRST + timedelta(hours=number)).isoformat(),
        "asset": {"id": "AS-1", "params": [{"id": "at", "value": FIRST.isoformat()}]},
        "events": {"created": {"at": FIRST.isoformat()}},
    }
    for number in range(25)
]


@pytest.fixture(scope="module")
def place():
    with Emulator(records={"requests": ROWS, "subscriptions/assets": [{"id": "AS-1"}]}) as emulator:
        yield emulator


@pytest.fixture(params=[True, False], ids=["document", "names"])
def client(request, place, world):
    return world.client(KEY, place.endpoint, specs_location=place.spec, use_specs=request.param)


@pytest.fixture
def blind(place, world):
    return world.client(KEY, place.endpoint)


def moments(rows):
    return [row["created"] for row in rows]


ALL = [FIRST + timedelta(hours=number) for number in range(25)]


def test_rows_have_datetimes_however_they_are_read(client):
    rows = client.requests.dates().limit(10)
    assert moments(rows) == ALL
    assert moments(rows) == ALL  # kept
    assert moments(rows.all().iterator()) == ALL
    assert [row for page in rows.all().pages() for row in moments(page)] == ALL
    assert moments(client.requests.all().limit(3).concurrency(4).dates()) == ALL
    assert moments(rows.overlap(overlap=False)) == ALL
    assert moments(rows.scan(by="created", concurrency=2)) == ALL
    assert moments(client.requests.dates()[3:5]) == ALL[3:5]
    assert moments(rows.order_by("-created").select("-asset"))[0] == ALL[-1]
    assert client.requests.filter(status="pending").dates().first()["created"] == ALL[1]
    assert rows.filter(id="PR-004").one()["created"] == ALL[4]
    assert rows.filter(created__ge=ALL[20]).count() == 5
    assert rows[30:].first() is None
    [row] = rows.filter(id="PR-004")
    assert row["events"]["created"]["at"] == FIRST
    assert row["asset"]["params"] == [{"id": "at", "value": FIRST.isoformat()}]


def test_other_sets_keep_their_texts(blind):
    rows = blind.requests.all().limit(20)
    dated = rows.dates()
    assert moments(rows)[0] == ROWS[0]["created"]
    assert moments(dated)[0] == FIRST
    assert moments(rows)[0] == ROWS[0]["created"]


def test_one_index_is_read_as_a_datetime(place):
    with ConnectClient(KEY, place.endpoint, use_specs=False) as client:
        assert client.requests.dates()[7]["created"] == ALL[7]
        assert client.requests.all()[7]["created"] == ROWS[7]["created"]
        for again in (copy.copy, lambda rows: pickle.loads(pickle.dumps(rows))):
            assert again(client.requests.dates())[7]["created"] == ALL[7]
        [part] = client.requests.dates().partitions(1, by="created")
        assert moments(part.read(client)) == ALL
        related = client.requests.dates().on("asset.id")
        [asset] = client("subscriptions").assets.all().prefetch(requests=related)
        assert moments(asset["requests"]) == ALL
        assert ".dates()" in _help(client.requests.filter(status="pending").dates())


def _help(rows):
    from cnct.client.describing import written

    return written(rows)


def test_rows_of_large_pages_have_datetimes(server, world):
    large = [{**row, "text": "x" * 3_000} for row in ROWS]
    server.answer = lambda _: json_answer(large, Content_Range="items 0-24/25")
    client = world.client(KEY, server.endpoint)
    assert moments(client.requests.dates().limit(1000).iterator()) == ALL


def test_jobs_get_datetimes(blind, world):
    seen = []
    rows = blind.requests.filter(status="pending").dates()
    assert rows.process(world.function(lambda row: seen.append(row["created"])), recheck=True).done
    assert sorted(seen) == ALL[1::2]


def test_picked_values_are_datetimes(client):
    rows = client.requests.all().limit(20)
    values = [*rows.values_list("id", "created", "asset", dates=True)]
    assert values[1] == {"id": "PR-001", "created": ALL[1], "asset": ROWS[1]["asset"]}
    [product] = client.products.all()[:1].values_list("events", "events.created.at", dates=True)
    assert product["events"]["created"]["at"] == product["events.created.at"]
    assert product["events.created.at"].tzinfo is UTC
    assert moments(rows)[0] == ROWS[0]["created"]
    assert next(iter(rows.values_list("created", dates=True))) == {"created": FIRST}
    assert moments(rows)[0] == ROWS[0]["created"]
    request = client.requests["PR-001"]
    assert request.values("created", dates=True) == {"created": ALL[1]}
    assert request.values("created") == {"created": ROWS[1]["created"]}
    with pytest.raises(TypeError, match="dates must be True or False"):
        request.values("created", dates="created")


def test_watches_and_plans_compare_texts(place):
    with ConnectClient(
        KEY, place.endpoint, specs_location=place.spec, clock=place.clock, default_limit=10
    ) as client:
        watch = client.requests.dates().watch(since="all", timeout=30)
        assert sorted(moments(watch)) == ALL  # each once, over several pages and looks
        rows = [*client.products.dates()]
        for products in (client.products.all(), client.products.dates()):
            for texts in (rows, [*client.products.all()]):
                assert len(products.sync(texts, by="id").same) == 3


def test_exports_are_the_same(blind, tmp_path):
    for name, rows in (("dated", blind.requests.dates()), ("texts", blind.requests.all())):
        rows.to_csv(tmp_path / f"{name}.csv", columns=["id", "created"])
        rows.to_ndjson(tmp_path / f"{name}.ndjson")
    for form in ("csv", "ndjson"):
        dated, texts = ((tmp_path / f"{name}.{form}").read_bytes() for name in ("dated", "texts"))
        assert dated == texts


def test_datetimes_go_back_into_payloads(server, remote):
    server.answer = lambda _: json_answer({})
    moment = datetime(2026, 1, 31, 9, 30, 0, 5, tzinfo=UTC)
    remote.requests["PR-1"].update({"effective_date": moment, "days": [date(2026, 1, 31)]})
    assert json.loads(server.got[-1].body) == {
        "effective_date": "2026-01-31T09:30:00.000005+00:00",
        "days": ["2026-01-31"],
    }
    naive = moment.replace(tzinfo=None)
    with pytest.warns(NaiveDatetimeWarning) as warned:
        remote.requests.create({"at": naive})
    assert warned[0].filename in {__file__, worlds.__file__}
    assert json.loads(server.got[-1].body) == {"at": naive.astimezone().isoformat()}


def test_dry_runs_record_datetimes_as_texts(blind):
    dry = blind.dry_run()
    dry.requests.create({"type": "purchase", "effective_date": FIRST, "asset": {}})
    assert dry.calls[0].payload["effective_date"] == FIRST.isoformat()


def test_payloads_with_datetimes_are_checked(place, world):
    client = world.client(
        KEY, place.endpoint, specs_location=place.spec, use_specs=True, validate="strict"
    )
    with pytest.raises(ValueError, match="nmae: unknown field"):
        client.products["PRD-1"].update(
            {"nmae": FIRST, "list": [(FIRST, {"day": date(2026, 1, 31)})]}
        )


REFUSED = [
    ({1, 2}, "set has no JSON form: write [*value]"),
    (Decimal("1.5"), "Decimal has no JSON form: write str(value)"),
    (b"a", "bytes has no JSON form: write value.decode()"),
    (timedelta(1), "timedelta has no JSON form: write value.total_seconds()"),
    (object(), "object has no JSON form"),
]


def test_other_values_are_refused_with_what_to_write(server, remote):
    for value, remedy in REFUSED:
        with pytest.raises(TypeError) as caught:
            remote.requests.create({"value": value})
        assert f"payload must be JSON: {remedy}" in str(caught.value)
    assert server.got == []


@pytest.mark.parametrize("value", [{None: ["x"]}, [{"null": {}}, ({"a": {None: 1}},)]])
def test_surplus_cells_of_a_csv_file_are_refused(server, remote, value):
    with pytest.raises(TypeError, match=r"payload has a field named None, .* put quotes around"):
        remote.requests.create({"value": value})
    assert server.got == []
