"""The command line: one line for what is wrong, progress, and what a client needs."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
import requests

from cnct.emulator import Emulator
from cnct.emulator import __main__ as command
from cnct.emulator.server import DEFAULT_SPEC


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the last line on stderr of a command that ends at once, without its prefix."""
    with pytest.raises(SystemExit) as stop:
        command.main([*arguments])
    assert stop.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    *progress, line = captured.err.splitlines()
    assert not [other for other in progress if "rror" in other]
    return line.removeprefix("python -m cnct.emulator: error: ")


def test_a_taken_port_is_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = fails(capsys, "--port", str(port), "--generate", "requests=100000000")
    assert line == f"port {port} of 127.0.0.1 cannot be opened: Address already in use"


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--spec", "<html>", "is HTML or XML"),
        ("--spec", "openapi: 3.0.0\npaths:\n  - a", "must have an object at paths"),
        ("--records", "[]", "must have a JSON object"),
        ("--records", "{", "Expecting property name"),
        ("--records", "[" * 100_000, "recursion"),
        ("--records", '{"prodcts": []}', "the document has no collection 'prodcts'"),
        ("--database", "no database" * 100, "file is not a database"),
    ],
)
def test_a_bad_file_is_one_line(capsys, tmp_path, option, content, message):
    file = tmp_path / "file"
    file.write_text(content, encoding="utf-8")
    assert message in fails(capsys, "--port", "0", option, str(file))


@pytest.mark.parametrize("option", ["--spec", "--records"])
def test_a_missing_file_is_one_line(capsys, tmp_path, option):
    assert "o such file" in fails(capsys, "--port", "0", option, str(tmp_path / "missing"))


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_number_that_is_no_port_is_refused(capsys, port):
    with pytest.raises(SystemExit):
        command.main([f"--port={port}"])
    assert f"{port!r} is no port: write 0 to 65535" in capsys.readouterr().err


def test_the_endpoint_and_the_document_are_on_stdout_and_progress_is_on_stderr(capsys):
    stop = threading.Event()
    stop.set()
    command.main(["--port", "0", "--generate", "accounts=7"], stop)
    captured = capsys.readouterr()
    endpoint, specs = captured.out.splitlines()
    assert endpoint.startswith("Connect is at http://127.0.0.1:")
    assert specs == f"specs_location is {DEFAULT_SPEC}"
    assert "accounts=7" in captured.err
    assert all(line.startswith("python -m cnct.emulator: ") for line in captured.err.splitlines())


def test_a_port_is_open_before_records_are_invented(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = []

    def call(_program: str, line: str) -> None:
        socket.create_connection(("127.0.0.1", port)).close()
        lines.append(line)

    monkeypatch.setattr(command, "_report", call)
    stop = threading.Event()
    stop.set()
    command.main(["--port", str(port), "--generate", "requests=5"], stop)
    assert any("requests=5" in line for line in lines)


def test_two_emulators_on_one_file_count_the_same(tmp_path: Path):
    file = tmp_path / "records.db"
    key = {"Authorization": "ApiKey x"}
    with Emulator(database=file) as one, Emulator(database=file) as other:
        for maker, reader in ((one, other), (other, one)):
            before = requests.get(f"{reader.endpoint}/accounts", headers=key, timeout=5)
            made = requests.post(
                f"{maker.endpoint}/accounts", json={"name": "A"}, headers=key, timeout=5
            )
            assert made.status_code == 201
            after = requests.get(f"{reader.endpoint}/accounts", headers=key, timeout=5)
            totals = [int(r.headers["Content-Range"].partition("/")[2]) for r in (before, after)]
            assert totals[1] == totals[0] + 1 == len(after.json())
