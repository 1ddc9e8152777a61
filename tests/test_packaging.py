"""The package's dependencies, links and rooms are what its files say."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from tests.lowest import requirements
from tests.test_architecture import GROUND, KNOWS, ROOT

import cnct.console
import cnct.openapi
import cnct.testing

CHECKOUT = Path(__file__).parents[1]
ENGINES = {"locust"}  # the user's own: an extra would choose their version
NAMES = [re.split(r"[<>=]", requirement)[0] for requirement in requirements()]


def test_every_dependency_has_a_lower_bound_and_no_upper_one():
    assert [text for text in requirements() if not re.fullmatch(r"[\w-]+>=[\d.]+", text)] == []


def test_every_imported_library_is_declared():
    imported = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    # IPython and engines import us, or are there already; certifi comes with requests.
    of_users = {"IPython", "certifi", *ENGINES}
    of_others = imported - sys.stdlib_module_names - {"cnct", *of_users}
    owners = packages_distributions()
    declared = {name: {owner.replace("_", "-") for owner in owners[name]} for name in of_others}
    assert [name for name, by in sorted(declared.items()) if not by & {*NAMES}] == []


def test_the_emulator_names_the_packages_of_its_extra():
    text = (ROOT / "emulator" / "__init__.py").read_text(encoding="utf-8")
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    extra = re.search(r"^emulator = \[(.+)\]$", project, re.MULTILINE)[1]
    assert f"pip install {' '.join(re.findall(r'[a-z-]{3,}', extra))}" in text


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/exploring.md"])
def test_relative_links_lead_to_files(name: str):
    path = CHECKOUT / name
    links = re.findall(r"\]\(([\w/.-]+)\)", path.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_picture_of_the_rooms_is_what_the_architecture_test_enforces():
    text = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    picture = dict(re.findall(r"^    (\w+)(?: \(.*?\))? +knows (.+)$", text, re.MULTILINE))
    rooms = KNOWS.keys() - GROUND - {"__main__"}
    drawn = {
        room: set() if known == "only the ground" else set(known.split(", "))
        for room, known in picture.items()
    }
    assert drawn == {room: KNOWS[room] - {room} for room in rooms}


@pytest.mark.parametrize("room", [cnct.console, cnct.openapi, cnct.testing])
def test_a_room_lists_its_names_and_no_others(room):
    assert dir(room) == sorted(room.__all__)
    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = room.nothing
