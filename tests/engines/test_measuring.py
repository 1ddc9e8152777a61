"""The client of a load test reports each request, without Locust."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
from tests.conftest import KEY, json_answer

import cnct.locust
from cnct import ClientError, NotFoundError, RetryPolicy
from cnct.emulator import Emulator
from cnct.locust import MeasuredClient
from cnct.locust.measuring import shape


@pytest.fixture
def measured(server: Any) -> Any:
    """A function that makes a client of the server, with the list of its reports."""

    def make(**options: Any) -> tuple[MeasuredClient, list[Any]]:
        reports: list[Any] = []
        settings = {"api_key": KEY, "endpoint": server.endpoint, "use_specs": False, **options}
        return MeasuredClient(lambda **report: reports.append(report), **settings), reports

    return make


def test_a_request_is_reported_with_its_template_size_and_time():
    reports: list[Any] = []

    def report(**fields: Any) -> None:
        reports.append(fields)

    with Emulator(generate={"requests": 1}) as connect:
        options = {"api_key": KEY, "endpoint": connect.endpoint, "specs_location": connect.spec}
        with MeasuredClient(report, lambda: {"user": 1}, **options) as client:
            row = client.requests.all().first()
            client.requests[row["id"]].get()
            response = client.response
    assert [(each["request_type"], each["name"]) for each in reports] == [
        ("GET", "/requests"),
        ("GET", "/requests/{id}"),
    ]
    last = reports[-1]
    assert last["response_length"] == len(response.content) > 0
    assert (last["response"], last["exception"], last["context"]) == (response, None, {"user": 1})
    assert last["url"].endswith(f"/requests/{row['id']}")
    assert last["response_time"] > 0 < last["start_time"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("requests", "requests"),
        ("requests/PR-1/approve", "requests/{id}/approve"),
        ("subscriptions/assets/AS-1-2/usage/2024-01", "subscriptions/assets/{id}/usage/{id}"),
        ("devops/a%41/listing-requests", "devops/{id}/listing-requests"),
    ],
)
def test_without_a_document_ids_do_not_multiply_the_names(path, name):
    assert shape(path) == name


def test_an_error_response_is_reported_as_a_failure_without_the_id(measured, server):
    server.answer = lambda _: json_answer({"error_code": "C_1", "errors": ["No PR-1"]}, 404)
    client, reports = measured()
    with pytest.raises(NotFoundError):
        client.requests["PR-1"].get()
    (report,) = reports
    assert report["name"] == "/requests/{id}"
    assert repr(report["exception"]) == "<NotFoundError 404: C_1>"
    assert report["response"].status_code == 404


def test_each_attempt_is_a_request_of_its_own(measured, server):
    answers = [json_answer({}, 503), json_answer({"id": "PR-1"})]
    server.answer = lambda _: answers.pop(0)
    client, reports = measured(max_retries=1, retry=RetryPolicy(base=0))
    client.requests["PR-1"].get()
    assert [repr(report["exception"]) for report in reports] == ["<ClientError 503: None>", "None"]


def test_a_request_without_a_response_is_a_failure_that_names_the_reason(measured, server):
    server.answer = lambda _: None
    client, reports = measured()
    with pytest.raises(ClientError):
        client.requests["PR-1"].get()
    (report,) = reports
    assert "No response (ConnectionError)>" in repr(report["exception"])
    assert "PR-1" not in repr(report["exception"])
    assert (report["response"], report["response_length"]) == (None, 0)


def test_requests_that_an_early_end_aborts_are_no_failures(measured, server):
    blocked, aborted = threading.Event(), threading.Event()

    def answer(got: Any) -> Any:
        offset = int(got.path.rpartition("offset=")[2])
        if offset > 1:
            blocked.set()
            aborted.wait(10)
        row = {"id": f"PR-{offset}"}
        return json_answer([row], Content_Range=f"items {offset}-{offset}/100")

    server.answer = answer
    client, reports = measured(concurrency=4, default_limit=1, overlap=False)
    rows = client.requests.all().iterator()
    assert [next(rows)["id"], next(rows)["id"]] == ["PR-0", "PR-1"]
    assert blocked.wait(10)
    rows.close()
    client.close()
    aborted.set()
    assert [report["exception"] for report in reports] == [None, None]


def test_the_package_imports_locust_for_the_user_class_alone(monkeypatch):
    assert dir(cnct.locust) == ["ConnectUser", "MeasuredClient"]
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = cnct.locust.nothing
    monkeypatch.setitem(sys.modules, "locust", None)
    with pytest.raises(ImportError, match="pip install locust"):
        _ = cnct.locust.ConnectUser
