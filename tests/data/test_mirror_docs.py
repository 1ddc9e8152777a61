"""The session in docs/mirror.md runs as shown."""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "mirror.md").read_text(encoding="utf-8")


def test_the_session_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "mirror", "mirror.md", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0
