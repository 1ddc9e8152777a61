"""Measure documents of 100 to 10,000 paths: ``specs_growth.py SUBJECT FOLDER``, seconds as JSON.

The documents are invented: collections with a list and a resource each, whose fields and
descriptions have a few words of their own.
"""

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from time import perf_counter
from typing import Any

SIZES = (10**2, 10**3, 10**4)
REPEATS = 5
WORDS = [
    "billing",
    "renewal",
    "invoice",
    "tenant",
    "contract",
    "region",
    "device",
    "licence",
    "usage",
    "partner",
]


def document(paths: int) -> dict[str, Any]:
    """Return a document with so many paths."""
    result: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number in range(paths // 2):
        name, word = f"things-{number}", WORDS[number % len(WORDS)]
        fields = ("id", "name", "status", f"{word}_date", f"{word}_{number}")
        schemas[f"Thing{number}"] = {
            "type": "object",
            "properties": {
                field: {"type": "string", "description": f"The {field} of the {word}"}
                for field in fields
            },
        }
        row = {"$ref": f"#/components/schemas/Thing{number}"}
        result[f"/{name}"] = {"get": _operation(f"List {word} {name}", _array(row))}
        result[f"/{name}/{{id}}"] = {"get": _operation(f"Get the {word} {name}", row)}
    info = {"title": "Invented", "version": "1"}
    return {"openapi": "3.0.0", "info": info, "paths": result, "components": {"schemas": schemas}}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _operation(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"summary": summary, "responses": {"200": {"description": "Done", "content": content}}}


def least(function: Callable[[], Any], times: int = 1) -> float:
    """Return the shortest time of a call; the first one is not counted."""
    function()
    seconds = []
    for _ in range(REPEATS):
        began = perf_counter()
        for _ in range(times):
            function()
        seconds.append((perf_counter() - began) / times)
    return min(seconds)


def printed(function: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function that prints to nowhere."""

    def silent() -> None:
        with redirect_stdout(io.StringIO()):
            function()

    return silent


def measure(folder: Path, paths: int) -> dict[str, float]:
    """Measure a document of so many paths."""
    from cnct import ConnectClient

    location = folder / f"{paths}.json"
    location.write_text(json.dumps(document(paths)), "utf-8")
    client = ConnectClient("ApiKey SU-0:0", "http://127.0.0.1/v1", specs_location=location)
    began = perf_counter()
    client.specs.load()
    loading = perf_counter() - began
    middle = f"things-{paths // 4}"
    collection = client.collection(middle)
    specs = client.specs
    return {
        f"load: {paths}": loading,
        f"exists: {paths}": least(lambda: specs.exists("get", f"{middle}/ID-1"), 200),
        f"attribute: {paths}": least(lambda: client.collection(middle), 200),
        f"help: {paths}": least(printed(collection.help)),
        f"client help: {paths}": least(printed(client.help)),
        f"find: {paths}": least(lambda: client.find("renewal date")),
    }


if __name__ == "__main__":
    _, folder = sys.argv[1:]
    os.environ["CNCT_CACHE_DIR"] = str(Path(folder, "growth"))
    figures = {}
    for paths in SIZES:
        figures |= measure(Path(folder), paths)
    print(json.dumps(figures))
