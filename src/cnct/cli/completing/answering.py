"""Answers the scripts of the shells: ``cnct _complete bash``, ``zsh WORD...``, ``fish WORD...``.

Prints candidates only: a message would land in the user's command line.
"""

from __future__ import annotations

import os
import sys

from cnct.cli.completing.candidates import Candidate, candidates
from cnct.cli.completing.shell_lines import bash_replies, split

_BREAKS = " \t\n\"'><=;|&(:"  # the default of bash


def answer(arguments: list[str]) -> int:
    """Print the candidates for a shell, and return the exit status.

    Args:
        arguments: The shell's name and, for zsh and fish, the words from the program to the one at
            the cursor. bash passes its variables ``COMP_LINE`` and ``COMP_POINT``.
    """
    shell, *words = arguments or [""]
    lines = _bash() if shell == "bash" else [_line(word) for word in _of_words(words)]
    sys.stdout.write("".join(f"{line}\n" for line in lines if line.isprintable()))
    return 0


def _bash() -> list[str]:
    text = os.environ.get("COMP_LINE", "")
    point = os.environ.get("COMP_POINT", "")
    line = split(text[: int(point)] if point.isdecimal() else text)
    matches = candidates(line.words[1:], line.current)
    return bash_replies(line, matches, os.environ.get("COMP_WORDBREAKS", _BREAKS))


def _of_words(words: list[str]) -> list[Candidate]:
    *before, current = words or [""]
    return candidates(before[1:], current)


def _line(word: Candidate) -> str:
    return f"{word.text}{' ' * word.is_final}"
