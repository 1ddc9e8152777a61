"""Versions of the site: each has a folder, the newest is the latest."""

from __future__ import annotations

import json
from pathlib import Path

from book.release import release


def test_versions_are_listed_newest_first_and_replaced(tmp_path: Path):
    site = tmp_path / "site"
    site.mkdir()
    folder = tmp_path / "versions"
    for version in ("0.9", "0.10", "0.2"):
        (site / "index.html").write_text(version)
        release(site, folder, version)
    (site / "index.html").write_text("mended")
    release(site, folder, "0.9")
    entries = json.loads((folder / "versions.json").read_text())
    assert [entry["version"] for entry in entries] == ["0.10", "0.9", "0.2"]
    assert [entry["aliases"] for entry in entries] == [["latest"], [], []]
    assert (folder / "0.9" / "index.html").read_text() == "mended"
    assert (folder / "0.10" / "index.html").read_text() == "0.10"
    assert "url=0.10/" in (folder / "index.html").read_text()
    assert "url=../0.10/" in (folder / "latest" / "index.html").read_text()
