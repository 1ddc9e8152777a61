"""Related resources: read by few calls, grouped by row, in order."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ClientError, ConnectClient, NotOneError, RQLError
from cnct.client.work.prefetching import Prefetch
from cnct.client.work.row_values import values_at
from cnct.emulator import Emulator, Fault

ASSETS = 1000


def asset(number):
    return {
        "id": f"AS-{number:04d}-0000-0000",
        "status": "active",
        "external_id": f"{number:04d}",
        "events": {"created": {"at": moment(number)}},
    }


def request(number, asset_number):
    return {
        "id": f"PR-{number:05d}",
        "asset": {"id": f"AS-{asset_number:04d}-0000-0000"},
        "type": "purchase",
        "created": moment(number),
    }


def moment(number):
    return f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}+00:00"


@pytest.fixture(scope="module")
def report():
    """A local Connect with 1,000 subscriptions, and two requests for every second one."""
    requests = [request(number, number % 500 * 2) for number in range(1000)]
    rows = {"subscriptions/assets": [asset(n) for n in range(ASSETS)], "requests": requests}
    with Emulator(records=rows) as emulator:
        yield emulator


@pytest.fixture
def client(report, world):
    report.requests.clear()
    report.faults = []
    return world.client(KEY, report.endpoint)


def assets(client):
    return client.ns("subscriptions").assets.all().order_by("events.created.at")


def expected_ids(number):
    return [] if number % 2 else [f"PR-{number // 2:05d}", f"PR-{number // 2 + 500:05d}"]


def related_ids(rows, name="requests"):
    return [[related["id"] for related in row[name]] for row in rows]


def test_a_report_over_1000_rows_costs_a_fiftieth_of_the_calls(report, client):
    requests = client.requests.all().order_by("created").on("asset.id")
    rows = list(assets(client).prefetch(requests=requests))
    assert [row["id"] for row in rows] == [asset(number)["id"] for number in range(ASSETS)]
    assert related_ids(rows) == [expected_ids(number) for number in range(ASSETS)]
    one_call_a_row = ASSETS + ASSETS // 100
    assert len(report.requests) <= one_call_a_row / 50
    base = len(report.endpoint) + len("/requests?")
    related = [call for call in report.requests if call.path == "requests"]
    assert max(len(call.query) + base for call in related) <= 4096
    assert len(related) == 5


def test_the_length_of_the_urls_is_a_setting(report, client):
    requests = client.requests.on("asset.id", max_url_bytes=400)
    rows = list(assets(client)[:40].prefetch(requests=requests))
    assert [len(row["requests"]) for row in rows] == [2, 0] * 20
    base = len(report.endpoint) + len("/requests?")
    lengths = [len(call.query) + base for call in report.requests if call.path == "requests"]
    assert 300 < max(lengths) <= 400
    few = list(assets(client)[:2].prefetch(requests=client.requests.on("id", max_url_bytes=1)))
    assert related_ids(few) == [[], []]


def test_a_url_that_the_server_refuses_is_halved(report, client):
    report.faults = [Fault.status(414, path="requests", times=2)]
    rows = list(
        assets(client).prefetch(requests=client.requests.all().order_by("created").on("asset.id"))
    )
    assert related_ids(rows) == [expected_ids(number) for number in range(ASSETS)]
    keys = [call.query.count("AS-") for call in report.requests if call.path == "requests"]
    assert keys[1] == keys[0] // 2
    assert keys[2] == keys[1] // 2 == max(keys[2:])


def test_one_key_that_is_refused_is_an_error(report, client):
    report.faults = [Fault.status(414, path="requests")]
    with pytest.raises(ClientError, match="414"):
        list(assets(client).prefetch(requests=client.requests.on("asset.id")))
    report.faults = [Fault.status(400, path="requests")]
    with pytest.raises(ClientError, match="400"):
        list(assets(client).prefetch(requests=client.requests.on("asset.id")))


def test_answers_are_read_page_by_page_and_whole(report, client):
    report.faults = [Fault.page_cap(7, path="requests")]
    rows = list(assets(client)[:30].prefetch(requests=client.requests.on("asset.id")))
    assert [len(row["requests"]) for row in rows] == [2, 0] * 15


def test_filter_order_selection_and_page_size_of_the_related_set_stay(report, client):
    requests = (
        client.requests.filter(created__lt=moment(500))
        .order_by("-created")
        .select("-type")
        .limit(3)
        .on("asset.id")
    )
    rows = list(assets(client)[:10].prefetch(requests=requests))
    assert related_ids(rows) == [expected_ids(number)[:1] for number in range(10)]
    assert all("type" not in related for row in rows for related in row["requests"])
    queries = [unquote(call.query) for call in report.requests if call.path == "requests"]
    assert all(
        query.startswith("and(lt(created,") and ",in(asset.id,(AS-" in query for query in queries
    )
    assert all("limit=3" in query for query in queries)
    assert all("limit=1000" in unquote(call.query) for call in _calls_of_all(report, client))


def _calls_of_all(report, client):
    report.requests.clear()
    list(assets(client)[:2].prefetch(requests=client.requests.on("asset.id")))
    return [call for call in report.requests if call.path == "requests"]


def test_several_relations_are_attached_under_their_names(report, client):
    rows = list(
        assets(client)[:4].prefetch(
            first=client.requests.filter(created__lt=moment(500)).on("asset.id", one=True),
            all_of_them=client.requests.all().order_by("created").on("asset.id"),
        )
    )
    assert [row["first"] and row["first"]["id"] for row in rows] == [
        "PR-00000",
        None,
        "PR-00001",
        None,
    ]
    assert related_ids(rows, "all_of_them") == [expected_ids(number) for number in range(4)]


def test_a_row_may_refer_by_a_field_of_its_own(report, client):
    requests = client.requests.all().order_by("created")[:3]
    owners = client.ns("subscriptions").assets.on("id", key="asset.id", one=True)
    rows = list(requests.prefetch(owner=owners))
    assert [row["owner"]["external_id"] for row in rows] == ["0000", "0002", "0004"]


def test_one_object_that_turns_out_to_be_several_is_an_error(report, client):
    with pytest.raises(NotOneError, match=r"requests: 2 .* asset.id = AS-0000-0000-0000") as caught:
        list(assets(client).prefetch(requests=client.requests.on("asset.id", one=True)))
    assert caught.value.count == 2


def test_the_rows_of_the_set_are_copied_and_not_kept(report, client):
    rows = assets(client)[:2]
    kept = list(rows)
    report.requests.clear()
    attached = list(rows.prefetch(requests=client.requests.on("asset.id")))
    assert [row["id"] for row in attached] == [row["id"] for row in kept]
    assert not any("requests" in row for row in kept)
    assert len(report.requests) == 1


def test_a_loop_that_is_left_early_has_read_one_chunk(report, client):
    reading = assets(client).prefetch(requests=client.requests.on("asset.id"))
    row = next(iter(reading))
    assert row["id"] == asset(0)["id"]
    assert sum(call.path == "requests" for call in report.requests) == 1


def test_no_rows_and_no_keys_need_no_call(report, client):
    nothing = assets(client).filter(id="AS-1")
    assert list(nothing.prefetch(requests=client.requests.on("asset.id"))) == []
    without_key = client.requests.on("asset.id", key="contract.id", one=True)
    assert next(iter(assets(client)[:1].prefetch(requests=without_key)))["requests"] is None
    impossible = client.requests.filter(id__in=[]).on("asset.id")
    assert next(iter(assets(client)[:1].prefetch(requests=impossible)))["requests"] == []
    assert {call.path for call in report.requests} == {"subscriptions/assets"}


BAD_ARGUMENTS = [
    (lambda c: assets(c).prefetch(), TypeError, r"write prefetch\(usage=collection.on"),
    (lambda c: assets(c).prefetch(usage=3), TypeError, "usage must be a relation .* not int"),
    (lambda c: assets(c).prefetch(one=True), TypeError, r"\(one=True is an argument of on\(\)\)"),
    (
        lambda c: assets(c).select("-id").prefetch(usage=c.requests.on("asset.id")),
        ValueError,
        r"usage needs the field 'id' of every row: do not remove it with select\('-id'\)",
    ),
    (lambda c: c.requests.all()[:3].on("asset.id"), ValueError, "is a slice"),
    (lambda c: c.requests.on(3), TypeError, "field must be a field name like 'asset.id', not int"),
    (lambda c: c.requests.on("a b"), RQLError, "field must be a field name .* not 'a b'"),
    (lambda c: c.requests.on("id", ""), RQLError, "key must be a field name"),
    (
        lambda c: c.requests.on("id", max_url_bytes=0),
        ValueError,
        "max_url_bytes must be at least 1",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused_at_once_by_name(client, call, kind, message):
    with pytest.raises(kind, match=message):
        call(client)


def test_a_relation_of_the_other_world_is_refused():
    sync = ConnectClient(KEY, use_specs=False)
    other = AsyncConnectClient(KEY, use_specs=False)
    with pytest.raises(TypeError, match="usage must be a relation of an AsyncConnectClient"):
        other.assets.all().prefetch(usage=sync.usage.on("asset.id"))
    with pytest.raises(TypeError, match="usage must be a relation of a ConnectClient"):
        sync.assets.all().prefetch(usage=other.usage.on("asset.id"))


class Lists:
    """Serves filtered lists by path, and repeats a row for each matching element as servers do."""

    def __init__(self, **lists):
        self.lists = lists

    def __call__(self, got):
        path = got.path.partition("?")[0].rpartition("/")[2]
        rows = self.lists[path]
        condition = re.search(r"in\(([^,]*),\(([^)]*)\)", unquote(got.query))
        if condition:
            keys = condition[2].split(",")
            rows = [row for row in rows for value in values_at(row, condition[1]) if value in keys]
        return whole(rows)


def whole(rows):
    return json_answer(rows, Content_Range=f"items 0-{max(len(rows) - 1, 0)}/{len(rows)}")


def test_a_field_within_a_list_relates_to_each_of_its_rows_once(server, remote):
    shared = {"id": "R-1", "refs": [{"id": "A"}, {"id": "B"}]}
    unnamed = {"refs": [{"id": "B"}, {"id": "C"}]}
    server.answer = Lists(rows=[{"id": "A"}, {"id": "B"}, {"id": "C"}], links=[shared, unnamed])
    rows = list(remote.rows.all().prefetch(links=remote.links.on("refs.id")))
    assert [row["links"] for row in rows] == [[shared], [shared, unnamed], [unnamed]]


def test_a_row_may_have_several_keys_in_a_list(server, remote):
    items = [{"id": "I-1"}, {"id": "I-2"}, {"id": "I-3"}]
    row = {"id": "A", "items": [{"id": "I-3"}, {"id": "I-1"}, {"id": "I-3"}]}
    server.answer = Lists(rows=[row], things=items)
    (attached,) = remote.rows.all().prefetch(things=remote.things.on("id", key="items.id"))
    assert attached["things"] == [items[0], items[2]]


def test_numbers_and_their_texts_are_the_same_key(server, remote):
    server.answer = Lists(rows=[{"id": 12}, {"id": '"q"'}], links=[{"id": 1, "row": "12"}])
    rows = list(remote.rows.all().prefetch(links=remote.links.on("row")))
    assert [row["links"] for row in rows] == [[{"id": 1, "row": "12"}], []]
    assert "in(row,(12,'\"q\"'))" in unquote(server.got[-1].query)


ODD_ROWS = [
    ([{"id": "A", "links": 1}], "The rows of rows have a field 'links': give .* another name"),
    ([{"name": "A"}], r"links: a row has no 'id' .* on\('row', key='external_id'\)"),
    ([{"id": {"id": "A"}}], "links: the field 'id' of a row is no id.* such as key='id.id'"),
    ([{"id": "A"}], "links: a row of links has no such 'row'"),
    (["A"], "needs objects, and rows has str"),
]


@pytest.mark.parametrize(("rows", "message"), ODD_ROWS)
def test_rows_that_cannot_be_related_are_an_error_in_words(server, remote, rows, message):
    answers = iter([whole(rows), whole([{"id": 1}])])
    server.answer = lambda _: next(answers)
    with pytest.raises(ValueError, match=message):
        list(remote.rows.all().prefetch(links=remote.links.on("row")))


def test_rows_that_share_a_key_come_in_chunks_and_ask_for_it_once():
    plan = Prefetch(OFFLINE.rows.all(), {"links": OFFLINE.links.on("id", key="link.id", one=True)})
    rows = [{"id": number, "link": {"id": "L-1"}} for number in range(600)]
    rows += [{"id": 600, "link": None}, {"id": 601, "link": {"id": ""}}]
    (chunk,) = plan.chunks(rows)
    assert [len(chunk), len(plan.last_chunk())] == [500, 102]
    reads = plan.attached([chunk[0], chunk[1], rows[-1], rows[-2]])
    assert refs(next(reads)._query.text, "id") == ["L-1"]
    with pytest.raises(StopIteration) as ended:
        reads.send([{"id": "L-1", "status": "x"}])
    links = [row["links"] and row["links"]["status"] for row in ended.value.value]
    assert links == ["x", "x", None, None]


OFFLINE = ConnectClient(KEY, "https://localhost/v1", use_specs=False)


def refs(query, field="row"):
    return re.search(rf"in\({field},\((.*?)\)\)", query)[1].split(",")


@given(
    counts=st.lists(st.integers(0, 3), max_size=40),
    max_url_bytes=st.integers(60, 400),
    longest=st.integers(1, 60),
)
def test_whatever_the_lengths_each_row_gets_its_own(counts, max_url_bytes, longest):
    """Plays the decisions by hand: no call is made."""
    client = OFFLINE
    links = client.links.on("row", max_url_bytes=max_url_bytes)
    plan = Prefetch(client.rows.all(), {"links": links})
    related = [
        {"id": f"L-{row}-{number}", "row": f"R-{row}"}
        for row, count in enumerate(counts)
        for number in range(count)
    ]

    def answer(reads):
        step = partial(next, reads)
        while True:
            try:
                keys = refs(step()._query.text)
            except StopIteration as stop:
                return stop.value
            if len(keys) > 1 and len(",".join(keys)) > longest:
                step = partial(reads.throw, ClientError("Too long", 414))
            else:
                step = partial(reads.send, [row for row in related if row["row"] in keys])

    chunks = plan.chunks({"id": f"R-{row}"} for row in range(len(counts)))
    rows = [row for chunk in chunks for row in answer(plan.attached(chunk))]
    rows += answer(plan.attached(plan.last_chunk()))
    assert [row["id"] for row in rows] == [f"R-{row}" for row in range(len(counts))]
    assert [link for row in rows for link in row["links"]] == related
    assert all(link["row"] == row["id"] for row in rows for link in row["links"])
