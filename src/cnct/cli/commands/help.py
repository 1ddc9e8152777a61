"""``cnct help``: describes a place of the API, or a command."""

from __future__ import annotations

import sys

import click

from cnct.cli.documents import document_of
from cnct.cli.help_pages import Helper
from cnct.cli.options import Command
from cnct.cli.session import Session
from cnct.cli.sink import OutputClosed
from cnct.cli.targets import path_of
from cnct.console.terminal import show
from cnct.exceptions import NotFoundError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_path


@click.command(
    "help",
    cls=Command,
    examples=["cnct help requests", "cnct help requests approve", "cnct help requests/ID"],
)
@click.argument("place", required=False)
@click.argument("action", required=False)
@click.option("--full", is_flag=True, help="Show long tables and texts whole.")
@click.pass_context
def command(context: click.Context, place: str | None, action: str | None, full: bool) -> None:
    """Describe a collection, resource or action of the API; without one, all of it.

    The name of a command shows the help of that command.
    """
    session = context.ensure_object(Session)
    root = context.find_root()
    group = root.command
    if place and action is None and isinstance(group, click.Group):
        named = group.get_command(context, place)
        if named is not None:
            session.sink.write(f"{named.get_help(click.Context(named, root, info_name=place))}\n")
            return
    specs = document_of(session)
    path = _path(specs, path_of(place), action) if place else ""
    entry = specs.place(path)
    if entry is None:
        problems = [problem.message for problem in check_path(specs, path)]
        raise NotFoundError(" ".join(problems))
    try:
        show(Helper(specs, full=full).page(path, entry))
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error


def _path(specs: OpenAPISpecs, path: str, action: str | None) -> str:
    """Return the path of a place or of an action there.

    Raises:
        NotFoundError: If there is no such action.
    """
    if action is None:
        return path
    name = path_of(action)
    owners = (f"{path}/ID", path) if specs.kind(path) == "collection" else (path,)
    for owner in owners:
        place = specs.place(owner)
        if place and name in (*place.actions, *place.collections):
            return f"{owner}/{name}"
    problems = check_path(specs, f"{owners[0]}/{name}")
    raise NotFoundError(" ".join(problem.message for problem in problems))
