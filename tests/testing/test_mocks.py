"""Every noun and verb of a client can be mocked, in both worlds."""

from __future__ import annotations

import time
from unittest.mock import ANY

import pytest
from tests.conftest import KEY
from tests.testing.conftest import URL

from cnct import ClientError, ConnectClient, NotFoundError, R, RetryPolicy
from cnct.testing import ConnectClientMocker

ROWS = [{"id": f"PRD-{number}"} for number in range(250)]


def test_every_verb_of_every_noun(mocker, client):
    mocker.products["PRD-1"].get(return_value={"id": "PRD-1"})
    mocker.products["PRD-1"].update(return_value={"n": 1})
    mocker.products["PRD-1"].delete()
    mocker.products.create(return_value={"n": 2})
    mocker.orders.bulk_create(return_value=[{"n": 3}])
    mocker.orders.bulk_update(return_value=[{"n": 4}])
    mocker.orders.bulk_delete()
    mocker.requests["PR-1"]("approve").post(return_value={"n": 5})
    mocker.requests["PR-1"].action("render").get(return_value="# Text")
    mocker.requests["PR-1"]("params").put(return_value={"n": 6})
    mocker.requests["PR-1"]("lock").delete(return_value={"n": 7}, status_code=200)
    mocker.requests("export").get(return_value=b"PK")
    assert client.products["PRD-1"].get() == {"id": "PRD-1"}
    assert client.products["PRD-1"].update({"name": "New"}) == {"n": 1}
    assert client.products["PRD-1"].delete() is None
    assert client.products.create({"name": "New"}) == {"n": 2}
    assert client.orders.bulk_create([{}]) == [{"n": 3}]
    assert client.orders.bulk_update([{}]) == [{"n": 4}]
    assert client.orders.bulk_delete([{}]) is None
    assert client.requests["PR-1"]("approve").post() == {"n": 5}
    assert client.requests["PR-1"]("render").get() == b"# Text"
    assert client.requests["PR-1"]("params").put({}) == {"n": 6}
    assert client.requests["PR-1"]("lock").delete() == {"n": 7}
    assert client.requests("export").get() == b"PK"


def test_places_are_reached_as_in_a_client(mocker, client):
    mocker("devops").services["SRVC-1"].installations["EIN-1"]("impersonate").post(
        return_value={"installation_api_key": "key"}
    )
    mocker.ns("media").ns("folders").collection("accounts/VA-1/files")["MFL/1"].get(
        return_value=b"bytes"
    )
    mocker.listing_requests.resource("LSTR 1").collection("notes").all().mock(return_value=[])
    service = client("devops").services["SRVC-1"]
    assert service.installations["EIN-1"]("impersonate").post() == {"installation_api_key": "key"}
    files = client("media")("folders").collection("accounts/VA-1/files")
    assert files["MFL/1"].get() == b"bytes"
    assert list(client.collection("listing-requests")["LSTR 1"].notes.all()) == []


def test_paths_can_be_mocked_directly(mocker, client):
    mocker.mock("get", "products/PRD-1?select(-name)", return_value={"id": "PRD-1"})
    mocker.get("/status", return_value={"up": True})
    mocker.create("a", return_value=1)
    mocker.update("a", return_value=2)
    mocker.delete("a")
    mocker.mock("PATCH", "a", return_value=None)
    assert client.get("products/PRD-1?select(-name)") == {"id": "PRD-1"}
    assert client.get("status") == {"up": True}
    assert client.create("a") == 1
    assert client.update("a") == 2
    assert client.delete("a") is None
    assert client.execute("PATCH", "a") == b""


def test_the_raw_response_is_one_of_the_http_library(mocker, client):
    mocker.get("a", return_value={"n": 1}, status_code=202, headers={"X-Trace": 7})
    client.get("a")
    assert client.response.status_code == 202
    assert client.response.headers["x-trace"] == "7"
    assert client.response.json() == {"n": 1}


@pytest.mark.parametrize("exists", [True, False])
def test_existence(mocker, client, exists):
    mocker.products["PRD-1"].exists(return_value=exists)
    assert client.products["PRD-1"].exists() is exists


def test_a_status_can_be_passed_by_position(mocker, client):
    mocker.products["PRD-1"].get(404)
    mocker.products.create(202, return_value={"n": 1})
    with pytest.raises(NotFoundError):
        client.products["PRD-1"].get()
    assert client.products.create({}) == {"n": 1}
    assert client.response.status_code == 202


def test_values(mocker, client):
    mocker.products["PRD-1"].values(return_value={"id": "PRD-1", "owner": {"id": "VA-1"}})
    assert client.products["PRD-1"].values("owner.id") == {"owner.id": "VA-1"}


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_a_set_is_mocked_with_all_its_rows(mocker, client, count):
    mocker.products.all().mock(return_value=ROWS[:count])
    rows = client.products.all()
    assert list(rows) == ROWS[:count]
    assert rows.count() == count


