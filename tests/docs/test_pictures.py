"""Pictures of the documentation show what the code is today."""

from __future__ import annotations

import pytest
from book import drawings


@pytest.mark.parametrize(("name", "draw"), [("rooms", drawings.rooms), ("call", drawings.call)])
def test_a_drawing_is_of_today(name, draw):
    text = (drawings.IMAGES / f"{name}.svg").read_text("utf-8")
    assert text == draw(), "run `make pictures`"
