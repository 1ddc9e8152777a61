"""Load tests with Locust itself against the emulator: alone, in processes, with workers.

Run by ``make engines``. Locust replaces sockets and threads, so that each test is a program.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY

from cnct.emulator import Emulator

HERE = Path(__file__).parent
ROWS = 60  # as in vendors.py
SERVED = HERE.parents[1] / "packages/connect-client/src/cnct_connect_client/served"


@pytest.fixture(scope="module")
def connect() -> Iterator[Emulator]:
    with Emulator(generate={"requests": ROWS}) as emulator:
        yield emulator


@pytest.fixture
def start(connect: Emulator) -> Iterator[Any]:
    """A function that starts Locust with the settings of the emulator in variables."""
    started = []
    settings = {"CNCT_API_KEY": KEY, "CNCT_ENDPOINT": connect.endpoint}
    settings |= dict.fromkeys(("SPEC", "CNCT_SPEC"), str(connect.spec))
    connect.requests.clear()

    def run(*arguments: str, file: str = "vendors.py", **variables: str) -> Any:
        command = [sys.executable, "-m", "locust", "-f", str(HERE / file), *arguments]
        environment = {**os.environ, "PYTHONWARNINGS": "", **settings, **variables}
        process = subprocess.Popen(  # noqa: S603 - Locust
            command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ended(process: Any) -> tuple[dict[str, Any], str]:
    """Wait for the end of a run, and return its figures by method and name, and its log."""
    output, log = process.communicate(timeout=50)
    assert KEY not in output + log
    lists = json.loads("[" + re.sub(r"\]\s*\[", "],[", output) + "]")  # of each process
    figures = [figure for listed in lists for figure in listed]
    return {f"{figure['method']} {figure['name']}": figure for figure in figures}, log


HEADLESS = ("--headless", "--json", "-u", "3", "-r", "50", "-t", "40s")


def free_port() -> str:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return str(server.getsockname()[1])


def test_each_request_is_counted_under_its_template(start, connect):
    process = start(*HEADLESS, "Careless")
    figures, log = ended(process)
    assert set(figures) == {"GET /requests", "GET /requests/{id}"}, log
    one = figures["GET /requests/{id}"]
    misses = sum(request.status == 404 for request in connect.requests)
    assert 0 < one["num_failures"] <= misses <= one["num_failures"] + 3
    assert figures["GET /requests"]["num_failures"] == 0
    counted = sum(each["num_requests"] for each in figures.values())
    assert counted <= len(connect.requests) <= counted + 3  # what ran when the time was up
    assert "<NotFoundError 404" in log
    assert process.returncode == 1


def test_greenlets_read_all_rows_in_every_way(start):
    process = start(*HEADLESS, "Thorough")
    figures, log = ended(process)
    assert figures["GET /requests"]["num_requests"] > 0
    assert (process.returncode, "Traceback" in log) == (0, False), log


def test_processes_share_the_work(start):
    port = free_port()
    ports = ("--master-bind-port", port, "--master-port", port)
    process = start(*HEADLESS, "--processes", "2", *ports, "Thorough")
    figures, log = ended(process)
    assert figures["GET /requests"]["num_requests"] > 0, log
    assert (process.returncode, "Traceback" in log) == (0, False), log


def test_workers_have_the_key_and_the_master_needs_none(start):
    port = free_port()
    address = ("--master-port", port)
    workers = [start("--worker", *address, "Thorough") for _ in range(2)]
    bound = ("--master", "--master-bind-port", port, "--expect-workers", "2")
    nothing = {"CNCT_API_KEY": "", "CNCT_ENDPOINT": ""}
    process = start(*HEADLESS, *bound, "Thorough", **nothing)
    figures, log = ended(process)
    assert figures["GET /requests"]["num_requests"] > 0, log
    logs = [ended(worker)[1] for worker in workers]
    assert [process.returncode, *(worker.returncode for worker in workers)] == [0, 0, 0], logs
    assert "Traceback" not in "".join(logs)


def test_without_a_key_the_log_says_what_to_set(start):
    process = start(*HEADLESS, "-t", "2s", "Careless", CNCT_API_KEY="", CNCT_ENDPOINT="")
    _, log = ended(process)
    assert "There is no API key: pass api_key=, set CNCT_API_KEY" in log
    assert process.returncode != 0


def test_the_example_of_the_page_runs(start, tmp_path):
    text = (HERE.parents[1] / "docs/engines.md").read_text(encoding="utf-8")
    block = re.search(r"^```python\n(from locust .+?)^```$", text, re.DOTALL | re.MULTILINE)[1]
    example = tmp_path / "locustfile.py"
    example.write_text(f"from vendors import ROWS\n{block}".replace("between(1, 2)", "lambda _: 0"))
    figures, log = ended(start(*HEADLESS, file=str(example), PYTHONPATH=str(HERE)))
    assert figures["POST /requests/{id}/approve"]["num_requests"] > 0, log


def test_programs_for_the_incumbent_run_on_the_bridge(start, connect):
    path = os.pathsep.join([str(SERVED.parents[1]), str(SERVED)])
    options = ("--connect-api-key", KEY, "--host", connect.endpoint)
    process = start(*HEADLESS, *options, file="incumbents.py", PYTHONPATH=path)
    figures, log = ended(process)
    assert figures["get /requests"]["num_requests"] > 0, log
    assert process.returncode == 0, log
