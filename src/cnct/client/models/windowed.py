"""Methods that cut a set into windows over a field. The cutting is in ``client.work``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.work.partition import Partition
    from cnct.client.work.scan import AsyncScan, Scan


class Windowed:
    """A set of a synchronous client that can be cut into windows."""

    def scan(
        self,
        *,
        by: str | None = None,
        concurrency: int = 1,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Scan:
        """Return a scan of the resources in windows over a field, several windows at a time.

        Each id is read once, and each resource that exists throughout is read, whatever is
        inserted, changed and deleted meanwhile. For large sets: windows have bounded numbers of
            rows, and an interrupted scan can resume.

        Args:
            by: Name of a field with ranges (``ge`` and ``lt``); by default the time of creation.
                Over the time of the last change (``updated``), the end is read again until there
                are no new rows. Any other field must not change during the scan.
            concurrency: Number of windows to read at a time.
            checkpoint: File for the progress. A killed scan resumes there, and repeats the window
                that was being read. For one endpoint and query only.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If ``concurrency`` is less than 1, or the set is a slice. On iteration also:
                if the set has an order other than ``by``.
            NotScannableError: On iteration: if the list cannot be cut; the message names the
                fields that would do.
            JournalError: On iteration: if the checkpoint belongs to another scan, is in use or
                finished.

        Examples:
            ``for request in client.requests.all().scan(concurrency=8): ...``
        """
        from cnct.client.work.scan import Scan  # noqa: PLC0415 - few programs scan

        rows: Any = self
        rows._client._check_progress_file(checkpoint)
        return Scan(rows, by, concurrency, checkpoint)

    def partitions(
        self, number: int | None = None, *, most: int | None = None, by: str | None = None
    ) -> list[Partition]:
        """Cut the set into parts that other processes can read.

        Args:
            number: Largest number of partitions, of similar sizes if few resources share a value.
            most: Largest number of resources in a partition, unless more share one value; by
                default 2,000, or five pages if that is more.
            by: Name of a field with ranges that does not change; by default the time of creation.

        Returns:
            Partitions in the order of the field, resources without a value last. They can be
            pickled; see `cnct.client.work.partition.Partition.read`.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If ``number`` or ``most`` is less than 1, both are passed, the set is a
                slice, or it is configured with secrets.
            NotScannableError: If the list cannot be cut, or ``by`` is the time of the last change:
                no process sees all changes. The message names the fields that would do.
            ClientError: If a call fails.
        """
        from cnct.client.work.partition import Parting  # noqa: PLC0415 - few programs need it

        rows: Any = self
        return Parting(rows, by, number, most).partitions()


class AsyncWindowed:
    """Async twin of `Windowed`."""

    def scan(
        self,
        *,
        by: str | None = None,
        concurrency: int = 1,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> AsyncScan:
        """Return a scan of the resources in windows over a field, several windows at a time.

        Async twin of `ResourceSet.scan`: read it with ``async for``.
        """
        from cnct.client.work.scan import AsyncScan  # noqa: PLC0415 - few programs scan

        rows: Any = self
        rows._client._check_progress_file(checkpoint)
        return AsyncScan(rows, by, concurrency, checkpoint)

    async def partitions(
        self, number: int | None = None, *, most: int | None = None, by: str | None = None
    ) -> list[Partition]:
        """Cut the set into parts that other processes can read.

        Async twin of `ResourceSet.partitions`.
        """
        from cnct.client.work.partition import AsyncParting  # noqa: PLC0415 - few programs need it

        rows: Any = self
        return await AsyncParting(rows, by, number, most).partitions()
