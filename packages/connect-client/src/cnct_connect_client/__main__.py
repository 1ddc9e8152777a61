"""The command: ``python -m cnct_connect_client wheel DIR``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cnct_connect_client.building import build_wheel
from cnct_connect_client.status import answers


def main(arguments: list[str]) -> int:
    """Build the wheel, or show whether the bridge is active; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cnct_connect_client", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    wheel = commands.add_parser("wheel", help="build connect-openapi-client 35.0+cnct.N")
    wheel.add_argument("directory", type=Path, metavar="DIR", help="folder for the wheel")
    commands.add_parser("status", help="show who answers for connect.client and cnct")
    options = parser.parse_args(arguments)
    if options.command == "wheel":
        print(build_wheel(options.directory))  # noqa: T201 - the output of the command
        return 0
    lines = answers()
    print("\n".join(line.text for line in lines))  # noqa: T201 - same
    return 0 if all(line.is_well for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
