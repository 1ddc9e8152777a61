"""Type checkers over written packages and programs; run by ``make stubs``, since they take long."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.conftest import shared
from tests.stubs.oddities import write_document
from tests.stubs.programs import right_program, wrong_program
from tests.stubs.walking import Walk

import cnct
from cnct.emulator.server import DEFAULT_SPEC
from cnct.stubs import write

SOURCE = Path(cnct.__file__).parents[1]
BIN = Path(sys.executable).parent
SECONDS = 900  # only stops a checker that hangs
CHECKERS = ("mypy", "pyright", "ty")


class Problem(NamedTuple):
    """An error that a type checker reports."""

    file: str
    line: int
    text: str


def run(folder: Path, *words: str) -> str:
    ran = subprocess.run(
        [BIN / words[0], *words[1:]],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(SOURCE), "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return ran.stdout + ran.stderr


def mypy(folder: Path, *files: str) -> list[Problem]:
    text = run(folder, "mypy", "--strict", "--no-error-summary", "--cache-dir", ".mypy", *files)
    found = re.findall(r"^(.+?):(\d+): error: (.*)$", text, re.MULTILINE)
    assert found or not text.strip(), text
    return [Problem(name, int(line), message) for name, line, message in found]


def pyright(folder: Path, *files: str) -> list[Problem]:
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "include": files,
        "extraPaths": [str(SOURCE)],
        "venvPath": str(BIN.parents[1]),
        "venv": BIN.parent.name,
        "reportUnusedExpression": False,  # programs of the table are expressions
        "reportUnusedCoroutine": False,
        "reportUnusedVariable": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    report = json.loads(run(folder, "pyright", "--outputjson"))
    return [
        Problem(
            Path(problem["file"]).relative_to(folder).as_posix(),
            problem["range"]["start"]["line"] + 1,
            problem["message"],
        )
        for problem in report["generalDiagnostics"]
        if problem["severity"] != "information"
    ]


def ty(folder: Path, *files: str) -> list[Problem]:
    text = run(
        folder,
        "ty",
        "check",
        *("--output-format", "concise", "--python", str(BIN.parent)),
        *("--extra-search-path", str(SOURCE), "--python-version", "3.11"),
        *files,
    )
    found = re.findall(r"^(.+?):(\d+):\d+: (?:error|warning)\S* (.*)$", text, re.MULTILINE)
    assert found or "All checks passed" in text, text
    return [Problem(name, int(line), message) for name, line, message in found]


RUN: dict[str, Callable[..., list[Problem]]] = {"mypy": mypy, "pyright": pyright, "ty": ty}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs").resolve()
    write(folder / "connect_types", spec=DEFAULT_SPEC)
    (folder / "right.py").write_text(right_program(), encoding="utf-8")
    (folder / "wrong.py").write_text(wrong_program()[0], encoding="utf-8")
    return folder


@pytest.mark.parametrize("checker", CHECKERS)
def test_programs_have_the_types_of_the_table(programs, checker):
    assert RUN[checker](programs, "right.py", "connect_types") == []


@pytest.mark.parametrize("checker", CHECKERS)
def test_mistakes_are_found_on_their_lines(programs, checker):
    lines = wrong_program()[1]
    reported = {problem.line for problem in RUN[checker](programs, "wrong.py")}
    missed = {lines[number].line for number in lines.keys() - reported}
    assert missed == {wrong.line for wrong in lines.values() if checker in wrong.missed_by}
    assert reported - lines.keys() == set()


@pytest.mark.parametrize("checker", CHECKERS)
def test_types_of_a_document_with_oddities_have_no_errors(tmp_path, checker):
    folder = tmp_path.resolve()
    write(folder / "odd_types", spec=write_document(folder / "odd.json"))
    assert RUN[checker](folder, "odd_types") == []


def test_types_of_a_part_have_no_errors(tmp_path):
    folder = tmp_path.resolve()
    write(folder / "part_types", spec=DEFAULT_SPEC, only=["usage"], asynchronous=False)
    bare = write_document(folder / "bare.json", paths={"/things": {"get": {}}}, components={})
    write(folder / "bare_types", spec=bare)
    assert pyright(folder, "part_types", "bare_types") == []


@pytest.mark.parametrize("checker", CHECKERS)
def test_types_of_a_small_api_have_no_errors(tmp_path, checker):
    folder = tmp_path.resolve()
    write(folder / "small_types", spec=shared("rql/reference-spec.yml"))
    assert RUN[checker](folder, "small_types") == []


@pytest.mark.parametrize("prefix", ["", "Async"])
def test_every_name_of_the_whole_api_exists_at_run_time(tmp_path, prefix):
    document = shared("spec/connect-openapi30.yml")
    write(tmp_path / "connect_types", spec=document)
    walk = Walk(tmp_path / "connect_types", document, prefix)
    walk.over_all()
    assert walk.steps > 700
    assert walk.conditions > 10_000


@pytest.mark.parametrize("checker", CHECKERS)
def test_types_of_the_whole_api_have_no_errors(tmp_path, checker):
    folder = tmp_path.resolve()
    write(folder / "connect_types", spec=shared("spec/connect-openapi30.yml"))
    assert RUN[checker](folder, "connect_types") == []
