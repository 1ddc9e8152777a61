"""Installs and removes the packages in every order, in one environment, and looks who answers.

    python tests/orders/run.py ENVIRONMENT WHEELS

ENVIRONMENT has the dependencies of all packages, and none of them; WHEELS are those of cnct, of the
bridge and of connect-openapi-client.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
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
BRIDGED = ["bridge", "cnct"]


class Step(NamedTuple):
    """A change of the environment, and who must answer for ``connect.client`` and ``cnct``."""

    action: str
    package: str
    expected: list[str] | None = None


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
        Step("remove", "bridge", ["incumbent", "cnct"]),
    ],
}


class Environment:
    """A virtual environment whose packages change."""

    def __init__(self, folder: Path, wheels: dict[str, Path]) -> None:
        self._python = str(folder / "bin" / "python")
        self._wheels = wheels

    def take(self, step: Step) -> None:
        """Install or remove a package."""
        quiet = ["-qq", "--disable-pip-version-check"]
        if step.action == "remove":
            self._pip("uninstall", *quiet, "--yes", NAMES[step.package])
        else:
            again = ["--no-deps", "--no-index", "--force-reinstall"]
            self._pip("install", *quiet, *again, str(self._wheels[step.package]))

    def clear(self) -> None:
        """Remove all three packages."""
        self._pip("uninstall", "-qq", "--yes", *NAMES.values())

    def _pip(self, *arguments: str) -> None:
        subprocess.run([self._python, "-m", "pip", *arguments], check=True, env=_variables())

    def answers(self, **variables: str) -> list[str]:
        """Return who answers for ``connect.client`` and ``cnct`` in a new process."""
        run = subprocess.run(
            [self._python, "-c", LOOK],
            check=True,
            capture_output=True,
            text=True,
            env={**_variables(), **variables},
        )
        result: list[str] = json.loads(run.stdout)
        return result


def _variables() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}


def main(folder: Path, wheels: Path) -> int:
    """Run all orders; return the exit status."""
    files = {
        package: next(wheels.glob(f"{name.replace('-', '_')}-*.whl"))
        for package, name in NAMES.items()
    }
    environment = Environment(folder, files)
    failures = 0
    for order, steps in ORDERS.items():
        environment.clear()
        for step in steps:
            environment.take(step)
            answers = environment.answers() if step.expected else None
            if answers != step.expected:
                failures += 1
                print(f"{order}: after {step.action} {step.package}: {answers}")
        off = environment.answers(CNCT_CONNECT_CLIENT="off")
        if "bridge" in off:
            failures += 1
            print(f"{order}: CNCT_CONNECT_CLIENT=off: {off}")
    environment.clear()
    print(f"{len(ORDERS) - min(failures, len(ORDERS))} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
