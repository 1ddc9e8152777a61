"""The built site: run by `make docs-test`, in the environment of the site.

Chromium opens its pages. Where there is no Chromium, the tests that need it are skipped.
"""

from __future__ import annotations

import functools
import html
import http.server
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from book.finish import RESOURCE
from book.names import ROOT, exported
from mkdocstrings import Inventory
from tests.site.chromium import EXECUTABLE, Chromium
from tests.test_reference import PUBLIC

SITE = ROOT / "site"
PAGES = sorted(str(page.relative_to(SITE)) for page in SITE.rglob("*.html"))
PICTURED = [
    *("index.html", "exploring.html", "rql.html", "command.html", "mirror.html", "changelog.html"),
    *(f"reference/{name}.html" for name in ("client", "sets", "errors", "index")),
]
WIDTHS = (360, 1280)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without writing a log."""

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of the served site."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if EXECUTABLE is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    chromium = Chromium(tmp_path_factory.mktemp("profile"))
    yield chromium
    chromium.close()


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_is_in_the_inventory(module: str):
    with (SITE / "objects.inv").open("rb") as file:
        names = Inventory.parse_sphinx(file).keys()
    assert [name for name in exported(module) if f"{module}.{name}" not in names] == []


def test_inherited_members_are_in_the_inventory():
    with (SITE / "objects.inv").open("rb") as file:
        names = Inventory.parse_sphinx(file).keys()
    models = "cnct.client.models"
    members = ("ResourceSet.filter", "ResourceSet.to_csv", "AsyncResourceSet.scan", "Action.post")
    assert {f"{models}.{member}" for member in members} <= names
    assert {"cnct.ConnectClient.mirror", "cnct.AsyncConnectClient.dry_run"} <= names


def test_no_page_loads_anything_from_elsewhere():
    assert PAGES
    texts = {name: (SITE / name).read_text(encoding="utf-8") for name in PAGES}
    assert [name for name, text in texts.items() if RESOURCE.search(text)] == []


def test_the_text_for_assistants_has_pages_and_reference_without_foreign_addresses():
    contents = (SITE / "llms.txt").read_text(encoding="utf-8")
    pages = re.findall(r"\]\(<?([^)>]+)>?\)", contents)
    assert {"rql.md", "reference/sets.md"} <= set(pages)
    assert [page for page in pages if not (SITE / page).exists()] == []
    full = (SITE / "llms-full.txt").read_text(encoding="utf-8")
    assert "cnct.localhost" not in full
    for words in ("AmbiguousWriteError", "wait_until", "to_parquet", "ConnectClientMocker"):
        assert words in full


def test_every_reference_in_docstrings_became_a_link():
    texts = [(SITE / name).read_text(encoding="utf-8") for name in PAGES]
    assert [
        text[:80] for text in texts if "<autoref" in text or "][cnct." in html.unescape(text)
    ] == []


def test_every_link_within_the_site_leads_to_a_page_and_a_place_in_it():
    texts = {name: (SITE / name).read_text(encoding="utf-8") for name in PAGES}
    places = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in texts.items()}
    broken = []
    for name, text in texts.items():
        if name == "404.html":  # is served at any depth, with addresses of the root
            continue
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            address, _, place = html.unescape(link).partition("#")
            if re.match(r"[a-z]+:", address):
                continue
            target = os.path.relpath((SITE / name).parent / address, SITE) if address else name
            if target in places:
                is_there = not place or place in places[target] or place.startswith("__")
            else:
                is_there = (SITE / target).is_file()
            if not is_there:
                broken.append((name, link))
    assert broken == []


def test_pages_open_without_errors_and_do_not_overflow(browser: Chromium, address: str):
    problems = []
    for name in PAGES:
        browser.show(width=max(WIDTHS))
        browser.open(address + name)
        for width in WIDTHS:
            browser.show(width=width)
            if (wide := browser.evaluate("document.documentElement.scrollWidth")) > width:
                problems.append((name, f"{wide} pixels at {width}"))
        foreign = [url for url in browser.requested if not url.startswith((address, "data:"))]
        if browser.problems or foreign:
            problems.append((name, [*browser.problems, *foreign]))
    assert problems == []


def search(browser: Chromium, words: str) -> str:
    """Return the text of the results of a search."""
    browser.until("document.querySelector('button.md-search__button') !== null")
    browser.evaluate("document.querySelector('button.md-search__button').click()")
    browser.until("document.activeElement.shadowRoot?.activeElement?.tagName === 'INPUT'")
    browser.type(words)
    roots = "[...document.querySelectorAll('*')].flatMap(node => node.shadowRoot ?? [])"
    links = f"{roots}.flatMap(root => [...root.querySelectorAll('a[href*={words}]')])"
    return str(browser.until(f"{links}.map(link => link.textContent).join(' ')"))


def test_the_search_finds_an_error(browser: Chromium, address: str):
    browser.show()
    browser.open(f"{address}index.html")
    assert "AmbiguousWriteError" in search(browser, "AmbiguousWriteError")
    assert browser.problems == []


def test_the_search_works_from_the_disk(browser: Chromium):
    browser.show()
    browser.open((SITE / "reference" / "index.html").as_uri())
    assert "AmbiguousWriteError" in search(browser, "AmbiguousWriteError")


def scheme(browser: Chromium) -> str:
    return str(browser.evaluate("document.body.dataset.mdColorScheme"))


def test_the_theme_follows_the_system_and_the_switch(browser: Chromium, address: str):
    browser.show(dark=True)
    browser.open(f"{address}index.html")
    assert scheme(browser) == "slate"
    browser.show(dark=False)
    browser.until("document.body.dataset.mdColorScheme === 'default'")
    switch = "[...document.querySelectorAll('label[for^=__palette]')].find(one => !one.hidden)"
    for expected in ("default", "slate"):
        browser.evaluate(f"{switch}.click()")
        browser.until(f"document.body.dataset.mdColorScheme === '{expected}'")
    browser.open(f"{address}rql.html")
    assert scheme(browser) == "slate"
    browser.evaluate("localStorage.clear()")


@pytest.mark.skipif("PICTURES" not in os.environ, reason="PICTURES names no folder for them")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_for_people_to_look_at(browser: Chromium, address: str, width: int, theme: str):
    folder = Path(os.environ["PICTURES"])
    folder.mkdir(parents=True, exist_ok=True)
    browser.show(width=width, dark=theme == "dark")
    for name in PICTURED:
        browser.open(address + name)
        browser.picture(folder / f"{name.replace('/', '-')}-{width}-{theme}.png")
