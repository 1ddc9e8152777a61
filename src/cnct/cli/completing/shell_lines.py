"""Splits command lines as shells do, and writes candidates so that the shell inserts them right.

bash breaks words at the characters of ``COMP_WORDBREAKS``, among them ``=`` and ``:``, and replaces
the part after the last one alone; zsh and fish replace the whole word.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import dropwhile
from typing import NamedTuple

from cnct.cli.completing.candidates import Candidate

_BREAKS = "=:"
_SPECIAL = frozenset("\\'\"`$&|;<>()[]{}*?!#~ \t")


class CommandLine(NamedTuple):
    """A command line up to the cursor.

    Attributes:
        words: The words before the one at the cursor, the program first.
        current: The beginning of the word at the cursor, without quotes.
        raw: The same word with the quotes and escapes as typed.
        quote: The quote that is open at the cursor, or empty text.
    """

    words: list[str]
    current: str
    raw: str
    quote: str


def split(line: str) -> CommandLine:
    """Split a command line of bash up to the cursor; an open quote is no error."""
    words: list[str] = []
    word, raw, quote, is_open = "", "", "", False
    letters = iter(line)
    for letter in letters:
        if not quote and letter.isspace():
            if is_open:
                words.append(word)
            word, raw, is_open = "", "", False
            continue
        raw, is_open = raw + letter, True
        if letter == quote:
            quote = ""
        elif not quote and letter in "'\"":
            quote = letter
        elif letter == "\\" and quote != "'":
            following = next(letters, "")
            raw, word = raw + following, word + following
        else:
            word += letter
    return CommandLine([*dropwhile(_is_assignment, words)], word, raw, quote)


def _is_assignment(word: str) -> bool:
    """Return whether a word before the program sets a variable: ``CNCT_PROFILE=prod cnct ls``."""
    name, sign, _ = word.partition("=")
    return bool(sign) and name.isidentifier()


def bash_replies(line: CommandLine, matches: Iterable[Candidate], breaks: str) -> list[str]:
    """Return the part of each candidate that bash inserts, quoted.

    Args:
        line: The command line.
        matches: The candidates for the whole word.
        breaks: The characters at which bash breaks words.
    """
    kept = _kept(line, breaks)
    end = "" if line.quote else " "  # bash closes a quote itself
    return [_quoted(word.text[kept:], line.quote) + end * word.is_final for word in matches]


def _kept(line: CommandLine, breaks: str) -> int:
    """Return how many characters of the word bash leaves as they are."""
    ends = [end for end, sign in enumerate(line.current, 1) if sign in _BREAKS and sign in breaks]
    if line.quote:
        before = line.raw.rpartition(line.quote)[0]
        unquoted = split(before).current
        ends = [end for end in ends if end <= len(unquoted)] + [len(unquoted)]
    return max(ends, default=0)


def _quoted(text: str, quote: str) -> str:
    if quote:
        return text
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in text)
