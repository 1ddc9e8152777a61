"""``cnct export``: writes the resources of a collection to a file."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cnct.cli.messages import has_terminal, print_message
from cnct.cli.options import Command, QueryOptions, force_option, query_options, row_options
from cnct.cli.rows import row_set, selected
from cnct.cli.session import Session
from cnct.cli.sink import Sink
from cnct.client.models import ResourceSet
from cnct.client.work.exports import SyncSetExport
from cnct.data.file_formats import FORMATS, STREAMED, SUFFIXES, format_of, row_file
from cnct.data.whole_file import OpenStream
from cnct.exceptions import ExportError
from cnct.text import either

if TYPE_CHECKING:
    from cnct.data.exported import Exported

_STDOUT = "-"
_OF_CSV = ("delimiter", "encoding", "bom", "plain_cells")
_OF_PARTS = ("partitions", "restart")


@click.command(
    "export",
    cls=Command,
    examples=[
        "cnct export requests requests.csv status=pending --select id,created,asset.product",
        "cnct export subscriptions/assets assets.parquet -j 4",
        "cnct export products - --format ndjson | gzip > products.ndjson.gz",
    ],
)
@partial(query_options, between=[click.argument("file", metavar="FILE|-")])
@row_options
@click.option("-n", "--limit", type=click.IntRange(0), help="Most rows to export.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Format; by default, by the suffix of the file: "
    f"{', '.join(SUFFIXES)}; ndjson for standard output.",
)
@click.option("--by", metavar="FIELD", help="Field whose windows are read, a time or number.")
@click.option(
    "--page-size",
    type=click.IntRange(1, 1000),
    default=1000,
    help="Rows of a call; 1000 by default.",
)
@click.option("-j", "--jobs", "concurrency", type=click.IntRange(1), help="Calls at the same time.")
@click.option(
    "--partitions",
    type=click.IntRange(1),
    help="Write so many files into a directory; a later run goes on after a kill.",
)
@click.option("--restart", is_flag=True, help="Start a directory anew.")
@click.option("--delimiter", metavar="CHARACTER", help="Character between cells of csv; tab: \\t.")
@click.option("--encoding", metavar="NAME", help="Encoding of csv; utf-8 by default.")
@click.option("--bom", is_flag=True, help="Begin csv with the mark by which Excel knows UTF-8.")
@click.option(
    "--plain-cells",
    is_flag=True,
    help="Leave csv text that begins with = + - @ as it is, though spreadsheets run it.",
)
@force_option
@click.pass_obj
def command(
    session: Session,
    /,
    file: str,
    query: QueryOptions,
    order: str | None,
    select: str | None,
    limit: int | None,
    form: str | None,
    page_size: int,
    **options: Any,
) -> None:
    """Write the resources of a collection to a file, typed and with a column for each field.

    The file appears when it is complete. Values that have no column are in the last one, _extra.
    """
    form = form or _format_of(file)
    chosen = {name: value for name, value in options.items() if value}
    _check_options(file, form, chosen)
    rows, fields = selected(session, row_set(session, query, order), select)
    rows = rows.limit(page_size if limit is None else max(1, min(page_size, limit)))
    rows = rows if limit is None else rows[:limit]
    if fields.columns:
        chosen["columns"] = fields.columns
    exported = (_to_stdout if file == _STDOUT else _to_file)(session, rows, file, form, chosen)
    if has_terminal(sys.stderr):
        print_message(f"{exported.rows:,} rows in {exported.path}")


def _format_of(file: str) -> str:
    if file == _STDOUT:
        return "ndjson"
    try:
        return format_of(file)
    except ExportError as error:
        raise click.UsageError(f"{error}: --format {either(FORMATS)}") from error


def _check_options(file: str, form: str, options: dict[str, Any]) -> None:
    """Refuse options that do not go together, before anything is read or created."""
    if file == _STDOUT and form not in STREAMED:
        raise click.UsageError(f"{form} cannot be written to standard output: name a file")
    for name in options.keys() & (
        _OF_CSV if form != "csv" else _OF_PARTS if file == _STDOUT else ()
    ):
        place = "csv" if form != "csv" else "files"
        raise click.UsageError(f"--{name.replace('_', '-')} is for {place}: leave it out")
    if options.get("delimiter") == r"\t":
        options["delimiter"] = "\t"
    try:
        row_file(form, **{name: options[name] for name in options.keys() & set(_OF_CSV)})
    except ExportError:
        raise
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error


def _to_file(
    _: Session, rows: ResourceSet, file: str, form: str, options: dict[str, Any]
) -> Exported:
    export: Callable[..., Exported] = getattr(rows, f"to_{form}")
    return export(file, progress=True, **options)


def _to_stdout(
    session: Session, rows: ResourceSet, _: str, form: str, options: dict[str, Any]
) -> Exported:
    if session.sink.is_terminal:
        raise click.UsageError(
            "Standard output is a terminal: name a file, or use cnct ls to look at rows"
        )
    of_format = {name: options.pop(name) for name in options.keys() & set(_OF_CSV)}
    sink: Any = _SinkFile(session.sink)
    stream = OpenStream(sink, "standard output")
    return SyncSetExport(rows, stream, form, options=of_format, progress=True, **options).run()


class _SinkFile(io.RawIOBase):
    """Standard output as a binary file."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: Any) -> int:
        """Write bytes."""
        self._sink.write(bytes(data))
        return len(data)
