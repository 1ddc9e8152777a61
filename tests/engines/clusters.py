"""The recipes of docs/engines.md for Ray and Dask, on local clusters; run by ``make clusters``.

The blocks are run as they stand, with the settings of an emulator in variables.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY

from cnct import ConnectClient
from cnct.emulator import Emulator

ROWS = 5_000
TEXT = (Path(__file__).parents[2] / "docs/engines.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.+?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(generate={"requests": ROWS}) as emulator:
        yield emulator


def output(emulator: Emulator, tmp_path: Path, engine: str, before: str, after: str) -> str:
    """Run the recipe of an engine as a program, and return its output."""
    recipe = next(block for block in BLOCKS if block.startswith(f"import {engine}"))
    body = "\n".join(f"    {line}" for line in f"{before}\n{recipe}\n{after}".splitlines())
    program = tmp_path / f"{engine.partition('.')[0]}_recipe.py"
    program.write_text(f"if __name__ == '__main__':\n{body}\n", encoding="utf-8")
    settings = {"CNCT_API_KEY": KEY, "CNCT_ENDPOINT": emulator.endpoint}
    settings |= {
        "CNCT_SPEC": str(emulator.spec),
        "PYTHONWARNINGS": "",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    run = subprocess.run(  # noqa: S603 - a recipe of ours
        [sys.executable, str(program)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert KEY not in run.stdout + run.stderr
    return run.stdout


def statuses(emulator: Emulator) -> dict[str, Any]:
    with ConnectClient(KEY, emulator.endpoint, specs_location=emulator.spec) as client:
        names = {row["status"] for row in client.requests.all().limit(1000).iterator()}
        return {name: client.requests.filter(status=name).count() for name in names}


def test_ray_reads_every_row_once(emulator, tmp_path):
    before = "import ray\nray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)"
    after = "print('ids', len(requests.unique('id')), requests.count())"
    text = output(emulator, tmp_path, "ray", before, after)
    assert f"ids {ROWS} {ROWS}" in text
    counts = re.findall(r"'status': '(\w+)', 'count\(\)': (\d+)", text)
    assert {name: int(count) for name, count in counts} == statuses(emulator)


def test_dask_reads_every_row_once(emulator, tmp_path):
    before = (
        "from dask.distributed import Client\ncluster = Client(n_workers=2, threads_per_worker=2)"
    )
    after = (
        "ids = requests.pluck('id')\n"
        "print('ids', ids.distinct().count().compute(), ids.count().compute())"
    )
    text = output(emulator, tmp_path, "dask.bag", before, after)
    assert f"ids {ROWS} {ROWS}" in text
    counts = re.findall(r"\('(\w+)', (\d+)\)", text)
    assert {name: int(count) for name, count in counts} == statuses(emulator)
