"""Writes to a resource. Both worlds."""

from __future__ import annotations

from typing import Any

from cnct.client.models.noun import AsyncNoun, SyncNoun


class ResourceWrites(SyncNoun):
    """The calls that change a `Resource`."""

    def update(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT changes to the resource.

        Args:
            payload: JSON payload; ``None`` sends no body.
            **kwargs: See `ConnectClient.execute`.

        Returns:
            The updated resource.
        """
        return self._client.update(self._path, payload, **kwargs)

    def delete(self, **kwargs: Any) -> Any:
        """DELETE the resource; see `ConnectClient.execute` for ``kwargs``."""
        return self._client.delete(self._path, **kwargs)


class AsyncResourceWrites(AsyncNoun):
    """Async twin of `ResourceWrites`."""

    async def update(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT changes to the resource. Async twin of `Resource.update`."""
        return await self._client.update(self._path, payload, **kwargs)

    async def delete(self, **kwargs: Any) -> Any:
        """DELETE the resource. Async twin of `Resource.delete`."""
        return await self._client.delete(self._path, **kwargs)
