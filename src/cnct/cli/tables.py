"""Reads the rows of a table: a csv file with a header, ndjson, or one JSON array."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cnct.cli.body import opened
from cnct.cli.items import items_from
from cnct.openapi.shapes import is_record
from cnct.rows.csv_rows import whole_rows


def rows_from(source: str) -> Iterator[Any]:
    """Yield the rows of a file.

    Args:
        source: Path, csv by its ending ``.csv``; ``-`` for ndjson or JSON from standard input.

    Raises:
        click.UsageError: If the file cannot be read, or is no table.
    """
    if Path(source).suffix.lower() != ".csv":
        for row in items_from(source, "FILE"):
            if not is_record(row):
                name = "Standard input" if source == "-" else source
                raise click.UsageError(
                    f"{name} has {row!r} in place of a JSON object: write objects, one a line or "
                    "in one array; a csv file needs a name that ends in .csv"
                )
            yield row
        return
    with opened(source, "FILE") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            yield from whole_rows(csv.DictReader(text, strict=True), source)
        except UnicodeDecodeError as error:
            raise click.UsageError(f"{source} is no UTF-8: save it as UTF-8") from error
        except csv.Error as error:
            raise click.UsageError(f"{source} is no csv: {error}") from error
        except ValueError as error:
            raise click.UsageError(str(error)) from error
