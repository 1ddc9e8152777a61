"""Time the emulator with many records: ``emulator.py cnct FOLDER``, seconds as JSON.

The first process creates the database file from which later ones start.
"""

import json
import sys
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from cnct.emulator import Emulator

RECORDS, CALLS = 100_000, 15
PAGE = "/requests?eq(status,pending)&ordering(-created)&limit=100"
COUNT = "/requests?in(status,(approved,failed))&limit=0"


def ask(connection: HTTPConnection, url: str) -> str:
    """Make a call and return its ``Content-Range``."""
    connection.request("GET", url, headers={"Authorization": "ApiKey SU-000-000-000:secret"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{answer.status} for {url}")
    return answer.headers["Content-Range"]


def typical(connection: HTTPConnection, url: str) -> float:
    """Return the median seconds of a call."""
    seconds = []
    for _ in range(CALLS):
        began = perf_counter()
        ask(connection, url)
        seconds.append(perf_counter() - began)
    return median(seconds)


if __name__ == "__main__":
    database = Path(sys.argv[2]) / "connect.sqlite"
    if not database.exists():
        with Emulator(database=database, generate={"requests": RECORDS}):
            pass
    began = perf_counter()
    with Emulator(database=database) as connect:
        place = urlsplit(connect.endpoint)
        connection = HTTPConnection(place.hostname, place.port)
        total = ask(connection, f"{place.path}/requests?limit=1").rpartition("/")[2]
        started = perf_counter() - began
        if int(total) < RECORDS:
            raise SystemExit(f"{total} records instead of {RECORDS}")
        result = {
            "emulator start": started,
            "emulator page": typical(connection, place.path + PAGE),
            "emulator count": typical(connection, place.path + COUNT),
        }
        connection.close()
    print(json.dumps(result))
