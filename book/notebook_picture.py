"""The picture of a notebook in docs/exploring.md: cells and their output, drawn by Chromium."""

from __future__ import annotations

import html
import shutil
import subprocess
import tempfile
from pathlib import Path

import nbformat

from book.notebooks import ROOT, executed

PICTURE = ROOT / "docs" / "images" / "notebook.png"
CELLS = (
    """from cnct import ConnectClient
from cnct.emulator import Emulator

connect = Emulator().start()
client = ConnectClient("ApiKey SU-1:key", connect.endpoint, specs_location=connect.spec)""",
    "client.products",
    """pending = client.requests.filter(client.requests.fields.status.eq("pending"))
for request in pending:
    ...
pending""",
    'client.find("next billing date", limit=3)',
)
STYLE = """body {font: 14px sans-serif; margin: 16px; color: #222; background: #fff}
.code {background: #f3f3f3; border: 1px solid #ddd; padding: 6px 10px; margin: 12px 0 6px;
       font-family: monospace; white-space: pre}
.output {padding-left: 10px} td, th {font-size: 13px}"""


def cells() -> str:
    """Return the cells as a page of HTML, with what a notebook shows below each."""
    code = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = executed(nbformat.v4.new_notebook(cells=code))
    parts = []
    for cell in notebook.cells:
        parts.append(f'<div class="code">{html.escape(cell.source)}</div>')
        outputs = [output["data"].get("text/html", "") for output in cell.outputs]
        parts += [f'<div class="output">{output}</div>' for output in outputs if "cnct" in output]
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{''.join(parts)}"


def main() -> None:
    """Write the picture, if Chromium is installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("The picture of a notebook stays as it is: Chromium is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "notebook.html")
        page.write_text(cells(), encoding="utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-lcd-text",
        ]
        size, target = "--window-size=880,1020", f"--screenshot={PICTURE}"
        subprocess.run(  # noqa: S603 - our own page
            [chromium, *options, size, target, page.as_uri()],
            check=True,
            capture_output=True,
            timeout=60,
        )


if __name__ == "__main__":
    main()
