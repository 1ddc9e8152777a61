"""Actions: verbs of a resource or a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client.models.noun import Located

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient


class Action(Located["ConnectClient"]):
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


class AsyncAction(Located["AsyncConnectClient"]):
    """Async twin of :class:`Action`."""

    async def get(self, **kwargs: Any) -> Any:
        """GET the action. Async twin of :meth:`Action.get`."""
        return await self._client.get(self._path, **kwargs)

    async def post(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST the action. Async twin of :meth:`Action.post`."""
        return await self._client.create(self._path, payload, **kwargs)

    async def put(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT the action. Async twin of :meth:`Action.put`."""
        return await self._client.update(self._path, payload, **kwargs)

    async def delete(self, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE the action. Async twin of :meth:`Action.delete`."""
        return await self._client.delete(self._path, payload, **kwargs)
