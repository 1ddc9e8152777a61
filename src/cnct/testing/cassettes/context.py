"""The context manager `cassette`, for tests with and without pytest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypedDict, TypeVar, Unpack, cast, overload

from cnct.client._core.arguments import checked_bool, checked_int
from cnct.client.async_client import AsyncConnectClient
from cnct.client.fluent import ConnectClient
from cnct.client.lookup import add_stand_in, remove_stand_in
from cnct.exceptions import CassetteError
from cnct.testing.cassettes.cassette_file import check_writable, checked_path, read, write
from cnct.testing.cassettes.cassette_format import Contents
from cnct.testing.cassettes.coverage import Coverage, Pattern, checked_exclude
from cnct.testing.cassettes.record_modes import Record, checked_mode, current_run
from cnct.testing.cassettes.recorder import CallRecorder, checked_headers
from cnct.testing.cassettes.replayer import CassetteReplay
from cnct.testing.cassettes.scrub_rules import ScrubRules
from cnct.testing.cassettes.stand_in_settings import recorded_settings, replayed_settings
from cnct.text import did_you_mean

Client = ConnectClient | AsyncConnectClient
ClientT = TypeVar("ClientT", bound=Client)
SyncT = TypeVar("SyncT", bound=Client)
AsyncT = TypeVar("AsyncT", bound=Client)

_MOST = 10 << 20  # bytes of the body of a response


class CassetteOptions(TypedDict, total=False):
    """Keyword arguments of `cassette` and of ``@pytest.mark.cassette``.

    Attributes:
        record: ``none`` replays; ``new`` records if the file is missing; ``all`` records. By
            default the option ``--record`` of pytest, and ``none`` without pytest.
        scrub: Names of private fields, at any depth and in filters, such as ``tax_id`` or
            ``contact.address``; or ids of parameters.
        headers: Names of further headers of responses to keep, such as ``Date``.
        strict: Whether each recorded call must be made, and only once. True by default.
        ordered: Whether the calls must be made in the recorded order. False by default: equal
            calls are answered in the recorded order, others in any.
        exclude: URLs whose calls go to the network: a beginning, a compiled pattern, or several.
        max_body: Largest body of a response in bytes, 10 MiB by default.
    """

    record: Record | None
    scrub: Iterable[str]
    headers: Iterable[str]
    strict: bool
    ordered: bool
    exclude: Pattern | Iterable[Pattern] | None
    max_body: int


class Cassette(Generic[SyncT, AsyncT]):
    """The recorded calls of a test; made by `cassette`.

    Attributes:
        path: The file.
    """

    def __init__(
        self, path: str | os.PathLike[str], client: Client | None, options: CassetteOptions
    ) -> None:
        self.path = checked_path(path)
        for name in options:
            if name not in CassetteOptions.__annotations__:
                names = CassetteOptions.__annotations__
                raise TypeError(f"A cassette has no option {name!r}.{did_you_mean(name, names)}")
        self._client = _checked_client(client)
        self._own: Client | None = None
        self._mode = checked_mode(options.get("record"))
        self._rules = ScrubRules(options.get("scrub", ()))
        self._headers = checked_headers(options.get("headers", ()))
        self._strict = checked_bool("strict", options.get("strict", True))
        self._ordered = checked_bool("ordered", options.get("ordered", False))
        self._exclude = checked_exclude(options.get("exclude"))
        self._max_body = checked_int("max_body", options.get("max_body", _MOST), 1)
        self._recorder: CallRecorder | None = None
        self._replay: CassetteReplay | None = None

    @property
    def is_recording(self) -> bool:
        """Whether the calls go to the network and are recorded."""
        return self._recorder is not None

    def start(self) -> None:
        """Record or replay the calls from now on.

        Raises:
            CassetteError: If the cassette is missing, damaged, cannot be recorded, or is in use.
        """
        if self._recorder is not None or self._replay is not None:
            raise CassetteError(f"{self._name} is in use: make another cassette for a block in it")
        coverage = Coverage("" if self._client is None else self._client.endpoint, self._exclude)
        if self._records():
            check_writable(self.path)
            self._recorder = CallRecorder(coverage, self._rules, self._headers, self._max_body)
            if self._client is not None and self._client._is_key_at_hand and self._client.api_key:
                self._recorder.keys.add(self._client.api_key)
            self._recorder.start()
            add_stand_in(recorded_settings)
            return
        contents = self._contents()
        self._replay = CassetteReplay(
            contents,
            self._name,
            coverage,
            strict=self._strict,
            ordered=self._ordered,
            is_new=self._mode is None and self.path.resolve() in current_run().recorded,
        )
        self._replay.start()
        add_stand_in(replayed_settings)

    def end(self, success: bool = True) -> None:
        """Write the cassette, or check that the recorded calls were made. Does nothing twice.

        Args:
            success: Whether the test has succeeded. After a failure nothing is written or checked.

        Raises:
            CassetteError: If the cassette cannot be written.
            UnexpectedCallError: If calls are not in the cassette.
            UnusedMockError: If a recorded call was not made.
        """
        recorder, replay = self._recorder, self._replay
        self._recorder = self._replay = None
        if recorder is not None:
            recorder.stop()
            remove_stand_in(recorded_settings)
            if success:
                self._write(recorder)
        if replay is not None:
            remove_stand_in(replayed_settings)
            replay.reset(success)

    def explain(self, error: BaseException) -> None:
        """Add the unexpected calls, which may be the cause of an error, to its notes."""
        if self._replay is not None:
            self._replay.explain(error)

    @property
    def _name(self) -> str:
        """The path for messages, below the working directory if possible."""
        path = self.path.absolute()
        folder = Path.cwd()
        return str(path.relative_to(folder) if path.is_relative_to(folder) else path)

    def _records(self) -> bool:
        run = current_run()
        mode = self._mode or run.mode
        if self._mode is None and self.path.resolve() in run.recorded:
            return False
        return mode == "all" or (mode == "new" and not self.path.exists())

    def _contents(self) -> Contents:
        if not self.path.exists():
            raise CassetteError(
                f"There is no cassette {self._name}: record it with pytest --record, or with"
                " record='new', which calls the account of CNCT_API_KEY or of a profile"
            )
        contents = read(self.path, self._name)
        missing = [name for name in self._rules.names if name not in contents.scrub]
        if missing:
            raise CassetteError(
                f"{self._name} was recorded without scrub={missing!r}, so that it has the private"
                " values of these fields: record it again"
            )
        return contents

    def _write(self, recorder: CallRecorder) -> None:
        try:
            write(self.path, Contents(recorder.calls(), self._rules.names), recorder.keys)
        except (CassetteError, OSError) as error:
            raise CassetteError(f"{self._name} was not written: {error}") from error
        current_run().recorded.add(self.path.resolve())

    def __enter__(self) -> SyncT:
        """Start, and return the client that was passed, or a new `ConnectClient`."""
        self.start()
        client = self._client
        if client is None:
            client = self._made(ConnectClient)
        return cast("SyncT", client)

    def _made(self, kind: type[Client]) -> Client:
        try:
            self._own = kind()
        except BaseException:
            self.end(success=False)
            raise
        return self._own

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client if the cassette has made it, and end."""
        if isinstance(self._own, ConnectClient):
            self._own.close()
        self._exit(error)

    def _exit(self, error: BaseException | None) -> None:
        if error is not None:
            self.explain(error)
        self.end(success=error is None)

    async def __aenter__(self) -> AsyncT:
        """Start, and return the client that was passed, or a new `AsyncConnectClient`."""
        self.start()
        client = self._client
        if client is None:
            client = self._made(AsyncConnectClient)
        return cast("AsyncT", client)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Async twin of ``__exit__``."""
        if isinstance(self._own, AsyncConnectClient):
            await self._own.aclose()
        self._exit(error)

    def __repr__(self) -> str:
        """Show the file."""
        return f"<{type(self).__name__} {self.path}>"


@overload
def cassette(
    path: str | os.PathLike[str], client: None = None, **options: Unpack[CassetteOptions]
) -> Cassette[ConnectClient, AsyncConnectClient]: ...
@overload
def cassette(
    path: str | os.PathLike[str], client: ClientT, **options: Unpack[CassetteOptions]
) -> Cassette[ClientT, ClientT]: ...
def cassette(
    path: str | os.PathLike[str], client: Client | None = None, **options: Unpack[CassetteOptions]
) -> Cassette[Any, Any]:
    """Return a context manager that replays the calls of a file, or records them in it.

    ``with`` gives a `ConnectClient`, and ``async with`` an `AsyncConnectClient`; or the client that
    was passed. Within the block, clients without key are made with the settings of the recording
    computer, or, where calls are replayed, with a key that is sent nowhere. Calls that are not in
    the cassette fail.

    Before the cassette is written, at the end of a block without error, API keys, cookies, e-mail
    addresses, phone numbers, passwords, tokens and the fields of ``scrub`` are replaced.

    Args:
        path: The file, which ends with ``.yaml`` or ``.json``.
        client: The client; by default one with the settings that are looked up.
        **options: See `CassetteOptions`.

    Raises:
        CassetteError: If the cassette is missing, damaged, or cannot be recorded.
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has an invalid value.

    Examples:
        ``with cassette("cassettes/report.yaml") as client: ...``
    """
    return Cassette(path, client, options)


def _checked_client(client: Any) -> Client | None:
    if client is None or isinstance(client, Client):
        return client
    kind = type(client).__name__
    raise TypeError(f"client must be a ConnectClient or AsyncConnectClient, not {kind}")
