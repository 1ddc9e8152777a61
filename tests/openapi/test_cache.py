"""What is kept on disk: quick where it holds, and never a reason for a wrong answer."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Server, json_answer

from cnct.openapi import OpenAPISpecs, SpecError, SpecWarning, cache_files, cache_folder, specs
from cnct.openapi.index import Index, index
from cnct.openapi.words import Words, words

DAY = 24 * 3600


def document(*paths: str) -> str:
    get = {"description": "Gets it.", "tags": ["T"], "responses": {"200": {"description": ""}}}
    return json.dumps({"openapi": "3.0.0", "paths": {path: {"get": get} for path in paths}})


def files(folder: Path, kind: str = "index") -> list[Path]:
    return sorted(folder.glob(f"*.{kind}"))


def grow_older(folder: Path, seconds: float) -> None:
    for file in files(folder):
        then = file.stat().st_mtime - seconds
        os.utime(file, (then, then))


class Api:
    """A document on a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = f"{server.endpoint}/openapi.json"
        self.headers = {"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT"}
        self.status = 200
        self.body = document("/a")
        server.answer = lambda _: (self.status, self.headers, self.body.encode())

    @property
    def calls(self) -> int:
        return len(self.server.got)


@pytest.fixture
def api(server: Server) -> Api:
    return Api(server)


def test_an_index_is_kept_and_taken_from_there(write, cache):
    path = write(document("/a"))
    assert not OpenAPISpecs(path).at_hand()
    OpenAPISpecs(path).load()
    kept = OpenAPISpecs(path)
    assert kept.at_hand()
    assert kept.at_hand()
    assert kept.exists("GET", "a")
    assert [file.suffix for file in cache.iterdir()] == [".index"]


def test_a_path_is_the_same_however_it_is_written(write, monkeypatch):
    path = write(document("/a"))
    OpenAPISpecs(path).load()
    monkeypatch.chdir(path.parent)
    assert OpenAPISpecs(path.name).at_hand()


def test_a_changed_file_is_read_again(write):
    path = write(document("/a"))
    OpenAPISpecs(path).load()
    write(document("/b"), age=1800)
    assert not OpenAPISpecs(path).at_hand()
    assert OpenAPISpecs(path).get_collections() == ["b"]


def test_a_file_that_is_only_newer_needs_no_new_index(write):
    path = write(document("/a"))
    OpenAPISpecs(path).load()
    write(document("/a"), age=1800)
    assert not OpenAPISpecs(path).at_hand()
    OpenAPISpecs(path).load()
    assert OpenAPISpecs(path).at_hand()


def test_a_file_that_has_just_been_written_is_not_trusted_to_stay(write):
    path = write(document("/a"), age=0)
    OpenAPISpecs(path).load()
    assert not OpenAPISpecs(path).at_hand()
    write(document("/b"), age=0)
    assert OpenAPISpecs(path).get_collections() == ["b"]


def test_a_file_that_is_gone_is_an_error_in_spite_of_its_index(write):
    path = write(document("/a"))
    OpenAPISpecs(path).load()
    path.unlink()
    assert not OpenAPISpecs(path).at_hand()
    with pytest.raises(SpecError, match="No such file"):
        OpenAPISpecs(path).load()


def test_a_url_is_asked_once_a_day(api, cache):
    OpenAPISpecs(api.url).load()
    OpenAPISpecs(api.url).load()
    assert api.calls == 1
    grow_older(cache, DAY + 60)
    api.status = 304
    assert OpenAPISpecs(api.url).exists("GET", "a")
    again = api.server.got[1].headers
    assert again["If-None-Match"] == '"1"'
    assert again["If-Modified-Since"] == api.headers["Last-Modified"]
    OpenAPISpecs(api.url).load()
    assert api.calls == 2


def test_a_url_without_validators_is_read_and_compared(api, cache):
    api.headers = {}
    OpenAPISpecs(api.url).load()
    grow_older(cache, DAY + 60)
    OpenAPISpecs(api.url).load()
    OpenAPISpecs(api.url).load()
    assert api.calls == 2
    assert "If-None-Match" not in api.server.got[1].headers


def test_a_new_document_at_a_url_takes_the_place_of_the_old_one(api, cache):
    OpenAPISpecs(api.url).load()
    grow_older(cache, DAY + 60)
    api.body = document("/b")
    at_hand = OpenAPISpecs(api.url)
    assert at_hand.at_hand()
    assert at_hand.get_collections() == ["a"]
    at_hand.load()
    assert at_hand.get_collections() == ["b"]
    assert OpenAPISpecs(api.url).get_collections() == ["b"]


