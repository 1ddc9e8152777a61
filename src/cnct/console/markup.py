"""Translates descriptions of an OpenAPI document into Markdown that is safe to show.

Descriptions mix Markdown and HTML, which rules out converters of whole HTML pages: those escape
the Markdown. Does no layout.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple

_CODE = re.compile(r"(```.*?```|`[^`]*`)", re.DOTALL)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<tag>a|b|strong|i|em|code|tt|pre|p|div|span|u|ul|ol|li|h[1-6]|br|hr)"
    r"(?P<attributes>\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_DEEPEST = 50  # nested tags; deeper ones stay as text
_LONGEST = 30_000  # characters of a description; the rest is cut off
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+([^\n]+)$", re.MULTILINE)
_STRAY_TAG = re.compile(r"<(?=[a-zA-Z/!?])(?!https?://)")
_EMPTY_PHRASE = re.compile(
    r"(?:list|retrieve|get|read|create|add|update|change|modify|edit|delete|destroy|remove)s?"
    r"(?: (?:one|all|it|them|several|(?:an?|the|all) \w+))?\.?",
    re.IGNORECASE,
)
_BREAK = "\0"  # stands for <br>; the white space around it is dropped
_AROUND_BREAK = re.compile(r"(?<!\s)\s*\0[\s\0]*")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def to_markdown(text: str) -> str:
    """Translate the HTML in a description, and headings into bold paragraphs.

    Headings would outrank those of the page around them. A tag without an end tag stays as text: in
    ``code=<code>`` it is a placeholder, not HTML.
    """
    cut = text[:_LONGEST]
    parts = _CODE.split(_without_tags(cut))
    parts[::2] = [_STRAY_TAG.sub(r"\\<", _HEADING.sub(_heading, part)) for part in parts[::2]]
    parts += ["\n\n… (cut)"] * (len(text) > _LONGEST)
    return _BLANK_LINES.sub("\n\n", "".join(parts)).strip()


def says_something(text: str) -> bool:
    """Return whether a description is more than the method: ``Retrieve one.`` does not."""
    return bool(text.strip()) and not _EMPTY_PHRASE.fullmatch(text.strip())


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


def _heading(match: re.Match[str]) -> str:
    title = match[1].rstrip(" \t#") or match[1]
    return f"\n**{title}**\n"


class _Open(NamedTuple):
    """A start tag and the pieces of text after it."""

    tag: str
    markup: str
    attributes: str
    pieces: list[str]


def _translated(text: str) -> str:
    """Replace pairs of tags in one pass; a tag without a partner stays as text."""
    stack = [_Open("", "", "", [])]
    at = 0
    for match in _TAG.finditer(text):
        stack[-1].pieces.append(text[at : match.start()])
        at = match.end()
        tag = match["tag"].lower()
        if tag in ("br", "hr"):
            stack[-1].pieces.append(match[0] if match["end"] else _BREAK)
        elif not match["end"]:
            if len(stack) > _DEEPEST:
                stack[-1].pieces.append(match[0])
            else:
                stack.append(_Open(tag, match[0], match["attributes"] or "", []))
        else:
            _close(stack, tag, match[0])
    stack[-1].pieces.append(text[at:])
    _close(stack, "", "")
    return unescape(_AROUND_BREAK.sub("\n\n", "".join(stack[0].pieces)))


def _close(stack: list[_Open], tag: str, markup: str) -> None:
    """Close the nearest open tag of a name; tags that were opened within it become text."""
    depth = next((d for d in range(len(stack) - 1, -1, -1) if stack[d].tag == tag), None)
    if depth is None:
        stack[-1].pieces.append(markup)
        return
    while len(stack) > depth + 1:
        unclosed = stack.pop()
        stack[-1].pieces.extend((unclosed.markup, *unclosed.pieces))
    if depth:
        closed = stack.pop()
        stack[-1].pieces.append(_pair(tag, closed.attributes, "".join(closed.pieces)))


def _pair(tag: str, attributes: str, content: str) -> str:
    link = _HREF.search(attributes)
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
