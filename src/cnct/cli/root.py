"""The root group: lists the subcommands, and imports each at first use."""

from __future__ import annotations

from importlib import import_module

import click

from cnct.cli.options import session_options, write_examples
from cnct.cli.session import Session
from cnct.text import did_you_mean
from cnct.version import VERSION


class Entry:
    """A subcommand that is not imported yet.

    Attributes:
        module: Module in `cnct.cli.commands` whose ``command`` is the subcommand.
        summary: One line for the list of commands.
    """

    __slots__ = ("module", "summary")

    def __init__(self, module: str, summary: str) -> None:
        self.module = module
        self.summary = summary


COMMANDS = {
    "ls": Entry("ls", "List the resources of a collection."),
    "get": Entry("get", "Show a resource."),
    "count": Entry("count", "Count the resources of a collection."),
    "first": Entry("first", "Show the first resource of a collection."),
    "create": Entry("create", "Create a resource, or many."),
    "update": Entry("update", "Change a resource, or many."),
    "delete": Entry("delete", "Delete a resource, or many."),
    "call": Entry("call", "Call an action of a resource, or of many."),
    "load": Entry("load", "Make a collection equal to the rows of a file."),
    "wait": Entry("wait", "Wait until a resource meets a condition."),
    "watch": Entry("watch", "Print resources as they appear and change."),
    "export": Entry("export", "Write the resources of a collection to a file."),
    "download": Entry("download", "Write a file of the API, or of a link."),
    "sync": Entry("sync", "Bring a local mirror up to date."),
    "find": Entry("find", "Search the API's document."),
    "help": Entry("help", "Describe a place of the API, or a command."),
    "api": Entry("api", "Make any call by its method and path."),
    "emulate": Entry("emulate", "Serve a local Connect."),
    "config": Entry("config", "Show and change settings and profiles."),
    "spec": Entry("spec", "Show, renew and compare the API's document."),
    "stubs": Entry("stubs", "Write types for type checkers and editors."),
    "doctor": Entry("doctor", "Show versions, settings, document and network."),
    "docs": Entry("docs", "Open the documentation."),
    "shell": Entry("shell", "Start Python with a client."),
    "completion": Entry("completion", "Print the completion script of a shell."),
}
"""Subcommands in the order of the help."""


_EXAMPLES = (
    "cnct ls requests status=pending created__ge=2026-01-01 --order -created",
    "cnct get requests/PR-000-000-000 id status asset.product.name",
    "cnct call requests/PR-000-000-000 approve template_id=TL-000-000-000",
)


class LazyGroup(click.Group):
    """A group whose subcommands are imported one by one."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's interface
        """Import a subcommand."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = import_module(f"cnct.cli.commands.{entry.module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand of the arguments; refuse an unknown one with the nearest name."""
        name = args[0]
        if name not in COMMANDS:
            ctx.fail(f"There is no command {name!r}.{did_you_mean(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's interface
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's interface
        """Write the examples."""
        write_examples(formatter, _EXAMPLES)


@click.group(
    cls=LazyGroup,
    params=session_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="cnct", message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context) -> None:
    """CloudBlue Connect in the shell."""
    context.call_on_close(context.ensure_object(Session).close)
