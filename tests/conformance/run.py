"""Run schemathesis against the emulator with a document: ``run.py DOCUMENT [OPTIONS]``.

Every operation is called with what schemathesis makes up from its schemas. No call may fail, and
every answer must have a content type of the document and the shape of its schema. What is in
``accepted.json`` is known: the document contradicts itself there (what it lets be written is not
what it says is read). ``--baseline-update`` accepts what is new.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cnct.emulator import Emulator

# Raw workbooks, which schemathesis cannot make up.
NOT_HERE = r"reports/\{id\}/upload|variables/import"
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"


def main(document: str, *options: str) -> int:
    with Emulator(spec=document) as connect:
        environment = {
            **os.environ,
            "CONNECT": connect.endpoint,
            "SCHEMATHESIS_HOOKS": "connect_hooks",
        }
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", document),
            *("--url", connect.endpoint, "--header", "Authorization: ApiKey x"),
            *("--phases", "examples,fuzzing", "--max-examples", "3", "--seed", "1"),
            *("--generation-database", "none", "--workers", "1"),
            *("--checks", CHECKS, "--continue-on-failure", "--warnings", "off"),
            *("--suppress-health-check", "all", "--exclude-path-regex", NOT_HERE),
            *("--baseline", "accepted.json"),
            *options,
        ]
        folder = Path(__file__).parent
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    location, *rest = sys.argv[1:]
    sys.exit(main(str(Path(location).absolute()), *rest))
