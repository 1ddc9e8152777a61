"""Runs all tests of the bridge, in environments of their own: ``python tests/run.py``.

One environment has the bridge and what its tests need, one connect-openapi-client for the
comparison; in copies of the third, packages are installed and removed in every order.
The tests and the orders run side by side.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = HERE.parent
CHECKOUT = PACKAGE.parent.parent
FOLDER = PACKAGE / ".venvs"
WHEELS = FOLDER / "wheels"
INCUMBENT = "connect-openapi-client==35.0"
OURS = ("cnct", "cnct-connect-client", "connect-openapi-client")


def pip(environment: str, *arguments: str) -> None:
    """Run the pip of an environment."""
    quiet = ("-qq", "--disable-pip-version-check")
    subprocess.run([python(environment), "-m", "pip", *arguments, *quiet], check=True)


def python(environment: str) -> str:
    """Return the Python of an environment; create it if it is missing."""
    folder = FOLDER / environment
    if not (folder / "bin" / "python").exists():
        print(f"making the environment {environment} ...", flush=True)
        venv.create(folder, with_pip=True)
    return str(folder / "bin" / "python")


def main() -> int:
    """Install, run the tests and the orders; return the exit status."""
    os.environ.pop("PYTHONPATH", None)
    for old in WHEELS.glob("cnct*.whl"):
        old.unlink()
    pip("orders", "wheel", "--no-deps", "-w", str(WHEELS), str(CHECKOUT), str(PACKAGE), INCUMBENT)
    pip("orders", "install", "--find-links", str(WHEELS), INCUMBENT, "cnct")
    pip("orders", "uninstall", "--yes", *OURS)
    pip("incumbent", "install", INCUMBENT)
    own = [str(next(WHEELS.glob(f"{name}-*.whl"))) for name in ("cnct", "cnct_connect_client")]
    pip("bridge", "install", f"{own[0]}[emulator]", f"{own[1]}[testing]")
    pip("bridge", "install", "--force-reinstall", "--no-deps", *own)
    environment = {**os.environ, "CNCT_INCUMBENT_PYTHON": python("incumbent")}
    tests = [python("bridge"), "-m", "pytest", "-q", "-c", str(PACKAGE / "pytest.ini"), str(HERE)]
    orders = [sys.executable, str(HERE / "orders" / "run.py"), str(FOLDER / "orders"), str(WHEELS)]
    processes = [
        subprocess.Popen(command, env=environment, cwd=PACKAGE) for command in (tests, orders)
    ]
    return max(abs(process.wait()) for process in processes)


if __name__ == "__main__":
    sys.exit(main())
