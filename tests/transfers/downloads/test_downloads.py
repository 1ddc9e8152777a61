"""Downloads: whole or not at all, and errors where there is no file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.conftest import KEY
from tests.transfers.downloads.downloading import CONTENT, FAST, broken, names

from cnct import (
    ClientError,
    ConnectClient,
    NotFoundError,
)
from cnct.client._core.body_errors import BodyError
from cnct.client._core.messages import Limits
from cnct.client._core.response_body import ResponseBody
from cnct.client._http.inbox import Inbox
from cnct.client.transfers.download import Download
from cnct.client.transfers.download_options import download_plan
from cnct.testing import ConnectClientMocker


# Files
def test_a_download_is_written_whole_and_its_path_returned(client, server, tmp_path):
    before = client.stats
    path = client.reports["R-1"]("download").download(tmp_path / "report.xlsx")
    assert path == tmp_path / "report.xlsx"
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["report.xlsx"]
    (place, headers) = server.requests[0]
    assert place == "/public/v1/reports/R-1/download"
    assert headers["authorization"] == KEY
    assert headers["accept-encoding"] == "identity"
    assert client.response.status_code == 200
    assert (client.stats - before)[:3] == (1, 0, len(CONTENT))


def test_an_empty_file_is_a_file(client, server, tmp_path):
    server.content = b""
    assert client.reports["R-1"].download(tmp_path / "empty").read_bytes() == b""


def test_a_relative_text_is_a_path(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert client.reports["R-1"].download("report.xlsx") == Path("report.xlsx")


def test_arguments_of_the_call_are_sent(client, server, tmp_path):
    client.download("r", tmp_path / "r", params={"of": "x"}, headers={"X-A": "1"}, timeout=5)
    assert server.requests[0][0] == "/public/v1/r?of=x"
    assert server.requests[0][1]["x-a"] == "1"


def test_a_file_that_is_there_is_replaced_when_the_new_one_is_whole(client, server, tmp_path):
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"old")
    server.answers = [(500, {}, b"")] * 4
    with pytest.raises(ClientError):
        client.download("r", path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.xlsx"]
    client.download("r", path)
    assert path.read_bytes() == CONTENT


def test_a_file_that_must_not_be_replaced_stays_and_nothing_is_sent(client, server, tmp_path):
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError, match=r"report.xlsx' exists: pass overwrite=True"):
        client.download("r", path, overwrite=False)
    assert path.read_bytes() == b"old"
    assert not server.requests


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="Report May.xlsx"', "Report May.xlsx"),
        ("attachment; filename=a.csv; filename*=UTF-8''na%C3%AFve.csv", "naïve.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("inline", "R-1.pdf"),
    ],
)
def test_a_file_in_a_directory_has_the_name_that_the_server_sends(
    client, server, tmp_path, disposition, name
):
    server.headers["Content-Disposition"] = disposition
    path = client.download("reports/R-1.pdf", tmp_path)
    assert path == tmp_path / name
    assert names(tmp_path) == [name]


def test_a_name_of_the_server_hits_no_file_that_is_there(client, server, tmp_path):
    server.headers["Content-Disposition"] = 'attachment; filename="notes.txt"'
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"notes\.txt"):
        client.download("r", tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert names(tmp_path) == ["notes.txt"]
    client.download("r", tmp_path, overwrite=True)
    assert (tmp_path / "notes.txt").read_bytes() == CONTENT


# Answers without a file
@pytest.mark.parametrize(
    ("status", "headers", "body", "message"),
    [
        (200, {"Content-Type": "text/html; charset=utf-8"}, b"<h1>Log in</h1>", "an HTML page"),
        (204, {}, b"", "no file: its status is 204 No Content"),
        (202, {}, b"soon", "no file: its status is 202 Accepted"),
        (206, {}, b"part", "no file: its status is 206 Partial Content"),
        (
            200,
            {"Content-Type": "application/json"},
            b'{"id": "R-1", "file": "/media/x.pdf", "n": 1}',
            r"call client.download\(row\['file'\], path\)",
        ),
        (200, {"Content-Type": "application/json"}, b"{", "download\\(\\) of the action"),
    ],
)
def test_other_answers_are_errors_and_leave_no_file(
    client, server, tmp_path, status, headers, body, message
):
    server.answers = [(status, headers, body)]
    with pytest.raises(ClientError, match=message) as error:
        client.reports["R-1"].download(tmp_path / "r")
    assert error.value.status_code == status
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("headers", "accept"),
    [
        ({"Content-Type": "text/html"}, {"Accept": "text/html"}),
        ({"Content-Type": "application/json"}, {"Accept": "application/json"}),
        ({"Content-Type": "application/json", "Content-Disposition": "attachment"}, {}),
    ],
)
def test_pages_and_json_are_files_where_they_are_asked_for(
    client, server, tmp_path, headers, accept
):
    server.answers = [(200, headers, b"text")]
    path = client.reports["R-1"].download(tmp_path / "r", headers=accept)
    assert path.read_bytes() == b"text"


def test_json_of_an_action_and_a_page_by_its_name_are_files(client, server, tmp_path):
    server.answers = [
        (200, {"Content-Type": "application/json"}, b"[1]"),
        (200, {"Content-Type": "text/html"}, b"<p>"),
    ]
    assert client.reports["R-1"]("download").download(tmp_path / "r").read_bytes() == b"[1]"
    assert client.download("help/index.html", tmp_path).read_bytes() == b"<p>"


def test_an_error_is_the_usual_one(client, server, tmp_path):
    error = {"error_code": "NFND_001", "errors": ["Object not found."]}
    headers = {"Content-Type": "application/json"}
    server.answers = [(404, headers, json.dumps(error).encode())]
    with pytest.raises(NotFoundError, match="NFND_001 - Object not found"):
        client.reports["R-1"]("download").download(tmp_path / "r")
    assert names(tmp_path) == []


def test_a_part_outlives_an_answer_without_a_file(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    server.answers = [(200, {"Content-Type": "text/html"}, b"<h1>Log in</h1>")]
    with pytest.raises(ClientError, match="HTML page"):
        client.download("reports/R-1", tmp_path / "r")
    client.download("reports/R-1", tmp_path / "r")
    assert server.ranges_requested()[-1] == "bytes=100000-"


def test_max_answer_bounds_the_whole_file(client, server, tmp_path):
    with pytest.raises(ClientError, match="larger than max_answer, 200000 bytes"):
        client.download("r", tmp_path / "r", max_answer=200_000)
    broken(client, server, tmp_path / "r")
    with pytest.raises(ClientError, match="larger than max_answer"):
        client.download("reports/R-1", tmp_path / "r", max_answer=250_000)
    assert client.download("r", tmp_path / "r", max_answer=300_000).stat().st_size == 300_000


def test_a_deadline_bounds_the_whole_download(client, server, tmp_path):
    with pytest.raises(ClientError, match="The deadline of 0 s passed"):
        client.download("r", tmp_path / "r", deadline=0)
    assert names(tmp_path) == []


# Watching
def test_progress_is_in_bytes(client, server, tmp_path):
    figures = []
    broken(client, server, tmp_path / "r")
    client.download("reports/R-1", tmp_path / "r", progress=figures.append)
    assert figures[0].done > 100_000
    assert [figure.done for figure in figures] == sorted(figure.done for figure in figures)
    assert (figures[-1].done, figures[-1].failed, figures[-1].total) == (300_000, 0, 300_000)
    assert figures[-1].left == 0


def test_an_error_of_the_progress_reaches_the_caller(client, server, tmp_path):
    def fail(_: object) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        client.download("r", tmp_path / "r", progress=fail)
    assert len(server.requests) == 1


def test_a_bar_needs_a_terminal(client, tmp_path, capsys):
    client.download("r", tmp_path / "r", progress=True)
    assert capsys.readouterr().err == ""


def test_hooks_see_every_attempt(world, server, tmp_path):
    seen = []
    client = world.client(
        KEY,
        f"{server.url}/public/v1",
        retry=FAST,
        max_retries=1,
        on_request=lambda event: seen.append(event.headers.get("range")),
        on_response=lambda event: seen.append((event.status, event.size)),
        on_retry=lambda event: seen.append(event.attempt),
    )
    server.breaks = [100_000]
    client.download("r", tmp_path / "r")
    assert seen == [None, 1, "bytes=100000-", (206, 200_000)]


# Other clients
def test_mocks_are_downloaded(world, tmp_path):
    client = world.client(KEY, "https://mocked.test/public/v1")
    with ConnectClientMocker(client.endpoint) as mocker:
        mocker.reports["R-1"]("download").get(
            return_value=b"pdf", headers={"Content-Disposition": "attachment; filename=r.pdf"}
        )
        mocker.reports["R-2"]("download").get(return_value=b"")
        path = client.reports["R-1"]("download").download(tmp_path)
        empty = client.reports["R-2"]("download").download(tmp_path / "empty")
    assert path.name == "r.pdf"
    assert path.read_bytes() == b"pdf"
    assert empty.read_bytes() == b""


def test_a_mock_hits_no_file_that_is_there(world, tmp_path):
    client = world.client(KEY, "https://mocked.test/public/v1")
    (tmp_path / "r.pdf").write_bytes(b"mine")
    with ConnectClientMocker(client.endpoint) as mocker:
        mocker.get("r.pdf", return_value=b"pdf")
        with pytest.raises(FileExistsError):
            client.download("r.pdf", tmp_path)


def test_a_replaced_call_is_downloaded(server, tmp_path, monkeypatch):
    client = ConnectClient(KEY, f"{server.url}/public/v1", use_specs=False)

    def call(method, url, kwargs):
        client.response = client.session.request(method, url, **{**kwargs, "stream": False})
        client.response.headers["ETag"] = '"9"'

    monkeypatch.setattr(client, "_execute_http_call", call)
    assert client.download("r", tmp_path / "r").read_bytes() == CONTENT
    client.close()


def test_a_dry_run_downloads(client, tmp_path):
    dry = client.dry_run()
    assert dry.reports["R-1"]("download").download(tmp_path / "r").read_bytes() == CONTENT
    assert dry.calls == []


def test_a_mirror_has_rows_and_no_files(world, connect, tmp_path):
    connect.insert("products", {"id": "PRD-1", "icon": "/media/x.png"})
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    mirror = client.mirror(tmp_path / "mirror.db")
    mirror.sync("products")
    with pytest.raises(ClientError, match=r"client.download\(row\['icon'\], path\)"):
        mirror.products["PRD-1"].download(tmp_path / "r")


# The end
def test_a_download_that_has_ended_touches_no_file(tmp_path):
    download = Download(download_plan(tmp_path / "r", {}, is_resource=False))
    download.close()
    download.open("https://connect.test/r")
    assert download.begin(200, {})
    with pytest.raises(BodyError, match="has ended"):
        download.write(b"late")
    assert names(tmp_path) == []


def test_a_slow_disk_holds_up_the_server():
    """The loop stops reading while a megabyte is unwritten."""
    calls = []
    transport = SimpleNamespace(
        pause_reading=lambda: calls.append("pause"), resume_reading=lambda: calls.append("resume")
    )

    async def receive() -> bytes:
        receiver = SimpleNamespace(begin=lambda *_: True, report=lambda: None, position=0)
        pieces = []
        receiver.write = pieces.append
        body = ResponseBody(200, {}, Limits(receiver=receiver))
        inbox = Inbox(transport)
        done = asyncio.get_running_loop().create_future()
        for _ in range(3):
            inbox.put(body, [b"x" * 1_000_000])
        assert calls == ["pause"]
        done.set_result(None)
        await inbox.deliver(done)
        return b"".join(pieces)

    assert len(asyncio.run(receive())) == 3_000_000
    assert calls == ["pause", "resume"]
