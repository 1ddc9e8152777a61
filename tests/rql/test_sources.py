"""The code cites docs/rql.md by heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = set(re.findall(r"^#+ (.+)$", (ROOT / "docs/rql.md").read_text("utf-8"), re.MULTILINE))
CITATION = re.compile(r"docs/rql\.md,?((?:\s|#|and|,|\"[^\"]+\")*)")


def citations() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), heading)
        for folder in ("src", "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for names in CITATION.findall(path.read_text("utf-8"))
        for heading in re.findall(r"\"([^\"]+)\"", names)
    ]


@pytest.mark.parametrize(("path", "heading"), citations())
def test_every_cited_heading_exists(path: str, heading: str):
    assert " ".join(heading.split()) in HEADINGS
