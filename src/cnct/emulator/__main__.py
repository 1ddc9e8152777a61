"""``python -m cnct.emulator``: serve until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from cnct.emulator.server import Emulator


def main(arguments: list[str] | None = None, until: threading.Event | None = None) -> None:
    """Serve what the command line says.

    Args:
        arguments: The command line without the program, by default the process's own.
        until: Set it to stop; by default Ctrl-C does.
    """
    options = _parser().parse_args(arguments)
    connect = Emulator(
        spec=options.spec,
        records=options.records,
        database=options.database,
        generate=dict(options.generate),
        seed=options.seed,
        port=options.port,
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
    parser.add_argument("--spec", type=Path, help="OpenAPI 3 document, YAML or JSON")
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
    return parser


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not name or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not like requests=5000")
    return name, int(number)


if __name__ == "__main__":
    main()
