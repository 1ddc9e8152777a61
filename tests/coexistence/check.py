"""Checks one state of an environment, and prints the warning of the first client."""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
import warnings
from pathlib import Path
from pkgutil import walk_packages

import pytest

TESTS = """
def test_names_of_our_own(cnct_mocker_factory):
    mocker = cnct_mocker_factory("https://localhost/public/v1")
    mocker.products.all().count(return_value=3)
    from cnct.client.fluent import ConnectClient
    assert ConnectClient("ApiKey x", "https://localhost/public/v1").products.all().count() == 3

def test_owner(client_mocker_factory):
    mocker = client_mocker_factory("https://localhost/public/v1")
    print("owner:", type(mocker).__module__)
"""
# They start a program, or need a library that is not installed here.
NOT_IMPORTED = (
    *("__main__", ".locust", ".locust.user", ".spark", ".dlt"),
    *(".data.arro3_tables", ".data.pyarrow_tables", ".data.xlsx_file"),
    *(".data.xlsx_sheets", ".data.workbook_writer"),
)
OWNERS = {"cnct.testing.fixtures": "cnct.", "connect.client.testing.fixtures": "connect.client."}


def check_incumbent() -> None:
    """Check that the incumbent reads a list."""
    from connect.client import ConnectClient

    from cnct.emulator import Emulator

    with Emulator() as connect:
        client = ConnectClient("ApiKey x", connect.endpoint, use_specs=False)
        assert client.products.all().count() == 3


def check_modules() -> None:
    """Check that every module can be imported, but for programs and for adapters to libraries."""
    rql = importlib.import_module("cnct.rql")
    root = Path(str(rql.__file__)).parents[1]
    for module in walk_packages([str(root)], "cnct."):
        if not module.name.endswith(NOT_IMPORTED):
            importlib.import_module(module.name)


def check_client() -> str:
    """Check that a client works; return the warning of the first one, and see that it is one."""
    from cnct.client.fluent import ConnectClient
    from cnct.emulator import Emulator
    from cnct.rql import R

    assert R.__module__ == "cnct.rql.base"
    with Emulator() as connect, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            client = ConnectClient("ApiKey x", connect.endpoint, specs_location=connect.spec)
            assert client.products.filter(R(status="published")).count() == 1
            client.close()
    assert len(caught) <= 1
    return "".join(str(warning.message) for warning in caught)


def check_fixtures(*, both: bool) -> None:
    """Check that pytest finds the fixtures, and that the header names the owner."""
    with tempfile.TemporaryDirectory() as folder:
        tests = Path(folder, "test_fixtures.py")
        tests.write_text(TESTS)
        log = Path(folder, "log")
        with log.open("w") as sys.stdout:
            status = pytest.main(
                ["-s", "-p", "no:cacheprovider", f"--rootdir={folder}", str(tests)]
            )
        sys.stdout = sys.__stdout__
        output = log.read_text()
    assert status == 0, output
    owner = re.search(r"owner: (\S+)", output)[1]
    header = re.search(r"cnct: .* are those of ([\w.]+); cnct_mocker_factory", output)
    assert bool(header) == both, output
    assert owner.startswith(OWNERS[header[1]] if header else "cnct."), output


def main(state: str) -> None:
    """Check a state."""
    import cnct

    facade = getattr(cnct, "ConnectClient", None)
    if state == "theirs without cnct":
        from connect.client import ConnectClient

        assert ConnectClient("ApiKey x", use_specs=False).products.all() is not None
        return
    warning = check_client()
    check_modules()
    check_fixtures(both=state in ("ours last", "theirs last"))
    match state:
        case "ours alone":
            assert (facade.__module__, warning) == ("cnct.client.fluent", "")
        case "ours last":
            assert (facade.__module__, warning) == ("cnct.client.fluent", "")
            check_incumbent()
        case "theirs last":
            assert facade.__module__ == "connect.client.fluent"
            assert "is that of connect-openapi-client" in warning
            check_incumbent()
        case "theirs removed":
            assert facade is None
            assert "cnct/__init__.py is missing" in warning
    print(warning)


if __name__ == "__main__":
    main(sys.argv[1])
