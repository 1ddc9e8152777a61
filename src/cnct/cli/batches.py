"""Runs a write for each of many items, and prints the outcomes as the calls end."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnct.cli.confirming import check_can_ask, confirm
from cnct.cli.formats import RowWriter
from cnct.cli.items import Item, items_from
from cnct.cli.messages import has_terminal, print_message
from cnct.cli.options import Many
from cnct.cli.sink import OutputClosed
from cnct.cli.writes import Write
from cnct.client.work import runs
from cnct.client.work.entries import items_of
from cnct.client.work.items import each_plan
from cnct.client.work.outcomes import Outcome, Summary, error_text
from cnct.client.work.spool import Spool
from cnct.exceptions import BatchError, ClientError
from cnct.openapi.shapes import is_record

if TYPE_CHECKING:
    from cnct.cli.session import Session

_MANY = 2
_ROWS = 200  # of a dry run that are written together
_COLUMNS = ("id", "state", "error")


class Batch(NamedTuple):
    """Work on many resources.

    Attributes:
        title: The work in words, for the question: ``POST requests/ID/approve``.
        write: Returns the write for an item.
        sample: A representative write, checked before any is sent; ``None`` if each item has a body
            of its own.
        creates: Whether the writes create resources, which have their ids afterwards.
    """

    title: str
    write: Callable[[Item], Write]
    sample: Write | None = None
    creates: bool = False

    def name(self, body: Any) -> str:
        """Return the name that identifies this work in a journal, the shared body included."""
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
        return f"cnct {self.title} {digest}"


def run_batch(session: Session, batch: Batch, body: Any, many: Many, *, dry_run: bool) -> None:
    """Run a batch, and print a result for each item.

    Args:
        session: Settings of the run.
        batch: The work.
        body: The body that all writes share.
        many: Options for the items, jobs and journal.
        dry_run: Whether the calls are printed and not sent.

    Raises:
        BatchError: If a write failed.
        InvalidCallError: If the writes do not fit the document; so with `NotFoundError`.
        click.UsageError: If the first items cannot be read, or there is no terminal to ask on.
    """
    with ExitStack() as stack:
        if batch.sample is not None:
            batch.sample.preview(session)
        items: Iterable[Item] = items_from(many.source)
        if dry_run:
            _preview(session, batch, items)
            return
        if not many.yes:
            items = _confirmed(session, batch, items, stack)
        _run(session, batch, body, items, many)


def _confirmed(
    session: Session, batch: Batch, items: Iterable[Item], stack: ExitStack
) -> Iterable[Item]:
    """Return the items; several need confirmation."""
    rest = iter(items)
    first = [*islice(rest, _MANY)]
    if len(first) < _MANY:
        return first
    check_can_ask()
    spool = stack.enter_context(Spool())
    count = 0
    for item in chain(first, rest):
        spool.add([item])
        count += 1
    confirm(f"{batch.title} for {count:,} items at {session.client.endpoint}. Go on?")
    return spool


def _preview(session: Session, batch: Batch, items: Iterable[Item]) -> None:
    """Print the calls without sending them."""
    rest = iter(items)
    with RowWriter(session, default="ndjson") as writer:
        while chunk := [*islice(rest, _ROWS)]:
            writer.write([batch.write(item).preview(session) for item in chunk])


def _run(session: Session, batch: Batch, body: Any, items: Iterable[Item], many: Many) -> None:
    summary = Summary()
    plan = each_plan(
        session.client.endpoint,
        items,
        lambda item: batch.write(item).send(session),
        items_of,
        is_async=False,
        concurrency=many.jobs,
        on_error="stop" if many.stop else "collect",
        journal=many.journal,
        journal_restart=many.restart,
        name=batch.name(body),
        summary=summary,
        progress=not session.sink.is_terminal,
    )
    print_outcomes(session, runs.outcomes(plan), summary, creates=batch.creates)


def print_outcomes(
    session: Session, outcomes: Iterable[Outcome[Any]], summary: Summary, *, creates: bool = False
) -> None:
    """Print a result for each outcome, as the calls end.

    Args:
        session: Settings of the run.
        outcomes: The outcomes.
        summary: Summary that the job fills.
        creates: Whether the calls create resources, which have their ids afterwards.

    Raises:
        BatchError: If a write failed.
        ClientError: If the output was closed.
    """
    try:
        with RowWriter(session, _COLUMNS, default="ndjson") as writer:
            for outcome in outcomes:
                writer.write([_result(outcome, creates=creates)])
    except click.UsageError as error:  # an item that cannot be read, after others
        if not summary.total:
            raise
        raise BatchError(f"{error.format_message()}: {_counts(summary)}", summary) from error
    except OutputClosed as error:
        raise ClientError(f"The output was closed: {_counts(summary)}") from error
    except KeyboardInterrupt:
        print_message(_counts(summary))
        raise
    if summary.failures:
        raise BatchError(_counts(summary), summary)
    if has_terminal(sys.stderr):
        print_message(_counts(summary))


def _result(outcome: Outcome[Any], *, creates: bool) -> dict[str, Any]:
    error = None if outcome.error is None else error_text(outcome.error)
    request_id = getattr(outcome.error, "request_id", None)
    row = {"id": outcome.id, "state": outcome.state, "error": error, "request_id": request_id}
    if creates and is_record(outcome.value):
        row["id"] = outcome.value.get("id", outcome.id)
    return row


def _counts(summary: Summary) -> str:
    note = f" ({summary.note})" if summary.note else ""
    return f"{summary._counts()}{note}"
