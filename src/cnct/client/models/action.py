"""Actions: verbs of a resource or a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from cnct.client.models.file_writes import AsyncFileWrites, FileWrites
from cnct.client.models.mistakes import answer_mistakes

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from cnct.client.transfers.download_options import DownloadOptions


class Action(FileWrites):
    """A verb such as ``approve``."""

    def get(self, **kwargs: Any) -> Any:
        """GET the action, for downloads; see `ConnectClient.execute`."""
        return self._client.get(self._path, **kwargs)

    def download(self, path: str | PathLike[str], **options: Unpack[DownloadOptions]) -> Path:
        """GET the action into a file, and return the path; see `ConnectClient.download`."""
        return self._client.download(self._path, path, **options)

    def post(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST the action, with an optional JSON payload; see `ConnectClient.execute`."""
        return self._client.create(self._path, payload, **kwargs)

    def put(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT the action, with an optional JSON payload; see `ConnectClient.execute`."""
        return self._client.update(self._path, payload, **kwargs)

    def delete(self, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE the action, with an optional JSON payload; see `ConnectClient.execute`."""
        return self._client.delete(self._path, payload, **kwargs)


class AsyncAction(AsyncFileWrites):
    """Async twin of `Action`."""

    async def get(self, **kwargs: Any) -> Any:
        """GET the action. Async twin of `Action.get`."""
        return await self._client.get(self._path, **kwargs)

    async def download(self, path: str | PathLike[str], **options: Unpack[DownloadOptions]) -> Path:
        """GET the action into a file, and return the path. Async twin of `Action.download`."""
        return await self._client.download(self._path, path, **options)

    async def post(self, payload: Any = None, **kwargs: Any) -> Any:
        """POST the action. Async twin of `Action.post`."""
        return await self._client.create(self._path, payload, **kwargs)

    async def put(self, payload: Any = None, **kwargs: Any) -> Any:
        """PUT the action. Async twin of `Action.put`."""
        return await self._client.update(self._path, payload, **kwargs)

    async def delete(self, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE the action. Async twin of `Action.delete`."""
        return await self._client.delete(self._path, payload, **kwargs)


answer_mistakes("action", Action, AsyncAction)
