"""Cassettes are whole or not there: killed recordings, and workers of xdist; for `make harvest`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.killed_programs import LONGEST, started

from cnct.emulator import Emulator
from cnct.testing import cassette

SEED = int(os.environ.get("SEED") or "1")
KILLS = int(os.environ.get("KILLS") or "1")
CALLS = 40
PROGRAM = """
import sys
from cnct.testing import cassette
for number in range(1000):
    with cassette(sys.argv[1], record="all") as client:
        for _ in range({calls}):
            client.products["PRD-1"].get()
    print(number, flush=True)
"""
TESTS = """
import pytest

@pytest.mark.cassette("calls.yaml")
@pytest.mark.parametrize("number", range(3))
def test_shared(cnct_client, number):
    assert cnct_client.products["PRD-1"].get()["name"] == "One"

@pytest.mark.cassette
@pytest.mark.parametrize("number", range(3))
def test_own(cnct_client, number):
    assert cnct_client.products["PRD-1"].get()["name"] == "One"
"""


@pytest.fixture
def environment():
    with Emulator(records={"products": [{"id": "PRD-1", "name": "One"}]}) as shop:
        key = {"CNCT_API_KEY": "ApiKey SU-000-000-000:secret", "CNCT_ENDPOINT": shop.endpoint}
        yield {**os.environ, **key, "CNCT_CONFIG": ""}


def test_a_killed_recording_leaves_a_whole_cassette(tmp_path: Path, environment):
    dice = random.Random(SEED)  # noqa: S311 - no secret depends on it
    path = tmp_path / "calls.yaml"
    for _ in range(KILLS):
        program = PROGRAM.format(calls=CALLS)
        with started(program, str(path), environment=environment) as process:
            assert process.line() == "0"  # the first is whole
            time.sleep(dice.random())
        with cassette(path) as client:
            for _ in range(CALLS):
                assert client.products["PRD-1"].get()["name"] == "One"


def test_workers_record_and_replay(tmp_path: Path, environment):
    (tmp_path / "test_calls.py").write_text(TESTS)

    def run(*args: str) -> str:
        plugins = ("-p", "cnct.testing.fixtures", "-p", "no:cacheprovider")
        command = [sys.executable, "-m", "pytest", *plugins, *args, str(tmp_path)]
        done = subprocess.run(  # noqa: S603 - our own code
            command,
            env=environment,
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        return done.stdout + done.stderr

    assert "6 passed" in run("--record", "-n", "2")
    assert len([*tmp_path.rglob("*.yaml")]) == 4
    assert not [*tmp_path.rglob("*.part")]
    for name in ("CNCT_API_KEY", "CNCT_ENDPOINT"):
        del environment[name]
    assert "6 passed" in run()
