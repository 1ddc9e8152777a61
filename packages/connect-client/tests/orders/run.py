"""Installs and removes the packages in every order, and looks who answers.

    python tests/orders/run.py ENVIRONMENT WHEELS

ENVIRONMENT has the dependencies of all packages, and none of them; WHEELS are those of cnct, of the
bridge and of connect-openapi-client. Each step is taken in a copy of ENVIRONMENT, once for all
orders that begin alike.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

NAMES = {"cnct": "cnct", "bridge": "cnct-connect-client", "incumbent": "connect-openapi-client"}
LOOK = (
    "import json, warnings; warnings.simplefilter('ignore')\n"
    "def home(name, attribute):\n"
    "    try:\n"
    "        module = __import__(name, fromlist=['x'])\n"
    "        mro = getattr(module, attribute).__mro__\n"
    "    except (ImportError, AttributeError) as error:\n"
    "        return type(error).__name__\n"
    "    native = any(kind.__module__ == 'cnct.client.fluent' for kind in mro)\n"
    "    return ('bridge' if native else 'incumbent') if name != 'cnct' else (\n"
    "        'cnct' if mro[0].__module__ == 'cnct.client.fluent' else 'other')\n"
    "print(json.dumps([home('connect.client', 'ConnectClient'), home('cnct', 'ConnectClient')]))\n"
)
BRIDGED = ("bridge", "cnct")


class Step(NamedTuple):
    """A change of the environment, and who must answer for ``connect.client`` and ``cnct``."""

    action: str
    package: str
    expected: tuple[str, str] | None = None


ORDERS = {
    "incumbent, cnct, bridge": [
        Step("install", "incumbent"),
        Step("install", "cnct"),
        Step("install", "bridge", BRIDGED),
    ],
    "cnct, bridge, incumbent": [
        Step("install", "cnct"),
        Step("install", "bridge", BRIDGED),
        Step("install", "incumbent", BRIDGED),
    ],
    "bridge between the two": [
        Step("install", "cnct"),
        Step("install", "incumbent"),
        Step("install", "bridge", BRIDGED),
        Step("remove", "incumbent", BRIDGED),
    ],
    "the incumbent is installed again": [
        Step("install", "cnct"),
        Step("install", "incumbent"),
        Step("install", "bridge"),
        Step("install", "incumbent", BRIDGED),
        Step("install", "cnct", BRIDGED),
    ],
    "the bridge is removed": [
        Step("install", "incumbent"),
        Step("install", "cnct"),
        Step("install", "bridge", BRIDGED),
        Step("remove", "bridge", ("incumbent", "cnct")),
    ],
}


class Environments:
    """Environments after some steps, each a copy of the one before its last step.

    Args:
        origin: Environment without the packages.
        wheels: Wheel of each package.
        folder: Folder for the copies.
    """

    def __init__(self, origin: Path, wheels: dict[str, Path], folder: Path) -> None:
        self._wheels = wheels
        self._folder = folder
        self._made: dict[tuple[Step, ...], Path] = {(): origin}

    def after(self, steps: tuple[Step, ...]) -> Path:
        """Return the environment after some steps; make it if it is missing."""
        steps = tuple(step._replace(expected=None) for step in steps)
        if steps not in self._made:
            folder = self._folder / str(len(self._made))
            shutil.copytree(self.after(steps[:-1]), folder, symlinks=True)
            _take(folder, steps[-1], self._wheels)
            self._made[steps] = folder
        return self._made[steps]


def _take(folder: Path, step: Step, wheels: dict[str, Path]) -> None:
    """Install or remove a package."""
    quiet = ["-qq", "--disable-pip-version-check"]
    if step.action == "remove":
        arguments = ["uninstall", *quiet, "--yes", NAMES[step.package]]
    else:
        again = ["--no-deps", "--no-index", "--no-compile", "--force-reinstall"]
        arguments = ["install", *quiet, *again, str(wheels[step.package])]
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", *arguments], check=True, env=_variables())


def answers(folder: Path, **variables: str) -> tuple[str, str]:
    """Return who answers for ``connect.client`` and ``cnct`` in a new process."""
    run = subprocess.run(
        [str(folder / "bin" / "python"), "-c", LOOK],
        check=True,
        capture_output=True,
        text=True,
        env={**_variables(), **variables},
    )
    client, facade = json.loads(run.stdout)
    return client, facade


def _variables() -> dict[str, str]:
    variables = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return {**variables, "PYTHONDONTWRITEBYTECODE": "1"}


def main(folder: Path, wheels: Path) -> int:
    """Run all orders; return the exit status."""
    files = {
        package: next(wheels.glob(f"{name.replace('-', '_')}-*.whl"))
        for package, name in NAMES.items()
    }
    failures = 0
    with TemporaryDirectory() as copies:
        environments = Environments(folder, files, Path(copies))
        for order, steps in ORDERS.items():
            for number, step in enumerate(steps, 1):
                environment = environments.after(tuple(steps[:number]))
                found = answers(environment) if step.expected else None
                if found != step.expected:
                    failures += 1
                    print(f"{order}: after {step.action} {step.package}: {found}")
            off = answers(environment, CNCT_CONNECT_CLIENT="off")
            if "bridge" in off:
                failures += 1
                print(f"{order}: CNCT_CONNECT_CLIENT=off: {off}")
    print(f"{len(ORDERS) - min(failures, len(ORDERS))} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
