"""Reads the unfinished Python before the cursor: the object, the call and the argument there.

Evaluates nothing and knows no objects.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from keyword import iskeyword
from typing import Literal, NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<text>[rRbBuU]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}
        |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    | (?P<open>["'](?P<start>[^"'\\\n]*)\Z)
    | (?P<comment>\#[^\n]*)
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\d[\w.]*)
    | (?P<sign>\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = "([{", {")": "(", "]": "[", "}": "{"}


class Token(NamedTuple):
    """A word of Python.

    Attributes:
        kind: ``text`` in quotes, ``open`` for a text without closing quotes, ``name``, ``number``,
            ``sign``, or ``group`` for a pair of brackets.
        text: The word; for a group, the opening bracket.
        inside: The tokens of a group.
    """

    kind: str
    text: str
    inside: Sequence[Token] = ()

    @property
    def value(self) -> str | None:
        """The unquoted text of a group that contains nothing else."""
        is_text = len(self.inside) == 1 and self.inside[0].kind == "text"
        return self.inside[0].text[1:-1] if is_text else None

    @property
    def is_slice(self) -> bool:
        """Whether a group has a colon."""
        return any(token.text == ":" for token in self.inside)


class Chain(NamedTuple):
    """A variable and the steps behind, ``client.products["PRD-1"]``: names and groups."""

    root: str
    steps: Sequence[Token]


class Argument(NamedTuple):
    """The argument being typed in a call.

    Attributes:
        start: The text before the cursor.
        place: ``name`` where a keyword is possible, ``text`` within quotes, ``key`` within the
            quotes of a dictionary's key.
        keyword: Name of the argument, empty for a positional one.
        keys: Keys of the dictionaries around the cursor, the outer one first.
    """

    start: str
    place: Literal["name", "text", "key"]
    keyword: str = ""
    keys: tuple[str, ...] = ()


class Cursor(NamedTuple):
    """The place of the cursor.

    Attributes:
        chain: The object whose attribute, index or argument is being typed.
        sign: ``.``, ``[`` or ``(``.
        argument: The argument; for an attribute or an index, only with ``start``.
        around: The enclosing calls, the inner one first.
    """

    chain: Chain
    sign: str
    argument: Argument
    around: Sequence[Chain]


def cursor(code: str) -> Cursor | None:
    """Return the place at the end of some code; ``None`` outside of an object's steps."""
    *tokens, last = [_token(match) for match in _TOKEN.finditer(code)] or [Token("", "")]
    is_partial = last.kind == "open" or (last.kind == "name" and code.endswith(last.text))
    if last.kind == "comment":
        return None
    levels = _levels(tokens if is_partial else [*tokens, last])
    place: Literal["name", "text"] = "text" if last.kind == "open" else "name"
    argument = Argument(last.text if is_partial else "", place)
    inner = levels[-1].inside
    if place == "name" and inner and inner[-1].text == ".":
        chain = _chain(inner[:-1])
        return chain and Cursor(chain, ".", argument, _calls(levels))
    return _in_brackets(levels, argument)


def _token(match: re.Match[str]) -> Token:
    kind = str(match.lastgroup)
    return Token(kind, match["start"] if kind == "open" else match[0])


def _levels(tokens: Sequence[Token]) -> list[Token]:
    """Return the unclosed groups from the outside; the first one is the whole code."""
    levels: list[tuple[str, list[Token]]] = [("", [])]
    for token in tokens:
        if token.kind == "sign" and token.text in _OPENING:
            levels.append((token.text, []))
        elif token.kind == "sign" and _CLOSING.get(token.text) == levels[-1][0]:
            levels[-2][1].append(Token("group", *levels.pop()))
        elif token.kind != "comment":
            levels[-1][1].append(token)
    return [Token("group", *level) for level in levels]


def _chain(tokens: Sequence[Token]) -> Chain | None:
    """Return the variable and the steps at the end of some tokens."""
    steps: list[Token] = []
    for index in reversed(range(len(tokens))):
        token = tokens[index]
        if token.kind == "name" and (not index or tokens[index - 1].text != "."):
            return None if iskeyword(token.text) else Chain(token.text, steps[::-1])
        if token.kind in ("name", "group"):
            steps.append(token)
        elif token.text != "." or not steps or steps[-1].kind != "name":
            return None
    return None


def _in_brackets(levels: Sequence[Token], argument: Argument) -> Cursor | None:
    """Return the call or index around the cursor, through literal lists and dictionaries."""
    for depth in reversed(range(1, len(levels))):
        sign, entry = levels[depth].text, _entry(levels[depth].inside)
        chain = _chain(levels[depth - 1].inside) if sign != "{" else None
        if chain and sign == "[":
            is_index = depth == len(levels) - 1 and argument.place == "text" and not entry
            return Cursor(chain, sign, argument, _calls(levels[:depth])) if is_index else None
        if chain:
            named = _with_keyword(argument, entry)
            return named and Cursor(chain, sign, named, _calls(levels[:depth]))
        if argument.place == "name":
            return None
        inside = _in_dictionary(argument, entry) if sign == "{" else argument
        if inside is None or (sign != "{" and entry):
            return None
        argument = inside
    return None


def _entry(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens after the last comma."""
    commas = [index for index, token in enumerate(tokens) if token.text == ","]
    return tokens[commas[-1] + 1 :] if commas else tokens


def _with_keyword(argument: Argument, entry: Sequence[Token]) -> Argument | None:
    """Return the argument with the name before it; ``None`` within another expression."""
    match entry:
        case []:
            return argument
        case [Token("name", keyword), Token("sign", "=")] if argument.place != "name":
            return argument._replace(keyword=keyword)
        case _:
            return None


def _in_dictionary(argument: Argument, entry: Sequence[Token]) -> Argument | None:
    """Return the argument with the key before it, or as a key itself."""
    match entry:
        case []:
            is_value = argument.place == "text" and not argument.keys
            return argument._replace(place="key") if is_value else None
        case [Token("text") as key, Token("sign", ":")]:
            return argument._replace(keys=(key.text[1:-1], *argument.keys))
        case _:
            return None


def _calls(levels: Sequence[Token]) -> list[Chain]:
    """Return the objects that are called around a place, the inner one first."""
    chains = [_chain(outer.inside) for outer, inner in pairwise(levels) if inner.text == "("]
    return [chain for chain in reversed(chains) if chain]
