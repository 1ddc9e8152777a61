"""The first client says so where another package owns ``cnct/__init__.py``."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import warnings
from types import ModuleType, SimpleNamespace

import pytest
from tests.worlds import Async, Sync

from cnct import InstallationWarning
from cnct.client.facade import warn_of_foreign_facade


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put a package in the place of ours, as the incumbent's is there when it is imported."""
    module = ModuleType("cnct")
    module.__file__ = "cnct/__init__.py"
    monkeypatch.setitem(sys.modules, "cnct", module)
    owners = {"cnct": ["cnct", "connect-openapi-client"]}
    monkeypatch.setattr(importlib.metadata, "packages_distributions", lambda: owners)
    warn_of_foreign_facade.cache_clear()
    return module


def recorded(monkeypatch: pytest.MonkeyPatch, record: str | None) -> None:
    """Let pip have recorded where the package came from."""
    distribution = SimpleNamespace(read_text=lambda _: record)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: distribution)


def test_the_first_client_warns_in_the_users_line(
    world: Sync | Async, foreign: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    recorded(monkeypatch, json.dumps({"url": "file:///tmp/my wheels/cnct.whl"}))
    with pytest.warns(InstallationWarning) as warned:
        world.client("ApiKey x", "https://localhost/public/v1")
    (warning,) = warned
    assert str(warning.message) == (
        "cnct/__init__.py is that of connect-openapi-client, so `from cnct import ConnectClient`"
        " does not give this client. Put it back: python -m pip install --force-reinstall"
        " --no-deps 'file:///tmp/my wheels/cnct.whl'. Or write `from cnct.client.fluent import"
        " ConnectClient`, which always works."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        world.client("ApiKey x", "https://localhost/public/v1")


def test_a_deleted_file_is_called_missing(foreign: ModuleType, monkeypatch: pytest.MonkeyPatch):
    del foreign.__file__
    recorded(monkeypatch, None)
    with pytest.warns(InstallationWarning, match=r"is missing, .*--no-deps WHEEL, its file\. Or"):
        warn_of_foreign_facade()


def test_a_package_without_a_record_is_another_package(
    foreign: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    def unknown(_: str) -> None:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "distribution", unknown)
    monkeypatch.setattr(importlib.metadata, "packages_distributions", dict)
    with pytest.warns(InstallationWarning, match="is that of another package, so"):
        warn_of_foreign_facade()
