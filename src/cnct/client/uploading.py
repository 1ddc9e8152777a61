"""Uploads by path. Both worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from cnct.client.models.action import Action, AsyncAction

if TYPE_CHECKING:
    from cnct.client.transfers.upload_files import FileSource
    from cnct.client.transfers.upload_options import UploadOptions


class HasUpload:
    """A client that uploads files."""

    def upload(
        self: Any,
        url: str,
        source: FileSource,
        field: str | None = None,
        **options: Unpack[UploadOptions],
    ) -> Any:
        """Send a file to a path below the endpoint, and return the response; see `Action.upload`.

        Args:
            url: Path below the endpoint.
            source: Path of a file, or an open binary file.
            field: As of `Action.upload`.
            **options: As of `Action.upload`.

        Raises:
            ValueError: As `Action.upload`, which also lists the other errors.
        """
        return Action(self, url).upload(source, field, **options)


class AsyncHasUpload:
    """Async twin of `HasUpload`."""

    async def upload(
        self: Any,
        url: str,
        source: FileSource,
        field: str | None = None,
        **options: Unpack[UploadOptions],
    ) -> Any:
        """Send a file to a path below the endpoint, and return the response.

        Async twin of `ConnectClient.upload`.
        """
        return await AsyncAction(self, url).upload(source, field, **options)
