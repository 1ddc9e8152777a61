"""download: files of the API and of links, from the shell."""

from __future__ import annotations

import pytest

from cnct.emulator import Fault

LOGO = "/media/PRD-1/logo.png"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_file_is_written_and_its_path_printed(cnct, connect, tmp_path):
    assert cnct("download", LOGO) == (0, "logo.png\n", "")
    assert (tmp_path / "logo.png").read_bytes().startswith(b"\x89PNG")
    assert cnct("download", LOGO, "-o", "other.png").out == "other.png\n"
    assert connect.requests[-1].headers["authorization"].startswith("ApiKey")


def test_a_file_that_is_there_needs_a_word(cnct, connect, tmp_path):
    (tmp_path / "logo.png").write_text("mine")
    ran = cnct("download", LOGO)
    assert ran.status == 1
    assert "'logo.png' exists" in ran.err
    assert cnct("download", LOGO, "--overwrite").status == 0
    assert (tmp_path / "logo.png").read_bytes().startswith(b"\x89PNG")


def test_a_later_run_continues(cnct, connect):
    connect.faults.add(Fault.truncate(times=20))
    assert "goes on after the" in cnct("download", LOGO).err
    connect.faults.clear()
    assert cnct("download", LOGO).status == 0
    assert connect.requests[-1].headers["range"].startswith("bytes=")
    connect.faults.add(Fault.truncate(times=20))
    assert cnct("download", LOGO, "-o", "x", "--no-resume").status == 1


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["ftp://host/x"], 2, "no http(s) URL of a host"),
        (["products", "-o", "missing/"], 2, "There is no directory 'missing/'"),
        (["products", "-o", "missing/x"], 1, "There is no directory 'missing'"),
        (["prodcts"], 2, "Did you mean"),
        (["products/PRD-0", "-o", "x"], 4, "404"),
        (
            ["products", "-o", "-"],
            2,
            "write 'cnct api GET products' to have the content",
        ),
        (["products", "-H", "x"], 2, "'x' is no header"),
    ],
)
@pytest.mark.usefixtures("reads")
def test_mistakes_have_a_message_and_a_status(cnct, words, status, message):
    ran = cnct("download", *words)
    assert ran.status == status
    assert message in ran.err


@pytest.mark.usefixtures("reads")
def test_a_terminal_has_a_bar(terminal):
    ran = terminal("download", LOGO)
    assert ran.status == 0
    assert "bytes" in ran.out
