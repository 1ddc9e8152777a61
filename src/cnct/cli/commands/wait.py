"""``cnct wait``: waits until a resource meets a condition."""

from __future__ import annotations

import json
from typing import Any

import click

from cnct.cli.conditions import word_of
from cnct.cli.durations import Duration
from cnct.cli.formats import write_value
from cnct.cli.options import Command, force_option, output_options
from cnct.cli.selecting import check_values, names_of, selection
from cnct.cli.session import Session
from cnct.cli.targets import resource_path
from cnct.client.models import Resource
from cnct.exceptions import ClientError
from cnct.openapi.shapes import is_list
from cnct.rql.conditions import keyword_parts

_LISTS = ("in", "oneof")


@click.command(
    "wait",
    cls=Command,
    examples=[
        "cnct wait requests/PR-000-000-000 status=approved --fail failed --timeout 10m",
        "cnct wait requests/PR-000-000-000 status__in=approved,failed --timeout 0",
    ],
)
@click.argument("resource")
@click.argument("conditions", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option(
    "--fail", multiple=True, metavar="VALUES", help="Values of the one field that end the wait."
)
@click.option(
    "--timeout", type=Duration(), default="10m", help="Longest wait, 10m by default; 0 reads once."
)
@click.option(
    "--interval", type=Duration(), default="5s", help="First pause, 5s by default; pauses grow."
)
@output_options
@force_option
@click.pass_obj
def command(
    session: Session,
    resource: str,
    conditions: tuple[str, ...],
    fail: tuple[str, ...],
    timeout: float,
    interval: float,
) -> None:
    """Wait until all conditions are met, and show the resource."""
    path = resource_path(session, resource)
    fields: dict[str, Any] = dict(map(_condition, conditions))
    specs = None if session.force else session.specs
    selection(specs, path, [keyword_parts(name)[2] for name in fields])
    failures = [value for text in fail for part in names_of(text) for value in _values(part)]
    for keyword, value in fields.items():
        _, op, name = keyword_parts(keyword)
        if op in ("eq", *_LISTS):  # wait_until refuses others
            check_values(specs, path, name, [*_texts(value), *_texts(failures)])
    try:
        row = Resource(session.client, path).wait_until(
            fail=failures, timeout=timeout, interval=interval, **fields
        )
    except ClientError:
        raise
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    write_value(session, row)


def _condition(argument: str) -> tuple[str, Any]:
    word = word_of(argument, "status=approved")
    if word.is_json:
        return word.name, word.value
    is_list = keyword_parts(word.name)[1] in _LISTS
    texts = names_of(word.text) if is_list else [word.text]
    return word.name, [value for text in texts for value in _values(text)]


def _texts(value: Any) -> list[str]:
    """Return the values that are texts, and do not stand for a number, null or the like too."""
    values = value if is_list(value) else [value]
    return [text for text in values if isinstance(text, str) and _values(text) == [text]]


def _values(text: str) -> list[Any]:
    """Return the values that a text of the command line can stand for: ``5`` and ``"5"``."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return [text] if isinstance(value, str | list | dict) else [text, value]
