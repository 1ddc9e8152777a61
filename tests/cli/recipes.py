"""The recipes of docs/command.md run as they stand; by ``make shells``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import KEY

import cnct
from cnct.emulator import Emulator

DOCS = Path(__file__).parents[2] / "docs" / "command.md"
RECIPES = [
    recipe
    for block in re.findall(
        r"^```bash\n(.*?)^```$", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    for recipe in block.strip().split("\n\n")
]


@pytest.fixture
def environment(tmp_path: Path):
    program = tmp_path / "bin" / "cnct"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m cnct "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    with Emulator() as connect:
        yield {
            **os.environ,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(cnct.__file__).parents[1]),
            "CNCT_API_KEY": KEY,
            "CNCT_ENDPOINT": connect.endpoint,
            "CNCT_SPEC": str(connect.spec),
        }


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.splitlines()[0][2:50])
def test_a_recipe_runs(recipe: str, environment, tmp_path):
    if "jq" in recipe and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    run = subprocess.run(  # noqa: S603 - our own documentation
        ["bash", "-e", "-o", "pipefail", "-c", recipe],  # noqa: S607 - a shell
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip() or [*tmp_path.glob("*.*")] or "select(" in recipe
