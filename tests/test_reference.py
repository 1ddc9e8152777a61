"""The reference documents every public name, and the navigation has every page."""

from __future__ import annotations

import re

import pytest
from book.names import REFERENCE, ROOT, classes, directives, exported

PUBLIC = [
    *("cnct", "cnct.client", "cnct.client.exceptions", "cnct.client.fluent", "cnct.client.models"),
    *("cnct.data.mirror", "cnct.dlt", "cnct.emulator", "cnct.locust", "cnct.openapi", "cnct.rql"),
    *("cnct.spark", "cnct.stubs", "cnct.testing", "cnct.usage"),
]
"""Modules whose names are promised to users."""


@pytest.mark.parametrize("module", PUBLIC)
def test_a_page_documents_every_public_name(module: str):
    places = directives()
    names = {*classes(), *(place.rpartition(".")[2] for place in places)}
    for place in places:
        if not place.rpartition(".")[2][:1].isupper() and place != "cnct.__version__":
            names.update(exported(place))
    assert [name for name in exported(module) if name not in names] == []


def test_no_docstring_has_roles_of_sphinx():
    sources = (ROOT / "src").rglob("*.py")
    role = re.compile(r":(?:meth|class|func|attr|mod|exc|data|obj|ref|doc|py:\w+):`")
    assert [path for path in sources if role.search(path.read_text(encoding="utf-8"))] == []


def test_the_navigation_has_every_page():
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"([\w/-]+\.md)$", settings, re.MULTILINE))
    docs = ROOT / "docs"
    pages = {str(path.relative_to(docs)) for path in docs.rglob("*.md")}
    assert pages == named
    assert (REFERENCE / "index.md").exists()
