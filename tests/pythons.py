"""Runs the tests of messages with every other Python that cnct supports and that is installed.

Each has an environment of its own, ``.venv-3.12`` and so on, which stays for the next run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
TESTS = (
    "tests/rql/test_mistakes.py",
    "tests/client/test_mistakes.py",
    "tests/client/test_picking.py",
    "tests/client/test_remedies.py",
    "tests/client/test_errors.py",
)


def interpreters(version: str) -> Iterator[str]:
    """Yield the commands that may start a version: on the path, or one of pyenv's."""
    yield from filter(None, [shutil.which(f"python{version}")])
    yield from map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))


def starts(command: str) -> bool:
    return not subprocess.run([command, "-c", ""], check=False, capture_output=True).returncode  # noqa: S603


def environment(command: str, version: str) -> str:
    """Return the Python of the environment for a version, after making it if need be."""
    folder = ROOT / f".venv-{version}"
    python, ready = str(folder / "bin" / "python"), folder / ".ready"
    if not ready.exists() or ready.stat().st_mtime < (ROOT / "pyproject.toml").stat().st_mtime:
        subprocess.run([command, "-m", "venv", "--clear", folder], check=True)  # noqa: S603
        packages = ["--editable", ".[testing]", "hypothesis", "trustme"]
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True, cwd=ROOT)  # noqa: S603
        ready.touch()
    return python


def main() -> int:
    failed = 0
    for version in VERSIONS:
        command = next(filter(starts, interpreters(version)), None)
        if command is None or version == ".".join(map(str, sys.version_info[:2])):
            print(f"Python {version}: {'not installed' if command is None else 'in make test'}")
            continue
        print(f"Python {version}:", flush=True)
        pytest = [environment(command, version), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        failed |= subprocess.run([*pytest, *TESTS], check=False, cwd=ROOT).returncode  # noqa: S603
    return failed


if __name__ == "__main__":
    sys.exit(main())
