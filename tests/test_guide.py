"""Start and the pages of the guide: their sessions and programs run as shown."""

from __future__ import annotations

import doctest
import re
from functools import partial
from pathlib import Path

import pytest
import trustme

from cnct import ClientError, ConnectClient, R, exceptions, user_warnings
from cnct.emulator import Emulator, Fault
from cnct.stubs import write

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [DOCS / "start.md", DOCS / "emulator.md", *sorted((DOCS / "guide").glob("*.md"))]
NOT_RUN = re.compile(r"<!-- not run: (.+?) -->\n\n```python\n.*?```\n", re.DOTALL)
PROGRAM = re.compile(r"^```python\n((?!>>>).*?)^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\| `(.+?)` \| `(\w+\(.+\))` \|$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_sessions_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    session = doctest.DocTestParser().get_doctest(text, {}, page.stem, page.name, 0)
    names = session.globs
    try:
        assert session.examples
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        assert runner.run(session, clear_globs=False).failed == 0
    finally:
        if "connect" in names:
            names["connect"].stop()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_programs_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    programs = PROGRAM.findall(NOT_RUN.sub("", page.read_text(encoding="utf-8")))
    if not programs:
        return
    monkeypatch.chdir(tmp_path)
    trustme.CA().cert_pem.write_to_path(tmp_path / "company-ca.pem")
    with Emulator() as connect:
        monkeypatch.setattr("cnct.client.base_client.DEFAULT_ENDPOINT", connect.endpoint)
        monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", str(connect.spec))
        monkeypatch.setenv("CNCT_API_KEY", "ApiKey SU-000-000-000:secret")
        monkeypatch.setenv("CNCT_ENDPOINT", connect.endpoint)
        for program in programs:
            exec(compile(program, page.name, "exec"), {"__name__": "program"})  # noqa: S102 - our own page


def test_the_programs_of_the_page_on_types_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    programs = PROGRAM.findall((DOCS / "types.md").read_text(encoding="utf-8"))
    assert programs
    with Emulator() as connect:
        write(tmp_path / "connect_types", spec=connect.spec)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("CNCT_API_KEY", "ApiKey SU-000-000-000:secret")
        monkeypatch.setenv("CNCT_ENDPOINT", connect.endpoint)
        monkeypatch.setenv("CNCT_SPEC", str(connect.spec))
        for program in programs:
            exec(compile(program, "types.md", "exec"), {"__name__": "program"})  # noqa: S102 - our own page
        assert [call for call in connect.requests if call.path.endswith("/approve")]


@pytest.mark.parametrize("page", ["exports.md", "spark.md"])
def test_a_program_that_is_not_run_has_its_reason_above(page: str):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert NOT_RUN.search(text)
    assert PROGRAM.findall(NOT_RUN.sub("", text)) == []


def test_the_table_of_repeated_writes_is_what_happens():
    text = (DOCS / "guide" / "writing.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}.+?) \| (\w+) \| (.+?) \|$", text, re.MULTILINE)
    assert len(rows) == 3
    with Emulator() as connect:
        for first, of_update, of_create in rows:
            for status in re.findall(r"\d{3}", first):
                seconds = 1 if f"{status} with `Retry-After`" in first else None
                fault = partial(Fault.status, int(status), retry_after=seconds, times=1)
                assert outcome(connect, fault(method="PUT")) == of_update
                assert outcome(connect, fault(method="POST")) in of_create


def outcome(connect: Emulator, fault: Fault) -> str:
    """Return the name of the error of an update or create, or that it was repeated."""
    connect.faults = [fault]
    options = {"use_specs": False, "max_retries": 1, "clock": connect.clock}
    with ConnectClient("ApiKey x", connect.endpoint, **options) as client:
        try:
            client.products["PRD-000-000-001"].update({"name": "A"})
            client.products.create({"name": "A"})
        except ClientError as error:
            return type(error).__name__
        return "repeated" if client.stats.retries else "not met"


def test_each_condition_of_the_table_is_the_rql_beside_it():
    rows = TABLE.findall((DOCS / "guide" / "filtering.md").read_text(encoding="utf-8"))
    assert len(rows) > 6
    for code, text in rows:
        assert str(eval(code, {"R": R})) == text  # noqa: S307 - our own page


def test_the_filters_of_programs_that_move_are_those_of_the_table():
    text = (DOCS / "coming-from-connect-openapi-client.md").read_text(encoding="utf-8")
    table = text.partition("### Filters")[2].partition("###")[0]
    rows = re.findall(r"^\| `([^`]*R\([^`]+)` \| .+? \| `(\w+\([^`]+)` \|", table, re.MULTILINE)
    assert len(rows) > 4
    for code, rql in rows:
        condition = code.removeprefix("filter(").removesuffix(")") if "filter" in code else code
        assert str(eval(condition, {"R": R})) == rql  # noqa: S307 - our own page


@pytest.mark.parametrize("module", [exceptions, user_warnings])
def test_the_tree_of_errors_is_that_of_the_module(module):
    tree = re.search(r"```text\n(.+?)```", module.__doc__, re.DOTALL)
    page = (DOCS / "guide" / "errors.md").read_text(encoding="utf-8")
    assert tree is not None
    assert tree[0] in page
