"""Reads a secret from standard input, without an echo on a terminal."""

from __future__ import annotations

import sys

import click

from cnct.cli.body import standard_input
from cnct.cli.messages import has_terminal


def read_secret(name: str) -> str:
    """Return a line of standard input.

    Args:
        name: The secret's name, for the prompt.

    Raises:
        click.UsageError: If there is no input.
    """
    if has_terminal(sys.stdin):
        from getpass import getpass  # noqa: PLC0415 - only terminals need it

        try:
            text = getpass(f"{name}: ")
        except EOFError:
            text = ""
    else:
        text = standard_input().readline().decode(errors="replace")
    if not text.strip():
        raise click.UsageError(f"There is no value for {name} on standard input")
    return text.strip()
