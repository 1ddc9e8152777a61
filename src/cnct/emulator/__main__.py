"""``python -m cnct.emulator``: serves until Ctrl-C. Only reads the command line."""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from cnct.emulator.clock import Clock
from cnct.emulator.faults.fault import Fault
from cnct.emulator.server import Emulator


def main(arguments: list[str] | None = None, until: threading.Event | None = None) -> None:
    """Run an emulator with the options of a command line.

    Args:
        arguments: The command line without the program; by default that of the process.
        until: Event that stops the emulator; by default, Ctrl-C does.
    """
    options = _parser().parse_args(arguments)
    connect = Emulator(
        spec=options.spec,
        records=options.records,
        database=options.database,
        generate=dict(options.generate),
        seed=options.seed,
        port=options.port,
        faults=options.faults,
        clock=Clock(options.now) if options.now else None,
    )
    with connect:
        sys.stdout.write(f"Connect is at {connect.endpoint} (Ctrl-C stops it)\n")
        sys.stdout.flush()
        try:
            (until or threading.Event()).wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cnct.emulator", description="A local Connect.")
    parser.add_argument("--spec", help="OpenAPI 3 document, YAML or JSON: a file or URL")
    parser.add_argument("--records", type=Path, help="JSON file: records by collection path")
    parser.add_argument("--database", default=":memory:", help="SQLite file that keeps the records")
    parser.add_argument("--port", type=int, default=8080, help="TCP port; 0 for a free one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the invented records")
    parser.add_argument(
        "--generate",
        action="append",
        default=[],
        type=_count,
        metavar="COLLECTION=N",
        help="invent N records, as in requests=5000; may be repeated",
    )
    parser.add_argument(
        "--faults",
        action="append",
        default=[],
        type=_fault,
        metavar="FAULT",
        help="let something go wrong, as in \"status(503, retry_after=1, path='requests*')\"; "
        "may be repeated; see cnct.emulator.Fault",
    )
    parser.add_argument(
        "--now", type=_moment, help="stop the clock at this time, as in 2026-01-31T12:00:00+00:00"
    )
    return parser


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not name or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not like requests=5000")
    return name, int(number)


def _fault(text: str) -> Fault:
    try:
        return Fault.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
