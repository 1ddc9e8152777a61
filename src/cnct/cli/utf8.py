"""Refuses arguments that are no UTF-8: Python hands them over with lone surrogates."""

from __future__ import annotations

import click


def check_utf8(argument: str) -> None:
    """Refuse an argument that could not be sent.

    Raises:
        click.UsageError: If it is no UTF-8.
    """
    try:
        argument.encode()
    except UnicodeEncodeError:
        raise click.UsageError(f"{argument!r} is no UTF-8: check its characters") from None
