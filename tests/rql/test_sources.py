"""The code cites docs/rql.md by heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = set(re.findall(r"^#+ (.+)$", (ROOT / "docs/rql.md").read_text("utf-8"), re.MULTILINE))
# One heading or more, maybe on the next line of a comment: docs/rql.md, "Ordering" and "Select"
CITATION = re.compile(r'docs/rql\.md,((?:\s|#|,|and|"[^"]+")+)')


def cited_headings() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), heading)
        for path in sorted((ROOT / "src").rglob("*.py"))
        for headings in CITATION.findall(path.read_text("utf-8"))
        for heading in re.findall(r'"([^"]+)"', headings)
    ]


@pytest.mark.parametrize(("path", "heading"), cited_headings())
def test_every_cited_heading_exists(path: str, heading: str):
    assert heading in HEADINGS
