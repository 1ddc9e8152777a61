"""Users of load tests, for `locust_engine.py`: a locustfile."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import gevent
from locust import constant, events, task
from locust.runners import WorkerRunner

from cnct import NotFoundError
from cnct.locust import ConnectUser

ROWS = 60
_ENOUGH = 40  # requests


@events.init.add_listener
def _end_when_done(environment: Any, **_: Any) -> None:
    """End the run after some requests, however slow the machine."""

    def wait() -> None:
        while environment.stats.total.num_requests < _ENOUGH:
            gevent.sleep(0.05)
        environment.runner.quit()

    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(wait)


class Vendor(ConnectUser):
    """Base of the users."""

    abstract = True
    wait_time = constant(0.01)
    client_options = {"specs_location": os.environ["SPEC"]}  # noqa: RUF012 - as users write it


class Careless(Vendor):
    """Asks for what is there and what is not."""

    def context(self) -> dict[str, Any]:
        return {"user": "careless"}

    @task
    def look(self) -> None:
        first = self.client.requests.filter(status="pending").first()
        self.client.requests[first["id"]].get()

    @task
    def miss(self) -> None:
        with suppress(NotFoundError):
            self.client.requests[f"PR-{id(object())}"].get()


class Thorough(Vendor):
    """Reads all pages, several at a time, and counts on all rows."""

    @task
    def read(self) -> None:
        rows = self.client.requests.all().limit(10)
        for way in (rows.concurrency(3), rows.scan(concurrency=3)):
            assert len([row["id"] for row in way]) == ROWS
