"""The command in processes of its own: pipes, closed outputs, locales; run by ``make shells``."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.cli.test_exits import CNCT, environment


def shell(script: str, connect, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        ["bash", "-c", script.replace("cnct", " ".join(CNCT))],  # noqa: S607 - a shell
        env=environment(connect, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_pipe_that_closes_is_no_error(shared_connect):
    run = shell("cnct ls requests | head -1; echo ${PIPESTATUS[0]}", shared_connect)
    assert (run.stdout, run.stderr) == ("[\n0\n", "")


def test_a_batch_whose_results_nobody_reads_stops(connect):
    items = "for i in $(seq 0 400); do echo PR-00$((i % 5))$i; done"
    script = f"{items} | cnct call requests approve template_id=T --from - -y | true; "
    run = shell(f"{script} echo ${{PIPESTATUS[1]}}", connect)
    assert run.stdout == "1\n"
    assert "The output was closed" in run.stderr


@pytest.mark.parametrize(
    ("redirection", "message"),
    [(">&-", "standard output: It is closed"), ("> /dev/full", "No space left on device")],
)
def test_an_output_that_cannot_be_written(shared_connect, redirection, message):
    run = shell(f"cnct count requests {redirection}", shared_connect)
    assert run.returncode == 1
    assert message in run.stderr


def test_any_locale_will_do(shared_connect):
    script = "cnct ls requests -n 1 --select asset.product.name -o csv"
    run = shell(script, shared_connect, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "asset.product.name\nMálaga\n"
    run = shell("cnct first requests", shared_connect, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert json.loads(run.stdout)["asset"]["product"]["name"] == "Málaga"
