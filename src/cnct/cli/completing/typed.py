"""Reads the command line to be completed: words, options, arguments."""

from __future__ import annotations

from typing import NamedTuple

from cnct.cli.completing.grammar import FLAG, NONE, ROOT, Form, Kind


class Typed(NamedTuple):
    """A command line up to the word at the cursor.

    Attributes:
        form: Form of the innermost command.
        kind: Kind of the word at the cursor, unless an option is typed.
        arguments: Arguments of the command so far.
        values: Values of the options so far.
        offers_commands: Whether the word can be a command.
    """

    form: Form
    kind: Kind
    arguments: list[str]
    values: dict[str, str]
    offers_commands: bool = False


def typed(words: list[str]) -> Typed:
    """Read the words before the one at the cursor, without the program."""
    form, arguments, values = ROOT, list[str](), dict[str, str]()
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if word == "--":
            continue
        if word.startswith("-") and word != "-" and name in form.options:
            if form.options[name] == FLAG or value:
                values[name] = value
                continue
            following = next(rest, None)
            if following is None:
                return Typed(form, form.options[name], arguments, values)
            values[name] = following
        elif form.below:
            form = form.below.get(word, Form({}))
        elif not word.startswith("-") or word == "-":
            arguments.append(word)
    return Typed(form, _argument(form, len(arguments)), arguments, values, bool(form.below))


def _argument(form: Form, number: int) -> Kind:
    """Return the kind of words that complete an argument, numbered from 0."""
    if number < len(form.arguments):
        return form.arguments[number]
    return form.arguments[-1] if form.repeats else NONE
