"""Asks before many writes. Without a terminal this is an error, and end of input counts as no."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import IO

import click

from cnct.cli.messages import has_terminal, print_message
from cnct.exceptions import ClientError

_YES = ("y", "yes")
_TERMINAL = "/dev/tty"


def check_can_ask() -> None:
    """Refuse a run that needs confirmation without a terminal, before the input is read.

    Raises:
        click.UsageError: If there is no terminal.
    """
    if not has_terminal(sys.stderr):
        raise click.UsageError(
            "More than one write needs --yes where there is no terminal to ask on"
        )


def confirm(question: str) -> None:
    """Ask for confirmation; return only if the answer is yes.

    Raises:
        ClientError: If the answer is anything else, or the input ends.
        click.UsageError: If there is no terminal.
    """
    check_can_ask()
    with ExitStack() as stack:
        answers: IO[str] = sys.stdin
        if not has_terminal(sys.stdin):  # standard input has the ids
            try:
                answers = stack.enter_context(open(_TERMINAL, encoding="utf-8"))  # noqa: PTH123 - a device
            except OSError:
                raise click.UsageError(
                    "More than one write needs --yes where there is no terminal to ask on"
                ) from None
        print_message(f"{question} [y/N] ", end="")
        if answers.readline().strip().lower() not in _YES:
            raise ClientError("Nothing was sent")
