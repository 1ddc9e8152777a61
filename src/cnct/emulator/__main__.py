"""``python -m cnct.emulator``: serves until Ctrl-C. Only reads the command line."""

from __future__ import annotations

import argparse
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cnct.emulator.clock import Clock
from cnct.emulator.faults.fault import Fault
from cnct.emulator.server import Emulator, listening
from cnct.openapi.sources import safe_location

_PROGRAM = "python -m cnct.emulator"
_MOST_PORTS = 65_535


def main(
    arguments: list[str] | None = None,
    until: threading.Event | None = None,
    program: str = _PROGRAM,
) -> None:
    """Run an emulator with the options of a command line.

    Args:
        arguments: The command line without the program; by default that of the process.
        until: Event that stops the emulator; by default, Ctrl-C does.
        program: Name of the program in messages.

    Raises:
        SystemExit: With status 2 and one line on stderr, if the emulator cannot start.
    """
    options = _parser(program).parse_args(arguments)
    report = partial(_report, program)
    try:
        connect = _started(options, report)
    except (OSError, ValueError, RecursionError, sqlite3.Error) as error:
        report(f"error: {_problem(error)}")
        raise SystemExit(2) from None
    try:
        sys.stdout.write(
            f"Connect is at {connect.endpoint} (Ctrl-C stops it)\n"
            f"specs_location is {safe_location(str(connect.spec))}\n"
        )
        sys.stdout.flush()
        (until or threading.Event()).wait()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    finally:
        connect.stop()


def _started(options: argparse.Namespace, report: Callable[[str], None]) -> Emulator:
    """Open the port before records are invented, so that a port in use is reported at once."""
    with ExitStack() as undo:
        opened = undo.enter_context(listening(options.port))
        connect = _emulator(options, opened, report).start()
        undo.pop_all()
    return connect


def _emulator(
    options: argparse.Namespace, opened: socket.socket, report: Callable[[str], None]
) -> Emulator:
    return Emulator(
        spec=options.spec,
        records=options.records,
        database=options.database,
        generate=dict(options.generate),
        seed=options.seed,
        port=opened,
        faults=options.faults,
        clock=Clock(options.now) if options.now else None,
        allow_hosts=options.allow_host,
        etags=options.etags,
        progress=report,
    )


def _problem(error: Exception) -> str:
    """Return the text of an error in one line, with the file but without the error number."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(text.split())


def _report(program: str, line: str) -> None:
    sys.stderr.write(f"{program}: {line}\n")
    sys.stderr.flush()


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description="A local Connect.")
    parser.add_argument("--spec", help="OpenAPI 3 document, YAML or JSON: a file or URL")
    parser.add_argument("--records", type=Path, help="JSON file: records by collection path")
    parser.add_argument("--database", default=":memory:", help="SQLite file that keeps the records")
    parser.add_argument("--port", type=_port, default=8080, help="TCP port; 0 for a free one")
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
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="serve requests for this host, too, as in connect.test; may be repeated",
    )
    parser.add_argument(
        "--etags", action="store_true", help="send an ETag with a record, and check If-Match"
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write 0 to {_MOST_PORTS}")
    return int(text)


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
