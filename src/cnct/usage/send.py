"""Sends usage: the functions of both worlds, and the drivers that play their steps."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import date, datetime
from functools import partial
from itertools import takewhile
from math import inf
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypedDict, Unpack

from cnct.client._core.arguments import checked_seconds
from cnct.client.dry_run import DryRunBase
from cnct.client.fluent import AsyncConnectClient, ConnectClient
from cnct.data.whole_file import OpenStream, WholeFile
from cnct.openapi.shapes import is_array
from cnct.usage.record_columns import UsageTemplate
from cnct.usage.record_rows import RecordRows
from cnct.usage.sending import Errand, FluentCall, Source, Steps, Write
from cnct.usage.usage_report import UsageReport
from cnct.usage.usage_workbook import write_records
from cnct.usage.workbook_arguments import check_rows_argument, checked_path

_MOST = {"name": 100, "currency": 20, "description": 200}  # characters, by Connect's document
_FILE_NAME = "usage.xlsx"
_TIMEOUT = 1800.0
_INTERVAL = 5.0
_TEXTS = ("currency", "description", "note")
_WORKBOOK = ("template", "categories", "defaults", "parameters")


class UsageOptions(TypedDict, total=False):
    """Further arguments of `send_usage`."""

    external_id: str
    period: tuple[date | str, date | str]
    currency: str
    description: str
    note: str
    submit: bool
    decision: bool
    timeout: float | None
    interval: float
    workbook: str | os.PathLike[str]
    template: UsageTemplate | str | os.PathLike[str]
    categories: Mapping[str, str]
    defaults: Mapping[str, Any]
    parameters: Sequence[str]


def send_usage(
    client: ConnectClient,
    rows: Iterable[Mapping[str, Any]],
    *,
    product: str,
    contract: str,
    name: str,
    **options: Unpack[UsageOptions],
) -> UsageReport:
    """Send rows of usage to Connect, and report the usage file and the refused rows.

    Every row is checked before anything is sent. Then the usage file is created, or found if an
    earlier run has created it, the workbook uploaded, and Connect's work on it awaited. Another
    run, after an interruption or with corrected rows, goes on with the same usage file, which is
    found by ``external_id``, product and contract. A submitted usage file is left unchanged; a
    deleted or rejected one is replaced by a new one.

    Args:
        client: The client.
        rows: Dictionaries by column, as of `write_usage`. They are read once and not kept.
        product: Id of the product.
        contract: Id of the distribution contract.
        name: Name of the usage file, at most 100 characters.
        **options: All optional. ``external_id`` identifies the usage file, by default ``name``.
            ``period`` has the first and the last day, by default those of the rows. ``currency``,
            ``description`` and ``note`` are passed on. ``submit=True`` submits the usage file if no
            row was refused, and ``decision=True`` then waits until it is accepted or rejected.
            ``timeout`` is the limit of each wait, by default 1,800 seconds, and ``interval`` the
            first pause, by default 5. ``workbook`` is a path to keep the workbook at.
            ``template``, ``categories``, ``defaults`` and ``parameters`` are as of `write_usage`.

    Returns:
        The report: usage file, counts, and the refused rows as a table. Invalid rows and a rejected
        usage file raise no error. With a dry run, nothing is awaited.

    Raises:
        UsageRowsError: If rows cannot be sent. The error has all problems.
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has a wrong value.
        ExportError: If the workbook cannot be written at ``workbook``.
        OSError: If the workbook cannot be written.
        NotOneError: If several usage files have the ``external_id``.
        WaitTimeout: If Connect is still working on the file; another run goes on.
        WaitFailed: If somebody else deletes or submits the usage file meanwhile.
        AmbiguousWriteError: If a create, upload or submission may have been done; another run finds
            out.
        ClientError: If Connect refuses a call: a product without usage, an expired contract.
    """
    _check_client("send_usage", client, ConnectClient, "async_send_usage")
    errand, write, place = _prepared(client, rows, product, contract, name, options)
    with place() as file, closing(errand.send(write, file)) as steps:
        report: UsageReport = _play(steps, client._plain)
        return report


async def async_send_usage(
    client: AsyncConnectClient,
    rows: Iterable[Mapping[str, Any]],
    *,
    product: str,
    contract: str,
    name: str,
    **options: Unpack[UsageOptions],
) -> UsageReport:
    """Send rows of usage to Connect. Async twin of `send_usage`.

    The rows are read, and the workbook written, in a thread, which ends with the next row if the
    task is cancelled.
    """
    _check_client("async_send_usage", client, AsyncConnectClient, "send_usage")
    check_rows_argument(rows)
    stopped = threading.Event()
    endable = takewhile(lambda _: not stopped.is_set(), rows)
    errand, write, place = _prepared(client, endable, product, contract, name, options)
    with place() as file, closing(errand.send(write, file)) as steps:
        report: UsageReport = await _play_async(steps, client._plain, stopped.set)
        return report


def _play(steps: Steps, client: Any) -> Any:
    """Run steps one after the other, and return their result."""
    step = next(steps)
    while True:
        try:
            result = step.run(client) if isinstance(step, FluentCall) else step.run()
        except Exception as error:  # noqa: BLE001 - the steps decide
            forward: Callable[[], Any] = partial(steps.throw, error)
        else:
            forward = partial(steps.send, result)
        try:
            step = forward()
        except StopIteration as stop:
            return stop.value


async def _play_async(steps: Steps, client: Any, on_cancel: Callable[[], object]) -> Any:
    """Run steps one after the other. Async twin of `_play`."""
    from cnct.client._http.in_threads import completed_in_thread  # noqa: PLC0415 - needs asyncio

    step = next(steps)
    while True:
        try:
            if isinstance(step, FluentCall):
                result = await step.run(client)
            else:
                result = await completed_in_thread(step.run, on_cancel)
        except Exception as error:  # noqa: BLE001 - the steps decide
            forward: Callable[[], Any] = partial(steps.throw, error)
        else:
            forward = partial(steps.send, result)
        try:
            step = forward()
        except StopIteration as stop:
            return stop.value


def _check_client(function: str, client: Any, kind: type, other: str) -> None:
    if not isinstance(client, kind):
        have = type(client).__name__
        raise TypeError(f"{function} takes a {kind.__name__}, not {have}: see also {other}")


def _prepared(
    client: Any, rows: Any, product: Any, contract: Any, name: Any, options: UsageOptions
) -> tuple[Errand, Write, Callable[[], AbstractContextManager[Source]]]:
    """Check the arguments; return the errand, the writing of the workbook, and its place.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has a wrong value.
    """
    unknown = sorted(options.keys() - UsageOptions.__annotations__.keys())
    if unknown:
        names = ", ".join(UsageOptions.__annotations__)
        raise TypeError(f"There is no argument {unknown[0]!r}, only {names}")
    check_rows_argument(rows)
    payload = _payload(product, contract, name, options)
    submit, decision = (_flag(flag, options.get(flag, False)) for flag in ("submit", "decision"))
    if decision and not submit:
        raise ValueError("decision=True waits for a submitted usage file: pass submit=True, too")
    timeout = options.get("timeout", _TIMEOUT)
    interval = checked_seconds("interval", options.get("interval", _INTERVAL))
    if not 0 < interval < inf:
        raise ValueError(f"interval must be above 0 seconds and finite, not {interval}")
    errand = Errand(
        payload,
        submit,
        decision,
        None if timeout is None else checked_seconds("timeout", timeout),
        interval,
        isinstance(client, DryRunBase),
    )
    workbook = options.get("workbook")
    kept = None if workbook is None else checked_path("workbook", workbook)
    passed: dict[str, Any] = {**options}
    arguments = {key: passed[key] for key in _WORKBOOK if passed.get(key) is not None}
    write = partial(_write, rows, prefix=payload["external_id"], **arguments)
    # A temporary file without a name, so that a kill leaves nothing.
    place: Any = TemporaryFile if kept is None else partial(nullcontext, kept)
    return errand, write, place


def _write(rows: Any, file: Source, **arguments: Any) -> RecordRows:
    """Write the workbook at a path, whole or not at all, or to an open file."""
    if isinstance(file, Path):
        return write_records(partial(WholeFile, file), rows, **arguments)
    records = write_records(partial(OpenStream, file, _FILE_NAME), rows, **arguments)
    file.seek(0)
    return records


def _payload(product: Any, contract: Any, name: Any, options: UsageOptions) -> dict[str, Any]:
    """Return the usage file to create, without the period unless it is passed."""
    texts: dict[str, Any] = {**options}
    title = _text("name", name, "text such as 'January 2026'")
    payload: dict[str, Any] = {
        "name": title,
        "external_id": _text("external_id", options.get("external_id", title)),
        "product": {"id": _text("product", product, "an id such as 'PRD-123-456-789'")},
        "contract": {"id": _text("contract", contract, "an id such as 'CRD-12345-12345-12345'")},
    }
    payload |= {key: _text(key, texts[key]) for key in _TEXTS if texts.get(key) is not None}
    period = options.get("period")
    if period is not None:
        payload["period"] = _period(period)
    return payload


def _text(name: str, value: Any, example: str = "text") -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be {example}, not {type(value).__name__}")
    if not value.strip():
        raise ValueError(f"{name} is empty: write {example}")
    most = _MOST.get(name, len(value))
    if len(value) > most:
        raise ValueError(f"{name} must have at most {most} characters, not {len(value)}")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return value


def _period(period: Any) -> dict[str, str]:
    example = "the first and the last day, such as (date(2026, 1, 1), date(2026, 1, 31))"
    days = period if is_array(period) else ()
    if len(days) != 2:  # noqa: PLR2004 - a pair
        raise TypeError(f"period must be {example}")
    try:
        first, last = map(_day, days)
    except (TypeError, ValueError):
        raise ValueError(f"period must be {example}, not {period!r:.60}") from None
    if last < first:
        raise ValueError(f"period must be {example}: {last} is before {first}")
    return {"from": f"{first}", "to": f"{last}"}


def _day(day: Any) -> date:
    if isinstance(day, datetime):
        return day.date()
    return day if isinstance(day, date) else date.fromisoformat(day)
