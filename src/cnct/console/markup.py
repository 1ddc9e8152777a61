"""Translates descriptions of an OpenAPI document into Markdown that is safe to show.

Descriptions mix Markdown and HTML, which rules out converters of whole HTML pages: those escape
the Markdown. Decides nothing about looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

_CODE = re.compile(r"(```.*?```|`[^`]*`)", re.DOTALL)
_BREAK = re.compile(r"\s*<(?:br|hr)\s*/?>\s*", re.IGNORECASE)
_PAIR = re.compile(
    r"<(?P<tag>a|b|strong|i|em|code|tt|pre|p|div|span|u|ul|ol|li|h[1-6])(?P<attributes>\s[^<>]*)?>"
    r"(?P<content>(?:(?!</?(?P=tag)\b).)*)</(?P=tag)\s*>",
    re.IGNORECASE | re.DOTALL,
)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_STRAY_TAG = re.compile(r"<(?=[a-zA-Z/!?])(?!https?://)")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def to_markdown(text: str) -> str:
    """Translate the HTML in a description, and headings into bold paragraphs.

    Headings would outrank those of the page around them. A tag without an end tag stays as text: in
    ``code=<code>`` it is a placeholder, not HTML.
    """
    parts = _CODE.split(_without_tags(text))
    parts[::2] = [_STRAY_TAG.sub(r"\\<", _HEADING.sub(r"\n**\1**\n", part)) for part in parts[::2]]
    return _BLANK_LINES.sub("\n\n", "".join(parts)).strip()


def first_sentence(text: str) -> str:
    """Return the first sentence as one line of Markdown, for a table cell."""
    paragraph = to_markdown(text).split("\n\n")[0]
    line = " ".join(paragraph.split())
    return re.split(r"(?<=[a-z)`*][.!?]) (?=[A-Z])", line)[0]


def beginning(markdown: str, limit: int = 1200) -> str:
    """Return the first paragraphs, up to ``limit`` characters but at least one paragraph."""
    kept = ""
    for paragraph in markdown.split("\n\n"):
        if kept and len(kept) + len(paragraph) > limit:
            break
        kept += f"\n\n{paragraph}" if kept else paragraph
    return kept


def _without_tags(text: str) -> str:
    parts = _CODE.split(text)
    parts[::2] = [_translated(part) for part in parts[::2]]
    return "".join(parts)


def _translated(text: str) -> str:
    text = _BREAK.sub("\n\n", text)
    while (changed := _PAIR.sub(_pair, text)) != text:
        text = changed
    return unescape(text)


def _pair(match: re.Match[str]) -> str:
    tag, content = match["tag"].lower(), match["content"]
    link = _HREF.search(match["attributes"] or "")
    if tag == "a":
        return f"[{content}]({link[1]})" if link else content
    return _TAGS.get(tag, _paragraph)(content)


def _paragraph(content: str) -> str:
    return f"\n\n{content.strip()}\n\n"


def _wrapped(mark: str) -> Callable[[str], str]:
    return lambda content: f"{mark}{content.strip()}{mark}" if content.strip() else ""


_TAGS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("b", "strong", *(f"h{level}" for level in range(1, 7))), _wrapped("**")),
    **dict.fromkeys(("i", "em"), _wrapped("*")),
    **dict.fromkeys(("code", "tt"), _wrapped("`")),
    **dict.fromkeys(("span", "u"), str),
    "pre": lambda content: f"\n\n```\n{content.strip()}\n```\n\n",
    "li": lambda content: f"\n* {content.strip()}\n",
}
