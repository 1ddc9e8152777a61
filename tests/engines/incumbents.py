"""A locustfile as programs of connect-openapi-client have it, for `locust_engine.py`."""

from __future__ import annotations

from connect.client.contrib.locust import ConnectHttpUser
from locust import constant, task
from vendors import ROWS


class Reader(ConnectHttpUser):
    """Counts the requests."""

    wait_time = constant(0.01)

    @task
    def read(self) -> None:
        assert self.client.requests.all().count() == ROWS
