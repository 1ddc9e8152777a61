"""Installs cnct and the incumbent into one environment, in both orders, and removes one of them.

Both wheels have a ``cnct/__init__.py``. What has to work in each state is in ``check.py``; the
environments share one with the dependencies of both, as pip resolves them together.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
INCUMBENT = "connect-openapi-client==35.0"


class Shared:
    """The environment with the dependencies of both packages, and the two wheels."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._python = folder / "bin" / "python"
        self._wheels = folder / "wheels"
        stamp = folder / "made-of"
        made_of = hashlib.sha256((CHECKOUT / "pyproject.toml").read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != made_of:
            self._make()
            stamp.write_text(made_of)
        self.ours = self._build()
        self.theirs = str(next(self._wheels.glob("connect_openapi_client-*.whl")))

    def _make(self) -> None:
        run(sys.executable, "-m", "venv", "--clear", str(self._folder))
        self.pip("download", "--no-deps", "--dest", str(self._wheels), INCUMBENT)
        build = ["hatchling", "hatch-fancy-pypi-readme"]
        self.pip("install", *build, f"{CHECKOUT}[testing]", INCUMBENT)
        self.pip("uninstall", "--yes", "cnct", "connect-openapi-client")

    def _build(self) -> str:
        for old in self._wheels.glob("cnct-*.whl"):
            old.unlink()
        options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(self._wheels)]
        self.pip("wheel", *options, str(CHECKOUT))
        return str(next(self._wheels.glob("cnct-*.whl")))

    def pip(self, *arguments: str) -> None:
        """Run pip in this environment, or in another one with ``--python``."""
        run(str(self._python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)

    def site_packages(self) -> str:
        """Return the folder with the dependencies."""
        return str(next(self._folder.glob("lib/python*/site-packages")))


class Environment:
    """An environment that sees the shared dependencies."""

    def __init__(self, shared: Shared, folder: Path) -> None:
        self._shared = shared
        self._python = folder / "bin" / "python"
        run(sys.executable, "-m", "venv", "--without-pip", str(folder))
        site = next(folder.glob("lib/python*/site-packages"))
        (site / "shared.pth").write_text(shared.site_packages())

    def install(self, *arguments: str) -> None:
        """Install wheels, whose dependencies are there."""
        self._shared.pip("--python", str(self._python), "install", "--no-deps", *arguments)

    def uninstall(self, name: str) -> None:
        """Remove a package."""
        self._shared.pip("--python", str(self._python), "uninstall", "--yes", name)

    def check(self, state: str) -> str:
        """Check all that has to work in a state; return the repair that the first client names."""
        output = run(str(self._python), "-P", str(HERE / "check.py"), state)
        print(f"  {state}: fine", flush=True)
        repair = re.search(r"pip install (.+\.whl)\.", output)
        return repair[1] if repair else ""


def run(*command: str) -> str:
    """Run a command and return its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def check_page(wheel: str) -> None:
    """Check that the page of an index, which has no files beside it, has no links to files."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        text = archive.read(name).decode()
    links = re.findall(r"\]\((?!https?://)([\w/.-]+)\)", text)
    if links or "Project-URL: " not in text or "docs/exploring.md" not in text:
        raise SystemExit(f"The page has links to files, or no URLs: {links}")


def main() -> None:
    """Try both orders, the removal of either package, and the repair."""
    shared = Shared(CHECKOUT / ".venv-coexistence")
    check_page(shared.ours)
    with tempfile.TemporaryDirectory() as folder:
        print("cnct, then the incumbent", flush=True)
        first = Environment(shared, Path(folder, "first"))
        first.install(shared.ours)
        first.check("ours alone")
        first.install(shared.theirs)
        repair = first.check("theirs last")
        first.install(*shlex.split(repair))
        first.check("ours last")
        first.uninstall("cnct")
        first.check("theirs without cnct")
        print("the incumbent, then cnct", flush=True)
        second = Environment(shared, Path(folder, "second"))
        second.install(shared.theirs)
        second.install(shared.ours)
        second.check("ours last")
        second.uninstall("connect-openapi-client")
        repair = second.check("theirs removed")
        second.install(*shlex.split(repair))
        second.check("ours alone")


if __name__ == "__main__":
    main()
