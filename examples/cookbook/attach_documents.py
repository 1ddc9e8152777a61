"""Attaches the documents of a directory to a helpdesk case.

    python attach_documents.py CA-000-000-001 documents

A second run attaches those that are missing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cnct import ConnectClient


def main(case_id: str, folder: str) -> int:
    """Upload the documents, print the summary, and return the exit status."""
    with ConnectClient(max_retries=3) as client:
        attachments = client("helpdesk").cases[case_id].attachments
        names = {row["name"] for row in attachments}

        def missing(file: Path) -> Path | None:
            return None if file.name in names else file

        uploads = attachments.upload_directory(folder, concurrency=4, recheck=missing)
    for name, attachment in sorted(uploads.results.items()):
        print(name, attachment["id"])
    print(uploads)
    return 1 if uploads.failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
