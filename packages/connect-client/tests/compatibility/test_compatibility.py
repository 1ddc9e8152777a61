"""The bridge shows programs what connect-openapi-client shows them, or the reason is listed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cases import CASES
from differences import DIFFERENCES

HERE = Path(__file__).parent


def observations(python: str) -> dict[str, object]:
    """Run all cases with a Python of its own environment."""
    run = subprocess.run([python, HERE / "cases.py"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def bridge():
    return observations(sys.executable)


@pytest.fixture(scope="module")
def incumbent():
    if "CNCT_INCUMBENT_PYTHON" not in os.environ:
        pytest.skip("CNCT_INCUMBENT_PYTHON names no Python with connect-openapi-client")
    return observations(os.environ["CNCT_INCUMBENT_PYTHON"])


@pytest.mark.parametrize("name", CASES)
def test_programs_observe_the_same(name, bridge, incumbent):
    if name in DIFFERENCES:
        assert bridge[name] != incumbent[name], f"{name} is equal: take it from the list"
    else:
        assert bridge[name] == incumbent[name]


def test_every_difference_that_is_listed_has_a_case():
    assert set(DIFFERENCES) <= set(CASES)
