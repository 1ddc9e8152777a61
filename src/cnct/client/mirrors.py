"""The method `mirror` of both clients. The mirrors are in `mirroring`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.mirroring.mirror import AsyncMirror, Mirror


class HasMirror:
    """A synchronous client that can keep a mirror."""

    def mirror(self, path: str | os.PathLike[str]) -> Mirror:
        """Return the local mirror in a file, which keeps collections of this client's account.

        Makes no call; the file is opened, or created, when it is needed.

        Args:
            path: A SQLite file; ``:memory:`` for a mirror that ends with the object.

        Examples:
            ``client.mirror("connect.db").sync("requests", "subscriptions/assets")``
        """
        from cnct.client.mirroring.mirror import Mirror  # noqa: PLC0415 - few programs need it

        client: Any = self
        return Mirror(client._plain, path)


class AsyncHasMirror:
    """An asynchronous client that can keep a mirror."""

    def mirror(self, path: str | os.PathLike[str]) -> AsyncMirror:
        """Return the local mirror in a file, which keeps collections of this client's account.

        Async twin of `ConnectClient.mirror`.
        """
        from cnct.client.mirroring.mirror import AsyncMirror  # noqa: PLC0415 - few programs need it

        client: Any = self
        return AsyncMirror(client._plain, path)
