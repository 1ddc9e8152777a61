"""Troubleshooting, FAQ and Glossary: their errors and sessions are real."""

from __future__ import annotations

import doctest
import importlib.metadata
import re
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import trustme

from cnct import ConnectClient, InvalidCallWarning
from cnct.client.facade import facade_problem
from cnct.emulator import Emulator, Fault

DOCS = Path(__file__).parents[2] / "docs"
KEY = "ApiKey SU-000-000-000:secret"
TROUBLES = dict(
    re.findall(
        r"^## (.+)\n\n```text\n(.+)\n```$",
        (DOCS / "troubleshooting.md").read_text("utf-8"),
        re.MULTILINE,
    )
)


@pytest.mark.parametrize("name", ["faq", "glossary", "versioning"])
def test_the_sessions_of_a_page_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    text = (DOCS / f"{name}.md").read_text("utf-8")
    session = doctest.DocTestParser().get_doctest(text, {}, name, f"{name}.md", 0)
    assert session.examples
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session).failed == 0


@pytest.fixture(scope="module")
def connect():
    with Emulator(api_keys=[KEY]) as emulator:
        yield emulator


@pytest.fixture
def call(connect: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that counts products with a client of other arguments."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)

    def count(key: str = KEY, endpoint: str = "", **arguments: Any) -> int:
        settings = {"specs_location": connect.spec, **arguments}
        with ConnectClient(key, endpoint or connect.endpoint, **settings) as client:
            return client.products.all().count()

    return count


def message_of(function: Callable[[], Any]) -> str:
    """Return the message of an error with the host and scheme of the page."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the page has the message
        function()
    return as_shown(str(caught.value))


def as_shown(text: str) -> str:
    text = re.sub(r"request id [0-9a-f]{32}", "request id 4f1c2b7d", text)
    text = re.sub(
        r"(?:https?://)?127\.0\.0\.1:\d{2,}/public", "https://api.example.com/public", text
    )
    text = re.sub(r"https?://127\.0\.0\.1:\d{2,}", "https://api.example.com", text)
    return re.sub(r"127\.0\.0\.1:\d{2,}", "api.example.com", text)


def test_a_wrong_key(call):
    assert message_of(lambda: call("ApiKey SU-1:x")) == TROUBLES["401 Unauthorized"]


def test_no_key(monkeypatch, tmp_path):
    monkeypatch.setenv("CNCT_CONFIG", str(tmp_path / "config.toml"))
    text = message_of(ConnectClient).replace(f"{tmp_path}/", "")
    assert text == TROUBLES["There is no API key"]


def test_no_resource(call, connect):
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        text = message_of(client.products["PRD-999"].get)
        assert text == TROUBLES["404 Not Found"]
        text = message_of(lambda: client.prodcts)
        assert text == TROUBLES["There is no ... in the API"]
        connect.faults.add(Fault.drop_after(method="POST", path="products", times=1))
        text = message_of(lambda: client.products.create({"name": "Backup"}))
        assert text == TROUBLES["A write may have been done"]
        with pytest.warns(InvalidCallWarning) as warned:
            client.products.filter(stat="draft").count()
        assert str(warned[0].message).splitlines()[0] == TROUBLES["A filter returns every row"]


def test_an_endpoint_without_its_path(call, connect):
    endpoint = connect.endpoint.removesuffix("/public/v1")
    assert message_of(lambda: call(endpoint=endpoint)) == TROUBLES["404 for every path"]


def test_a_network_that_does_not_answer(call):
    endpoint = "https://connect.invalid/public/v1"
    text = message_of(lambda: call(endpoint=endpoint, use_specs=False))
    # The reason in brackets is the system's.
    assert re.sub(r"\(\[.*?\)", "", text) == re.sub(
        r"\(\[.*?\)", "", TROUBLES["The name does not resolve"]
    )
    text = message_of(lambda: call(endpoint=endpoint, use_specs=False, proxy="http://127.0.0.1:9"))
    assert text == TROUBLES["Nothing listens there"]


def test_a_document_out_of_reach(call):
    text = message_of(lambda: call(specs_location="http://127.0.0.1:9/connect.yml"))
    assert text == TROUBLES["The document cannot be read"].replace("https:", "http:")


@pytest.fixture
def tls_port():
    """The port of a server whose certificate nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError), listener.accept()[0] as connection:
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_company_certificate(call, tls_port):
    text = message_of(lambda: call(endpoint=f"https://127.0.0.1:{tls_port}/public/v1"))
    # The reason in brackets is that of OpenSSL.
    assert (
        text.partition(" (unable")[0]
        == TROUBLES["A certificate is refused"].partition(" (unable")[0]
    )
    assert (
        text.partition("certificate)")[2]
        == TROUBLES["A certificate is refused"].partition("certificate)")[2]
    )


def test_another_package_in_the_environment(monkeypatch):
    module = ModuleType("cnct")
    module.__file__ = "cnct/__init__.py"
    monkeypatch.setitem(sys.modules, "cnct", module)
    owners = {"cnct": ["cnct", "connect-openapi-client"]}
    monkeypatch.setattr(importlib.metadata, "packages_distributions", lambda: owners)
    record = SimpleNamespace(read_text=lambda _: None)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: record)
    assert facade_problem() == TROUBLES["Two packages in one environment"]


def test_every_error_of_the_page_is_made_by_a_test():
    source = Path(__file__).read_text("utf-8")
    assert len(TROUBLES) == 12
    for heading in TROUBLES:
        assert f'"{heading}"' in source
