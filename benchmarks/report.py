"""Writes the measurements as a table and as ``RESULTS.md``. Measures nothing."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import record
from lines import LINES, Against, Line

SCALES = {"s": 1, "ms": 1e3, "µs": 1e6, "MB": 1e-6, "rows": 1, "calls": 1}
# At the start, since half an hour of measurements would be lost at the end.
if _unknown := {line.unit for line in LINES} - SCALES.keys():
    raise SystemExit(f"benchmarks/lines.py has units without a scale: {_unknown}")
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
    """A line of the table as text.

    Attributes:
        cells: Its texts.
        reached: Whether its targets are reached.
        ratio: The ratio that is compared with the last results.
        worse: Whether that has grown by more than noise.
    """

    cells: tuple[str, ...]
    reached: bool
    ratio: float
    worse: bool


class Compared(NamedTuple):
    """A comparison of a line: its texts, and its ratio if there is something to compare with."""

    cells: tuple[str, str, str] = ("", "", "")
    reached: bool = True
    ratio: float | None = None


def table(figures: Figures, before: Mapping[str, float]) -> list[Cells]:
    """Return the compared figures; lines without figures are left out.

    Args:
        figures: The measurements.
        before: Ratios of the last results.
    """
    return [_cells(line, figures, before) for line in LINES if (line.subject, line.key) in figures]


def _cells(line: Line, figures: Figures, before: Mapping[str, float]) -> Cells:
    own = figures[line.subject, line.key]
    incumbent = _compared(line, own, line.incumbent, figures)
    other = _compared(line, own, line.other, figures)
    reached = incumbent.reached and other.reached
    cells = (line.title, _figure(own, line.unit), *incumbent.cells, *other.cells)
    ratio = incumbent.ratio if other.ratio is None else other.ratio
    ratio = median(own) if ratio is None else ratio
    worse = record.is_worse(line.title, ratio, before)
    outcome = "reached" if reached else "MISSED"
    if worse:
        outcome += f", worse: was {before[line.title]:.3g}"
    return Cells((*cells, outcome), reached, ratio, worse)


def _compared(line: Line, own: list[float], against: Against | None, figures: Figures) -> Compared:
    if against is None:
        return Compared()
    theirs = figures.get((against.subject, against.key or line.key), [against.figure])
    # A limit of zero, for counts, has no ratio.
    ratio = median(own) / median(theirs) if median(theirs) else float(median(own) > 0)
    text = f"{against.name} {_figure(theirs, line.unit)}".strip()
    cells = (text, f"{ratio:.3g}", f"≤ {against.most:.3g}")
    return Compared(cells, ratio <= against.most, ratio)


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
    path: Path, lines: list[Cells], figures: Figures, facts: Mapping[str, str], skipped: list[str]
) -> None:
    """Write the table together with the machine and the versions."""
    missed = [line.cells[0] for line in lines if not line.reached]
    worse = [line.cells[0] for line in lines if line.worse]
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
        "",
        f"Worse than in the results before: {'; '.join(worse) or 'nothing'}.",
        *(f"\nSkipped: {reason}" for reason in skipped),
        "",
        "## Each shape of `R`",
        "",
        *_markdown((("shape", "cnct", "incumbent", "ratio"), *_shapes(figures))),
        "",
        "## Growth",
        "",
        "Lists, read with `iterator()` in pages of 1,000 rows that have nothing but an id. Memory",
        "is the peak of the process above that of an earlier reading of 1,000 rows.",
        "",
        *_markdown(_grown(figures, "rows", LISTS)),
        "",
        "Documents. Attributes are collections; help is that of a collection and of the client.",
        "",
        *_markdown(_grown(figures, "paths", DOCUMENTS)),
        "",
    ]
    path.write_text("\n".join(text), encoding="utf-8")


def _shapes(figures: Figures) -> Iterable[tuple[str, ...]]:
    for subject, key in figures:
        if subject == "cnct" and key.startswith("R: "):
            own, theirs = figures[subject, key], figures["incumbent", key]
            ratio = f"{median(own) / median(theirs):.2f}"
            yield key[3:], _figure(own, "µs"), _figure(theirs, "µs"), ratio


class Growth(NamedTuple):
    """A column of a table of growth: its title, the key of its figures, and their unit."""

    title: str
    key: str
    unit: str


LISTS = (
    Growth("time", "rows", "ms"),
    Growth("memory", "memory", "MB"),
    Growth("time, async", "async rows", "ms"),
    Growth("memory, async", "async memory", "MB"),
)
DOCUMENTS = (
    Growth("first use ever", "load", "ms"),
    Growth("`exists()`", "exists", "µs"),
    Growth("an attribute", "attribute", "µs"),
    Growth("help", "help", "ms"),
    Growth("the client's help", "client help", "ms"),
    Growth("`find()`", "find", "ms"),
)


def _grown(figures: Figures, of: str, columns: Iterable[Growth]) -> Iterable[tuple[str, ...]]:
    """Yield the rows of a table with the figures of lists or documents of each size."""
    columns = [column for column in columns if _sizes(figures, column.key)]
    yield (of, *(column.title for column in columns))
    for size in _sizes(figures, columns[0].key) if columns else ():
        cells = (
            _figure(figures["cnct", f"{column.key}: {size}"], column.unit) for column in columns
        )
        yield (f"{size:,}", *cells)


def _sizes(figures: Figures, key: str) -> list[int]:
    """Return the sizes for which there are figures."""
    names = (name.partition(": ") for subject, name in figures if subject == "cnct")
    return sorted(int(size) for own, _, size in names if own == key and size)


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
