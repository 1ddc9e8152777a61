"""Names of the API as English."""

from __future__ import annotations

import pytest

from cnct.console.wording import counted, joined, one, singular, whose, words


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("products", "product"),
        ("categories", "category"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("statuses", "status"),
        ("cases", "case"),
        ("config-requests", "config request"),
        ("media", "media"),
        ("analysis", "analysis"),
        ("status", "status"),
    ],
)
def test_one_of_a_collection_has_a_name(name: str, word: str):
    assert singular(name) == word


@pytest.mark.parametrize(
    ("name", "word"),
    [("assets", "an asset"), ("users", "a user"), ("updates", "an update"), ("cases", "a case")],
)
def test_one_of_a_collection_has_an_article(name: str, word: str):
    assert one(name) == word


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("products", "products"),
        ("products/{id}/items", "items of a product"),
        ("tier/config-requests", "config requests in tier"),
        ("tier/configs/{id}/requests", "requests of a config in tier"),
        ("offers/-/versions", "versions of an offer"),
    ],
)
def test_a_path_tells_whose_it_is(template: str, text: str):
    assert whose(template) == text


def test_names_are_written_as_words():
    assert words("listRenderedTemplates") == "list rendered templates"
    assert (counted(1, "actions"), counted(4, "actions")) == ("1 action", "4 actions")
    assert (joined([]), joined(["a"]), joined(["a", "b", "c"])) == ("", "a", "a, b and c")
