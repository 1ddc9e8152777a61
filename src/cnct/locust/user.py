"""The user of a load test. Imports Locust, which replaces sockets and threads by gevent's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from cnct.locust.measuring import MeasuredClient

if TYPE_CHECKING:

    class _User:
        """The part of Locust's ``User`` that is used here: Locust is not installed everywhere."""

        abstract: bool
        host: str | None
        environment: Any

        def __init__(self, environment: Any) -> None: ...
        def context(self) -> dict[str, Any]: ...

else:
    try:
        from locust import User as _User
    except ModuleNotFoundError as error:
        raise ImportError("cnct.locust needs Locust: pip install locust", name="locust") from error

_documents: dict[Any, Any] = {}
"""OpenAPI documents by location: all users of a process share them."""


class ConnectUser(_User):
    """A user of a load test whose ``client`` is a `MeasuredClient`.

    Each user has connections of its own. Where ``host`` or ``--host`` is left out, the endpoint is
    looked up as for `ConnectClient()`; so is the API key, on each worker: set ``CNCT_API_KEY`` and
    ``CNCT_ENDPOINT`` there, or a profile. Locust sends options from the master to its workers in
    clear text, which is why no option has the key.

    Attributes:
        client: The client; each request is one in Locust's statistics.
        client_options: Arguments of the client, such as ``{"profile": "load-test"}``.

    Raises:
        SettingsError: If there is no API key for the endpoint.
        SpecError: If the document at ``specs_location`` cannot be read.

    Examples:
        A vendor that approves pending requests:

            class Vendor(ConnectUser):
                wait_time = between(1, 2)

                @task
                def approve(self):
                    request = self.client.requests.filter(status="pending").first()
                    self.client.requests[request["id"]]("approve").post(payload={})
    """

    abstract = True
    client_options: ClassVar[Mapping[str, Any]] = {}
    client: MeasuredClient

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        report = environment.events.request.fire
        options = {"endpoint": self.host, **self.client_options}
        self.client = MeasuredClient(report, self.context, **options)
        _share_document(self.client)


def _share_document(client: MeasuredClient) -> None:
    """Load the document once in a process, before requests are measured."""
    specs = client.specs
    if specs is not None:
        client._document = specs = _documents.setdefault(client.specs_location, specs)
        client._available(specs)
