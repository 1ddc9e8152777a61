"""docs: the documentation where it is published, or as it was built."""

from __future__ import annotations

import importlib.metadata
import webbrowser
from email.message import Message
from pathlib import Path

import pytest

from cnct.cli.commands import docs


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses that a browser has opened."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    return addresses


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    (tmp_path / "mkdocs.yml").touch()
    monkeypatch.setattr(docs, "_CHECKOUT", tmp_path)
    return tmp_path


def build(checkout: Path) -> str:
    page = checkout / "site" / "index.html"
    page.parent.mkdir()
    page.touch()
    return page.as_uri()


def test_the_local_build_is_opened(cnct, opened, checkout):
    address = build(checkout)
    ran = cnct("docs")
    assert (ran.status, ran.out, opened) == (0, "", [address])


def test_its_address_is_printed_on_demand_and_without_a_browser(
    cnct, opened, checkout, monkeypatch
):
    address = build(checkout)
    assert cnct("docs", "--print").out == f"{address}\n"
    assert opened == []
    monkeypatch.setattr(webbrowser, "open", lambda _address: False)
    assert cnct("docs").out == f"{address}\n"


def test_the_published_site_of_the_installed_version_comes_first(
    cnct, opened, checkout, monkeypatch
):
    build(checkout)
    published = Message()
    published["Version"] = "1.4.2"
    published["Project-URL"] = "Source, https://example.com/cnct"
    published["Project-URL"] = "Documentation, https://docs.example.com/cnct/"
    monkeypatch.setattr(docs, "metadata", lambda _name: published)
    cnct("docs")
    assert opened == ["https://docs.example.com/cnct/1.4/"]


def test_without_a_site_the_message_says_how_to_build_it(cnct, opened, checkout, monkeypatch):
    ran = cnct("docs")
    assert (ran.status, ran.out, opened) == (1, "", [])
    assert f"run make docs in {checkout}" in ran.err
    monkeypatch.setattr(docs, "_CHECKOUT", checkout / "lib")
    assert "run make docs in a checkout of cnct" in cnct("docs").err


def test_a_distribution_without_addresses_is_published_nowhere(cnct, opened, checkout, monkeypatch):
    address = build(checkout)
    bare = Message()
    bare["Version"] = importlib.metadata.version("cnct")
    monkeypatch.setattr(docs, "metadata", lambda _name: bare)
    cnct("docs")
    assert opened == [address]
