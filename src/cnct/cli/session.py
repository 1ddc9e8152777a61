"""The settings of a run of the command, and the objects built from them at first use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnct.cli.sink import Sink
    from cnct.client.fluent import ConnectClient
    from cnct.openapi import OpenAPISpecs


class Session:
    """Settings of one run.

    Attributes:
        profile: Name of a profile of the configuration.
        endpoint: Base URL of the API.
        spec: Path or URL of the OpenAPI document.
        color: ``auto``, ``always`` or ``never``.
        verbose: 1 shows calls, 2 headers too.
        force: Whether calls are sent that the check of the document refuses.
        output: Format of the output; empty for the default.
        plain_cells: Whether csv keeps text that a spreadsheet would run.
    """

    def __init__(self) -> None:
        self.profile: str | None = None
        self.endpoint: str | None = None
        self.spec: str | None = None
        self.color = "auto"
        self.verbose = 0
        self.force = False
        self.output = ""
        self.plain_cells = False

    @cached_property
    def client(self) -> ConnectClient:
        """The client; closed at the end of the run."""
        from cnct.cli.connecting import connect  # noqa: PLC0415 - only calls need it

        return connect(self)

    @cached_property
    def specs(self) -> OpenAPISpecs | None:
        """The API's document; ``None`` if the default one cannot be reached.

        Raises:
            SpecError: If a document that the user has chosen cannot be read.
        """
        specs = self.client.specs
        return specs if specs is not None and specs.available() else None

    @cached_property
    def sink(self) -> Sink:
        """Standard output for data."""
        from cnct.cli.sink import Sink  # noqa: PLC0415 - only output needs it

        return Sink()

    def close(self) -> None:
        """Close the client, if there is one."""
        client: ConnectClient | None = vars(self).get("client")
        if client is not None:
            client.close()
