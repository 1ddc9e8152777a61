"""Scenarios in the shapes of public programs, mocked the way their tests mock."""

from __future__ import annotations

import json

import pytest
from tests.conftest import KEY
from tests.testing.conftest import URL

from cnct import AsyncConnectClient, ClientError, ConnectClient, R
from cnct.testing import ConnectClientMocker


class EventsApplication:
    """A program that handles events of an installation with clients of its own making."""

    def __init__(self, client: ConnectClient) -> None:
        self.client = client

    def product_of_listing(self, listing):
        marketplaces = self.client.marketplaces.filter(R().id.in_([listing["marketplace"]]))
        marketplace = marketplaces.limit(1).first()
        visible = R().visibility.listing.eq(True) | R().visibility.syndication.eq(True)
        visible &= R().id.in_([listing["product"]])
        for product in self.client.products.filter(visible).limit(1):
            return marketplace["name"], product["name"]
        return None

    def installation_client(self, service, installation):
        answer = (
            self.client("devops")
            .services[service]
            .installations[installation]("impersonate")
            .post()
        )
        return ConnectClient(answer["installation_api_key"], self.client.endpoint, use_specs=False)

    def ensure_schedule(self, service, environment):
        schedules = self.client("devops").services[service].environments[environment].schedules
        if schedules.all():
            return "exists"
        return schedules.create(payload={"name": "Daily", "parameter": {}})["id"]

    def approve(self, request):
        try:
            self.client.requests[request]("approve").post(payload={"template_id": "TL-1"})
        except ClientError as error:
            return f"{error.status_code}: {error.errors[0]}"
        return "done"


@pytest.fixture
def connect_client():
    with ConnectClient(KEY, URL, use_specs=False) as client:
        yield client


@pytest.fixture
def application(connect_client):
    return EventsApplication(connect_client)


def test_an_event_that_looks_things_up(application, connect_client, client_mocker_factory):
    client_mocker = client_mocker_factory(base_url=connect_client.endpoint)
    client_mocker.marketplaces.filter(R().id.in_(["MP-1"])).limit(1).mock(
        return_value=[{"id": "MP-1", "name": "Europe"}]
    )
    rql = R().visibility.listing.eq(True)
    rql |= R().visibility.syndication.eq(True)
    rql &= R().id.in_(["PRD-1"])
    client_mocker.products.filter(rql).limit(1).mock(return_value=[{"name": "Backup"}])
    listing = {"marketplace": "MP-1", "product": "PRD-1"}
    assert application.product_of_listing(listing) == ("Europe", "Backup")


def test_a_client_of_the_program_s_own(application, client_mocker_factory):
    client_mocker = client_mocker_factory(URL)
    client_mocker("devops").services["SRVC-1"].installations["EIN-1"].action("impersonate").post(
        return_value={"installation_api_key": "ApiKey of the installation"}
    )
    client_mocker.ns("devops").collection("installations")["EIN-1"].get(return_value={"a": 1})
    client = application.installation_client("SRVC-1", "EIN-1")
    assert client.api_key == "ApiKey of the installation"
    assert client("devops").installations["EIN-1"].get() == {"a": 1}


@pytest.mark.parametrize(("schedules", "result"), [([], "EFS-1"), ([{"id": "EFS-0"}], "exists")])
def test_the_truth_of_a_set_decides(application, client_mocker_factory, schedules, result):
    client_mocker = client_mocker_factory(base_url=URL)
    mocked = client_mocker.ns("devops").services["SRVC-1"].environments["ENV-1"].schedules
    mocked.all().mock(return_value=schedules)
    if not schedules:
        mocked.create(return_value={"id": "EFS-1"}, match_body={"name": "Daily", "parameter": {}})
    assert application.ensure_schedule("SRVC-1", "ENV-1") == result


@pytest.mark.parametrize(("status", "result"), [(200, "done"), (400, "400: Not pending.")])
def test_an_action_that_may_fail(application, client_mocker_factory, status, result):
    client_mocker_factory(URL).requests["PR-1"]("approve").post(
        status_code=status,
        return_value={"error_code": "REQ_003", "errors": ["Not pending."]},
        match_body={"template_id": "TL-1"},
    )
    assert application.approve("PR-1") == result


def test_files_and_texts(connect_client, client_mocker_factory):
    client_mocker = client_mocker_factory(base_url=connect_client.endpoint)
    folder = client_mocker.ns("media").ns("folders").ns("accounts").collection("VA-1/DPL-1/files")
    folder["MFL-1"].get(return_value=b"PK\x03\x04")
    folder.create(return_value=json.dumps({"id": "MFL-2"}))
    files = connect_client("media")("folders").collection("accounts/VA-1/DPL-1/files")
    assert files["MFL-1"].get() == b"PK\x03\x04"
    answer = files.create(data=b"PK", headers={"Content-Disposition": "attachment"})
    assert json.loads(answer) == {"id": "MFL-2"}


def test_a_mocker_made_anew_in_a_loop(connect_client, client_mocker_factory):
    for number in range(3):
        client_mocker = client_mocker_factory(base_url=connect_client.endpoint)
        client_mocker.products["PRD-1"].items.all().mock(return_value=[{"id": number}])
    rounds = [[*connect_client.products["PRD-1"].items.all()] for _ in range(3)]
    assert rounds == [[{"id": 0}], [{"id": 1}], [{"id": 2}]]


def test_a_mocker_within_a_mocker_as_test_clients_make_them(connect_client, client_mocker_factory):
    client_mocker_factory(URL).products.all().mock(return_value=[{"id": "PRD-1"}])
    with ConnectClientMocker(URL) as mocker:
        mocker.ns("devops").collection("installations").resource("EIN-1").get(return_value={})
        assert connect_client("devops").installations["EIN-1"].get() == {}
        assert len([*connect_client.products.all()]) == 1


@pytest.mark.parametrize("total", [1, 2])
def test_an_asynchronous_look_up(async_client_mocker_factory, total):
    client = async_client_mocker_factory(base_url=URL)
    filters = {"asset.id": "AS-1", "updated__lt": "2022-01-31T23:59:59"}
    mocked = client.requests.filter(status__in=("approved", "tiers_setup"), **filters)
    mocked.count(return_value=total)
    if total == 1:
        mocked.select("-asset.params", "asset.tiers").order_by("-updated").limit(1).mock(
            return_value=[{"id": "PR-1"}]
        )

    async def look_up():
        async with AsyncConnectClient(KEY, URL, use_specs=False) as client:
            requests = client.requests.filter(
                R().updated.lt("2022-01-31T23:59:59"),
                R(status__in=("tiers_setup", "approved")),
                "eq(asset.id,AS-1)",
            )
            if await requests.count() > 1:
                raise ValueError("ambiguous")
            newest = requests.select("asset.tiers", "-asset.params").order_by("-updated")
            return [request["id"] async for request in newest.limit(1)]

    import asyncio

    if total == 1:
        assert asyncio.run(look_up()) == ["PR-1"]
    else:
        with pytest.raises(ValueError, match="ambiguous"):
            asyncio.run(look_up())


def test_alternatives_written_as_text(connect_client, client_mocker_factory):
    text = "((ilike(mime_type,*sheet*)|ilike(mime_type,*excel*));ilike(mime_type,*application*))"
    client_mocker_factory(URL).files.filter(text).mock(return_value=[{"id": "MFL-1"}])
    sheet, excel = R().mime_type.ilike("*excel*"), R().mime_type.ilike("*sheet*")
    anything = R().mime_type.ilike("*application*")
    assert [*connect_client.files.filter(anything | excel | sheet)] == [{"id": "MFL-1"}]
