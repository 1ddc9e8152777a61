"""Sends a single write, or shows it for ``--dry-run``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cnct.cli.session import Session


class Write(NamedTuple):
    """A write to send.

    Attributes:
        method: HTTP method.
        path: Path below the endpoint.
        body: JSON body; ``None`` if there is none.
        headers: Headers of this call.
    """

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] | None = None

    def send(self, session: Session) -> Any:
        """Send the call, and return the answer."""
        return session.client.execute(self.method, self.path, **self._arguments)

    def preview(self, session: Session) -> dict[str, Any]:
        """Check the call against the document, and return a row that describes the request.

        Raises:
            InvalidCallError: If the call does not fit the document.
        """
        recorder = session.client.dry_run()
        recorder.execute(self.method, self.path, **self._arguments)
        (call,) = recorder.calls
        row = {"method": call.method, "url": call.url}
        return row if self.body is None else {**row, "body": call.payload}

    @property
    def _arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {} if self.body is None else {"json": self.body}
        return {**arguments, "headers": self.headers} if self.headers else arguments


def perform(session: Session, write: Write, *, dry_run: bool) -> None:
    """Send a write and print its answer; with ``dry_run``, print the call instead."""
    from cnct.cli.formats import RowWriter, write_value  # noqa: PLC0415 - after the call

    if dry_run:
        with RowWriter(session, default="ndjson") as writer:
            writer.write([write.preview(session)])
    else:
        write_value(session, write.send(session))
