"""The cache is a convenience: no folder, file or home stops a call or misleads one."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cnct.openapi import OpenAPISpecs, cache_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="folders of Windows have access lists")


def document(path: str) -> str:
    return json.dumps({"openapi": "3.0.0", "paths": {path: {"get": {"responses": {}}}}})


def works_without_a_cache(path: Path) -> None:
    assert OpenAPISpecs(path).exists("GET", "a")
    assert OpenAPISpecs(path).find("a")
    assert not OpenAPISpecs(path).at_hand()


def test_a_user_without_a_home_has_no_cache(write, tmp_path):
    path, empty = write(document("/a")), tmp_path / "empty"
    empty.mkdir()
    code = (
        "import pwd\n"
        "def unknown(_): raise KeyError('no such user')\n"
        "pwd.getpwuid = unknown\n"
        "from cnct.openapi import OpenAPISpecs\n"
        f"OpenAPISpecs({str(path)!r}).load()\n"
    )
    homes = ("HOME", "CNCT_CACHE_DIR", "XDG_CACHE_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in homes}
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=empty, env=environment, check=True)  # noqa: S603 - our own code
    assert [*empty.iterdir()] == []


@pytest.mark.parametrize("error", [RuntimeError("no home"), KeyError("uid"), OSError(5, "broken")])
def test_a_folder_that_cannot_be_found_out_is_no_cache(write, monkeypatch, error):
    def fail(*_: object, **__: object) -> Path:
        raise error

    monkeypatch.delenv("CNCT_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_path", fail)
    works_without_a_cache(write(document("/a")))


def test_a_home_that_is_no_place_is_no_cache(write, monkeypatch, tmp_path):
    monkeypatch.delenv("CNCT_CACHE_DIR")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/cnct"))
    works_without_a_cache(write(document("/a")))
    assert not (tmp_path / "~").exists()


def test_a_name_that_no_folder_can_have_is_no_cache(write, monkeypatch):
    monkeypatch.setattr(cache_folder, "cache_folder", lambda: Path("a\0b"))
    works_without_a_cache(write(document("/a")))


@pytest.mark.parametrize("where", ["folder", "file"])
def test_a_fifo_in_the_place_of_the_cache_does_not_hang(write, cache, where):
    path = write(document("/a"))
    if where == "folder":
        os.mkfifo(cache)
        works_without_a_cache(path)
    else:
        OpenAPISpecs(path).load()
        (file,) = cache.iterdir()
        file.unlink()
        os.mkfifo(file)
        assert not OpenAPISpecs(path).at_hand()
        assert OpenAPISpecs(path).exists("GET", "a")


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702, 0o1777])
def test_a_folder_that_others_can_write_to_is_not_used(write, cache, mode):
    cache.mkdir()
    cache.chmod(mode)
    works_without_a_cache(write(document("/a")))
    assert [*cache.iterdir()] == []


def test_a_folder_of_another_user_is_not_used(write, cache, monkeypatch):
    cache.mkdir(0o700)
    user = cache.stat().st_uid
    if user == 0:
        os.chown(cache, 4711, -1)
        user = 4711
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    works_without_a_cache(write(document("/a")))


def test_where_users_have_no_numbers_folders_are_trusted(write, monkeypatch):
    monkeypatch.delattr(os, "geteuid")
    path = write(document("/a"))
    OpenAPISpecs(path).load()
    assert OpenAPISpecs(path).at_hand()
    OpenAPISpecs(path).load()


def test_folders_and_files_are_private_whatever_the_umask(write, tmp_path, monkeypatch):
    monkeypatch.setenv("CNCT_CACHE_DIR", str(tmp_path / "x" / "y" / "cache"))
    before = os.umask(0)
    try:
        OpenAPISpecs(write(document("/a"))).load()
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "x").rglob("*")}
    assert {mode for name, mode in modes.items() if "." not in name} == {0o700}
    assert {mode for name, mode in modes.items() if "." in name} == {0o600}
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o700


@pytest.mark.parametrize("replaced", [True, False])
def test_another_document_of_equal_size_and_time_is_noticed(write, tmp_path, replaced):
    path = write(document("/a"))
    OpenAPISpecs(path).load()
    assert OpenAPISpecs(path).at_hand()
    status = path.stat()
    target = tmp_path / "new.yml" if replaced else path
    target.write_text(document("/b"))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    target.replace(path)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert not OpenAPISpecs(path).at_hand()
    assert OpenAPISpecs(path).get_collections() == ["b"]