@pytest.mark.parametrize(("status", "body"), [(500, ""), (404, ""), (200, "<p>Sign in</p>")])
def test_an_older_index_serves_while_there_is_nothing_newer(api, cache, caplog, status, body):
    OpenAPISpecs(api.url).load()
    grow_older(cache, DAY + 60)
    api.status, api.body = status, body
    with caplog.at_level(logging.WARNING, "cnct"):
        assert OpenAPISpecs(api.url).exists("GET", "a")
    assert "Using the cached OpenAPI document, which may be outdated" in caplog.text
    OpenAPISpecs(api.url).load()
    assert api.calls == 2
    grow_older(cache, 3700)
    OpenAPISpecs(api.url).load()
    assert api.calls == 3


def test_an_index_from_the_future_is_not_taken_for_fresh(api, cache):
    OpenAPISpecs(api.url).load()
    grow_older(cache, -DAY)
    OpenAPISpecs(api.url).load()
    assert api.calls == 2


def test_a_failure_is_remembered_for_a_minute(api, monkeypatch):
    api.status = 404
    asked = OpenAPISpecs(api.url)
    for _ in range(3):
        with pytest.raises(SpecError, match="the server answers 404"):
            asked.exists("GET", "a")
    assert api.calls == 1
    api.status = 200
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert asked.exists("GET", "a")


def test_the_published_document_stops_nobody(api, monkeypatch):
    monkeypatch.setattr(specs, "DEFAULT_LOCATION", api.url)
    api.status = 404
    asked = OpenAPISpecs()
    with pytest.warns(SpecWarning, match="without the API's specification: .* answers 404"):
        assert not asked.available()
    assert not asked.available()
    assert not asked.at_hand()


def test_the_published_document_is_not_tried_by_every_client_of_a_process(api, monkeypatch):
    monkeypatch.setattr(specs, "DEFAULT_LOCATION", api.url)
    api.status = 404
    for _ in range(3):
        with pytest.warns(SpecWarning, match=r"specs_location=.* use_specs=False"):
            assert not OpenAPISpecs().available()
    assert api.calls == 1
    api.status = 200
    later = time.monotonic() + 601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert OpenAPISpecs().available()


def test_a_document_that_was_asked_for_must_be_there(api):
    assert OpenAPISpecs(api.url).available()
    api.status = 404
    with pytest.raises(SpecError):
        OpenAPISpecs(f"{api.url}?v=2").available()


def test_the_words_are_kept_as_well_and_change_with_the_document(write, cache):
    path = write(document("/apples"))
    assert [match.path for match in OpenAPISpecs(path).find("apple")] == ["apples"]
    (kept,) = files(cache, "words")
    first = kept.read_bytes()
    assert [match.path for match in OpenAPISpecs(path).find("apple")] == ["apples"]
    assert kept.read_bytes() == first
    write(document("/pears"), age=1800)
    assert OpenAPISpecs(path).find("apple") == []
    assert [match.path for match in OpenAPISpecs(path).find("pear")] == ["pears"]


def test_nothing_secret_is_kept_of_a_url(api, cache):
    url = api.url.replace("://", "://user:hunter2@") + "?token=hunter2"
    OpenAPISpecs(url).load()
    (kept,) = files(cache)
    assert "hunter2" not in kept.name
    assert b"hunter2" not in kept.read_bytes()


def test_an_empty_name_of_the_folder_turns_the_cache_off(write, cache, monkeypatch):
    monkeypatch.setenv("CNCT_CACHE_DIR", "")
    path = write(document("/a"))
    assert OpenAPISpecs(path).exists("GET", "a")
    assert OpenAPISpecs(path).find("a")
    assert not OpenAPISpecs(path).at_hand()
    assert not cache.exists()


def test_without_a_cache_a_url_is_asked_by_everybody(api, monkeypatch):
    monkeypatch.setenv("CNCT_CACHE_DIR", "")
    for _ in range(2):
        OpenAPISpecs(api.url).load()
    assert api.calls == 2


