"""Actions: verbs of a resource or a collection."""

from __future__ import annotations

from typing import Any

from cnct.client.models.base import Located


class Action(Located):
    """A verb such as ``approve``."""

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
