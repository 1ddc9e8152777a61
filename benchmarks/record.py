"""Keeps the ratios of the last results as ``results.json``, and finds what got worse since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

PATH = Path(__file__).with_name("results.json")
NOISE = 1.15  # growth of a ratio that another run on the same machine may have


def last() -> dict[str, float]:
    """Return the ratios of the last results by the title of their line; none before the first."""
    return json.loads(PATH.read_text("utf-8")) if PATH.exists() else {}


def write(ratios: Mapping[str, float]) -> None:
    """Record ratios as the last results."""
    rounded = {title: float(f"{ratio:.4g}") for title, ratio in ratios.items()}
    PATH.write_text(json.dumps(rounded, indent=2, ensure_ascii=False) + "\n", "utf-8")


def is_worse(title: str, ratio: float, before: Mapping[str, float]) -> bool:
    """Return whether a ratio is larger than in earlier results, by more than noise."""
    return title in before and ratio > before[title] * NOISE
