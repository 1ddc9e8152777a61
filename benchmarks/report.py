"""Writes the measurements as a table and as ``RESULTS.md``. Measures nothing."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from lines import LINES, Against, Line

SCALES = {"ms": 1e3, "µs": 1e6, "MB": 1e-6, "rows": 1, "calls": 1}
HEAD = (
    "measurement",
    "cnct",
    "incumbent",
    "ratio",
    "target",
    "compared with",
    "ratio",
    "target",
    "",
)

Figures = Mapping[tuple[str, str], list[float]]  # by subject and key


class Cells(NamedTuple):
    """A line of the table as text."""

    cells: tuple[str, ...]
    reached: bool


def table(figures: Figures) -> list[Cells]:
    """Return the compared figures; lines without figures are left out."""
    return [_cells(line, figures) for line in LINES if (line.subject, line.key) in figures]


def _cells(line: Line, figures: Figures) -> Cells:
    own = figures[line.subject, line.key]
    incumbent = _compared(line, own, line.incumbent, figures)
    other = _compared(line, own, line.other, figures)
    reached = incumbent[1] and other[1]
    cells = (line.title, _figure(own, line.unit), *incumbent[0], *other[0])
    return Cells((*cells, "reached" if reached else "MISSED"), reached)


def _compared(
    line: Line, own: list[float], against: Against | None, figures: Figures
) -> tuple[tuple[str, str, str], bool]:
    if against is None:
        return ("", "", ""), True
    theirs = figures.get((against.subject, against.key or line.key), [against.figure])
    ratio = median(own) / median(theirs)
    text = f"{against.name} {_figure(theirs, line.unit)}".strip()
    return (text, f"{ratio:.3g}", f"≤ {against.most:.3g}"), ratio <= against.most


def _figure(values: list[float], unit: str) -> str:
    scale = SCALES[unit]
    middle = f"{median(values) * scale:.4g}"
    least = f"{min(values) * scale:.4g}"
    return f"{middle} {unit}" if middle == least else f"{middle} {unit} (min {least})"


def as_text(lines: Iterable[Cells]) -> str:
    """Return the table aligned for a terminal."""
    rows = [HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(padded)


def write(
    path: Path, lines: list[Cells], queries: Figures, facts: Mapping[str, str], skipped: list[str]
) -> None:
    """Write the table together with the machine and the versions."""
    missed = [line.cells[0] for line in lines if not line.reached]
    text = [
        "# Results",
        "",
        "Written by `make bench`; [README.md](README.md) explains the method and how to read it.",
        "Figures are medians of all rounds, the smallest in brackets. A ratio is cnct's median",
        "divided by the other's.",
        "",
        *(f"- {name}: {value}" for name, value in facts.items()),
        "",
        *_markdown((HEAD, *(line.cells for line in lines))),
        "",
        f"Not reached: {'; '.join(missed)}." if missed else "Every target is reached.",
        *(f"\nSkipped: {reason}" for reason in skipped),
        "",
        "## Each shape of `R`",
        "",
        *_markdown((("shape", "cnct", "incumbent", "ratio"), *_shapes(queries))),
        "",
    ]
    path.write_text("\n".join(text), encoding="utf-8")


def _shapes(figures: Figures) -> Iterable[tuple[str, ...]]:
    for subject, key in figures:
        if subject == "cnct" and key.startswith("R: "):
            own, theirs = figures[subject, key], figures["incumbent", key]
            ratio = f"{median(own) / median(theirs):.2f}"
            yield key[3:], _figure(own, "µs"), _figure(theirs, "µs"), ratio


def _markdown(rows: Iterable[tuple[str, ...]]) -> list[str]:
    head, *body = rows
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in body),
    ]


def machine() -> dict[str, str]:
    """Return the facts that the figures depend on, but no name of the machine."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
    }
