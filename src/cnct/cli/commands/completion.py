"""``cnct completion``: prints the completion script of a shell."""

from __future__ import annotations

from importlib.resources import files

import click

from cnct.cli.options import Command
from cnct.cli.session import Session

_SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    cls=Command,
    examples=[
        """echo 'eval "$(cnct completion bash)"' >> ~/.bashrc""",
        """echo 'eval "$(cnct completion zsh)"' >> ~/.zshrc""",
        "cnct completion fish > ~/.config/fish/completions/cnct.fish",
    ],
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_obj
def command(session: Session, shell: str) -> None:
    """Print the script by which a shell completes commands, places, fields and values."""
    script = files("cnct.cli.completing").joinpath("scripts", f"cnct.{shell}")
    session.sink.write(script.read_bytes())
