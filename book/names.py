"""Names that the reference documents, for links: read from the sources, nothing is imported."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "cnct"
REFERENCE = ROOT / "docs" / "reference"


def exported(module: str) -> list[str]:
    """Return the names in `__all__` of a module, such as `cnct.rql`, or all its public classes."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    file = PACKAGE / "_facade.py" if module == "cnct" else file
    statements = ast.parse(file.read_text(encoding="utf-8")).body
    for statement in statements:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(statement.value)
            return names
    named = [statement.name for statement in statements if isinstance(statement, ast.ClassDef)]
    return [name for name in named if not name.startswith("_")]


def directives() -> list[str]:
    """Return the places that pages of the reference document, such as `cnct.ConnectClient`."""
    pages = sorted(REFERENCE.glob("*.md"))
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    return re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)


@cache
def classes() -> dict[str, str]:
    """Return the place of each documented class, by name, such as `cnct.ConnectClient`.

    Where several modules document a class, the façade is first.
    """
    places: dict[str, str] = {}
    for place in directives():
        name = place.rpartition(".")[2]
        if name[:1].isupper():
            places.setdefault(name, place)
        elif not name.startswith("_"):  # a module
            for member in exported(place):
                if member[:1].isupper():
                    places.setdefault(member, f"{place}.{member}")
    return places


@cache
def attributes() -> dict[str, set[str]]:
    """Return the attributes that the docstring of each class lists, those of its bases included."""
    own: dict[str, set[str]] = {}
    bases: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.ClassDef):
                bases[statement.name] = [
                    ast.unparse(base).partition("[")[0] for base in statement.bases
                ]
                _, _, listed = (ast.get_docstring(statement) or "").partition("\nAttributes:\n")
                own[statement.name] = set(
                    re.findall(r"^ {4}(\w+)(?: \(.*\))?:", listed, re.MULTILINE)
                )

    def inherited(name: str) -> set[str]:
        return own.get(name, set()).union(*(inherited(base) for base in bases.get(name, ())))

    return {name: inherited(name) for name in own}


def place_of(name: str, member: str) -> str:
    """Return the place where the reference documents a class or member.

    Args:
        name: Name of a documented class.
        member: Name of a member, or empty.
    """
    if name == "R":  # each of its attributes is a field of Connect
        return classes()[name]
    if not member or member in attributes().get(name, ()):
        return classes()[name]
    return f"{classes()[name]}.{member}"
