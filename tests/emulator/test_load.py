"""Many records, many clients at once, and a kill."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tests.emulator.conftest import Http

from cnct.emulator import Emulator

COUNT = 3000


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    file = tmp_path_factory.mktemp("many") / "connect.db"
    Emulator(generate={"requests": COUNT}, database=file).stop()
    with Emulator(database=file) as connect, Http(connect.endpoint) as http:
        yield http


def test_a_file_of_many_records_is_served(many):
    query = "requests?status=pending&ordering(-created)&limit=100"
    page = many.get(query)
    assert len(page.json()) == 100
    created = [row["created"] for row in page.json()]
    assert created == sorted(created, reverse=True)
    total = int(page.headers["Content-Range"].rpartition("/")[2])
    others = many.get("requests?ne(status,pending)&limit=0").headers["Content-Range"]
    assert total + int(others.rpartition("/")[2]) == COUNT


def test_a_count_is_never_older_than_a_change(many):
    def count() -> int:
        return int(many.get("requests?limit=0").headers["Content-Range"].rpartition("/")[2])

    before = count()
    made = many.post("requests", json={"type": "purchase"}).json()
    assert count() == before + 1
    pending = many.get("requests?status=pending&limit=0").headers["Content-Range"]
    assert many.post(f"requests/{made['id']}/inquire").status_code == 200
    assert many.get("requests?status=pending&limit=0").headers["Content-Range"] != pending


def test_sixteen_clients_do_not_disturb_each_other(connect):
    def work(number: int) -> list[str]:
        with Http(connect.endpoint) as http:
            ids = []
            for turn in range(5):
                made = http.post("products", json={"name": f"{number}/{turn}"})
                assert made.status_code == 201
                ids.append(made.json()["id"])
                assert http.get(f"products/{ids[-1]}").json()["name"] == f"{number}/{turn}"
                assert http.get("requests?status=pending&limit=5").status_code == 200
            return ids

    with ThreadPoolExecutor(16) as pool:
        ids = [made for worker in pool.map(work, range(16)) for made in worker]
    assert len(set(ids)) == len(ids) == 80
    with Http(connect.endpoint) as http:
        assert http.get("products?limit=0").headers["Content-Range"] == "items 0-0/83"


def test_changes_from_within_and_from_outside_do_not_mix(connect, http):
    def insert(number: int) -> None:
        connect.insert("products", {"id": f"PRD-X-{number}", "name": "Inside"})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(insert, range(40)))
        assert http.post("products", json={"name": "Outside"}).status_code == 201
    assert http.get("products?limit=0").headers["Content-Range"] == "items 0-0/44"


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path):
    file = tmp_path / "connect.db"
    command = [sys.executable, "-m", "cnct.emulator", "--port", "0", "--database", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        endpoint = server.stdout.readline().split()[3]

        def make(number: int) -> list[str]:
            made = []
            with Http(endpoint) as http:
                while True:
                    try:
                        answer = http.post("products", json={"name": str(number)}, timeout=5)
                    except requests.RequestException:
                        return made  # the kill; whether this one was made is not known
                    made.append(answer.json()["id"])
                    if number == 0 and len(made) == 10:
                        server.kill()

        with ThreadPoolExecutor(4) as pool:
            acknowledged = [made for worker in pool.map(make, range(4)) for made in worker]
    assert len(acknowledged) >= 10
    with Emulator(database=file) as connect, Http(connect.endpoint) as http:
        kept = {row["id"] for row in http.get("products?limit=1000").json()}
    assert kept >= {*acknowledged}
