"""The rooms and the direction of their doors."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import cnct

ROOT = Path(cnct.__file__).parent
KNOWS = {
    "rql": {"rql"},
    "client.openapi": {"rql", "client.openapi"},
    "client": {"rql", "client", "client.openapi", "console"},
    "console": {"rql", "client", "client.openapi", "console"},
    "emulator": {"rql", "client.openapi", "emulator"},
    "testing": {"rql", "client", "client.openapi", "emulator", "testing"},
}


def room(module: str) -> str:
    return max((name for name in KNOWS if f"{module}.".startswith(f"cnct.{name}.")), key=len)


def imports() -> list[tuple[str, str]]:
    found = []
    for path in ROOT.rglob("*.py"):
        module = ".".join(("cnct", *path.relative_to(ROOT).with_suffix("").parts))
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        targets = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
        if module != "cnct.__init__":
            found += [(module, target) for target in targets if target.startswith("cnct")]
    return found


def test_dependencies_point_one_way():
    wrong = [(a, b) for a, b in imports() if b != "cnct" and room(b) not in KNOWS[room(a)]]
    assert wrong == []


def test_no_file_is_longer_than_400_lines():
    lengths = {p.name: len(p.read_text(encoding="utf-8").splitlines()) for p in ROOT.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize(
    "module",
    [
        "fast_yaml",
        "jsonschema_rs",
        "platformdirs",
        "rich",
        "pytest",
        "starlette",
        "uvicorn",
        "httpx2",
        "click",
        "msgspec",
    ],
)
def test_the_import_brings_only_what_the_first_call_needs(module):
    code = f"import sys; from cnct import ConnectClient; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_the_promised_import_paths_exist():
    from cnct.client.exceptions import ClientError
    from cnct.client.fluent import ConnectClient
    from cnct.client.models import NS, Action, Collection, Resource, ResourceSet
    from cnct.rql.base import R, RQLQuery

    assert cnct.ConnectClient is ConnectClient
    assert cnct.ClientError is ClientError
    assert cnct.R is R is RQLQuery
    assert all((NS, Action, Collection, Resource, ResourceSet))


def test_the_package_has_its_names_and_no_others(monkeypatch):
    monkeypatch.delattr(cnct, "client", raising=False)
    assert set(cnct.__all__) < set(dir(cnct))
    assert all(getattr(cnct, name).__name__ for name in cnct.__all__)
    assert cnct.client.ConnectClient is cnct.ConnectClient
    with pytest.raises(AttributeError, match="no attribute 'Client'"):
        _ = cnct.Client


def test_without_its_extra_the_emulator_says_what_to_install(monkeypatch):
    for name in [each for each in sys.modules if each.startswith(("cnct.emulator", "starlette"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(ImportError, match=r"needs starlette.*pip install 'cnct\[emulator\]'"):
        importlib.import_module("cnct.emulator")
