"""Reading the only resource of a set, and asking whether there is any."""

from __future__ import annotations

import pickle

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, NotOneError
from cnct.emulator import Emulator
from cnct.testing import AsyncConnectClientMocker, ConnectClientMocker


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def connect(emulator):
    emulator.requests.clear()
    return emulator


@pytest.fixture
def products(connect, world):
    return world.client(KEY, connect.endpoint).products


def queries(connect):
    return [call.query for call in connect.requests]


def test_the_only_resource_is_read_with_two_rows_at_most(connect, products):
    product = products.all().first()
    connect.requests.clear()
    assert products.filter(id=product["id"]).one() == product
    assert queries(connect) == [f"eq(id,{product['id']})&limit=2&offset=0"]


def test_none_and_several_are_errors_that_count(products):
    with pytest.raises(NotOneError, match=r"products\?eq\(id,PRD-1\).* has 0 resources, not one"):
        products.filter(id="PRD-1").one()
    with pytest.raises(NotOneError, match="has 3 resources, not one") as caught:
        products.all().one()
    assert caught.value.count == 3
    assert isinstance(caught.value, ClientError)
    assert isinstance(caught.value, LookupError)
    assert pickle.loads(pickle.dumps(caught.value)).count == 3


def test_the_only_resource_of_a_slice_is_that_of_its_range(connect, products):
    last = list(products.all())[2]
    assert products.all()[2:].one() == products.all()[2:3].one() == last
    with pytest.raises(NotOneError, match="has 2 resources"):
        products.all()[1:].one()
    with pytest.raises(NotOneError, match="has 0 resources"):
        products.all()[1:1].one()


def test_rows_that_were_read_cost_no_call(connect, products):
    everything, only = products.all(), products.all()[:1]
    assert len(list(everything)) == 3
    row = next(iter(only))
    connect.requests.clear()
    with pytest.raises(NotOneError, match="has 3 resources"):
        everything.one()
    assert only.one() == row
    assert everything.exists()
    assert not connect.requests


def test_rows_that_were_read_in_part_are_enough_for_the_error(connect, products):
    rows = products.all().limit(2)
    reading = iter(rows)
    next(reading)
    reading.close()
    connect.requests.clear()
    with pytest.raises(NotOneError, match="has 3 resources"):
        rows.one()
    assert not connect.requests


def test_without_a_total_several_are_two_or_more(server, remote):
    server.answer = lambda _: json_answer([{"id": 1}, {"id": 2}])
    with pytest.raises(NotOneError, match="has 2 or more resources") as caught:
        remote.products.all().one()
    assert caught.value.count == 2
    server.answer = lambda _: json_answer([{"id": 1}])
    assert remote.products.all().one() == {"id": 1}


def test_a_server_that_caps_pages_to_one_row_hides_nothing(server, remote):
    server.answer = lambda _: json_answer([{"id": 1}], Content_Range="items 0-0/7")
    with pytest.raises(NotOneError, match="has 7 resources"):
        remote.products.all().one()


def test_whether_there_is_any_asks_for_one_row_once(connect, products):
    rows, none = products.all(), products.filter(id="PRD-1")
    assert (rows.exists(), rows.exists()) == (True, True)
    assert (none.exists(), none.exists()) == (False, False)
    assert queries(connect) == ["limit=1&offset=0", "eq(id,PRD-1)&limit=1&offset=0"]


def test_whether_there_is_any_is_known_after_a_count(connect, products):
    rows = products.all()
    assert rows.count() == 3
    assert rows.exists()
    assert queries(connect) == ["limit=0&offset=0"]
    assert not products.filter(id__in=[]).exists()


def test_without_a_total_the_row_itself_is_the_answer(server, remote):
    server.answer = lambda _: json_answer([{"id": 1}])
    assert remote.products.all().exists()
    server.answer = lambda _: json_answer([])
    assert not remote.products.all().exists()


def test_mocks_are_written_like_the_calls(world):
    url = "https://localhost/public/v1"
    mocker_class = {"sync": ConnectClientMocker, "async": AsyncConnectClientMocker}[world.name]
    client = world.client(KEY, url)
    with mocker_class(url) as mocker:
        mocker.products.filter(id="PRD-1").one().mock(return_value=[{"id": "PRD-1"}])
        mocker.products.all().exists(return_value=True)
        mocker.requests.all().exists(return_value=False)
        assert client.products.filter(id="PRD-1").one() == {"id": "PRD-1"}
        assert client.products.all().exists()
        assert not client.requests.all().exists()