def test_refinements_are_written_as_in_a_client(mocker, client):
    mocker.products.filter(R().name.ilike("*a*") | R(status="draft"), id__in=["a", "b"]).filter(
        "ne(owner.id,VA-1)"
    ).search("two words").order_by("-created", "name").select("-owner").limit(10).mock(
        return_value=ROWS[:25]
    )
    rows = (
        client.products.filter("(status=draft|ilike(name,*a*))", R().owner.id.ne("VA-1"))
        .filter(R().id.oneof(["b", "a"]))
        .select("-owner")
        .limit(10)
        .search("two words")
        .order_by("-created")
        .order_by("name")
    )
    assert list(rows) == ROWS[:25]


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (1, 30), (3, 215), (240, 300), (300, 310)])
def test_a_slice_is_mocked_with_the_rows_that_it_is_a_slice_of(mocker, client, start, stop):
    mocker.products.all()[start:stop].mock(return_value=ROWS)
    assert list(client.products.all()[start:stop]) == ROWS[start:stop]


def test_single_rows(mocker, client):
    mocker.products.filter(a=1).first().mock(return_value=[{"id": "PRD-1"}])
    mocker.products.filter(a=2).first().mock(return_value=[])
    mocker.products.all()[7].mock(return_value=[{"id": "PRD-7"}])
    mocker.products.all()[10:20][2].mock(return_value=[{"id": "PRD-12"}])
    assert client.products.filter(a=1).first() == {"id": "PRD-1"}
    assert client.products.filter(a=2).first() is None
    assert client.products.all()[7:].first() == {"id": "PRD-7"}
    assert client.products.all()[10:20][2:].first() == {"id": "PRD-12"}


def test_the_mock_of_a_single_row_sets_no_total(mocker, client):
    mocker.products.all().first().mock(return_value=[{"id": "PRD-1"}])
    mocker.products.all().count(return_value=7)
    products = client.products.all()
    assert (products.first(), products.count()) == ({"id": "PRD-1"}, 7)


def test_counts(mocker, client):
    mocker.products.filter(status="draft").count(return_value=7)
    mocker.products.all().count()
    assert client.products.filter(status="draft").count() == 7
    assert client.products.all().count() == 0


def test_values_lists_and_parameters(mocker, client):
    mocker.products.all().values_list("id").mock(return_value=ROWS[:2])
    mocker.products.all().configure(params={"lang": "es"}, headers={"A": "b"}).mock(return_value=[])
    assert list(client.products.all().values_list("id")) == ROWS[:2]
    assert list(client.products.all().configure(params={"lang": "es"})) == []


def test_the_truth_of_a_set_is_that_of_its_first_page():
    with ConnectClientMocker(URL) as mocker, ConnectClient(KEY, URL, use_specs=False) as client:
        mocker.products.filter(a=1).mock(return_value=ROWS[:2])
        rows = client.products.filter(a=1)
        assert rows
        assert list(rows) == ROWS[:2]


def test_a_set_that_is_always_empty_makes_no_call_and_needs_no_mock(mocker, client):
    mocker.products.filter(id__in=[]).mock(return_value=[])
    assert list(client.products.filter(id__in=[])) == []
    with pytest.raises(ValueError, match="makes no call"):
        mocker.products.filter(id__in=[]).mock(return_value=ROWS)


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_errors(mocker, client, status):
    body = {"error_code": "VAL_001", "errors": ["name: too long"]}
    mocker.products.create(status_code=status, return_value=body)
    mocker.products.all().mock(status_code=status, return_value=body)
    mocker.products.all().count(status_code=status)
    mocker.products.all().order_by("id").first().mock(status_code=status)
    with pytest.raises(ClientError, match="VAL_001 - name: too long") as caught:
        client.products.create({})
    assert caught.value.status_code == status
    with pytest.raises(ClientError, match="VAL_001"):
        list(client.products.all())
    for ask in (client.products.all().count, client.products.all().order_by("id").first):
        with pytest.raises(NotFoundError if status == 404 else ClientError):
            ask()


def test_retries_do_not_sleep(world, mocker, caplog):
    begun = time.monotonic()
    mocker.get("a", status_code=503, headers={"Retry-After": "20"})
    mocker.get("a", status_code=500)
    mocker.get("a", return_value={"n": 1})
    client = world.client("ApiKey x", mocker.endpoint, max_retries=2, retry=RetryPolicy(base=0))
    with caplog.at_level("INFO", logger="cnct.retry"):
        assert client.get("a") == {"n": 1}
    assert [message.rpartition("next in ")[2] for message in caplog.messages] == ["20.0 s", "0.0 s"]
    assert time.monotonic() - begun < 10


