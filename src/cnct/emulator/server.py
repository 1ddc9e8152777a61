"""Sets up the emulator, and serves it on a port of the loopback interface. Handles no requests."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from cnct.emulator.api import Api
from cnct.emulator.clock import Clock
from cnct.emulator.faults.connection import Protocol, Server
from cnct.emulator.faults.fault import Fault, Faults
from cnct.emulator.faults.traffic import MAX_BODY, RequestLog, Traffic
from cnct.emulator.inventing.inventor import Inventor
from cnct.emulator.inventing.recipes import DEFAULT_COUNTS, Rows
from cnct.emulator.inventing.recipes import generate as invented
from cnct.emulator.inventing.worlds import DefaultWorld, SuppliedRows
from cnct.emulator.service.app import BASE, Service
from cnct.emulator.service.date_header import DateHeader
from cnct.emulator.service.hosts import LocalHosts
from cnct.emulator.service.records import Records
from cnct.emulator.service.request_ids import RequestIdHeader, request_ids
from cnct.openapi.shapes import Record, is_record
from cnct.openapi.sources import safe_location
from cnct.store import Storage

DEFAULT_SPEC = Path(__file__).parent / "data" / "connect.yml"
_START_SECONDS = 10.0
_LOOPBACK = "127.0.0.1"


def _ignore(_: str) -> None:
    """Report no progress."""


class Emulator:
    """A local Connect on the loopback interface, for demos, tests and experiments.

    Args:
        spec: OpenAPI 3 document, YAML or JSON; by default a small one of real Connect resources.
        records: Records by path of their collection (``{"products": [...]}``), or a JSON file of
            them. The records of other collections are invented, those of ``spec`` from its schemas
            and examples, on the first access; with ``{}``, there are no records at all.
        database: ``:memory:``, or a SQLite file for the records. A file that already has records is
            served unchanged.
        generate: Number of records to invent by path of the collection, in addition to ``records``.
        seed: Seed of the invented records; the same seed gives the same records.
        api_keys: Accepted values of ``Authorization``; by default any ``ApiKey ...``.
        port: TCP port, which `start` opens; 0 for a free one. Or a socket from `listening`, which
            the emulator closes when it stops.
        faults: Faults to inject; the attribute ``faults`` changes them while the emulator runs.
        clock: Time of ``created``, ``updated`` and the header ``Date``; invented records are older.
            By default, the real time.
        allow_hosts: Names that requests may have in ``Host`` apart from those of this computer;
            others are answered with 403, as protection from DNS rebinding by web pages.
        max_body: Largest size of a request's body in bytes; larger ones are answered with 413.
        etags: Whether a record is returned with an ``ETag``, and a write to it refused with 412
            if its ``If-Match`` names another; Connect's document has neither.
        progress: Called with a line of text before each step that can take long.

    Attributes:
        spec: Location of the document, for ``ConnectClient(specs_location=...)``.
        clock: The clock, which can be stopped and moved.
        requests: Requests that reached the emulator, oldest first: at most the last 10,000,
            and 64 MiB of bodies.

    Raises:
        ValueError: If ``spec``, ``records`` or ``generate`` is not valid.
        OSError: If the port cannot be opened, or a file cannot be read.

    Examples:
        >>> from cnct import ConnectClient
        >>> with Emulator() as connect:
        ...     client = ConnectClient("ApiKey x", connect.endpoint, specs_location=connect.spec)
        ...     client.products.all().count()
        3
    """

    def __init__(
        self,
        *,
        spec: str | Path | None = None,
        records: Mapping[str, list[dict[str, Any]]] | str | Path | None = None,
        database: str | Path = ":memory:",
        generate: Mapping[str, int] | None = None,
        seed: int = 1,
        api_keys: Collection[str] | None = None,
        port: int | socket.socket = 0,
        faults: Iterable[Fault] = (),
        clock: Clock | None = None,
        allow_hosts: Collection[str] = (),
        max_body: int = MAX_BODY,
        etags: bool = False,
        progress: Callable[[str], object] = _ignore,
    ) -> None:
        self.spec = spec or DEFAULT_SPEC
        self._progress = progress
        progress(f"Reading {safe_location(str(self.spec))}")
        api = _api(self.spec)
        until = clock.now() if clock else None
        self.clock = clock or Clock()
        self.requests = RequestLog()
        self._request_ids = request_ids(seed)
        self._allow_hosts = allow_hosts
        self._max_body = max_body
        self._faults = Faults(faults, seed)
        self._port = port
        self._socket: socket.socket | None = None
        with ExitStack() as undo:
            self._storage = Storage(database)
            undo.callback(self._storage.close)
            supplied = SuppliedRows(self._storage)
            inventor = Inventor(api, supplied, seed, until, generate)
            recipes = partial(self._recipes, generate or {}, seed, until)
            world = DefaultWorld(api, supplied, recipes, inventor.records, generate or {})
            source = inventor.records if spec else world
            self._records = Records(api, self._storage, inventor, self.clock.now, source)
            self._service = Service(api, self._records, inventor, api_keys, etags=etags)
            with self._storage.transaction():  # another emulator can start on the same file
                if self._storage.is_empty():
                    rows = _read(records)
                    if records is None or rows:
                        self._records.invent_when_needed()
                    is_file = str(database) != ":memory:"
                    self._fill(rows, generate or {}, world if is_file and not spec else None)
            undo.pop_all()

    def _recipes(
        self,
        generate: Mapping[str, int],
        seed: int,
        until: datetime | None,
        supplied: Mapping[str, Sequence[Record]],
    ) -> Rows:
        """Invent the records of the default document, except for the supplied collections."""
        base: Mapping[str, int] = DEFAULT_COUNTS if self._records.are_invented else {}
        counts = {path: count for path, count in base.items() if path not in supplied}
        counts |= {path: count for path, count in generate.items() if path in DEFAULT_COUNTS}
        return invented(counts, seed, until, supplied)

    def _fill(self, records: Rows, generate: Mapping[str, int], world: DefaultWorld | None) -> None:
        """Store the initial records of a database; others are invented on demand.

        Args:
            records: The supplied records, by path of their collection.
            generate: Number of records to invent, by path.
            world: Further records to store at once, so that a file does not depend on later seeds.
        """
        for path, rows in records.items():
            self._service.supply(path, rows)
        for path, count in generate.items():
            self._progress(f"Inventing {path}={count}")
            self._service.invent(path)
        for path in world.paths if world and self._records.are_invented else ():
            self._service.prepare(path)
        self._progress("Indexing the records")
        self._storage.analyze()

    @property
    def faults(self) -> Faults:
        """Faults to inject; assign an iterable of faults to replace them."""
        return self._faults

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        self._faults.clear()
        self._faults.add(*faults)

    @property
    def app(self) -> Starlette:
        """The ASGI application, for calls in the same process."""
        traffic = Middleware(
            Traffic,
            base=BASE,
            log=self.requests,
            strike=self._faults._strike,
            max_body=self._max_body,
        )
        return self._service.asgi(Middleware(RequestIdHeader, ids=self._request_ids), traffic)

    def insert(self, path: str, *records: dict[str, Any]) -> None:
        """Add records to a collection without a request, as if another user had created them.

        Args:
            path: Path of the collection: ``products``, ``products/PRD-123-456-789/items``.
            records: Records as in responses, with their ids.

        Raises:
            ValueError: If the document has no such collection.
        """
        self._service.insert(path, records)

    def delete(self, path: str) -> None:
        """Remove a record without a request, as if another user had deleted it.

        Args:
            path: Path of the record: ``products/PRD-123-456-789``.

        Raises:
            ValueError: If the document has no such path.
        """
        self._service.delete(path)

    @property
    def endpoint(self) -> str:
        """The URL for ``ConnectClient(endpoint=...)``. Raises RuntimeError unless running."""
        if self._socket is None:
            raise RuntimeError("The emulator is not running: use it in a with statement")
        return f"http://{_LOOPBACK}:{self._socket.getsockname()[1]}{BASE}"

    def start(self) -> Self:
        """Open the port and serve requests in a background thread."""
        port = self._port
        self._socket = port if isinstance(port, socket.socket) else listening(port)
        config = uvicorn.Config(
            DateHeader(LocalHosts(self.app, self._allow_hosts), self.clock.now),
            http=Protocol,
            log_level="error",
            access_log=False,
            date_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = Server(config)
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="cnct-emulator",
            daemon=True,
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                self.stop()
                raise RuntimeError("The emulator did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Close the port and the database. Safe to call twice."""
        if self._socket is not None:
            self._server.end()
            self._thread.join()
            self._socket.close()
            self._socket = None
        self._storage.close()

    def __enter__(self) -> Self:
        """Start the emulator."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the emulator."""
        self.stop()


def listening(port: int) -> socket.socket:
    """Open a TCP port of the loopback interface.

    Raises:
        OSError: If the port is in use, or this program is not allowed to open the port.
    """
    # With an explicit protocol, asyncio sends small responses at once (TCP_NODELAY), not after 40
    # ms.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((_LOOPBACK, port))
        opened.listen()
    except OSError as error:
        opened.close()
        problem = f"port {port} of {_LOOPBACK} cannot be opened: {error.strerror}"
        raise OSError(error.errno, problem) from error
    return opened


def _api(location: str | Path) -> Api:
    file = Path(location)
    if not file.exists():
        return Api(location)
    changed = file.stat()
    return _read_api(file.absolute(), changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=4)
def _read_api(location: Path, _changed: int, _size: int) -> Api:
    """Read a document once for all emulators, while the file is unchanged."""
    return Api(location)


def _read(records: Mapping[str, list[dict[str, Any]]] | str | Path | None) -> Rows:
    if records is None:
        return {}
    if isinstance(records, Mapping):
        return dict(records)
    loaded = json.loads(Path(records).read_text(encoding="utf-8"))
    if not is_record(loaded):
        raise ValueError(f"records: {records} must have a JSON object of lists by collection path")
    return loaded
