"""Downloads of a resource. Both worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from cnct.client.models.noun import AsyncNoun, SyncNoun

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from cnct.client.transfers.download_options import DownloadOptions


class Downloading(SyncNoun):
    """The call that saves a `Resource` whose representation is a file."""

    def download(self, path: str | PathLike[str], **options: Unpack[DownloadOptions]) -> Path:
        """GET the resource into a file, and return the path; see `ConnectClient.download`.

        JSON is refused, since it is the row that `get` returns: the message names the fields with
        links to files. Reports and invoices have an action for the file.
        """
        from cnct.client.transfers.download_runs import download  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        return download(client, self._path, path, options, is_resource=True)


class AsyncDownloading(AsyncNoun):
    """Async twin of `Downloading`."""

    async def download(self, path: str | PathLike[str], **options: Unpack[DownloadOptions]) -> Path:
        """GET the resource into a file, and return the path. Async twin of `Resource.download`."""
        from cnct.client.transfers.download_runs import download_async  # noqa: PLC0415 - same

        client = self._client._plain
        return await download_async(client, self._path, path, options, is_resource=True)
