"""Measure exports of 100,000 rows to files: ``exports.py SUBJECT SERVER FOLDER``, as JSON.

``bare`` is a loop by hand with requests and the standard library, or pyarrow for Parquet;
``incumbent`` the same with its rows, without Parquet. Pages have 1,000 rows. Seconds of processor
time, and the bytes by which the peak of the resident memory exceeds that after an export of 1,000
rows.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

from memory import peak
from subjects import KEY

ROWS = 100_000
FIRST = 1_000
SIZE = 1_000

Export = Callable[[str, Path], Any]
"""Exports the rows at an endpoint to a file."""


def by_hand(endpoint: str) -> Iterator[Any]:
    """Yield the rows, read with requests."""
    import requests

    with requests.Session() as session:
        session.headers["Authorization"] = KEY
        offset, total = 0, 1
        while offset < total:
            params = {"limit": SIZE, "offset": offset}
            response = session.get(f"{endpoint}/subscriptions", params=params)
            response.raise_for_status()
            total = int(response.headers["Content-Range"].rpartition("/")[2])
            page = response.json()
            yield from page
            offset += len(page)


def by_incumbent(endpoint: str) -> Iterator[Any]:
    """Yield the rows, read with the incumbent."""
    from connect.client import ConnectClient

    client = ConnectClient(KEY, endpoint=endpoint, use_specs=False, resourceset_append=False)
    yield from client.subscriptions.all().limit(SIZE)


def write_ndjson(rows: Iterable[Any], path: Path) -> None:
    """Write rows as programs do."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def flattened(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a row with dotted names."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat.update(flattened(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = json.dumps(value) if isinstance(value, list) else value
    return flat


def write_csv(rows: Iterable[Any], path: Path) -> None:
    """Write rows as programs do: the first one decides about the columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = None
        for row in rows:
            flat = flattened(row)
            if writer is None:
                writer = csv.DictWriter(file, [*flat], extrasaction="ignore")
                writer.writeheader()
            writer.writerow(flat)


def write_parquet(rows: Iterable[Any], path: Path) -> None:
    """Write rows as programs do, 10,000 at a time: the first ones decide about the columns."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    flat = (flattened(row) for row in rows)
    table = pa.Table.from_pylist([*islice(flat, 10_000)])
    with ParquetWriter(path, table.schema, compression="zstd") as writer:
        while table.num_rows:
            writer.write_table(table)
            table = pa.Table.from_pylist([*islice(flat, 10_000)], schema=table.schema)


def count_rows(name: str, path: Path) -> int:
    """Return the number of rows in a file."""
    if name == "parquet":
        from pyarrow.parquet import read_metadata

        count: int = read_metadata(path).num_rows
        return count
    with path.open("rb") as file:
        return sum(1 for _ in file) - (name == "csv")


def exports(subject: str) -> dict[str, Export]:
    """Return the exports of a subject by format."""
    if subject == "cnct":
        from cnct import ConnectClient

        def rows(endpoint: str) -> Any:
            client = ConnectClient(KEY, endpoint, use_specs=False)
            return client.subscriptions.all().limit(SIZE)

        return {
            "ndjson": lambda endpoint, path: rows(endpoint).to_ndjson(path),
            "csv": lambda endpoint, path: rows(endpoint).to_csv(path),
            "parquet": lambda endpoint, path: rows(endpoint).to_parquet(path),
        }
    read = by_hand if subject == "bare" else by_incumbent
    writers = {"ndjson": write_ndjson, "csv": write_csv}
    if subject == "bare":
        writers["parquet"] = write_parquet
    return {
        name: lambda endpoint, path, write=write: write(read(endpoint), path)
        for name, write in writers.items()
    }


if __name__ == "__main__":
    _, subject, server, folder = sys.argv
    figures = {}
    for name, export in exports(subject).items():
        path = Path(folder, f"rows.{name}")
        export(f"{server}/ms0/n{FIRST}", path)
        before = peak()
        began = process_time()
        export(f"{server}/ms0/n{ROWS}", path)
        figures[f"export: {name}"] = process_time() - began
        figures[f"export memory: {name}"] = peak() - before
        count = count_rows(name, path)
        if count != ROWS:
            raise SystemExit(f"{count} rows of {name} instead of {ROWS}")
    print(json.dumps(figures))
