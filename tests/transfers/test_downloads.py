"""Downloads: whole or not at all, resumed by range, and the key goes to its own host only."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY
from tests.transfers.ranged_server import RangedServer

from cnct import ClientError, ConnectClient, ExportError, NotFoundError, RetryPolicy
from cnct.testing import ConnectClientMocker

CONTENT = b"".join(number.to_bytes(4) for number in range(75_000))
FAST = RetryPolicy(base=0.0)


@pytest.fixture
def server() -> Iterator[RangedServer]:
    server = RangedServer(CONTENT)
    yield server
    server.close()


@pytest.fixture
def storage() -> Iterator[RangedServer]:
    """Another host: the port differs."""
    server = RangedServer(CONTENT)
    yield server
    server.close()


@pytest.fixture
def client(world, server):
    return world.client(KEY, f"{server.url}/public/v1", max_retries=3, retry=FAST)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def broken(client, server, path: Path, size: int = 100_000) -> None:
    """Leave a download of which some bytes came."""
    server.breaks = [size]
    once(client, "reports/R-1", path)


def once(client, url: str, path: Path, **options: Any) -> None:
    """Download without retries, and fail."""
    client.max_retries = 0
    with pytest.raises(ClientError):
        client.download(url, path, **options)
    client.max_retries = 3


# Files


def test_a_download_is_written_whole_and_its_path_returned(client, server, tmp_path):
    path = client.reports["R-1"]("download").download(tmp_path / "report.xlsx")
    assert path == tmp_path / "report.xlsx"
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["report.xlsx"]
    (place, headers) = server.requests[0]
    assert place == "/public/v1/reports/R-1/download"
    assert headers["authorization"] == KEY
    assert headers["accept-encoding"] == "identity"
    assert client.response.status_code == 200
    assert client.stats.bytes == len(CONTENT)


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


# Resuming


def test_a_break_goes_on_at_the_next_byte(client, server, tmp_path):
    server.breaks = [100_000, 50_000]
    path = client.download("r", tmp_path / "r")
    assert path.read_bytes() == CONTENT
    assert server.ranges_requested() == [None, "bytes=100000-", "bytes=150000-"]
    assert server.requests[1][1]["if-range"] == '"1"'
    assert client.stats.retries == 2


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


@pytest.mark.parametrize("breaks", [[], [1_000]])
def test_compressed_bytes_are_decompressed_and_never_joined(client, server, tmp_path, breaks):
    server.is_gzipped, server.breaks = True, breaks
    path = client.download("r", tmp_path / "r", headers={"Accept-Encoding": "gzip"})
    assert path.read_bytes() == CONTENT
    assert server.requests[0][1]["accept-encoding"] == "gzip"
    assert set(server.ranges_requested()) == {None}


# Answers without a file


@pytest.mark.parametrize(
    ("status", "headers", "body", "message"),
    [
        (200, {"Content-Type": "text/html; charset=utf-8"}, b"<h1>Log in</h1>", "an HTML page"),
        (204, {}, b"", "no file: its status is 204 No Content"),
        (202, {}, b"soon", "no file: its status is 202 Accepted"),
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


# Hosts


def test_another_host_gets_no_key_and_no_default_headers(world, server, storage, tmp_path):
    headers = {"X-Secret": "s3cret"}
    client = world.client(KEY, f"{server.url}/public/v1", default_headers=headers)
    path = client.download(
        f"{storage.url}/b/report.pdf?sig=abc%2Fdef", tmp_path, headers={"X-Own": "1"}
    )
    assert path == tmp_path / "report.pdf"
    assert path.read_bytes() == CONTENT
    place, sent = storage.requests[0]
    assert place == "/b/report.pdf?sig=abc%2Fdef"
    assert sent["x-own"] == "1"
    assert sent["user-agent"].startswith("cnct/")
    assert not sent.keys() & {"authorization", "cookie", "x-secret"}
    assert not server.requests


def test_a_redirect_to_storage_is_followed_without_the_key_and_resumed(
    client, server, storage, tmp_path
):
    server.answers = [(302, {"Location": f"{storage.url}/b/report.pdf?sig=abcdefgh"}, b"moved")]
    storage.breaks = [100_000]
    path = client.reports["R-1"]("download").download(tmp_path)
    assert path == tmp_path / "report.pdf"
    assert path.read_bytes() == CONTENT
    assert storage.ranges_requested() == [None, "bytes=100000-"]
    assert "authorization" not in storage.requests[0][1]


def test_signatures_of_links_are_in_no_message(client, server, storage, tmp_path, caplog):
    caplog.set_level("DEBUG", "cnct")
    storage.answers = [(403, {}, b"denied: sig=0123456789abcdef")]
    with pytest.raises(ClientError, match="The link may have expired") as error:
        client.download(f"{storage.url}/r?sig=0123456789abcdef", tmp_path / "r")
    with pytest.raises(ClientError) as closed:
        client.download("http://127.0.0.1:1/r?sig=0123456789abcdef", tmp_path / "r")
    texts = (str(error.value), repr(error.value.errors), str(closed.value), caplog.text)
    assert not any("0123456789abcdef" in text for text in texts)


def test_the_own_host_gets_the_key_also_outside_of_the_api(client, server, tmp_path):
    client.download("/media/PRD-1/logo.png", tmp_path)
    client.download(f"{server.url}/files/x.pdf?a=1", tmp_path, params={"b": 2})
    client.download(f"{server.url}/public/v1/reports/R-1", tmp_path)
    paths = ["/media/PRD-1/logo.png", "/files/x.pdf?a=1&b=2", "/public/v1/reports/R-1"]
    assert [path for path, _ in server.requests] == paths
    assert all(headers["authorization"] == KEY for _, headers in server.requests)
    assert names(tmp_path) == ["R-1", "logo.png", "x.pdf"]


def test_a_404_of_a_link_says_nothing_of_the_endpoint(client, server, tmp_path):
    server.answers = [(404, {}, b"")]
    with pytest.raises(NotFoundError) as error:
        client.download("/media/PRD-1/logo.png", tmp_path)
    assert error.value.remedy == ""


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("r", 5), TypeError, "path must be a path like 'report.xlsx', or a directory, not int"),
        (("r", b"x"), TypeError, "path must be .*, not bytes"),
        (("r", ""), ValueError, "path must be .*, not ''"),
        (("r", "missing/"), ValueError, "There is no directory 'missing/': create it first"),
        (("r", "missing/r"), ExportError, "There is no directory 'missing' for 'r'"),
        ((None, "r"), TypeError, "url must be a path like .* or a URL, not NoneType"),
        (({"id": "R-1"}, "r"), TypeError, "not dict: pass the field that has the link"),
        ((" ", "r"), ValueError, "url is empty"),
        (("ftp://host/r", "r"), ValueError, "not 'ftp://host/r': it is no http"),
        (("https://ho st/r", "r"), ValueError, "it is no http"),
    ],
)
def test_wrong_arguments_are_named(client, server, tmp_path, monkeypatch, arguments, kind, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        client.download(*arguments)
    assert not server.requests
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"progress": 5}, TypeError, "progress must be a callable, or True"),
        ({"overwrite": "yes"}, TypeError, "overwrite must be True or False, not 'yes'"),
        ({"resume": 1}, TypeError, "resume must be True or False, not 1"),
        ({"headers": {"range": "bytes=1-"}}, ValueError, "The header range is set by the download"),
        ({"headers": ["Range"]}, TypeError, "headers must be a dict"),
        ({"json": {}}, ValueError, "A download sends no body: leave json out"),
        ({"filename": "x"}, TypeError, "'filename'"),
    ],
)
def test_wrong_options_are_named(client, server, tmp_path, options, kind, message):
    with pytest.raises(kind, match=message):
        client.download("r", tmp_path / "r", **options)
    assert not server.requests


def test_another_host_takes_no_auth(client, storage, tmp_path):
    with pytest.raises(ValueError, match=r"auth is for the endpoint, and http://.* is on another"):
        client.download(f"{storage.url}/r?x=1", tmp_path, auth=("user", "password"))
    with pytest.raises(TypeError, match="'filename'"):
        client.download(f"{storage.url}/r", tmp_path, filename="x")
    client.download(f"{storage.url}/r", tmp_path, headers={"Authorization": "Bearer x"})
    assert storage.requests[0][1]["authorization"] == "Bearer x"


def test_a_path_that_is_no_file_is_named(client, server, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportError, match="no regular file"):
        client.download("r", tmp_path / "pipe")


def test_a_directory_that_cannot_be_written_is_the_systems_error(client, server):
    with pytest.raises(OSError, match=r"r\.part"):
        client.download("r", "/proc/r")
    server.headers["Content-Disposition"] = "attachment; filename=r"
    with pytest.raises(OSError, match=r"r\.part"):
        client.download("r", "/proc")


@pytest.fixture
def small_disk() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full_is_the_systems_error(client, server, tmp_path):
    with pytest.raises(OSError, match="File too large"):
        client.download("r", tmp_path / "r")
    assert len(server.requests) == 1
    assert names(tmp_path) == ["r.part", "r.part.json"]


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
