"""Downloads the finished reports that are not in a directory yet.

    python download_reports.py reports

A file has its name when it is whole, so that a run after a kill finds out which are missing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cnct import ConnectClient


def download(client: ConnectClient, directory: Path, report: dict[str, Any]) -> None:
    """Download a report unless its file is there."""
    target = directory / f"{report['id']}.xlsx"
    if not target.exists():
        content = client("reporting").reports[report["id"]]("download").get()
        part = target.with_suffix(".part")
        part.write_bytes(content)  # anything that is not JSON comes as bytes
        part.replace(target)


def main(folder: str) -> int:
    """Download the reports, print the summary, and return the exit status."""
    directory = Path(folder)
    directory.mkdir(exist_ok=True)
    with ConnectClient(max_retries=3) as client:
        finished = client("reporting").reports.filter(status="succeeded")
        summary = finished.process(
            lambda report: download(client, directory, report), concurrency=4
        )
    print(summary)
    return 1 if summary.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
