"""Drawings show the code of today, and pictures load nothing. `make docs-test` checks terminals."""

from __future__ import annotations

import re

import pytest
from book import drawings


@pytest.mark.parametrize(("name", "draw"), [("rooms", drawings.rooms), ("call", drawings.call)])
def test_a_drawing_is_of_today(name, draw):
    text = (drawings.IMAGES / f"{name}.svg").read_text("utf-8")
    assert text == draw(), "run `make pictures`"


def test_pictures_load_nothing_and_are_all_shown():
    pages = [page.read_text("utf-8") for page in drawings.IMAGES.parent.rglob("*.md")]
    for picture in drawings.IMAGES.iterdir():
        assert any(f"images/{picture.name})" in page for page in pages)
        if picture.suffix == ".svg":
            text = picture.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
            assert not re.search(r"https?:(?!//127)|@import|@font-face|<script", text)
