"""Downloads that broke off while they were recorded are replayed, whatever parts they came in."""

from __future__ import annotations

import re

import pytest
from tests.conftest import KEY

from cnct.exceptions import CassetteError, ClientError
from cnct.testing import cassette

FILE = bytes(range(256)) * 40
ELSEWHERE = "https://other.example.org/api/public/v1"
HEADERS = {"ETag": '"1"', "Content-Type": "application/pdf"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "calls.yaml"


def parts(breaks: int, most: int = len(FILE), start: int | None = None, status: int = 206):
    """Return a server's function: a file in parts, of which the first break off."""
    left = [True] * breaks

    def answer(got):
        match = re.match(r"bytes=(\d+)-", got.headers.get("Range", ""))
        first = int(match[1]) if match else 0
        headers, body = dict(HEADERS), FILE[first:][: most if match else None]
        if match:
            last = first + len(body) - 1
            first = first if start is None else start
            headers["Content-Range"] = f"bytes {first}-{last}/{len(FILE)}"
        if left:
            left.pop()
            headers["Content-Length"] = str(len(body))
            body = body[:1500]
        return status if match else 200, headers, body

    return answer


def run(world, path, url, target, record, max_retries=3):
    client = world.client(KEY, url, max_retries=max_retries)
    target.unlink(missing_ok=True)
    with cassette(path, vars(client).get("it", client), record=record):
        return client.download("files/1", target).read_bytes()


@pytest.mark.parametrize(
    ("answer", "failures"),
    [
        pytest.param(lambda: parts(1), 1, id="once"),
        pytest.param(lambda: parts(3), 3, id="three times"),
        pytest.param(lambda: parts(1, most=3000), 1, id="in several parts"),
        pytest.param(lambda: parts(1, start=7), 1, id="other bytes than requested"),
        pytest.param(lambda: parts(1, status=416), 1, id="no range"),
    ],
)
def test_downloads_that_broke_off_are_replayed(
    world, path, server, tmp_path, monkeypatch, answer, failures
):
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)  # pauses of the recording
    server.answer = answer()
    target = tmp_path / "a.pdf"
    assert run(world, path, server.endpoint, target, "all") == FILE
    text = path.read_text()
    assert text.count("kind: connection") == failures
    assert text.count("base64:") == 1
    assert "ontent-Range" not in text
    assert run(world, path, ELSEWHERE, target, "none") == FILE


def test_a_download_that_went_on_with_an_earlier_one_is_refused(world, path, server, tmp_path):
    server.answer = parts(1)
    target = tmp_path / "a.pdf"
    with pytest.raises(ClientError, match="1,500 bytes"):
        world.client(KEY, server.endpoint).download("files/1", target)
    with pytest.raises(CassetteError, match=r"GET files/1 went on with a download of an earlier"):
        run(world, path, server.endpoint, target, "all")
    assert not path.exists()
