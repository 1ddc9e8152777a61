"""The virtual environments that are compared: made once, kept between runs."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parent
FOLDER = HERE / ".venvs"

REQUIREMENTS = {
    "cnct": ["--editable", f"{CHECKOUT}[emulator]"],
    "incumbent": ["connect-openapi-client==35.0"],
}
NAMED = ("cnct", "connect-openapi-client", "requests", "urllib3", "httpx2", "httpx", "msgspec")


def environment(name: str) -> Path:
    """Return the Python of an environment, which is made if it is not there or out of date."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    stamp = folder / "made-of"
    wanted = _fingerprint(REQUIREMENTS[name])
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"making the environment of {name} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, *REQUIREMENTS[name]], check=True)
        stamp.write_text(wanted)
    return python


def versions(python: Path) -> dict[str, str]:
    """Return the versions of what is compared, by package."""
    command = [str(python), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {package["name"]: package["version"] for package in json.loads(listed)}
    return {name: found[name] for name in NAMED if name in found}


def _fingerprint(requirements: list[str]) -> str:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = project["dependencies"], project["optional-dependencies"]
    return hashlib.sha256(repr((requirements, needed, sys.version)).encode()).hexdigest()
