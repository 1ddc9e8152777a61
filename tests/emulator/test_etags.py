"""Entity tags of records, and writes that depend on them."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.conftest import KEY
from tests.emulator.conftest import Http

from cnct.emulator import Emulator
from cnct.emulator import __main__ as command

PLACE = "products/PRD-000-000-001"


def tagged(*, etags: bool) -> TestClient:
    connect = Emulator(etags=etags)
    headers = {"Authorization": KEY}
    return TestClient(connect.app, "http://localhost/public/v1/", headers=headers)


@pytest.fixture(scope="module")
def http():
    return tagged(etags=True)


def test_a_tag_is_that_of_a_state_of_a_record(http):
    before = http.get(PLACE).headers["ETag"]
    assert http.get(PLACE).headers["ETag"] == before
    http.put(PLACE, json={"name": "Safe Backup"})
    assert http.get(PLACE).headers["ETag"] != before


def test_a_write_with_an_earlier_tag_is_refused(http):
    before = http.get(PLACE).headers["ETag"]
    http.put(PLACE, json={"name": "Theirs"})
    for method in ("PUT", "DELETE"):
        response = http.request(method, PLACE, json={"name": "Mine"}, headers={"If-Match": before})
        assert response.status_code == 412
        assert "ETag" in response.json()["errors"][0]
    assert http.get(PLACE).json()["name"] == "Theirs"


@pytest.mark.parametrize("tags", ["*", '"0", {}', "{}"])
def test_a_write_with_one_of_several_tags_is_done(http, tags):
    tags = tags.format(http.get(PLACE).headers["ETag"])
    assert http.put(PLACE, json={"name": "A"}, headers={"If-Match": tags}).status_code == 200


def test_lists_have_no_tags(http):
    assert "ETag" not in http.get("products").headers
    response = http.post("products", json={"name": "A"}, headers={"If-Match": '"0"'})
    assert response.status_code == 201


def test_without_the_switch_there_are_no_tags():
    http = tagged(etags=False)
    assert "ETag" not in http.get(PLACE).headers
    assert http.put(PLACE, json={"name": "A"}, headers={"If-Match": '"0"'}).status_code == 200


class Asking:
    """Stands for the wait until Ctrl-C: reads a record."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def wait(self) -> None:
        with Http(self._capsys.readouterr().out.split()[3]) as http:
            self.tag = http.get(PLACE).headers["ETag"]


def test_the_command_has_the_switch(capsys):
    asking = Asking(capsys)
    command.main(["--port", "0", "--etags"], asking)
    assert asking.tag.startswith('"')
