"""Every code block of README and docs is run by a test named here, or has its reason here."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {
    str(page.relative_to(ROOT)): page.read_text("utf-8")
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
}
BLOCK = re.compile(r"^ *```\{?\.?(\w+).*?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
RUN = {
    ("README.md", "python"): ("test_readme.py", "testing/test_plugin.py"),
    ("docs/index.md", "python"): ("test_index.py",),
    ("docs/start.md", "python"): ("test_guide.py",),
    ("docs/emulator.md", "python"): ("test_guide.py",),
    ("docs/guide/*.md", "python"): ("test_guide.py",),
    ("docs/types.md", "python"): ("test_guide.py",),
    ("docs/iteration.md", "python"): ("test_readme.py",),
    ("docs/exploring.md", "python"): ("console/test_docs.py",),
    ("docs/settings.md", "python"): ("settings/test_settings_docs.py",),
    ("docs/settings.md", "toml"): ("settings/test_settings_docs.py",),
    ("docs/testing.md", "python"): ("testing/test_plugin.py",),
    ("docs/cassettes.md", "python"): ("testing/test_cassette_docs.py",),
    ("docs/cassettes.md", "yaml"): ("testing/test_cassette_docs.py",),
    ("docs/cookbook/*.md", "yaml"): ("docs/test_cookbook.py",),
    ("docs/mirror.md", "python"): ("data/test_mirror_docs.py",),
    ("docs/exports.md", "python"): ("data/export_recipes.py",),
    ("docs/command.md", "bash"): ("cli/recipes.py",),
    ("docs/faq.md", "python"): ("docs/test_pages.py",),
    ("docs/glossary.md", "python"): ("docs/test_pages.py",),
    ("docs/versioning.md", "python"): ("docs/test_pages.py",),
    ("docs/cookbook/*.md", "python"): ("docs/test_cookbook.py",),
    ("docs/engines.md", "python"): (
        "engines/dlt_engine.py",
        "engines/locust_engine.py",
        "engines/clusters.py",
    ),
}
"""The tests that run the blocks of a page, by its name and their language."""
REASONS = {
    ("docs/spark.md", "python"): "each has its reason above: see test_guide.py",
    ("docs/versioning.md", "toml"): "a setting of pytest",
    ("docs/notebooks/first-steps.md", "python"): "executed from the notebook by make docs-test",
}
PROGRAMS = {
    "cnct": "run by cli/test_shown_commands.py",
    "git": "fetches the sources",
    "python3": "makes the reader's environment",
    "pip": "installs",
    ".venv/bin/pip": "installs",
    "export": "sets variables of the reader's shell",
    "echo": "changes start-up files of the reader's shell",
    "pytest": "testing/test_cassette_docs.py records and replays",
    "sqlite3": "data/test_mirror_docs.py runs SQL on the same view",
}
"""What lines of `console` blocks begin with; `make` and `python` are checked below."""


def blocks(*languages: str) -> list[tuple[str, str, str]]:
    return [
        (page, language, code)
        for page, text in PAGES.items()
        for language, code in BLOCK.findall(text)
        if not languages or language in languages
    ]


def test_every_block_is_run_by_a_test_or_has_a_reason():
    known = {*RUN, *REASONS}
    unknown = {
        (page, language)
        for page, language, _ in blocks()
        if language not in {"console", "text"}
        and not any(fnmatch(page, name) and language == of for name, of in known)
    }
    assert unknown == set()


@pytest.mark.parametrize(("page", "language"), RUN)
def test_the_tests_of_a_page_name_it(page: str, language: str):
    assert any(fnmatch(name, page) and of == language for name, of, _ in blocks())
    name = Path(page).parent.name if "*" in page else Path(page).stem
    for module in RUN[page, language]:
        assert name in (ROOT / "tests" / module).read_text("utf-8")


def test_the_programs_of_console_blocks_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    lines = [
        line.removeprefix("$ ").split()
        for _, _, code in blocks("console")
        for line in code.splitlines()
        if line.startswith("$ ")
    ]
    for program, *words in lines:
        if program == "make":
            assert re.search(rf"^{words[0]}:", makefile, re.MULTILINE)
        elif program == "python" and words[0] != "-m":
            assert (ROOT / "examples" / "cookbook" / Path(words[0]).name).exists()
        else:
            assert program in PROGRAMS or (program, words[1]) == ("python", "cnct.emulator")


def test_the_wheel_to_install_is_that_of_this_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"dist/cnct-{project['version']}-py3-none-any.whl" in PAGES["docs/start.md"]
