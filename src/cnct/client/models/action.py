"""Actions: verbs of a resource or a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.fluent import ConnectClient


class Action:
    """A verb such as ``approve``.

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

    def get(self, **kwargs: Any) -> Any:
        """GET the action, as downloads want it; see :meth:`ConnectClient.execute`."""
        return self._client.get(self._path, **kwargs)

    def post(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST the action, with an optional JSON payload; see :meth:`ConnectClient.execute`."""
        return self._client.create(self._path, payload, **kwargs)

    def put(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT the action, with an optional JSON payload; see :meth:`ConnectClient.execute`."""
        return self._client.update(self._path, payload, **kwargs)

    def delete(self, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE the action, with an optional JSON payload; see :meth:`ConnectClient.execute`."""
        return self._client.delete(self._path, payload, **kwargs)

    def help(self) -> Action:
        """Print what is known of the action, and return self."""
        self._client.print_help(self)
        return self

    def __repr__(self) -> str:
        """Show the path."""
        return f"<Action {self._path}>"
