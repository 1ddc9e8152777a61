"""Time a mirror of 20,000 rows: ``mirror.py cnct FOLDER``, seconds and calls as JSON.

The emulator serves from a process of its own. Seconds of the client are processor time.
"""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from time import perf_counter, process_time

from cnct import ConnectClient

ROWS = 20_000
KEY = "ApiKey SU-000-000-000:secret"
SERVER = f"""
import time
from datetime import UTC, datetime
from cnct.emulator import Emulator
from cnct.emulator.clock import Clock
clock = Clock(datetime(2030, 1, 1, tzinfo=UTC))  # so that no record is of the last minutes
with Emulator(database={{!r}}, clock=clock, generate={{{{"requests": {ROWS}}}}}) as connect:
    print(connect.endpoint, connect.spec, flush=True)
    time.sleep(3600)
"""


def main() -> None:
    """Measure the first run, the second one, and both kinds of `reconcile`."""
    folder = Path(sys.argv[2])
    code = SERVER.format(str(folder / "mirrored.sqlite"))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            endpoint, spec = next(iter(process.stdout or ())).split()
            measure(endpoint, spec, folder / f"{uuid.uuid4().hex}.db")
        finally:
            process.terminate()


def measure(endpoint: str, spec: str, file: Path) -> None:
    """Print the figures of a new mirror."""
    figures: dict[str, float] = {}
    with ConnectClient(KEY, endpoint, specs_location=spec) as client, client.mirror(file) as mirror:
        client.requests.all().first()
        began, cpu = perf_counter(), process_time()
        first = mirror.sync("requests")["requests"]
        figures["mirror first"], figures["mirror first CPU"] = elapsed(began, cpu)
        began, cpu = perf_counter(), process_time()
        second = mirror.sync("requests")["requests"]
        figures["mirror second"], _ = elapsed(began, cpu)
        figures["mirror second calls"] = second.calls
        began, cpu = perf_counter(), process_time()
        mirror.reconcile("requests")
        figures["mirror reconcile"], _ = elapsed(began, cpu)
        if first.added != ROWS:
            raise SystemExit(f"{first} instead of {ROWS} rows")
    file.unlink()
    print(json.dumps(figures))


def elapsed(began: float, cpu: float) -> tuple[float, float]:
    """Return the seconds since the beginning, and those of the processor."""
    return perf_counter() - began, process_time() - cpu


if __name__ == "__main__":
    main()
