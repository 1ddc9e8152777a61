"""Creates the virtual environments that are compared, and keeps them between runs."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parent
FOLDER = HERE / ".venvs"

REQUIREMENTS = {
    "cnct": ["--editable", f"{CHECKOUT}[emulator,parquet,xlsx]", "pyarrow"],
    "incumbent": ["connect-openapi-client==35.0"],
    "ccli": ["connect-cli==41.0"],
    "checkers": ["--editable", str(CHECKOUT), "mypy", "pyright", "types-requests"],
}
NAMED = (
    "cnct",
    "connect-openapi-client",
    "connect-cli",
    "click",
    "requests",
    "urllib3",
    "httpx2",
    "httpx",
    "msgspec",
    "arro3-io",
    "pyarrow",
    "mypy",
    "pyright",
)


def environment(name: str) -> Path:
    """Return the Python of an environment; create it if it is missing or out of date."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    stamp = folder / "made-of"
    fingerprint = _fingerprint(REQUIREMENTS[name])
    if not (stamp.exists() and stamp.read_text() == fingerprint):
        print(f"making the environment of {name} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, *REQUIREMENTS[name]], check=True)
        stamp.write_text(fingerprint)
    return python


def variables() -> dict[str, str]:
    """Return the variables of a measured process, which may write bytecode wherever it runs.

    Programs of users are compiled once. Where bytecode is not written, an import of the checkout
    would be timed with its compilation, and one of an installed package without.
    """
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(FOLDER / "bytecode")}


def versions(python: Path) -> dict[str, str]:
    """Return the versions of the compared packages, by name."""
    command = [str(python), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    installed = {package["name"]: package["version"] for package in json.loads(output)}
    return {name: installed[name] for name in NAMED if name in installed}


def _fingerprint(requirements: list[str]) -> str:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = project["dependencies"], project["optional-dependencies"]
    return hashlib.sha256(repr((requirements, needed, sys.version)).encode()).hexdigest()
