"""A program that sends usage can be tested with mocks."""

from __future__ import annotations

from tests.usage.conftest import CONTRACT, PRODUCT, row

from cnct import ConnectClient
from cnct.testing import ConnectClientMocker, FormBody, FormFile
from cnct.usage import send_usage

ENDPOINT = "https://localhost/public/v1"


def test_the_calls_of_a_sending_can_be_mocked():
    with ConnectClientMocker(ENDPOINT) as mocker:
        files = mocker.ns("usage").files
        of_january = files.filter(
            external_id="January",
            product__id=PRODUCT,
            contract__id=CONTRACT,
            status__out=["deleted", "rejected"],
        )
        of_january.count(return_value=0)
        files.create(return_value={"id": "UF-1", "status": "draft"})
        form = FormBody({"usage_file": FormFile("usage_file.xlsx")})
        files["UF-1"]("upload").upload(match_body=form, return_value={"id": "UF-1"})
        files["UF-1"].get(return_value={"id": "UF-1", "status": "processing"})
        files["UF-1"].get(return_value={"id": "UF-1", "status": "ready"})
        files["UF-1"]("submit").post(return_value={"id": "UF-1", "status": "pending"})
        with ConnectClient("ApiKey x", ENDPOINT, use_specs=False) as client:
            target = {"product": PRODUCT, "contract": CONTRACT, "name": "January"}
            report = send_usage(client, [row()], submit=True, **target)
    assert str(report) == "UF-1 is pending, 1 row"
