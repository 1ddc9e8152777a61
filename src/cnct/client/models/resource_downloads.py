"""Downloads of a resource. Both worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client.models.noun import AsyncNoun, SyncNoun

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from cnct.client.work.progress import ShowsProgress


class Downloading(SyncNoun):
    """The call that saves a `Resource` whose representation is a file."""

    def download(
        self,
        path: str | PathLike[str],
        *,
        progress: ShowsProgress = None,
        resume: bool = True,
        overwrite: bool | None = None,
        **kwargs: Any,
    ) -> Path:
        """GET the resource into a file, and return the path; see `ConnectClient.download`.

        JSON is refused, since it is the row that `get` returns: the message names the fields with
        links to files. Reports and invoices have an action for the file.
        """
        from cnct.client.transfers.download_options import download_options  # noqa: PLC0415 - same
        from cnct.client.transfers.download_runs import download  # noqa: PLC0415 - few programs need it

        options = download_options(path, progress, resume, overwrite, is_resource=True)
        return download(self._client._plain, self._path, options, kwargs)


class AsyncDownloading(AsyncNoun):
    """Async twin of `Downloading`."""

    async def download(
        self,
        path: str | PathLike[str],
        *,
        progress: ShowsProgress = None,
        resume: bool = True,
        overwrite: bool | None = None,
        **kwargs: Any,
    ) -> Path:
        """GET the resource into a file, and return the path. Async twin of `Resource.download`."""
        from cnct.client.transfers.download_options import download_options  # noqa: PLC0415 - same
        from cnct.client.transfers.download_runs import download_async  # noqa: PLC0415 - as there

        options = download_options(path, progress, resume, overwrite, is_resource=True)
        return await download_async(self._client._plain, self._path, options, kwargs)
