"""Markdown and HTML of descriptions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cnct.console.markup import beginning, first_sentence, to_markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain *text*", "plain *text*"),
        ("one<br>two<BR/>three", "one\n\ntwo\n\nthree"),
        ("<b>bold</b> and <em>not</em>", "**bold** and *not*"),
        ("<code>a</code> <tt>b</tt>", "`a` `b`"),
        ('<a href="https://example.com" target=_blank>here</a>', "[here](https://example.com)"),
        ("<a name=top>here</a>", "here"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>one</li><li><b>two</b></li></ul>", "* one\n\n* **two**"),
        ("<span>inside</span>", "inside"),
        ("<b> </b>nothing", "nothing"),
        ("<pre>a\nb</pre>", "```\na\nb\n```"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("# Heading\ntext", "**Heading**\n\ntext"),
        ("`<br>` stays", "`<br>` stays"),
        ("'code=<code>' is asked", "'code=\\<code>' is asked"),
        ("see <https://example.com>", "see <https://example.com>"),
        ("* one\n\n    * two", "* one\n\n    * two"),
        ("a\n\n\n  \n\nb", "a\n\nb"),
    ],
)
def test_html_becomes_markdown_and_markdown_stays(text: str, markdown: str):
    assert to_markdown(text) == markdown


@given(st.text(alphabet="ab <>/`&;#*\n\"'=", max_size=60))
def test_whatever_is_written_shows_no_html_of_its_own(text: str):
    html = MarkdownIt("commonmark", {"html": False}).render(to_markdown(f"{text}<script>x"))
    assert "<script" not in html


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Lists trees. There are many.", "Lists trees."),
        ("Lists\ntrees\n\nmore", "Lists trees"),
        ("Needs a `code`. See below.", "Needs a `code`."),
        ("Version 2. x", "Version 2. x"),
        ("", ""),
    ],
)
def test_a_table_shows_the_first_sentence(text: str, sentence: str):
    assert first_sentence(text) == sentence


def test_a_long_text_is_cut_between_paragraphs():
    assert beginning("one\n\ntwo\n\nthree", limit=8) == "one\n\ntwo"
    assert beginning("a very long one\n\ntwo", limit=3) == "a very long one"
    assert beginning("all of it", limit=100) == "all of it"
