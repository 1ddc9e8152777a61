"""``cnct emulate``: serves a local Connect."""

from __future__ import annotations

import click


@click.command(
    "emulate",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Serve a local Connect until Ctrl-C; the options are those of python -m cnct.emulator."""
    try:
        from cnct.emulator.__main__ import main  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise click.UsageError(str(error)) from error
    try:
        main([*arguments], program="cnct emulate")
    except SystemExit as stop:
        raise click.exceptions.Exit(stop.code if isinstance(stop.code, int) else 2) from stop
