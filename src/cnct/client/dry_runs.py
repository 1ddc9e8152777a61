"""The method `dry_run` of both clients. The clients for dry runs are in the module `dry_run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.dry_run import AsyncDryRunClient, DryRunClient


class Recordable:
    """A client of either world that can make a dry run."""

    def _check_progress_file(self, _file: object) -> None:
        """Refuse a journal or checkpoint in a dry run; in any other client, do nothing."""


class HasDryRun(Recordable):
    """A synchronous client that can make a dry run."""

    def dry_run(self) -> DryRunClient:
        """Return a client whose writes are checked and recorded, and sent by its `apply` only.

        Reads are made as usual, with the connections of this client, and do not see the recorded
        writes. A recorded create or action returns its payload, with a placeholder if there is no
        ``id``. Later calls of the dry run may use the placeholder, and `DryRunClient.apply` fills
        in the id. An update returns its payload with the resource's id, a delete ``None``.

        Files and other bodies are copied at recording, large ones to temporary files. A file that
        is uploaded by path is read at `apply`, which fails if the file has changed. Journals and
        checkpoints are refused: a real run would take the recorded calls for done.

        Examples:
            >>> from cnct import ConnectClient
            >>> client = ConnectClient("ApiKey SU-000-000-000:secret", use_specs=False)
            >>> dry = client.dry_run()
            >>> product = dry.products.create({"name": "Backup"})
            >>> item = dry.products[product["id"]].items.create({"name": "GB"})
            >>> [call.method for call in dry.calls]
            ['POST', 'POST']
        """
        from cnct.client.dry_run import DryRunClient, dry_class  # noqa: PLC0415 - not at import

        client: Any = self
        dry: DryRunClient = dry_class(DryRunClient, client)(client)
        return dry


class AsyncHasDryRun(Recordable):
    """An asynchronous client that can make a dry run."""

    def dry_run(self) -> AsyncDryRunClient:
        """Return a client whose writes are checked and recorded, and sent by its `apply` only.

        Async twin of `ConnectClient.dry_run`.
        """
        from cnct.client.dry_run import AsyncDryRunClient, dry_class  # noqa: PLC0415 - not at import

        client: Any = self
        dry: AsyncDryRunClient = dry_class(AsyncDryRunClient, client)(client)
        return dry
