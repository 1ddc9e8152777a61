"""Extension of Markdown: code that names a class of cnct leads to the reference.

`ResourceSet` and `ResourceSet.scan` become links, in pages and in docstrings. A member that the
reference does not have fails the build, as any unknown reference.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from book.names import classes, place_of

NAME = re.compile(r"(?:cnct\.)?([A-Z]\w*)(?:\.([a-z]\w*))?(?:\(\))?")
APART = frozenset({"a", "autoref", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})


class NameLinks(Treeprocessor):
    """Wraps code elements that are names in elements that autorefs resolves."""

    def run(self, root: Element) -> None:
        """Link the names of a page, and lead links of files beside `docs` to their pages."""
        self._link_names(root)
        for link in root.iter("a"):
            if link.get("href", "").startswith("docs/"):  # in the changelog
                link.set("href", link.get("href", "").removeprefix("docs/"))

    def _link_names(self, root: Element) -> None:
        """Replace the code elements below an element, but not those in links and headings."""
        for number, child in enumerate(root):
            if child.tag in APART:
                continue
            match = NAME.fullmatch("".join(child.itertext())) if child.tag == "code" else None
            if match is None or match[1] not in classes():
                self._link_names(child)
                continue
            link = Element("autoref", identifier=place_of(match[1], match[2] or ""))
            link.tail, child.tail = child.tail, None
            link.append(child)
            root[number] = link


class NameLinksExtension(Extension):
    """Adds the links after the inline patterns have made elements of code."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Register the processor."""
        md.treeprocessors.register(NameLinks(md), "cnct-names", 15)


def makeExtension(**options: object) -> NameLinksExtension:  # noqa: N802 - Markdown's name
    """Return the extension, as Markdown asks a module for it."""
    return NameLinksExtension(**options)
