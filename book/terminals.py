"""Pictures of terminals: programs run in a terminal of 100 columns, and what they print is drawn.

``python -m book.terminals`` writes the pictures; with ``--check``, it fails if one shows something
else than its program prints today. Times and rates of the progress bar are not compared.
"""

from __future__ import annotations

import html
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cnct.emulator import Emulator

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
COLUMNS = 100
MOST = 40  # lines of a picture
START = (
    "import logging, sys; from cnct import ConnectClient;"
    " client = ConnectClient(max_retries=3); {code}"
)
PROGRESS = """pending = client.requests.filter(status="pending")
print(pending.act("approve", {"template_id": "TL-1"}, concurrency=4, progress=True))"""
SESSIONS = {
    "help-collection": 'client("helpdesk").cases.help()',
    "help-action": 'client.requests["PR-1"]("approve").help()',
    "progress": PROGRESS,
}
COMMANDS = {
    "command": "cnct ls requests status=pending type=purchase"
    " --select id,created,asset.product.name",
}
TIMES = re.compile(r"[\d.,]+/s|\d+:\d+(:\d+)?|\b0 s\b")
# The form of rich, without its frame of a window and its fonts from elsewhere.
FORM = """<svg viewBox="0 0 {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="100%" height="100%"/></clipPath>
{lines}
</defs>
<rect fill="#292929" width="100%" height="100%" rx="8"/>
<g transform="translate(9, 6)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(argv: list[str], environment: dict[str, str]) -> str:
    """Return the output of a program on a terminal, with its colours.

    Of lines that were printed over, as those of a progress bar, the last state is left.
    """
    ours, theirs = pty.openpty()
    program = subprocess.Popen(  # noqa: S603 - ours
        argv, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment, cwd=ROOT
    )
    os.close(theirs)
    output = b""
    try:
        while part := os.read(ours, 65536):
            output += part
    except OSError:  # Linux ends the reading so
        pass
    os.close(ours)
    if program.wait(timeout=60):
        raise SystemExit(f"{argv} failed:\n{output.decode()}")
    return settled(output.decode())


def settled(output: str) -> str:
    """Return the lines as they look at the end; colours stay, movements of the cursor go."""
    lines = [""]
    for piece in re.split(r"(\n|\r|\x1b\[1A)", output.replace("\r\n", "\n")):
        match piece:
            case "\n":
                lines.append("")
            case "\x1b[1A":
                lines.pop()
            case "\r":
                lines[-1] = ""
            case _:
                lines[-1] += re.sub(r"\x1b\[[?\d;]*[A-Za-ln-z]", "", piece)
    return "\n".join(lines).rstrip()


def draw(name: str, prompt: str, output: str) -> str:
    """Return the picture of a prompt and what was printed."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text(prompt, style="bold"))
        console.print(Text.from_ansi(shortened(output)))
        picture = console.export_svg(code_format=FORM, unique_id=name)
    return re.sub(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', with_margins, picture, count=1)


def with_margins(box: re.Match[str]) -> str:
    """Return the size of a picture with space around its text."""
    return f'viewBox="0 0 {float(box[1]) + 18:g} {float(box[2]) + 20:g}"'


def shortened(output: str) -> str:
    """Return the first and last lines of a long output."""
    lines = output.splitlines()
    return output if len(lines) <= MOST else "\n".join([*lines[:26], "  ⋮", *lines[-8:]])


def pictures() -> dict[str, str]:
    """Return the pictures by name."""
    made = {}
    for name, code in SESSIONS.items():
        with Emulator() as connect:
            start = START.format(code=code.replace("\n", "; "))
            output = printed([sys.executable, "-c", start], environment(connect))
        lines = code.splitlines()
        made[name] = draw(name, "\n".join(f">>> {line}" for line in lines), output)
    for name, command in COMMANDS.items():
        with Emulator() as connect:
            words = command.split()[1:]
            output = printed([sys.executable, "-m", "cnct", *words], environment(connect))
        made[name] = draw(name, f"$ {command}", output)
    return made


def environment(connect: Emulator) -> dict[str, str]:
    """Return the variables of a program that works with an emulator."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CNCT_")},
        "CNCT_API_KEY": "ApiKey SU-000-000-000:secret",
        "CNCT_ENDPOINT": connect.endpoint,
        "CNCT_SPEC": str(connect.spec),
        "CNCT_CONFIG": "",
        "COLUMNS": str(COLUMNS),
        "LINES": "60",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(ROOT / "src"),
    }


def words(picture: str) -> str:
    """Return the text of a picture, without times and spaces."""
    text = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))
    return TIMES.sub("", re.sub(r"\s+", " ", html.unescape(text)))


def main() -> None:
    """Write or check the pictures."""
    for name, picture in pictures().items():
        path = IMAGES / f"{name}.svg"
        if "--check" not in sys.argv:
            path.write_text(picture, encoding="utf-8")
        elif words(path.read_text(encoding="utf-8")) != words(picture):
            raise SystemExit(f"{path} is not of today: run `make pictures`")


if __name__ == "__main__":
    main()
