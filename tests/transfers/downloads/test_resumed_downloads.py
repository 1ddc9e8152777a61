"""Downloads that break off, are cancelled, or find other bytes than before."""

from __future__ import annotations

import asyncio
import errno
import json
from typing import Any

import pytest
from tests.conftest import KEY
from tests.transfers.downloads.downloading import CONTENT, FAST, broken, names, once

from cnct import (
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    ExportError,
)


def test_a_break_goes_on_at_the_next_byte(client, server, tmp_path):
    server.breaks = [100_000, 50_000]
    before = client.stats
    path = client.download("r", tmp_path / "r")
    assert path.read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-", "bytes=150000-"]
    assert server.requests[1][1]["if-range"] == '"1"'
    assert (client.stats - before).retries == 2


def test_what_retries_leave_is_continued_by_the_next_download(client, server, tmp_path):
    server.breaks = [100_000, 1, 1, 1]
    with pytest.raises(ClientError, match=r"goes on after the 100,003 bytes in .*r\.part") as error:
        client.download("r", tmp_path / "r")
    assert error.value.attempts == 4
    assert names(tmp_path) == ["r.part", "r.part.json"]
    assert client.download("r", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested()[-1] == "bytes=100003-"
    assert names(tmp_path) == ["r"]


def test_a_download_into_a_directory_is_continued_too(client, server, tmp_path):
    server.headers["Content-Disposition"] = 'attachment; filename="report.pdf"'
    broken(client, server, tmp_path)
    assert names(tmp_path) == ["report.pdf.part", "report.pdf.part.json"]
    assert client.download("reports/R-1", tmp_path) == tmp_path / "report.pdf"
    assert server.ranges_requested() == [None, "bytes=100000-"]
    assert (tmp_path / "report.pdf").read_bytes() == CONTENT
    assert names(tmp_path) == ["report.pdf"]


def test_a_file_that_has_changed_is_downloaded_anew(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    server.content, server.etag = CONTENT[::-1], '"2"'
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT[::-1]
    assert server.ranges_requested() == [None, "bytes=100000-"]


def test_a_name_that_has_changed_leaves_no_old_part(client, server, tmp_path):
    server.headers["Content-Disposition"] = 'attachment; filename="old.pdf"'
    broken(client, server, tmp_path)
    server.etag, server.headers["Content-Disposition"] = '"2"', 'attachment; filename="new.pdf"'
    client.download("reports/R-1", tmp_path)
    assert names(tmp_path) == ["new.pdf"]


def test_a_server_without_ranges_sends_everything_again(client, server, tmp_path):
    server.ranges, server.breaks = False, [100_000]
    assert client.download("r", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-"]


@pytest.mark.parametrize("headers", [{"ETag": 'W/"1"'}, {"Accept-Ranges": "none", "ETag": '"1"'}])
def test_without_a_strong_validator_nothing_is_continued(client, server, tmp_path, headers):
    server.etag, server.headers = "", headers
    server.breaks = [100_000]
    assert client.download("r", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None, None]
    server.breaks = [1] * 4
    with pytest.raises(ClientError, match="after 4 attempts"):
        client.download("r", tmp_path / "other")
    assert names(tmp_path) == ["r"]


def test_last_modified_is_a_validator_if_it_is_older_than_the_response(client, server, tmp_path):
    server.etag, server.headers["Last-Modified"] = "", "Mon, 05 Jan 2026 10:00:00 GMT"
    broken(client, server, tmp_path / "r")
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT
    assert server.requests[1][1]["if-range"] == "Mon, 05 Jan 2026 10:00:00 GMT"
    assert server.ranges_requested() == [None, "bytes=100000-"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (416, {"Content-Range": "bytes */5"}),
        (206, {"Content-Range": "bytes 7-299999/300000"}),
        (206, {"Content-Range": "bytes 100000-299999/300000", "ETag": '"other"'}),
        (206, {"Content-Range": "bytes 100000-299999/300000", "Content-Encoding": "gzip"}),
        (206, {"Content-Type": "multipart/byteranges; boundary=x"}),
    ],
)
def test_a_range_of_no_use_starts_anew(client, server, tmp_path, status, headers):
    broken(client, server, tmp_path / "r")
    server.answers = [(status, headers, CONTENT[100_000:] if status == 206 else b"")]
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-", None]


def test_a_server_that_never_sends_the_requested_range_ends_in_an_error(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    answers = [
        (206, {"Content-Range": "bytes 1-2/300000"}, b"xx"),
        (200, {"ETag": '"1"'}, b"x" * 9),
    ]
    server.answers = answers * 9
    server.breaks = [3, 5] * 9
    with pytest.raises(ClientError, match="other bytes than the requested ones"):
        client.download("reports/R-1", tmp_path / "r")


def test_a_server_may_send_a_range_in_pieces(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    headers = {"Content-Range": "bytes 100000-199999/300000", "ETag": '"1"'}
    server.answers = [(206, headers, CONTENT[100_000:200_000])]
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-", "bytes=200000-"]


def test_a_range_without_bytes_is_an_error_not_a_loop(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    server.answers = [(206, {"Content-Range": "bytes 100000-100000/300000"}, b"")]
    with pytest.raises(ClientError, match="none of the missing bytes"):
        client.download("reports/R-1", tmp_path / "r")


def test_a_part_that_has_all_bytes_is_completed(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    (tmp_path / "r.part").write_bytes(CONTENT)
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=299999-"]


@pytest.mark.parametrize(
    "notes",
    [
        lambda notes: {**notes, "url": "http://elsewhere/r"},
        lambda notes: {**notes, "boot": "another start of the machine"},
        lambda notes: {**notes, "total": "many"},
        lambda notes: {"url": notes["url"]},
        lambda _: [],
    ],
)
def test_parts_with_other_notes_are_not_continued(client, server, tmp_path, notes):
    broken(client, server, tmp_path / "r")
    file = tmp_path / "r.part.json"
    file.write_text(json.dumps(notes(json.loads(file.read_text()))))
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None, None]
    assert names(tmp_path) == ["r"]


def test_a_directory_may_have_parts_of_other_files(client, server, tmp_path):
    server.breaks = [100_000, 100_000]
    once(client, "reports/R-2", tmp_path / "a")
    once(client, "reports/R-1", tmp_path / "b")
    assert client.download("reports/R-1", tmp_path) == tmp_path / "b"
    assert names(tmp_path) == ["a.part", "a.part.json", "b"]


def test_a_system_without_a_number_of_the_start_continues(client, server, tmp_path, monkeypatch):
    monkeypatch.setattr("cnct.client.transfers.part_file._BOOT", tmp_path / "missing")
    broken(client, server, tmp_path / "r")
    client.download("reports/R-1", tmp_path / "r")
    assert server.ranges_requested() == [None, "bytes=100000-"]


def test_a_part_of_something_else_is_overwritten(client, server, tmp_path):
    (tmp_path / "r.part").write_bytes(b"of an export")
    (tmp_path / "r.part.json").write_text("{")
    assert client.download("r", tmp_path / "r").read_bytes() == CONTENT
    assert server.ranges_requested() == [None]


def test_the_query_counts_unless_the_etag_names_the_version(client, server, tmp_path):
    def second_download() -> None:
        server.requests.clear()
        server.breaks = [100_000]
        once(client, "r?at=1", tmp_path / "r")
        client.download("r?at=2", tmp_path / "r")

    second_download()
    assert server.ranges_requested() == [None, "bytes=100000-"]
    server.etag, server.headers["Last-Modified"] = "", "Mon, 05 Jan 2026 10:00:00 GMT"
    second_download()
    assert server.ranges_requested() == [None, None]


def test_without_resume_nothing_is_continued_and_nothing_left(client, server, tmp_path):
    broken(client, server, tmp_path / "r")
    server.breaks = [100_000]
    once(client, "reports/R-1", tmp_path / "r", resume=False)
    assert server.ranges_requested() == [None, None]
    assert names(tmp_path) == []


def test_chunks_that_break_off_are_continued(client, server, tmp_path):
    server.is_chunked, server.breaks = True, [100_000, 50_000]
    figures = []
    path = client.download("r", tmp_path / "r", progress=figures.append)
    assert path.read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-", "bytes=150000-"]
    assert figures[0].total is None


def test_a_server_that_falls_silent_is_asked_again(client, server, tmp_path):
    server.stalls = [100_000]
    path = client.download("reports/file", tmp_path / "r", timeout=0.2)
    server.goes_on.set()
    assert path.read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-"]


def test_a_proxy_passes_the_file_on(world, server, tmp_path):
    client = world.client(
        KEY, "http://connect.test/public/v1", proxy=server.url, max_retries=1, retry=FAST
    )
    server.breaks = [100_000]
    assert client.download("r", tmp_path / "r").read_bytes() == CONTENT
    assert server.requests[0][0] == "http://connect.test/public/v1/r"
    assert server.ranges_requested() == [None, "bytes=100000-"]


def test_one_file_is_written_by_one_download_at_a_time(server, tmp_path):
    with ConnectClient(KEY, f"{server.url}/public/v1", use_specs=False) as client:
        with pytest.raises(ExportError, match="Another export or download is writing"):
            client.download(
                "r", tmp_path / "r", progress=lambda _: client.download("r", tmp_path / "r")
            )


def test_a_file_that_comes_meanwhile_is_not_replaced(client, server, tmp_path):
    path = tmp_path / "r"
    with pytest.raises(FileExistsError, match="exists"):
        client.download("r", path, overwrite=False, progress=lambda _: path.write_bytes(b"mine"))
    assert path.read_bytes() == b"mine"


@pytest.fixture(params=["links", "no links"])
def filesystem(request, monkeypatch):
    """File systems such as FAT have no hard links."""
    if request.param == "no links":

        def refuse(*_: Any) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr("os.link", refuse)


@pytest.mark.usefixtures("filesystem")
def test_a_file_that_comes_at_the_last_moment_is_not_replaced(
    client, server, tmp_path, monkeypatch
):
    path = tmp_path / "r"
    assert client.download("r", path, overwrite=False).read_bytes() == CONTENT
    path.unlink()

    def come(_: int) -> None:
        path.write_bytes(b"mine")

    monkeypatch.setattr("os.fsync", come)
    with pytest.raises(FileExistsError, match=r"exists: pass overwrite=True"):
        client.download("r", path, overwrite=False)
    assert path.read_bytes() == b"mine"
    monkeypatch.undo()
    assert client.download("r", path, overwrite=True).read_bytes() == CONTENT
    assert server.ranges_requested() == [None, None, "bytes=299999-"]
    assert names(tmp_path) == ["r"]


def test_a_part_that_is_the_file_itself_is_not_written_to(client, server, tmp_path):
    """As a process leaves them that is killed after it gave the file its name."""
    broken(client, server, tmp_path / "r")
    (tmp_path / "r.part").write_bytes(CONTENT)
    (tmp_path / "r").hardlink_to(tmp_path / "r.part")
    server.content, server.etag, server.breaks = CONTENT[::-1], '"2"', [100]
    once(client, "reports/R-1", tmp_path / "r")
    assert (tmp_path / "r").read_bytes() == CONTENT
    assert client.download("reports/R-1", tmp_path / "r").read_bytes() == CONTENT[::-1]
    assert names(tmp_path) == ["r"]


def test_a_cancelled_download_is_continued_later(server, tmp_path):
    path = tmp_path / "r"

    async def cancel() -> None:
        async with AsyncConnectClient(KEY, f"{server.url}/public/v1", use_specs=False) as client:
            server.stalls = [100_000]
            task = asyncio.create_task(client.download("file", path))
            part = tmp_path / "r.part"
            async with asyncio.timeout(60):
                while not part.exists() or part.stat().st_size < 100_000:  # noqa: ASYNC110 - written by a thread
                    await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            server.goes_on.set()
            await client.download("file", path)

    asyncio.run(cancel())
    assert path.read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-"]


@pytest.mark.parametrize("breaks", [[], [1_000]])
def test_compressed_bytes_are_decompressed_and_never_joined(client, server, tmp_path, breaks):
    server.is_gzipped, server.breaks = True, breaks
    path = client.download("r", tmp_path / "r", headers={"Accept-Encoding": "gzip"})
    assert path.read_bytes() == CONTENT
    assert server.requests[0][1]["accept-encoding"] == "gzip"
    assert set(server.ranges_requested()) == {None}
