"""Downloads by URL. Both worlds."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from cnct.client.transfers.download_options import DownloadOptions


class HasDownload:
    """A client that downloads files."""

    def download(
        self: Any, url: str, path: str | PathLike[str], **options: Unpack[DownloadOptions]
    ) -> Path:
        """GET a file, and return the path to which it was written.

        The body goes to ``NAME.part`` as it arrives, and the file gets its name when it is whole;
        until then, an existing file stays as it is. A connection that breaks is retried as often
        as ``max_retries`` allows, and goes on with the next byte.

        The key, cookies and default headers go to the endpoint's host only: a link to another host
        is requested without them, and a redirect there is followed without them.

        Args:
            url: Path below the endpoint; absolute URL, also of another host; or a link that begins
                with ``/media/``, as in rows.
            path: The file; or an existing directory, in which the file gets the name in the
                response's ``Content-Disposition``, or else the last part of the URL, both made
                harmless.
            **options: Those of `ConnectClient.execute` without a body, and the following.
                ``deadline`` bounds the whole download, and ``max_answer`` the whole file, unless
                it is the default.

        Keyword Args:
            progress: Receives a `cnct.client.work.Progress` in bytes after each piece; ``True``
                shows a bar on standard error, if that is a terminal.
            resume: Whether to continue a ``.part`` that an earlier run left, if the server takes
                ranges and the file is the same by its ``ETag`` or ``Last-Modified``; and to leave
                one for a later run.
            overwrite: Whether an existing file is replaced. By default, a file that ``path`` names
                is, and one whose name the server chose is not.

        Returns:
            The path of the file.

        Raises:
            ClientError: As from `ConnectClient.execute`; or if the response is a page of a login,
                or has no file. No file is left then but a ``.part`` that can be continued.
            FileExistsError: If there is a file that must not be replaced.
            ExportError: If the directory is missing, the path is no file, or another download is
                writing it.
            OSError: If the file cannot be written, as on a full disk.
            TypeError: If an argument is of the wrong type.
            ValueError: If ``url`` is no URL of a host, or an argument has an invalid value.

        Examples:
            ``client.download(invoice["document"], "invoices/")``
        """
        from cnct.client.transfers.download_runs import download  # noqa: PLC0415 - few programs need it

        return download(self._plain, url, path, options)


class AsyncHasDownload:
    """Async twin of `HasDownload`."""

    async def download(
        self: Any, url: str, path: str | PathLike[str], **options: Unpack[DownloadOptions]
    ) -> Path:
        """GET a file, and return the path to which it was written.

        Async twin of `ConnectClient.download`; ``progress`` is a plain function here too.
        """
        from cnct.client.transfers.download_runs import download_async  # noqa: PLC0415 - same

        return await download_async(self._plain, url, path, options)
