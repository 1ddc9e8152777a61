"""Runs all benchmarks, prints the table and records it: ``python benchmarks/run.py``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

import environments
import record
import report
from lines import CASES, Case

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "shared" / "spec" / "connect-openapi30.yml"


class Bench:
    """The measurements and their resources: environments, a server, a document, a folder."""

    def __init__(self, rounds: int, document: Path, needs: dict[str, str]) -> None:
        self._rounds = rounds
        self._document = document
        self._needs = needs
        self._pythons = {name: environments.environment(name) for name in environments.REQUIREMENTS}
        self.figures: dict[tuple[str, str], list[float]] = defaultdict(list)

    def measure(self, cases: list[Case]) -> None:
        """Run all cases in rounds, the subjects of a case one after the other."""
        for number in range(self._rounds):
            print(f"round {number + 1} of {self._rounds}:", end="", flush=True)
            for case in cases:
                if number < case.rounds:
                    began = perf_counter()
                    self._round(case, number)
                    print(f" {case.script} {perf_counter() - began:.0f} s", end="", flush=True)
            print()

    def _round(self, case: Case, number: int) -> None:
        subjects = case.subjects if number % 2 == 0 else case.subjects[::-1]
        for _ in range(case.repeats):
            for subject in subjects:
                self._run(case, subject, f"{number}-{subject}")

    def _run(self, case: Case, subject: str, cache: str) -> None:
        """Run a case in a new process and keep the figures that it prints."""
        arguments = [subject, *(self._needs[need] for need in case.needs if need != "document")]
        if "document" in case.needs:
            folder = Path(self._needs["folder"], cache)
            folder.mkdir(exist_ok=True)
            arguments += [str(self._document), str(folder)]
        python = self._pythons.get(subject, self._pythons["cnct"])
        script = HERE / "cases" / f"{case.script}.py"
        done = subprocess.run(
            [python, script, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environments.variables(),
        )
        if done.returncode:
            raise SystemExit(f"{case.script} of {subject} failed:\n{done.stderr}")
        for key, value in json.loads(done.stdout.splitlines()[-1]).items():
            self.figures[subject, key].append(value)

    def facts(self) -> dict[str, str]:
        """Return the versions of the compared packages."""
        return {
            f"environment of {name}": ", ".join(
                f"{package} {version}" for package, version in environments.versions(python).items()
            )
            for name, python in self._pythons.items()
        }


@contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own, and terminate it on every way out."""
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port: str = next(iter(process.stdout or ()))
            yield f"http://127.0.0.1:{port.strip()}"
        finally:
            process.terminate()


def main() -> None:
    """Read the command line, measure and report."""
    parser = argparse.ArgumentParser(description="Run every benchmark and write RESULTS.md.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each case runs (5)")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[case.script for case in CASES],
        default=[],
        help="run only these, and leave RESULTS.md unchanged",
    )
    parser.add_argument(
        "--spec",
        type=Path,
        default=Path(os.environ.get("CNCT_BENCH_SPEC") or DOCUMENT),
        help="an OpenAPI document of Connect (or CNCT_BENCH_SPEC; by default the one beside the"
        " checkout, ../shared/spec/connect-openapi30.yml)",
    )
    options = parser.parse_args()
    facts = report.machine()
    cases = [case for case in CASES if not options.only or case.script in options.only]
    skipped = []
    if not options.spec.exists():
        cases = [case for case in cases if "document" not in case.needs]
        skipped.append("the specification's lines: there is no document (see `--spec`).")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        needs = {"server": stack.enter_context(server()), "folder": folder}
        bench = Bench(options.rounds, options.spec, needs)
        bench.measure(cases)
        facts |= bench.facts()
    lines = report.table(bench.figures, record.last())
    print(report.as_text(lines))
    if not options.only:
        report.write(HERE / "RESULTS.md", lines, bench.figures, facts, skipped)
        record.write({line.cells[0]: line.ratio for line in lines})


if __name__ == "__main__":
    main()
