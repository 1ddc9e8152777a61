"""Type-check a program with and without stubs: ``stubs.py SUBJECT DOCUMENT FOLDER``, as JSON.

Seconds are processor time of the checkers; ``plain`` is the same program without stubs. Generating
is timed with the document in the cache. Sizes are bytes.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from time import process_time

BIN = Path(sys.executable).parent
PROGRAM = """\
from {package} import ConnectClient

client = ConnectClient()
for request in client.requests.filter(status="pending"):
    print(request["id"], request["asset"]["product"]["id"])
    client.requests.resource(request["id"])("approve").post({{"template_id": "TL-000-000-000"}})
"""


def processor_seconds(command: Iterable[str | Path], folder: Path) -> float:
    """Return the processor time of a type checker that finds nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command], cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command} reported:\n{done.stdout}{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def checked(folder: Path, name: str) -> dict[str, float]:
    """Return the times of the checkers over the program of a folder."""
    mypy = [BIN / "mypy", "--strict", "main.py"]
    shutil.rmtree(folder / ".mypy_cache", ignore_errors=True)
    return {
        f"mypy cold{name}": processor_seconds(mypy, folder),
        f"mypy warm{name}": processor_seconds(mypy, folder),
        f"pyright{name}": processor_seconds([BIN / "pyright", "main.py"], folder),
    }


def prepared(folder: Path, package: str) -> Path:
    """Return a folder with the program, which imports its client from a package."""
    folder.mkdir(exist_ok=True)
    settings = {"typeCheckingMode": "strict", "venvPath": str(BIN.parents[1])}
    settings["venv"] = BIN.parent.name
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    (folder / "main.py").write_text(PROGRAM.format(package=package), "utf-8")
    return folder


def main() -> None:
    """Measure generation, sizes and the checkers."""
    document, folder = Path(sys.argv[2]), Path(sys.argv[3])
    os.environ["CNCT_CACHE_DIR"] = str(folder / "cache")
    from cnct.openapi import OpenAPISpecs
    from cnct.stubs import write

    OpenAPISpecs(document).load()
    plain, sync = prepared(folder / "plain", "cnct"), prepared(folder / "sync", "connect_types")
    began = process_time()
    write(folder / "whole" / "connect_types", spec=document)
    figures = {"stubs written": process_time() - began}
    for name, package in (("whole", folder / "whole"), ("sync", sync)):
        if name == "sync":
            write(package / "connect_types", spec=document, asynchronous=False)
        sizes = (file.stat().st_size for file in (package / "connect_types").iterdir())
        figures[f"stubs size {name}"] = sum(sizes)
    print(json.dumps(figures | checked(plain, " plain") | checked(sync, "")))


if __name__ == "__main__":
    main()