def test_a_mock_can_raise_instead_of_answering(world, mocker, client):
    if world.name == "sync":
        from requests import ConnectTimeout
    else:
        from httpx2 import ConnectTimeout
    mocker.get("a", return_value=ConnectTimeout("too slow"))
    mocker.products.all().mock(return_value=ConnectTimeout("too slow"))
    mocker.products.all()[3].mock(return_value=KeyError("not of HTTP"))
    with pytest.raises(ClientError, match="too slow"):
        client.get("a")
    with pytest.raises(ClientError, match="too slow"):
        list(client.products.all())
    with pytest.raises(KeyError):
        client.products.all()[3:].first()


def test_one_mock_answers_as_often_as_it_is_called(mocker, client):
    mocker.get("a", return_value=1)
    assert [client.get("a"), client.get("a"), client.get("a")] == [1, 1, 1]


def test_equal_mocks_answer_in_turn_and_the_last_from_then_on(mocker, client):
    mocker.get("a", return_value=1)
    mocker.get("a", return_value=2)
    assert [client.get("a"), client.get("a"), client.get("a")] == [1, 2, 2]


def test_later_changes_to_the_return_value_have_no_effect(mocker, client):
    rows = [{"id": "PRD-1"}]
    mocker.products.all().mock(return_value=rows)
    rows[0]["id"] = "changed"
    assert list(client.products.all()) == [{"id": "PRD-1"}]


@pytest.mark.parametrize(
    ("headers", "value"), [({"content-type": "application/json"}, {"n": 1}), ({}, b'{"n": 1}')]
)
def test_the_media_type_of_a_text_can_be_set_in_the_headers(mocker, client, headers, value):
    mocker.get("a", return_value='{"n": 1}', headers=headers)
    assert client.get("a") == value


@pytest.mark.parametrize(
    ("write", "error"),
    [
        (lambda it: it.get("a", return_value={1, 2}), "return_value must be JSON"),
        (lambda it: it.get("a", status_code="200"), "status_code must be an int"),
        (lambda it: it.get("a", status_code=True), "status_code must be an int"),
        (lambda it: it.products.all().mock(return_value={"a": 1}), "must be a list"),
        (lambda it: it.products.all().mock(), "must be a list"),
        (lambda it: it.products.all().first().mock(return_value={"a": 1}), "must be a list"),
        (lambda it: it.products.all().count(return_value="7"), "must be an int"),
        (lambda it: it.products.all().count(return_value=True), "must be an int"),
        (lambda it: it.products["PRD-1"].get(payload={}), "unexpected keyword"),
        (lambda it: it.ns(7), "must be a str"),
        (lambda it: it.products.create(staus_code=202), "unexpected keyword"),
        (lambda it: it.products.create(201, {"n": 1}), "positional"),
        (lambda it: [*it.products], "not iterable"),
        (lambda it: [*it.products.all()], "not iterable"),
    ],
)
def test_wrong_mocks_are_refused(mocker, write, error):
    with pytest.raises(TypeError, match=error):
        write(mocker)


def test_they_show_where_they_are(mocker):
    assert repr(mocker.products["PRD-1"]) == "<ResourceMock products/PRD-1>"
    assert repr(mocker.products.filter(a=1)) == "<ResourceSetMock products?eq(a,1)>"
    assert repr(mocker.products.all()) == "<ResourceSetMock products>"
    mocker.get("a", return_value=1)
    assert repr(mocker).endswith("ConnectClientMocker https://localhost/public/v1: 1 mocks>")
    mocker.reset(success=False)


@pytest.mark.parametrize(
    ("expected", "sent"),
    [
        ({"a": 1, "b": [1.0, {"c": None}]}, {"b": [1, {"c": None}], "a": 1}),
        ([{"a": True}], [{"a": True}]),
        ({"a": ANY, "b": (1, ANY)}, {"a": {"x": 1}, "b": [1, True]}),
        ({}, {}),
        (0, 0),
    ],
)
def test_json_bodies_match_by_value(mocker, client, expected, sent):
    mocker.products.create(match_body=expected, return_value={})
    assert client.products.create(sent) == {}


def test_other_bodies_match_to_the_letter(world, mocker, client):
    raw = "data" if world.name == "sync" else "content"
    mocker.create("a", match_body=b"\x00\x01", return_value=1)
    mocker.create("a", match_body="text", return_value=2)
    assert client.create("a", **{raw: b"\x00\x01"}) == 1
    assert client.create("a", **{raw: "text"}) == 2


def test_streamed_and_uploaded_bodies_are_read(world, mocker, client, tmp_path):
    raw = "data" if world.name == "sync" else "content"
    mocker.create("a", match_body=b"onetwo", return_value=1)
    mocker.create("b", return_value=2)
    file = tmp_path / "file.xlsx"
    file.write_bytes(b"onetwo")

    async def chunks():
        yield b"one"
        yield b"two"

    streamed = iter([b"one", b"two"]) if world.name == "sync" else chunks()
    assert client.create("a", **{raw: streamed}) == 1
    with file.open("rb") as opened:
        assert client.create("b", files={"file": opened}) == 2
