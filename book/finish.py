"""Last step of the build: the site asks no other host for anything, and has no address of its own.

Zensical adds a script from elsewhere for pages opened from the disk, where browsers start no
workers; ours takes its place. It writes absolute addresses, which are made relative as long as the
site is published nowhere (`SITE_URL` is not set).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "http://cnct.localhost/"
FOREIGN_SHIM = re.compile(r'<script src="https://unpkg.com/iframe-worker/shim"[^>]*></script>')
DOCTEST_FLAG = re.compile(r"""<span class="c1"># doctest: [^<]*</span>""")
SHIM = "assets/javascripts/worker-in-frame.js"
CANONICAL = re.compile(r'\s*<link rel="canonical" href="http://cnct\.localhost/[^>]*>')
RESOURCE = re.compile(
    r"""<(?:script|img|iframe|source|video)\b[^>]*\bsrc=["']?(https?:)?//[^"'>\s]+"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preload|preconnect|icon))[^>]*(https?:)?//[^>]*>"""
    r"""|url\(["']?(https?:)?//[^)]*\)|@import\s+["'](https?:)?//"""
)


def finish(site: Path) -> list[str]:
    """Rewrite the pages of a built site, and return the resources that are from elsewhere."""
    shutil.copyfile(ROOT / "book" / "worker-in-frame.js", site / SHIM)
    foreign: list[str] = []
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        up = "../" * (len(page.relative_to(site).parts) - 1)
        text = FOREIGN_SHIM.sub(f'<script src="{up}{SHIM}"></script>', text)
        text = DOCTEST_FLAG.sub("", text)  # is for the tests
        if "SITE_URL" not in os.environ:
            text = CANONICAL.sub("", text)
        page.write_text(text, encoding="utf-8")
        foreign += [f"{page.relative_to(site)}: {match[0]}" for match in RESOURCE.finditer(text)]
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        foreign += [f"{sheet.relative_to(site)}: {match[0]}" for match in RESOURCE.finditer(text)]
    if "SITE_URL" not in os.environ:
        for name in ("llms.txt", "llms-full.txt"):
            text = (site / name).read_text(encoding="utf-8")
            (site / name).write_text(text.replace(PLACEHOLDER, ""), encoding="utf-8")
        (site / "sitemap.xml").unlink(missing_ok=True)  # has absolute addresses only
    return foreign


def main() -> None:
    """Finish the site in `site`, and fail if a page loads something from another host."""
    if foreign := finish(ROOT / "site"):
        sys.exit("\n".join(["these resources are from elsewhere:", *foreign]))
    print(f"open {ROOT / 'site' / 'index.html'}")


if __name__ == "__main__":
    main()
