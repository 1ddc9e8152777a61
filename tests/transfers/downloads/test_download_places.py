"""Where downloads come from and go to: the key goes to its own host only; mistakes are named."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator

import pytest
from tests.conftest import KEY
from tests.transfers.downloads.downloading import CONTENT, names

from cnct import (
    ClientError,
    ExportError,
    NotFoundError,
)


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
    assert "nothing listens there" in str(closed.value)
    assert "check the link and proxy" in str(closed.value)
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
        (
            {"filename": "x"},
            TypeError,
            r"download\(\) takes no argument 'filename': use overwrite, progress",
        ),
        ({"timeout": "5"}, TypeError, "timeout must be a number of seconds, not str"),
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
    with pytest.raises(OSError, match=r"File too large: '/.*/r\.part'"):
        client.download("r", tmp_path / "r")
    assert len(server.requests) == 1
    assert names(tmp_path) == ["r.part", "r.part.json"]
