"""Time whole processes: ``command.py SUBJECT ENDPOINT DOCUMENT FOLDER``, seconds as JSON.

``cnct`` prints its version, completes a value (processor time), and counts with its document in the
cache. ``bare`` imports click, and counts by a script written by hand with requests.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

TIMES = 5
KEY = "ApiKey SU-000-000-000:secret"
SCRIPT = """
import sys, requests
response = requests.get(
    f"{sys.argv[1]}/products",
    params={"limit": 0, "offset": 0},
    headers={"Authorization": sys.argv[2]},
    timeout=(15, 180),
)
response.raise_for_status()
print(int(response.headers["Content-Range"].rpartition("/")[2]))
"""
COMPLETION = ["_complete", "zsh", "cnct", "ls", "products", "status=pub"]


def run(command: list[str], expected: str = "") -> None:
    """Run a command, and see that it did what is measured."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    if expected not in done.stdout:
        raise SystemExit(f"{command} printed {done.stdout!r}")


def seconds(command: list[str], expected: str = "") -> float:
    """Return the shortest time of a process."""
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        run(command, expected)
        times.append(perf_counter() - began)
    return min(times)


def processor_seconds(command: list[str], expected: str) -> float:
    """Return the least processor time of a process."""
    times = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(command, expected)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main() -> None:
    """Measure a subject."""
    subject, server, document, folder = sys.argv[1:]
    endpoint = f"{server}/ms0/n321"
    beside = Path(sys.executable)
    os.environ |= {
        "CNCT_API_KEY": KEY,
        "CNCT_ENDPOINT": endpoint,
        "CNCT_SPEC": document,
        "CNCT_CACHE_DIR": folder,
        "CNCT_CONFIG": "",
    }
    if subject == "bare":
        python = sys.executable
        figures = {
            "command version": seconds([python, "-c", "import click"]),
            "command count": seconds([python, "-c", SCRIPT, endpoint, KEY], "321"),
        }
    elif subject == "ccli":
        figures = {"command version": seconds([str(beside.with_name("ccli")), "--version"])}
    else:
        cnct = str(beside.with_name("cnct"))
        run([cnct, "count", "products"], "321")  # fills the cache
        run([cnct, *COMPLETION], "status=published")
        figures = {
            "command version": seconds([cnct, "--version"], "cnct "),
            "command count": seconds([cnct, "count", "products"], "321"),
            "command completion": processor_seconds([cnct, *COMPLETION], "status=published"),
        }
    print(json.dumps(figures))


main()
