"""Adds the built site to a folder of versions, in the layout of mike, for any web server.

versions.json    names of the versions, newest first, and their aliases: the menu reads it
0.1/             the site of a version
latest/          leads to the newest one, as does index.html
"""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REDIRECT = """<!doctype html>
<meta charset="utf-8">
<title>cnct</title>
<meta http-equiv="refresh" content="0; url={target}">
<a href="{target}">cnct {version}</a>
"""


def number(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, for sorting."""
    return tuple(int(part) for part in version.split("."))


def release(site: Path, folder: Path, version: str) -> None:
    """Add or replace a version, and let `latest` lead to the newest one."""
    shutil.rmtree(folder / version, ignore_errors=True)
    shutil.copytree(site, folder / version)
    index = folder / "versions.json"
    entries: list[dict[str, Any]] = json.loads(index.read_text("utf-8")) if index.exists() else []
    names = {version, *(str(entry["version"]) for entry in entries)}
    newest, *others = sorted(names, key=number, reverse=True)
    listed = [{"version": newest, "title": newest, "aliases": ["latest"]}]
    listed += [{"version": name, "title": name, "aliases": []} for name in others]
    index.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    (folder / "latest").mkdir(exist_ok=True)
    for page, target in ((folder, f"{newest}/"), (folder / "latest", f"../{newest}/")):
        text = REDIRECT.format(target=target, version=newest)
        (page / "index.html").write_text(text, encoding="utf-8")


def main() -> None:
    """Add the site in `site` to the folder of the first argument, under the minor version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = ".".join(str(project["version"]).split(".")[:2])
    release(ROOT / "site", Path(sys.argv[1]), version)
    print(f"added {version} to {sys.argv[1]}")


if __name__ == "__main__":
    main()
