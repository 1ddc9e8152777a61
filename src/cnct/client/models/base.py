"""What everything at a path has in common. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from cnct.client._core.urls import checked_name

if TYPE_CHECKING:
    from cnct.client.fluent import ConnectClient


class Located:
    """Something at a path below the endpoint.

    Args:
        client: Who makes the calls.
        path: Path below the endpoint.
    """

    def __init__(self, client: ConnectClient, path: str) -> None:
        """Keep client and path."""
        self._client = client
        self._path = path

    @property
    def path(self) -> str:
        """Path below the endpoint."""
        return self._path

    def _below(self, name: Any, what: str) -> str:
        """Return the path of something below, its name checked."""
        checked = checked_name(name, what)
        return f"{self._path}/{checked}" if self._path else checked

    def help(self) -> Self:
        """Print what is known of it, and return self."""
        self._client.print_help(self)
        return self

    def __repr__(self) -> str:
        """Show class and path."""
        return f"<{type(self).__name__} {self._path}>"
