"""Reads conditions of the command line: ``status=pending``, ``product.id__in=PRD-1,PRD-2``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from cnct.cli.utf8 import check_utf8
from cnct.exceptions import RQLError
from cnct.rql import R
from cnct.rql.conditions import keyword_parts

_LISTS = ("in", "oneof", "out")
_FLAGS = ("null", "empty")
_OPTIONS = {
    "limit": "--limit",
    "ordering": "--order",
    "order_by": "--order",
    "search": "--search",
    "select": "--select",
}


class Word:
    """An argument ``name=text`` or ``name:=json``.

    Attributes:
        name: The part before the sign.
        text: The part behind it.
        is_json: Whether the sign is ``:=``.
    """

    __slots__ = ("is_json", "name", "text")

    def __init__(self, name: str, text: str, is_json: bool) -> None:
        self.name = name
        self.text = text
        self.is_json = is_json

    @property
    def value(self) -> Any:
        """The text, or the decoded JSON.

        Raises:
            click.UsageError: If the text is not JSON.
        """
        return decoded(self.text, f"{self.name}:=") if self.is_json else self.text


def word_of(argument: str, example: str) -> Word:
    """Split an argument.

    Args:
        argument: The argument.
        example: A valid one, for the message.

    Raises:
        click.UsageError: If there is no ``=``, no name before the sign, or no UTF-8.
    """
    check_utf8(argument)
    name, sign, text = argument.partition("=")
    is_json = name.endswith(":")
    name = name.removesuffix(":")
    if not sign or not name.strip():
        part = "field" if sign else "value"
        raise click.UsageError(f"{argument!r} has no {part}: write it like {example}")
    return Word(name, text, is_json)


def decoded(text: str | bytes, name: str) -> Any:
    """Decode JSON.

    Raises:
        click.UsageError: If the text is not JSON; the message names ``name`` and the position.
    """
    if isinstance(text, str):
        check_utf8(text)
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        problem = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise click.UsageError(f"{name} is no JSON: {problem}") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


def where(arguments: Sequence[str], rql: Sequence[str] = ()) -> R:
    """Combine conditions with ``and``.

    Args:
        arguments: Conditions.
        rql: Filters in RQL.

    Raises:
        click.UsageError: If an argument is no condition.
        RQLError: If RQL cannot express a condition, or a text is not RQL.
    """
    filters = [R.parse(text) for text in rql]
    conditions = [_condition(argument) for argument in arguments]
    result = R()
    for part in (*conditions, *filters):
        result &= part
    return result


def _condition(argument: str) -> R:
    if "=" not in argument and "(" in argument:
        raise click.UsageError(f"{argument!r} is no condition: pass RQL as --rql {argument!r}")
    word = word_of(argument, "status=pending")
    if word.name in _OPTIONS:
        option = _OPTIONS[word.name]
        raise click.UsageError(f"{word.name!r} is an option: write {option} {word.text}")
    try:
        return R(**{word.name: _operand(word)})
    except RQLError as error:
        raise RQLError(f"{argument!r}: {error}") from error


def _operand(word: Word) -> Any:
    """Convert the value of a condition to the type of the operator's operand."""
    value, op = word.value, keyword_parts(word.name)[1]
    if word.is_json:
        return value
    if op in _LISTS:
        return [part for part in word.text.split(",") if part]
    if op in _FLAGS:
        if word.text not in ("true", "false"):
            raise click.UsageError(f"{word.name} takes true or false, not {word.text!r}")
        return word.text == "true"
    return value
