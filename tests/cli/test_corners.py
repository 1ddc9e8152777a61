"""Corners of the command: broken streams, unusual rows and answers, bugs."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import pytest
from tests.conftest import KEY, json_answer

from cnct.cli.main import main
from cnct.emulator.server import DEFAULT_SPEC


@pytest.fixture
def answering(server, monkeypatch):
    """A server that answers what the test says, with the document of the emulator."""
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))

    def answer(value: object) -> None:
        server.answer = lambda _: json_answer(value)

    return answer


def closed_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w")


@pytest.mark.usefixtures("reads")
@pytest.mark.parametrize(
    "words",
    [["ls", "requests"], ["help", "requests"], ["--help"], ["--version"], ["completion", "bash"]],
)
def test_a_reader_that_has_enough_is_no_error(words, monkeypatch, capsys):
    stream = closed_pipe()
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(words) == 0
    assert capsys.readouterr().err == ""
    stream.close()


def test_a_batch_needs_its_reader(connect, tmp_path, monkeypatch, capsys):
    ids = tmp_path / "ids"
    ids.write_text("PR-000\nPR-001\n", encoding="utf-8")
    stream = closed_pipe()
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["call", "requests", "approve", "template_id=T", "--from", str(ids), "-y"]) == 1
    assert "The output was closed: 1 done of 1" in capsys.readouterr().err
    stream.close()


@pytest.mark.usefixtures("reads")
@pytest.mark.parametrize("words", [["count", "requests"], ["ls", "--help"], ["--version"]])
def test_a_full_disk_is_an_error(words, monkeypatch, capsys):
    with open("/dev/full", "w", encoding="utf-8") as stream:  # noqa: PTH123 - a device
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(words) == 1
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.usefixtures("reads")
def test_missing_streams_are_no_bug(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["count", "requests"]) == 1
    assert main(["--version"]) == 0
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["create", "requests", "-d", "-"]) == 2
    err = capsys.readouterr().err
    assert "standard output: It is closed" in err
    assert "Standard input is closed" in err
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["lss"]) == 2
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert main(["ls", "requests", "--rql", "("]) == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"PR-1\nPR-2\n")))
    assert main(["delete", "requests", "--from", "-", "--force"]) == 2


def test_the_module_is_the_command():
    assert import_module("cnct.__main__").main is main


def test_an_interrupt_while_modules_load(monkeypatch):
    class Interrupts:
        @staticmethod
        def find_spec(name, *_):
            if name == "cnct.cli.running":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "cnct.cli.running")
    monkeypatch.setattr(sys, "meta_path", [Interrupts, *sys.meta_path])
    assert main(["ls"]) == 130


def test_an_interrupted_batch_names_its_counts(cnct, connect, monkeypatch):
    class Interrupted(io.BytesIO):
        def __next__(self) -> bytes:
            line = super().__next__()
            if line == b"stop\n":
                raise KeyboardInterrupt
            return line

    stdin = io.TextIOWrapper(Interrupted(b"PR-000\nstop\n"))
    monkeypatch.setattr("io.TextIOWrapper", lambda *_, **__: stdin)
    ran = cnct("call", "requests", "approve", "template_id=T", "--from", "-", "-y")
    assert ran.status == 130
    assert ran.err.endswith("cnct: interrupted\n")


@pytest.mark.parametrize("output", ["json", "ndjson"])
def test_control_characters_are_escapes_of_json_with_the_same_value(cnct, answering, output):
    row = {"id": "PRD-1", "name": "\x9b31m \u202e \U000e0041"}
    answering([row])
    ran = cnct("ls", "products", "-o", output, "--force")
    assert (ran.json if output == "json" else ran.lines) == [row]
    assert all(line.isprintable() for line in ran.out.splitlines())


def test_rows_that_are_no_objects(cnct, answering):
    answering(["a", None, 3])
    assert cnct("ls", "products", "-o", "csv", "--force").out == "value\na\n\n3\n".replace(
        "\n\n", '\n""\n'
    )
    assert cnct("ls", "products", "-o", "table", "--force").out.splitlines()[:2] == ["VALUE", "a"]
    answering([1, 2])
    assert cnct("get", "products/PRD-1").json == [1, 2]


def test_cells_of_every_kind(cnct, answering):
    answering([{"id": "=1+1", "items": [{"a": 1}], "is": True, "text": "a\tb\\\n"}])
    words = ["ls", "products", "--force", "-o"]
    assert cnct(*words, "csv").out.splitlines()[1].startswith('\'=1+1,"[{""a"": 1}]",true,')
    assert cnct(*words, "csv", "--plain-cells").out.splitlines()[1].startswith("=1+1,")
    assert cnct(*words, "tsv").out.splitlines()[1] == '=1+1\t[{"a": 1}]\ttrue\ta\\tb\\\\\\n'


def test_columns_that_come_late_are_an_error(cnct, server, answering):
    def page(got):
        limit, offset = (int(part.partition("=")[2]) for part in got.query.split("&"))
        part = rows[offset : offset + limit]
        return json_answer(part, Content_Range=f"items {offset}-{offset + len(part) - 1}/4")

    rows = [{"id": "1"}, {"id": "2"}, {"id": "3", "more": "x"}, {"id": "4"}]
    answering(None)
    server.answer = page
    ran = cnct("ls", "products", "--force", "--page-size", "2", "-o", "csv")
    assert (ran.status, ran.out) == (1, "id\n1\n2\n3\n4\n")
    assert "no column: more. Name the columns with --select" in ran.err


def test_many_columns_are_cut_to_the_width(terminal, answering):
    answering([{f"column_{number}": "x" * 50 for number in range(5)}, {"column_0": "y"}])
    header, first, second = terminal("ls", "products", "--force", "--color=never").out.splitlines()
    assert header == "COLUMN_0"
    assert first == "x" * 39 + "…"
    assert second == "y"


def test_a_bug_is_one_line_and_a_traceback_with_v(cnct, connect, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise LookupError("surprise")

    monkeypatch.setattr("json.dumps", fail)
    ran = cnct("ls", "requests")
    assert (ran.status, ran.err) == (1, "cnct: LookupError: surprise. Show where with -v\n")
    assert "Traceback" in cnct("ls", "requests", "-v").err


def test_a_program_that_fails_shows_its_line(cnct, connect):
    ran = cnct("shell", stdin="x = 1\n1 / 0")
    assert ran.status == 1
    assert 'File "<stdin>", line 2' in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["api", "G3T", "/products"], "'G3T' is no HTTP method"),
        (["api", "GET", "https://elsewhere/x"], "is not below the endpoint"),
        (["api", "GET", "/products", "-H", "nothing"], "is no header"),
        (["api", "GET", "/products", "-H", "authorization: x"], "use CNCT_API_KEY"),
        (["api", "GET", "/nothing"], "There is no 'nothing'"),
        (["api", "GET", "/requests?statu=1"], "Did you mean 'status'?"),
        (["call", "requests/PR-1", "a b"], "is no name of an action"),
        (["create", "requests", "-d", "-", "--from", "-"], "cannot both read"),
        (["get", "requests/PR-1", "asset.product.nam"], "asset.product.name"),
        (["call", "requests", "approve", "--from", "/nowhere"], "/nowhere cannot be read"),
    ],
)
def test_more_mistakes(cnct, connect, words, message):
    ran = cnct(*words)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert not connect.requests


def test_hidden_fields_are_asked_for(cnct, connect):
    assert cnct("get", "requests/PR-001", "asset.product.capabilities").status == 0
    assert connect.requests[-1].query == "select(asset.product.capabilities)"
    cnct("ls", "requests", "--select", "-asset,+template", "--search", "x", "--force")
    assert "select(-asset,template)" in connect.requests[-1].query


def test_answers_without_a_terminal_for_the_ids(terminal, connect, tmp_path, monkeypatch):
    words = ["call", "requests", "approve", "template_id=T", "--from", "-"]
    answers = tmp_path / "tty"
    monkeypatch.setattr("cnct.cli.confirming._TERMINAL", str(answers))

    def ids():
        return io.TextIOWrapper(io.BytesIO(b"PR-000\nPR-001\n"))

    ran = terminal(*words, stdin=ids())
    assert (ran.status, "needs --yes" in ran.out) == (2, True)
    answers.write_text("yes\n", encoding="utf-8")
    assert terminal(*words, stdin=ids()).status == 0


def test_a_key_is_read_without_an_echo(terminal, tmp_path, monkeypatch):
    monkeypatch.setenv("CNCT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr("getpass.getpass", lambda _: KEY)
    ran = terminal("config", "set", "api_key", "-")
    assert (ran.status, ran.out) == (0, "")

    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end)
    assert "There is no value" in terminal("config", "set", "api_key", "-").out
