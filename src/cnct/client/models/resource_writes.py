"""Writes to a resource. Both worlds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnct.client.models.noun import AsyncNoun, SyncNoun


class ResourceWrites(SyncNoun):
    """The calls that change a `Resource`."""

    def update(
        self,
        payload: Any = None,
        *,
        changed_only: bool = False,
        unless_changed_since: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """PUT changes to the resource.

        With ``changed_only`` or ``unless_changed_since``, the resource is read first.

        Args:
            payload: JSON payload; ``None`` sends no body.
            changed_only: Whether to send only the fields that differ from the resource, and nothing
                if none does; see `cnct.diff` for the values that are equal. A changed list is sent
                whole, but of a list ``params`` only the parameters that differ, since Connect
                merges these by id. Fields that the document has as read-only, or not in the
                payload, are left out with an `InvalidCallWarning`.
            unless_changed_since: The row as you read it: the update is refused if a field of it
                differs by now. Others can still write between that check and the update, unless
                the server sends an ``ETag``: then the update has ``If-Match``. Remove fields that
                may move, such as ``stats``, from the row.
            **kwargs: See `ConnectClient.execute`.

        Returns:
            The resource as it is now: the response to the update, or the resource as read if
            nothing was sent.

        Raises:
            ChangedResourceError: If the resource has changed; nothing was written.
            TypeError: If the payload of ``changed_only``, or the row, is not a dictionary.
            ValueError: If the payload or the row is that of another resource, or both are one
                object.

        Examples:
            ``client.products["PRD-1"].update({"name": "Backup"}, changed_only=True)``
        """
        if not changed_only and unless_changed_since is None:
            return self._client.update(self._path, payload, **kwargs)
        from cnct.client.saving.steps import play  # noqa: PLC0415 - few programs need it
        from cnct.client.saving.updating import Update  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        update = Update(
            client,
            self._path,
            payload,
            kwargs,
            changed_only=changed_only,
            since=unless_changed_since,
        )
        updated = play(update.steps())
        return updated.row if self._client is client else updated.answer

    def delete(self, **kwargs: Any) -> Any:
        """DELETE the resource; see `ConnectClient.execute` for ``kwargs``."""
        return self._client.delete(self._path, **kwargs)


class AsyncResourceWrites(AsyncNoun):
    """Async twin of `ResourceWrites`."""

    async def update(
        self,
        payload: Any = None,
        *,
        changed_only: bool = False,
        unless_changed_since: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """PUT changes to the resource. Async twin of `Resource.update`."""
        if not changed_only and unless_changed_since is None:
            return await self._client.update(self._path, payload, **kwargs)
        from cnct.client.saving.steps import async_play  # noqa: PLC0415 - few programs need it
        from cnct.client.saving.updating import Update  # noqa: PLC0415 - few programs need it

        client = self._client._plain
        update = Update(
            client,
            self._path,
            payload,
            kwargs,
            changed_only=changed_only,
            since=unless_changed_since,
        )
        updated = await async_play(update.steps())
        return updated.row if self._client is client else updated.answer

    async def delete(self, **kwargs: Any) -> Any:
        """DELETE the resource. Async twin of `Resource.delete`."""
        return await self._client.delete(self._path, **kwargs)