def test_the_folder_is_the_users_own_by_default(write, tmp_path, monkeypatch):
    monkeypatch.delenv("CNCT_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "users" / name)
    OpenAPISpecs(write(document("/a"))).load()
    assert len(files(tmp_path / "users" / "cnct")) == 1


def test_a_folder_that_cannot_be_used_stops_nothing(api, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CNCT_CACHE_DIR", str(tmp_path / "file"))
    with caplog.at_level(logging.INFO, "cnct"):
        assert OpenAPISpecs(api.url).exists("GET", "a")
    assert "cannot be cached" in caplog.text
    assert not OpenAPISpecs(api.url).at_hand()


def test_an_index_that_cannot_be_replaced_still_serves(api, cache, monkeypatch):
    OpenAPISpecs(api.url).load()
    grow_older(cache, DAY + 60)
    api.body = document("/b")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "in use", str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    assert OpenAPISpecs(api.url).get_collections() == ["b"]
    assert len([*cache.iterdir()]) == 1


def test_an_index_of_another_version_is_made_anew(write, monkeypatch):
    path = write(document("/a"))
    monkeypatch.setattr(cache_folder, "VERSION", -1)
    OpenAPISpecs(path).load()
    monkeypatch.undo()
    assert not OpenAPISpecs(path).at_hand()
    assert OpenAPISpecs(path).exists("GET", "a")


@pytest.mark.parametrize("content", [b"", b"[]\n", b"{}\n", b'[[], "", {}, []]\n', b"\xff\n"])
def test_an_index_or_words_of_another_shape_count_for_nothing(content):
    class Content:
        def packed(self) -> bytes:
            return content

        @classmethod
        def from_packed(cls, data: bytes) -> bytes:
            return data

    for kind in (Index, Words):
        shape = type(kind.__name__, (Content,), {})
        cache_files.Stored("here", shape).save(shape())
        assert cache_files.Stored("here", shape).load() == content
        cache_files.Stored("here", shape).set_age(9)
        assert cache_files.Stored("here", kind).load() is None


def test_an_index_that_is_not_there_is_infinitely_old(monkeypatch):
    nowhere = cache_files.Stored("nowhere", Index)
    nowhere.set_age(1)
    assert nowhere.age() == float("inf")
    monkeypatch.setenv("CNCT_CACHE_DIR", "")
    off = cache_files.Stored("nowhere", Index)
    off.set_age(1)
    assert off.age() == float("inf")


def test_an_index_shows_the_document_that_it_was_made_of():
    made_of = {**json.loads(document("/a", "/b")), "components": {"schemas": {"A": {}, "B": {}}}}
    shown = index(made_of, b"").document()
    assert shown == made_of
    assert len(shown["components"]["schemas"]) == 2


def test_what_is_stored_changes_with_its_version_alone():
    """Raise `cache_folder.VERSION` where this fails, and write the new digests here."""
    made_of = json.loads(document("/a/{b}", "/a/{b}/c", "/a/-/c.{d}", "/e/f"))
    stored = index(made_of, b""), words(made_of, b"")
    digests = [sha256(value.packed()).hexdigest()[:8] for value in stored]
    assert (cache_folder.VERSION, digests) == (7, ["6e2d0ad5", "113a3513"])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A document and its index."""
    folder = tmp_path_factory.mktemp("kept")
    path = folder / "openapi.json"
    path.write_text(document("/a", "/a/{id}"), encoding="utf-8")
    os.utime(path, (1e9, 1e9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNCT_CACHE_DIR", str(folder))
        OpenAPISpecs(path).load()
    return path, files(folder)[0]


@given(st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_leads_to_a_wrong_answer(kept, monkeypatch, data):
    path, file = kept
    monkeypatch.setenv("CNCT_CACHE_DIR", str(file.parent))
    whole = OpenAPISpecs(path)
    whole.load()
    right = file.read_bytes()
    at = data.draw(st.integers(0, len(right) - 1))
    flipped = bytes([right[at] ^ data.draw(st.integers(1, 255))])
    wrong = data.draw(st.sampled_from([right[:at], right[:at] + flipped + right[at + 1 :]]))
    file.write_bytes(wrong + data.draw(st.binary(max_size=3)) * (len(wrong) > at))
    os.utime(file, ns=(at, time.monotonic_ns()))
    damaged = OpenAPISpecs(path)
    assert not damaged.at_hand()
    assert damaged.place("a/1") == whole.place("a/1")
    assert file.read_bytes() == right


def test_processes_that_make_the_same_index_at_once_do_no_harm(write, cache):
    path = write(document(*(f"/a-{n}/{{id}}" for n in range(500))))
    code = (
        "import sys; from cnct.openapi import OpenAPISpecs\n"
        "print(sum(OpenAPISpecs(sys.argv[1]).exists('GET', f'a-{n}/1') for n in range(500)))"
    )
    command = [sys.executable, "-c", code, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]  # noqa: S603
    assert [process.communicate()[0].strip() for process in running] == [b"500"] * 4
    assert OpenAPISpecs(path).at_hand()
    assert len([*cache.iterdir()]) == 1


def test_threads_that_ask_at_once_read_the_document_once(api):
    asked = OpenAPISpecs(api.url)
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.append(asked.exists("GET", "a"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8
    assert api.calls == 1


def test_a_first_call_with_a_stored_index_loads_nothing_that_takes_long(write, server):
    path = write(document("/products", "/products/{id}"))
    OpenAPISpecs(path).load()
    server.answer = lambda request: (
        json_answer([], Content_Range="items 0-0/7") if request.query else json_answer({"id": "P"})
    )
    code = (
        "import sys; from cnct import ConnectClient; "
        "client = ConnectClient('ApiKey SU-0:0', sys.argv[1], specs_location=sys.argv[2]); "
        "print(client.products['P'].get(), client.products.all().count()); "
        "print([m for m in ('msgspec', 'decimal', 'difflib') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, server.endpoint, str(path)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    assert run.stdout.splitlines() == ["{'id': 'P'} 7", "[]"]
