"""Uploads of files to an action, a collection or a resource. Both worlds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from cnct.client.models.noun import AsyncNoun, SyncNoun

if TYPE_CHECKING:
    from cnct.client.base_client import BaseClient
    from cnct.client.transfers.directories import DirectoryOptions, Uploads
    from cnct.client.transfers.upload_files import FileSource
    from cnct.client.transfers.upload_options import UploadOptions
    from cnct.client.transfers.upload_targets import UploadTarget
    from cnct.openapi import OpenAPISpecs


def _loaded(client: BaseClient[Any, Any, Any]) -> OpenAPISpecs | None:
    """Return the document, loaded; ``None`` if there is none."""
    specs = client.specs
    return specs if specs and client._available(specs) else None


class FileWrites(SyncNoun):
    """The calls that send files to an `Action`, `Collection` or `Resource`."""

    _upload_methods: ClassVar[tuple[str, ...]] = ("POST", "PUT", "PATCH")
    """The first one is used where the document has none."""

    def upload(
        self, source: FileSource, field: str | None = None, **options: Unpack[UploadOptions]
    ) -> Any:
        """Send a file, which is read while it is sent, and return the response.

        Where the OpenAPI document has a form for files, the file is a part of that form; where the
        document has the file itself as the body, that is sent. A retry sends the whole file again.

        Args:
            source: Path of a file, or an open binary file, which is sent from its position on and
                stays open. A file that cannot seek is sent once.
            field: Name of the form field. By default the document's; needed without a document,
                or where that has several files.
            **options: Those of `ConnectClient.execute`, such as ``headers``, and the following.

        Keyword Args:
            name: Name of the file for the server; by default its own, or ``field``.
            content_type: Media type of the file; by default guessed by the name.
            data: Further form fields. Objects and flags are sent as JSON.
            method: HTTP method; by default that of the document, or POST, and PUT of a resource.
            progress: Receives a `Progress` in bytes; ``True`` shows a bar on standard error, if
                that is a terminal.

        Returns:
            As `ConnectClient.execute`.

        Raises:
            OSError: If there is no such file, the path is a directory, or the file is unreadable.
            TypeError: If an argument is of the wrong type, such as a file opened as text.
            ValueError: If ``field`` is needed, the document has no upload here, or the file is
                closed or at its end.
            ClientError: As `ConnectClient.execute`; also if the file has changed while it was sent.
            AmbiguousWriteError: If a POST failed after a part of the file was sent.
            Exception: The error of the function for the progress, which ends the upload.

        Examples:
            ``client("usage").files["UF-1"]("upload").upload("january.xlsx")``
        """
        from cnct.client.transfers.uploads import Uploading  # noqa: PLC0415 - not at import

        target = self._upload_target(field, options.get("method"))
        with Uploading(target, source, options) as call:
            return self._client.execute(call.method, self._path, **call.kwargs)

    def _upload_target(self, field: str | None, method: str | None) -> UploadTarget:
        from cnct.client.transfers.upload_targets import upload_target  # noqa: PLC0415 - same

        specs = _loaded(self._client) if field is None else self._specs
        place = self._client.endpoint, self._path
        return upload_target(specs, *place, field, method, self._upload_methods)


class CollectionFileWrites(FileWrites):
    """The calls that send files to a `Collection`."""

    def upload_directory(
        self,
        folder: str | os.PathLike[str],
        pattern: str = "*",
        field: str | None = None,
        **options: Unpack[DirectoryOptions],
    ) -> Uploads:
        """Upload the files of a directory, a call for each, and return counts and responses.

        Args:
            folder: The directory.
            pattern: As of `pathlib.Path.glob`: ``*.png``, or ``**/*`` with the directories below.
                Hidden files are left out, unless a name in the pattern begins with a dot.
            field: As of `upload`.
            **options: Those of `ConnectClient.execute` for each call, such as ``headers`` and
                ``timeout``; those of `ConnectClient.each` for the job; and the following.

        Keyword Args:
            content_type: Media type of all files; by default guessed by the name of each.
            data: Further form fields, or a function that takes the path of a file and returns them.
            method: HTTP method, as of `upload`.
            concurrency: As of `ConnectClient.each`; so are ``on_error`` and ``progress``.
            journal: As of `ConnectClient.each`; so are ``journal_restart`` and ``name``. Another
                run goes on after an interruption, and sends no file twice: one that was being sent
                is ``unknown``. The journal itself is never uploaded.
            recheck: Takes the path of each file before it is sent, and returns the path, or
                ``None`` to leave the file out; decides on those that are ``unknown``, too.

        Returns:
            A `Summary` whose ``results`` has the responses by file; the ids of its outcomes are
            the paths below ``folder``. No file is no error.

        Raises:
            OSError: If there is no such directory, or it cannot be read. A file that cannot be read
                is a failure in the summary.
            TypeError: If an argument is of the wrong type.
            ValueError: As `upload` and `ConnectClient.each`.
            JournalError: As `ResourceSet.process`.

        Examples:
            ``client("helpdesk").cases["CA-1"].attachments.upload_directory("documents", "*.pdf")``
        """
        from cnct.client.transfers.directories import Directory  # noqa: PLC0415 - not at import
        from cnct.client.transfers.uploads import Uploading  # noqa: PLC0415 - same
        from cnct.client.work import runs  # noqa: PLC0415 - same
        from cnct.client.work.entries import items_of  # noqa: PLC0415 - same

        client, path = self._client._plain, self._path
        client._check_progress_file(options.get("journal"))
        directory = Directory(folder, pattern, options)
        directory.aim(client, path, self._upload_target(field, options.get("method")))

        def send(file: Path) -> Any:
            with Uploading(*directory.upload(file)) as call:
                return directory.add(file, client.execute(call.method, path, **call.kwargs))

        runs.process(directory.plan(send, items_of, is_async=False))
        return directory.uploads


class AsyncFileWrites(AsyncNoun):
    """Async twin of `FileWrites`."""

    _upload_methods: ClassVar[tuple[str, ...]] = FileWrites._upload_methods

    async def upload(
        self, source: FileSource, field: str | None = None, **options: Unpack[UploadOptions]
    ) -> Any:
        """Send a file, which is read while it is sent, and return the response.

        Async twin of `Action.upload`. The file is read in threads.
        """
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio
        from cnct.client.transfers.uploads import Uploading  # noqa: PLC0415 - not at import

        target = await self._upload_target(field, options.get("method"))
        with await in_thread(Uploading, target, source, options) as call:
            return await self._client.execute(call.method, self._path, **call.kwargs)

    async def _upload_target(self, field: str | None, method: str | None) -> UploadTarget:
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio
        from cnct.client.checking import load  # noqa: PLC0415 - not at import
        from cnct.client.transfers.upload_targets import upload_target  # noqa: PLC0415 - same

        specs = self._specs
        if field is None and self._client.specs is not None:
            await in_thread(load, self._client.specs)
            specs = _loaded(self._client)
        place = self._client.endpoint, self._path
        return upload_target(specs, *place, field, method, self._upload_methods)


class AsyncCollectionFileWrites(AsyncFileWrites):
    """Async twin of `CollectionFileWrites`."""

    async def upload_directory(
        self,
        folder: str | os.PathLike[str],
        pattern: str = "*",
        field: str | None = None,
        **options: Unpack[DirectoryOptions],
    ) -> Uploads:
        """Upload the files of a directory, a call for each, and return counts and responses.

        Async twin of `Collection.upload_directory`.
        """
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio
        from cnct.client.transfers.directories import Directory  # noqa: PLC0415 - not at import
        from cnct.client.transfers.uploads import Uploading  # noqa: PLC0415 - same
        from cnct.client.work import async_runs  # noqa: PLC0415 - same
        from cnct.client.work.entries import async_items_of  # noqa: PLC0415 - same

        client, path = self._client._plain, self._path
        client._check_progress_file(options.get("journal"))
        directory = await in_thread(Directory, folder, pattern, options)
        directory.aim(client, path, await self._upload_target(field, options.get("method")))

        async def send(file: Path) -> Any:
            with await in_thread(Uploading, *directory.upload(file)) as call:
                return directory.add(file, await client.execute(call.method, path, **call.kwargs))

        await async_runs.process(directory.plan(send, async_items_of, is_async=True))
        return directory.uploads
