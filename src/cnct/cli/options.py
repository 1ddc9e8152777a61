"""The options that commands share, and the command class with the session's options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeAlias

import click

from cnct.cli.colors import COLORS, choose_colors
from cnct.cli.session import Session

Function: TypeAlias = Callable[..., Any]

BATCH_FORMATS = "json (with --from, ndjson)"  # off a terminal
FORMATS = ("table", "json", "ndjson", "csv", "tsv")


def session_options() -> list[click.Parameter]:
    """Return the options that are allowed before and after the subcommand."""
    return [
        _session_option("--profile", metavar="NAME", help="Use a profile of the configuration."),
        _session_option("--endpoint", metavar="URL", help="Base URL of the API."),
        _session_option("--spec", metavar="FILE|URL", help="The API's OpenAPI document."),
        _session_option(
            "--color",
            type=click.Choice(COLORS),
            default=None,
            help="Whether to use colours; by default, on a terminal.",
        ),
        _session_option(
            "-v",
            "--verbose",
            count=True,
            help="Show calls on standard error; twice, headers too. Keys are masked.",
        ),
    ]


def _session_option(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, callback=_keep, expose_value=False, **attributes)


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Store the value of an option in the session; the option after the subcommand wins."""
    session = context.ensure_object(Session)
    if value:
        setattr(session, str(parameter.name), value)
    if value and parameter.name == "color":
        context.find_root().call_on_close(choose_colors(str(value)))


class Command(click.Command):
    """A subcommand with the options of the session.

    Args:
        *args: As for `click.Command`.
        examples: Command lines for the end of the help.
        **kwargs: As for `click.Command`.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._examples = examples
        self.params += session_options()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each in a line of its own."""
        write_examples(formatter, self._examples)
        super().format_epilog(ctx, formatter)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """Write command lines as a section of the help, never wrapped."""
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class QueryOptions:
    """The arguments that choose rows."""

    __slots__ = ("collection", "conditions", "rql", "search")

    def __init__(
        self,
        collection: str,
        conditions: tuple[str, ...] = (),
        rql: tuple[str, ...] = (),
        search: str | None = None,
    ) -> None:
        self.collection = collection
        self.conditions = conditions
        self.rql = rql
        self.search = search


class Many:
    """The options of work on many resources.

    Attributes:
        source: File with ids or rows, ``-`` for standard input.
        jobs: Calls at the same time.
        journal: File from which a later run resumes.
        restart: Whether to begin a finished journal anew.
        stop: Whether no further item is started after a failure.
        yes: Whether to skip the confirmation.
    """

    __slots__ = ("jobs", "journal", "restart", "source", "stop", "yes")

    def __init__(
        self,
        source: str,
        jobs: int = 1,
        journal: str | None = None,
        restart: bool = False,
        stop: bool = False,
        yes: bool = False,
    ) -> None:
        self.source = source
        self.jobs = jobs
        self.journal = journal
        self.restart = restart
        self.stop = stop
        self.yes = yes


def force_option(function: Function) -> Function:
    """Add ``--force``, which sends a call that the document's check refuses."""
    return click.option(
        "--force",
        is_flag=True,
        callback=_keep,
        expose_value=False,
        help="Send the call even if it does not fit the API's document.",
    )(function)


def output_options(function: Function, elsewhere: str = "json") -> Function:
    """Add the options of the output: ``-o`` and ``--plain-cells``.

    Args:
        function: The command.
        elsewhere: Default format where standard output is no terminal.
    """
    plain = click.option(
        "--plain-cells",
        is_flag=True,
        callback=_keep,
        expose_value=False,
        help="Leave csv text that begins with = + - @ as it is, though spreadsheets run it.",
    )
    form = click.option(
        "-o",
        "--output",
        "output",
        type=click.Choice(FORMATS),
        callback=_keep,
        expose_value=False,
        help=f"Format; by default, table on a terminal and {elsewhere} elsewhere.",
    )
    return form(plain(function))


def query_options(
    function: Function, between: Sequence[Callable[[Function], Function]] = ()
) -> Function:
    """Add the arguments and options that choose rows; the command gets them as ``query``.

    Args:
        function: The function of the command.
        between: Arguments between the collection and the conditions.
    """

    @wraps(function)
    def with_query(
        *args: Any,
        collection: str,
        conditions: tuple[str, ...],
        rql: tuple[str, ...],
        search: str | None,
        **rest: Any,
    ) -> Any:
        return function(*args, query=QueryOptions(collection, conditions, rql, search), **rest)

    decorators: list[Callable[[Function], Function]] = [
        click.argument("collection"),
        *between,
        click.argument("conditions", nargs=-1, metavar="[FIELD[__OP]=VALUE]..."),
        click.option("--rql", multiple=True, metavar="RQL", help="A filter in RQL."),
        click.option("--search", metavar="WORDS", help="Text to search for."),
    ]
    return _decorated(with_query, decorators)


def row_options(function: Function) -> Function:
    """Add the options for the order and the fields of rows."""
    decorators = (
        click.option("--order", metavar="FIELDS", help="Fields to order by; - for descending."),
        click.option(
            "--select",
            metavar="FIELDS",
            help="Fields to show, with dots. +field adds a hidden one to whole rows, -field leaves "
            "one out.",
        ),
    )
    return _decorated(function, decorators)


def body_options(function: Function) -> Function:
    """Add the arguments and the option for the JSON body of a write, and ``--dry-run``."""
    decorators = (
        click.argument("body", nargs=-1, metavar="[FIELD=TEXT|FIELD:=JSON]..."),
        click.option(
            "-d", "--data", metavar="JSON|@FILE|-", help="The JSON body; - is standard input."
        ),
        click.option(
            "--dry-run", is_flag=True, help="Check and show the calls, and send no write."
        ),
    )
    return _decorated(function, decorators)


def many_options(function: Function) -> Function:
    """Add the options for work on many resources; the command gets them as ``many``, or None."""

    @wraps(function)
    def with_many(*args: Any, source: str | None, **rest: Any) -> Any:
        settings = {name: rest.pop(name) for name in Many.__slots__ if name != "source"}
        if source is None and any(settings[name] for name in ("journal", "restart", "stop")):
            raise click.UsageError("--journal, --restart and --stop need --from")
        if source == "-" and rest.get("data") in ("-", "@-"):
            raise click.UsageError("--from and --data cannot both read standard input")
        many = None if source is None else Many(source, **settings)
        return function(*args, many=many, **rest)

    source_option = click.option(
        "--from",
        "source",
        metavar="FILE|-",
        help="Work on the ids or rows (ndjson) of a file; - is standard input.",
    )
    return source_option(job_options(with_many))


def job_options(function: Function) -> Function:
    """Add the options of a job, those of `Many` but its source."""
    decorators = (
        click.option(
            "-j", "--jobs", type=click.IntRange(1), default=1, help="Calls at the same time."
        ),
        click.option(
            "--journal", metavar="FILE", help="File by which a later run goes on after a kill."
        ),
        click.option("--restart", is_flag=True, help="Start a finished journal anew."),
        click.option("--stop", is_flag=True, help="Start nothing new after a failure."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask before many writes."),
    )
    return _decorated(function, decorators)


def _decorated(
    function: Function, decorators: Sequence[Callable[[Function], Function]]
) -> Function:
    """Apply decorators so that the first one comes first in the help."""
    for decorator in reversed(decorators):
        function = decorator(function)
    return function
