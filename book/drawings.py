"""Draws the pictures of "How it is built": the rooms, from the architecture test, and a call.

Colours suit a light and a dark page. Run by ``make pictures``.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.test_architecture import GROUND, KNOWS

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT, GAP = 118, 40, 44
RAISED = {"console", "settings"}  # else their lines cross others
ORDER = [
    *("console", "settings", "data", "rows", "stubs", "emulator"),
    *("spark", "dlt", "locust", "usage", "testing", "cli"),
    *("client", "store", "openapi", "rql"),
]
STEPS = (
    ("your program", 'client.products["PRD-1"].get()'),
    ("client.models", "a resource: method, path, arguments"),
    ("client.checking", "fits the document? else an error, unsent"),
    ("client._core.retry", "decides: send, wait, raise, return"),
    ("client._http", "drivers: requests or httpx2"),
    ("Connect", "HTTP"),
)


class Box(NamedTuple):
    """A box with its upper left corner."""

    name: str
    x: float
    y: float


def levels() -> list[list[str]]:
    """Return the rooms, those that know the most first; the ground is left out.

    A room is just above those that it knows; one of `RAISED`, just below those that know it.
    """
    names = [room for room in KNOWS if room not in GROUND and room != "__main__"]

    def level(name: str) -> int:
        if name in RAISED:
            return min(level(room) for room in names if room != name and name in KNOWS[room]) - 1
        return 1 + max(map(level, KNOWS[name] - {name} - RAISED), default=0)

    highest = max(map(level, names))
    rows = [[name for name in names if level(name) == number] for number in range(highest, 0, -1)]
    return [sorted(row, key=ORDER.index) for row in rows]


def direct(room: str) -> set[str]:
    """Return the rooms that a room knows, without those that one of them knows."""
    rooms = KNOWS[room] - {room}
    return {below for below in rooms if not any(below in KNOWS[other] - {other} for other in rooms)}


def rooms() -> str:
    """Return the drawing of the rooms."""
    rows = levels()
    width = max(map(len, rows)) * (WIDTH + 16) + 16
    boxes = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (WIDTH + 16) + 16) / 2
        for place, room in enumerate(row):
            boxes[room] = Box(room, left + place * (WIDTH + 16), 8 + number * (HEIGHT + GAP))
    lines = [line(boxes[room], boxes[below]) for room in boxes for below in sorted(direct(room))]
    bottom = 8 + len(rows) * (HEIGHT + GAP)
    ground = box(Box("ground: " + ", ".join(sorted(GROUND)), 16, bottom), width - 32, "#607d8b")
    drawn = [box(room, WIDTH) for room in boxes.values()]
    return svg(width, bottom + HEIGHT + 8, [*lines, *drawn, ground])


def call() -> str:
    """Return the drawing of a call: down to Connect, and back."""
    parts: list[str] = []
    boxes = [Box(name, 16, 8 + at * (HEIGHT + 30)) for at, (name, _) in enumerate(STEPS)]
    for upper, lower in pairwise(boxes):
        top, bottom = upper.y + HEIGHT + 2, lower.y - 2
        parts += [arrow(70, top, bottom), arrow(150, bottom, top)]
    for step, (_, text) in zip(boxes, STEPS, strict=True):
        parts += [box(step, 190), label(226, step.y + 25, text)]
    return svg(560, boxes[-1].y + HEIGHT + 8, parts)


def svg(width: float, height: float, parts: Iterable[str]) -> str:
    """Return a picture of parts."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        ' font-family="sans-serif" font-size="14">'
    )
    return "\n".join([head, *parts, "</svg>", ""])


def box(at: Box, width: float, colour: str = "#3f51b5") -> str:
    """Return a box with its name in the middle."""
    return (
        f'<rect x="{at.x:g}" y="{at.y:g}" width="{width:g}" height="{HEIGHT}" rx="6"'
        f' fill="{colour}"/>'
        f'<text x="{at.x + width / 2:g}" y="{at.y + 25:g}" fill="#fff" text-anchor="middle">'
        f"{escape(at.name)}</text>"
    )


def label(x: float, y: float, text: str) -> str:
    """Return text beside a box."""
    return f'<text x="{x:g}" y="{y:g}" fill="#808790">{escape(text)}</text>'


def line(upper: Box, lower: Box) -> str:
    """Return a line from a room to one that it knows."""
    half = WIDTH / 2
    return (
        f'<line x1="{upper.x + half:g}" y1="{upper.y + HEIGHT:g}" x2="{lower.x + half:g}"'
        f' y2="{lower.y:g}" stroke="#808790" stroke-width="1.5"/>'
    )


def arrow(x: float, root: float, tip: float) -> str:
    """Return a vertical arrow."""
    back = tip - 6 if tip > root else tip + 6
    return (
        f'<path d="M{x:g} {root:g}V{tip:g}M{x - 4:g} {back:g}L{x:g} {tip:g}L{x + 4:g} {back:g}"'
        ' fill="none" stroke="#808790" stroke-width="1.5"/>'
    )


def main() -> None:
    """Write the drawings."""
    for name, text in (("rooms", rooms()), ("call", call())):
        (IMAGES / f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
