"""Prints the lowest version of every dependency, as constraints for pip."""

from __future__ import annotations

import tomllib
from itertools import chain
from pathlib import Path


def requirements() -> list[str]:
    """Return the dependencies of the package and of its extras, without the package itself."""
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    every = chain(project["dependencies"], *project["optional-dependencies"].values())
    return [requirement for requirement in every if not requirement.startswith("cnct[")]


if __name__ == "__main__":
    print(*(requirement.replace(">=", "==") for requirement in requirements()), sep="\n")
