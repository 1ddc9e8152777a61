"""Downloads the finished reports that are not in a directory yet.

    python download_reports.py reports

A file has its name when it is whole, so that a run after a kill finds out which are missing, and
continues the ones that were begun.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cnct import ConnectClient


def main(folder: str) -> int:
    """Download the reports, print the summary, and return the exit status."""
    directory = Path(folder)
    directory.mkdir(exist_ok=True)
    with ConnectClient(max_retries=3) as client:
        reports = client("reporting").reports

        def download(report: dict[str, Any]) -> None:
            path = directory / f"{report['id']}.xlsx"
            if not path.exists():
                reports[report["id"]]("download").download(path)

        summary = reports.filter(status="succeeded").process(download, concurrency=4)
    print(summary)
    return 1 if summary.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
