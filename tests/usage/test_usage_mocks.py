"""A program that sends usage can be tested with mocks; odd responses are errors of the one tree."""

from __future__ import annotations

from typing import Any

import pytest
from tests.usage.conftest import CONTRACT, PRODUCT, row

from cnct import AmbiguousWriteError, ClientError, ConnectClient
from cnct.testing import ConnectClientMocker, FormBody, FormFile
from cnct.usage import UsageReport, send_usage

ENDPOINT = "https://localhost/public/v1"
DRAFT, READY = {"id": "UF-1", "status": "draft"}, {"id": "UF-1", "status": "ready"}


def sent() -> UsageReport:
    target: Any = {"product": PRODUCT, "contract": CONTRACT, "name": "January", "submit": True}
    with ConnectClient("ApiKey x", ENDPOINT, use_specs=False) as client:
        return send_usage(client, [row()], **target)


def of_january(mocker: ConnectClientMocker) -> Any:
    return mocker.ns("usage").files.filter(
        external_id="January",
        product__id=PRODUCT,
        contract__id=CONTRACT,
        status__out=["deleted", "rejected"],
    )


def test_the_calls_of_a_sending_can_be_mocked():
    with ConnectClientMocker(ENDPOINT) as mocker:
        files = mocker.ns("usage").files
        of_january(mocker).one().mock(return_value=[])
        files.create(return_value=DRAFT)
        form = FormBody({"usage_file": FormFile("usage_file.xlsx")})
        files["UF-1"]("upload").upload(match_body=form, return_value={"id": "UF-1"})
        files["UF-1"].get(return_value={"id": "UF-1", "status": "processing"})
        files["UF-1"].get(return_value=READY)
        files["UF-1"]("submit").post(return_value={"id": "UF-1", "status": "pending"})
        report = sent()
    assert str(report) == "UF-1 is pending, 1 row"


@pytest.mark.parametrize("answer", [None, [], {"status": "draft"}])
def test_a_new_file_without_an_id_is_looked_up(answer: Any):
    with ConnectClientMocker(ENDPOINT) as mocker:
        of_january(mocker).one().mock(return_value=[])
        mocker.ns("usage").files.create(return_value=answer)
        of_january(mocker).one().mock(return_value=[])
        with pytest.raises(AmbiguousWriteError, match="response to the new usage file has no id"):
            sent()


def test_a_file_that_is_listed_without_an_id_is_an_error():
    with ConnectClientMocker(ENDPOINT) as mocker:
        of_january(mocker).one().mock(return_value=[{"status": "draft"}])
        with pytest.raises(ClientError, match="'January' is listed without an id"):
            sent()


@pytest.mark.parametrize(("status", "result"), [("pending", "pending"), ("ready", None)])
def test_a_submission_without_a_usage_file_in_the_response_is_looked_up(status, result):
    with ConnectClientMocker(ENDPOINT) as mocker:
        file = mocker.ns("usage").files["UF-1"]
        of_january(mocker).one().mock(return_value=[DRAFT])
        file("upload").upload(return_value=None)
        file.get(return_value=READY)
        file("submit").post(return_value=None)
        file.get(return_value={"id": "UF-1", "status": status})
        if result is None:
            with pytest.raises(AmbiguousWriteError, match="UF-1 is still ready after its subm"):
                sent()
        else:
            assert sent().status == result
