"""The sessions in docs/exploring.md run as shown."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "exploring.md").read_text(encoding="utf-8")


def test_the_sessions_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "100")
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "exploring", "exploring.md", 0)
    assert len(test.examples) > 8
    flags = doctest.ELLIPSIS
    assert doctest.DocTestRunner(optionflags=flags).run(test).failed == 0


def test_the_pictures_are_there_and_small():
    names = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE)
    assert len(names) == 3
    assert all((DOCS / name).stat().st_size < 150_000 for name in names)
