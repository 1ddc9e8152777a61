"""The user of a load test."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from connect.client import ConnectClient
from locust import HttpUser
from requests import RequestException


class ReportingClient(ConnectClient):
    """A client that fires an event of Locust for each attempt.

    Args:
        base_url: Endpoint.
        request_event: The event ``request`` of the environment.
        user: The user that makes the calls.
        connect_api_key: The API key.
    """

    def __init__(self, base_url: str, request_event: Any, user: Any, connect_api_key: str) -> None:
        super().__init__(
            connect_api_key, base_url, use_specs=False, max_retries=0, timeout=(5, 120)
        )
        self.request_event = request_event
        self.user = user

    def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        start, error = perf_counter(), None
        try:
            super()._execute_http_call(method, url, kwargs)
        except RequestException as caught:
            error = caught
            raise
        finally:
            self._report(method, url, (perf_counter() - start) * 1000, error)

    def _report(self, method: str, url: str, milliseconds: float, error: Exception | None) -> None:
        response = self.response
        self.request_event.fire(
            request_type=method,
            name=url.removeprefix(self.endpoint).partition("?")[0],
            response_time=milliseconds,
            response_length=len(response.content) if response is not None else 0,
            response=response,
            context={},
            exception=error,
        )


class ConnectHttpUser(HttpUser):
    """A user of a load test, with a client of Connect."""

    abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client: Any = ReportingClient(
            self.host,
            self.environment.events.request,
            self,
            self.environment.parsed_options.connect_api_key,
        )
