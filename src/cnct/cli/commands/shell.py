"""``cnct shell``: a Python prompt with a client."""

from __future__ import annotations

import sys
from traceback import format_exception
from typing import Any

import click

from cnct.cli.body import standard_input
from cnct.cli.connecting import connect
from cnct.cli.exits import Exit
from cnct.cli.messages import has_terminal, print_message
from cnct.cli.options import Command
from cnct.cli.session import Session
from cnct.exceptions import ClientError


@click.command("shell", cls=Command)
@click.pass_obj
def command(session: Session) -> None:
    """Start Python, or IPython where it is installed, with client and R at hand.

    Without a terminal, the program on standard input is run.
    """
    from cnct.rql import R  # noqa: PLC0415 - beside the other imports of the prompt

    session.client = client = connect(session, at_prompt=True)
    names = {"client": client, "R": R}
    if not has_terminal(sys.stdin):
        _run(standard_input().read(), names)
        return
    print_message(f"client is {client!r}; try client.help()", prefix="")
    try:
        from IPython import start_ipython  # noqa: PLC0415 - optional and slow
    except ImportError:
        from code import interact  # noqa: PLC0415 - the prompt without IPython

        interact("", local=names, exitmsg="")
        return
    start_ipython(argv=["--no-banner", "--no-confirm-exit"], user_ns=names)


def _run(program: bytes, names: dict[str, Any]) -> None:
    """Run a program as Python would; errors of calls end it with their own exit status."""
    try:
        exec(compile(program, "<stdin>", "exec"), names)  # noqa: S102 - the user's program
    except ClientError:
        raise
    except Exception as error:
        print_message("".join(format_exception(error)), prefix="")
        raise click.exceptions.Exit(Exit.LOCAL) from error
