"""The rooms and the direction of their doors."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import cnct

ROOT = Path(cnct.__file__).parent
# From the top, each room knows the ground, itself and those that are listed, lazily or not.
GROUND = {"exceptions", "user_warnings", "late", "text", "version", "endpoints", "api_keys"}
KNOWS = {
    "exceptions": set(),
    "user_warnings": set(),
    "late": set(),
    "text": set(),
    "version": set(),
    "endpoints": set(),
    "api_keys": set(),
    "rql": {"rql"},
    "openapi": {"rql", "openapi"},
    "store": {"rql", "openapi", "store"},
    "settings": {"settings"},
    "rows": {"openapi", "rows"},
    "data": {"rql", "openapi", "store", "data"},
    "stubs": {"rql", "openapi", "store", "stubs"},
    "client": {"rql", "client", "settings", "openapi", "console", "data", "rows"},
    "console": {"openapi", "console"},
    "emulator": {"rql", "openapi", "store", "data", "emulator"},
    "testing": {"rql", "client", "openapi", "emulator", "store", "testing"},
    "spark": {"rql", "client", "openapi", "data", "spark"},
    "dlt": {"rql", "client", "openapi", "data", "dlt"},
    "locust": {"client", "locust"},
    "usage": {"client", "openapi", "data", "rows", "usage"},
    "cli": {
        "rql",
        "client",
        "settings",
        "openapi",
        "console",
        "emulator",
        "data",
        "rows",
        "stubs",
        "cli",
    },
    "__main__": {"cli"},
}


def room(module: str) -> str:
    return module.split(".")[1]


def targets(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports, at run time or for type checkers alike."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide the room"
        return [node.module]
    return []


@cache
def imports() -> list[tuple[str, str]]:
    found = []
    for path in ROOT.rglob("*.py"):
        module = ".".join(("cnct", *path.relative_to(ROOT).with_suffix("").parts))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [target for node in ast.walk(tree) for target in targets(node)]
        if module not in {"cnct.__init__", "cnct._facade"}:
            found += [(module, name) for name in names if f"{name}.".startswith("cnct.")]
    return found


def test_dependencies_point_one_way():
    wrong = [(a, b) for a, b in imports() if room(b) not in KNOWS[room(a)] | GROUND]
    assert wrong == []


def test_nothing_imports_from_the_facade():
    """Where another package owns ``cnct/__init__.py``, the modules work all the same."""
    assert [(a, b) for a, b in imports() if b == "cnct"] == []


def test_the_deciding_core_knows_no_driver():
    drivers = ("cnct.client._http", "cnct.testing")
    core = [(a, b) for a, b in imports() if a.startswith("cnct.client._core.")]
    assert core
    assert [(a, b) for a, b in core if b.startswith(drivers)] == []


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
        "tomllib",
        "tomlkit",
        "cnct.settings",
    ],
)
def test_the_import_brings_only_what_the_first_call_needs(module):
    code = f"import sys; from cnct import ConnectClient; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_a_synchronous_client_brings_only_what_its_calls_need():
    code = (
        "import sys\n"
        "from cnct import ConnectClient, R\n"
        "ConnectClient('k', use_specs=False).requests.filter(id='PR-1').limit(5)\n"
        "foreign = {'asyncio', 'dataclasses', 'fast_yaml', 'inspect', 'uuid'}\n"
        "print(*{*foreign, 'cnct.client.work'} & sys.modules.keys())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603 - our own code
    assert run.stdout.split() == []


def test_the_promised_import_paths_exist():
    from cnct.client.exceptions import ClientError
    from cnct.client.fluent import ConnectClient
    from cnct.client.models import NS, Action, Collection, Resource, ResourceSet
    from cnct.client.openapi import OpenAPISpecs
    from cnct.rql.base import R, RQLQuery

    assert cnct.ConnectClient is ConnectClient
    assert cnct.ClientError is ClientError
    assert cnct.R is R is RQLQuery
    assert OpenAPISpecs is cnct.openapi.OpenAPISpecs
    assert all((NS, Action, Collection, Resource, ResourceSet))


def test_the_package_has_its_names_and_no_others(monkeypatch):
    monkeypatch.delattr(cnct, "client", raising=False)
    assert set(dir(cnct)) == {*cnct.__all__, "client", "exceptions", "rql", "stubs"}
    assert all(getattr(cnct, name).__name__ for name in cnct.__all__ if name != "__version__")
    assert cnct.__version__ == importlib.metadata.version("cnct")
    assert cnct.client.ConnectClient is cnct.ConnectClient
    with pytest.raises(AttributeError, match="no attribute 'Client'"):
        _ = cnct.Client


def test_without_its_extra_the_emulator_says_what_to_install(monkeypatch):
    for name in [each for each in sys.modules if each.startswith(("cnct.emulator", "starlette"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(ImportError, match="needs starlette: pip install python-multipart "):
        importlib.import_module("cnct.emulator")


def test_the_emulator_needs_nothing_of_the_client():
    code = (
        "import sys, cnct.emulator; "
        "print([name for name in sys.modules if name.startswith(('cnct.client', 'cnct.console'))])"
    )
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert result.stdout.strip() == "[]"


def test_every_error_is_exported_from_its_home():
    """They pickle and show their home whoever owns the façade of the package."""
    from cnct import exceptions, user_warnings
    from cnct.client import exceptions as of_client

    homes = {"cnct.exceptions": exceptions, "cnct.user_warnings": user_warnings}
    errors = [
        kind
        for home in homes.values()
        for kind in vars(home).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert all(getattr(cnct, kind.__name__) is kind for kind in errors)
    assert all(getattr(of_client, kind.__name__) is kind for kind in errors)
    assert all(kind.__name__ in homes[kind.__module__].__doc__ for kind in errors)
    assert {kind.__name__ for kind in errors} < set(cnct.__all__)


def test_a_document_that_cannot_be_read_is_a_client_error():
    with pytest.raises(cnct.ClientError, match=r"nowhere\.yml cannot be read") as caught:
        cnct.ConnectClient("ApiKey x", specs_location="nowhere.yml").products.all().count()
    assert isinstance(caught.value, cnct.SpecError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("python", [sys.executable, "python3.12", "python3.13"])
def test_an_unknown_name_has_one_hint(python):
    """Python 3.12 and later add a hint of their own to an AttributeError that has a name."""
    starts = shutil.which(python) and subprocess.run(  # noqa: S603 - an interpreter
        [python, "-c", ""], check=False, capture_output=True
    )
    if not starts or starts.returncode:
        pytest.skip(f"{python} is not installed")
    error = cnct.UnknownNameError("There is no 'helpp'. Did you mean 'help'?")
    assert (error.name, error.obj) == (None, None)
    code = (
        "from cnct import UnknownNameError\n"
        "class Node:\n"
        "    help = 1\n"
        "    def __getattr__(self, name):\n"
        "        raise UnknownNameError(f'There is no {name!r}.')\n"
        "Node().helpp\n"
    )
    run = subprocess.run(  # noqa: S603 - our own code
        [python, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT.parent)},
    )
    assert run.stderr.splitlines()[-1] == "cnct.exceptions.UnknownNameError: There is no 'helpp'."
