"""``cnct shell``: a Python prompt with a client."""

from __future__ import annotations

import click

from cnct.cli.options import Command
from cnct.cli.session import Session


@click.command("shell", cls=Command)
@click.pass_obj
def command(session: Session) -> None:
    """Start Python, or IPython where it is installed, with client and R at hand."""
    from cnct.rql import R  # noqa: PLC0415 - beside the other imports of the prompt

    names = {"client": session.client, "R": R}
    banner = f"client is {session.client!r}; try client.help()"
    try:
        from IPython import start_ipython  # noqa: PLC0415 - optional and slow
    except ImportError:
        import code  # noqa: PLC0415 - the prompt without IPython

        code.interact(banner, local=names, exitmsg="")
        return
    start_ipython(
        argv=["--no-banner", f"--InteractiveShellApp.exec_lines=print({banner!r})"], user_ns=names
    )
