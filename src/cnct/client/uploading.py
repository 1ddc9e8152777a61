"""Uploads by path. Both worlds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnct.client.models.action import Action, AsyncAction

if TYPE_CHECKING:
    from cnct.client.transfers.upload_files import FileSource
    from cnct.client.work.progress import ShowsProgress


class HasUpload:
    """A client that uploads files."""

    def upload(
        self: Any,
        url: str,
        source: FileSource,
        field: str | None = None,
        *,
        name: str | None = None,
        content_type: str | None = None,
        data: Mapping[str, Any] | None = None,
        method: str | None = None,
        progress: ShowsProgress = None,
        **kwargs: Any,
    ) -> Any:
        """Send a file to a path below the endpoint, and return the response; see `Action.upload`.

        Args:
            url: Path below the endpoint.
            source: Path of a file, or an open binary file.
            field: As of `Action.upload`; so are the others.
            name: Name of the file for the server.
            content_type: Media type of the file.
            data: Further form fields.
            method: HTTP method.
            progress: Receives a `Progress` in bytes; ``True`` shows a bar.
            **kwargs: See `ConnectClient.execute`.

        Raises:
            ValueError: As `Action.upload`, which also lists the other errors.
        """
        return Action(self, url).upload(
            source,
            field,
            name=name,
            content_type=content_type,
            data=data,
            method=method,
            progress=progress,
            **kwargs,
        )


class AsyncHasUpload:
    """Async twin of `HasUpload`."""

    async def upload(
        self: Any,
        url: str,
        source: FileSource,
        field: str | None = None,
        *,
        name: str | None = None,
        content_type: str | None = None,
        data: Mapping[str, Any] | None = None,
        method: str | None = None,
        progress: ShowsProgress = None,
        **kwargs: Any,
    ) -> Any:
        """Send a file to a path below the endpoint, and return the response.

        Async twin of `ConnectClient.upload`.
        """
        return await AsyncAction(self, url).upload(
            source,
            field,
            name=name,
            content_type=content_type,
            data=data,
            method=method,
            progress=progress,
            **kwargs,
        )
