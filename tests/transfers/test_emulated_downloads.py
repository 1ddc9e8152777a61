"""Downloads from the emulator, which serves its files in ranges, so that faults can cut them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests
from tests.conftest import KEY
from tests.emulator.test_document import XLSX
from tests.emulator.test_representations import DOCUMENT

from cnct import ClientError, RetryPolicy
from cnct.emulator import Emulator, Fault

MEDIA = "/media/PRD-1/logo.png"


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def connect(shared):
    shared.faults.clear()
    return shared


@pytest.fixture
def client(world, connect):
    return world.client(KEY, connect.endpoint, max_retries=2, retry=RetryPolicy(base=0.0))


def media_url(connect: Emulator) -> str:
    return connect.endpoint.removesuffix("/public/v1") + MEDIA


def test_a_file_that_breaks_off_is_continued(client, connect, tmp_path):
    whole = requests.get(media_url(connect), timeout=5)
    assert whole.headers["Accept-Ranges"] == "bytes"
    connect.faults.add(Fault.truncate(times=1))
    path = client.download(MEDIA, tmp_path)
    assert path == tmp_path / "logo.png"
    assert path.read_bytes() == whole.content
    assert path.read_bytes().startswith(b"\x89PNG")
    ranges = [call.headers.get("range") for call in [*connect.requests][-2:]]
    assert ranges == [None, f"bytes={len(whole.content) // 2}-"]


def test_what_a_fault_leaves_is_continued_by_the_next_download(client, connect, tmp_path):
    connect.faults.add(Fault.truncate())
    with pytest.raises(ClientError, match="The next download goes on after the"):
        client.download(MEDIA, tmp_path / "logo.png")
    connect.faults.clear()
    whole = requests.get(media_url(connect), timeout=5).content
    assert client.download(MEDIA, tmp_path / "logo.png").read_bytes() == whole


@pytest.mark.parametrize(
    ("headers", "status", "part"),
    [
        ({"Range": "bytes=2-5"}, 206, slice(2, 6)),
        ({"Range": "bytes=2-"}, 206, slice(2, None)),
        ({"Range": "bytes=-3"}, 206, slice(-3, None)),
        ({"Range": "bytes=5-99999"}, 206, slice(5, None)),
        ({"Range": "bytes=99999-"}, 416, slice(0, 0)),
        ({"Range": "bytes=5-2"}, 416, slice(0, 0)),
        ({"Range": "bytes=-"}, 200, slice(None)),
        ({"Range": "bytes=0-1,4-5"}, 200, slice(None)),
        ({"Range": "items=2-5"}, 200, slice(None)),
        ({"Range": "bytes=2-5", "If-Range": '"other"'}, 200, slice(None)),
    ],
)
def test_ranges_are_those_of_http(connect, headers, status, part):
    whole = requests.get(media_url(connect), timeout=5)
    answer = requests.get(media_url(connect), headers=headers, timeout=5)
    assert answer.status_code == status
    assert answer.content == whole.content[part]
    if status == 206:
        first, last, _ = part.indices(len(whole.content))
        expected = f"bytes {first}-{last - 1}/{len(whole.content)}"
        assert answer.headers["Content-Range"] == expected
        assert answer.headers["ETag"] == whole.headers["ETag"]


def test_json_has_no_ranges(connect):
    answer = requests.get(
        f"{connect.endpoint}/products",
        headers={"Authorization": KEY, "Range": "bytes=2-5"},
        timeout=5,
    )
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


def test_files_of_the_api_have_the_name_of_their_record(world, tmp_path):
    spec = tmp_path / "sheets.json"
    spec.write_text(json.dumps(DOCUMENT))
    with Emulator(spec=spec) as connect:
        client = world.client(KEY, connect.endpoint)
        connect.insert("attributes", {"key": "A-1"})
        accept = {"Accept": XLSX}
        one = client.attributes["A-1"].download(tmp_path, headers=accept)
        many = client.download("attributes", tmp_path, headers=accept)
        with pytest.raises(ClientError, match="is the resource as JSON"):
            client.attributes["A-1"].download(tmp_path)
    assert [path.name for path in (one, many)] == ["A-1.xlsx", "attributes.xlsx"]
