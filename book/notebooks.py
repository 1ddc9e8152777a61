"""Executes the notebooks of docs/notebooks, and writes them with their output as pages.

``python -m book.notebooks`` writes the pages; with ``--check``, it fails if a cell raises an error,
or a page is not that of its notebook. Notebooks are kept without output.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "docs" / "notebooks"
NOTE = (
    "The notebook is [{name}]({name}); `make pictures` executes it and writes this page.\n\n---\n"
)


def executed(notebook: Any) -> Any:
    """Return a notebook with its output, executed without the settings of whoever runs this."""
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    for name in [name for name in os.environ if name.startswith("CNCT_")]:
        del os.environ[name]
    os.environ["CNCT_CONFIG"] = ""
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


def page(notebook: Any, name: str) -> str:
    """Return a notebook as Markdown: texts, code and output."""
    first, *others = notebook.cells
    parts = [first.source, NOTE.format(name=name).rstrip()]
    for cell in others:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        else:
            parts += [f"```{{.python}}\n{cell.source}\n```", *map(shown, cell.outputs)]
    return "\n\n".join(part for part in parts if part) + "\n"


def shown(output: Any) -> str:
    """Return an output as Markdown: HTML as it is, all else as text."""
    if output.output_type == "stream":
        return fenced(output.text)
    data = output.get("data", {})
    if "text/html" in data:
        html = re.sub(r"\n\s*\n", "\n", data["text/html"]).strip()
        if not re.sub(r"<[^>]*>", "", html).strip():  # an empty line that was printed
            return ""
        return f'<div class="notebook-output">{html}</div>'
    return fenced(data["text/plain"])


def fenced(text: str) -> str:
    """Return text as a block."""
    return f"```text\n{text.rstrip()}\n```"


def main() -> None:
    """Write or check the pages."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        text, target = (
            page(executed(nbformat.read(path, as_version=4)), path.name),
            path.with_suffix(".md"),
        )
        if "--check" not in sys.argv:
            target.write_text(text, encoding="utf-8")
        elif target.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{target} is not that of its notebook: run `make pictures`")


if __name__ == "__main__":
    main()
