"""The emulator's life: opens a port on loopback, serves, and closes it again."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette

from cnct.emulator.api import Api, load_document
from cnct.emulator.app import BASE, Connect
from cnct.emulator.generate import DEFAULT_COUNTS, generate
from cnct.emulator.shapes import is_object
from cnct.emulator.storage import Storage

DEFAULT_SPEC = Path(__file__).parent / "data" / "connect.yml"
_START_SECONDS = 10.0


class Emulator:
    """A Connect of one's own, on loopback, for demos, tests and trying things out.

    Args:
        spec: OpenAPI 3 document, YAML or JSON; by default a small one of real Connect resources.
        records: Records by path of their collection (``{"products": [...]}``), or a JSON file of
            them. By default believable ones are invented, unless ``spec`` is given.
        database: ``:memory:``, or a file that keeps the records; one that has some already is
            served as it is.
        generate: How many records to invent for which collection, beside ``records``.
        seed: What the invention depends on; the same seed invents the same.
        api_keys: Values of ``Authorization`` to let in; by default any ``ApiKey ...``.
        port: TCP port; 0 for a free one.

    Raises:
        ValueError: If ``spec``, ``records`` or ``generate`` make no sense.

    Example:
        >>> from cnct import ConnectClient
        >>> with Emulator() as connect:
        ...     client = ConnectClient("ApiKey SU-000-000-000:x", endpoint=connect.endpoint)
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
        port: int = 0,
    ) -> None:
        """Load document and records; the port opens with :meth:`start`."""
        self._api = Api(load_document(spec)) if spec else _default_api()
        self._storage = Storage(self._api, database)
        if self._storage.is_empty():
            counts = dict(DEFAULT_COUNTS) if spec is None and records is None else {}
            try:
                self._fill(_read(records), {**counts, **(generate or {})}, seed)
            except BaseException:
                self._storage.close()
                raise
        self._connect = Connect(self._api, self._storage, api_keys)
        self._port = port
        self._socket: socket.socket | None = None

    def _fill(
        self, records: Mapping[str, list[dict[str, Any]]], counts: Mapping[str, int], seed: int
    ) -> None:
        for path, rows in (*generate(counts, seed).items(), *records.items()):
            place = self._api.find(path)
            if place is None or place.kind != "list":
                raise ValueError(f"records: the document has no collection {path!r}")
            self._storage.insert(place.collection, "/".join(place.ids), rows)
        self._storage.analyze()

    @property
    def app(self) -> Starlette:
        """The ASGI application, to call in process."""
        return self._connect.asgi()

    @property
    def endpoint(self) -> str:
        """The URL for ``ConnectClient(endpoint=...)``; only while it runs."""
        if self._socket is None:
            raise RuntimeError("The emulator is not running: use it in a with statement")
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}{BASE}"

    def start(self) -> Self:
        """Open the port and serve in a thread of its own."""
        self._socket = _listening(self._port)
        config = uvicorn.Config(
            self.app,
            log_level="error",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
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
            self._server.should_exit = True
            self._thread.join()
            self._socket.close()
            self._socket = None
        self._storage.close()

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()


def _listening(port: int) -> socket.socket:
    # With its protocol named, asyncio sends small answers at once (TCP_NODELAY), not after 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError:
        listening.close()
        raise
    return listening


@lru_cache(maxsize=1)
def _default_api() -> Api:
    return Api(load_document(DEFAULT_SPEC))


def _read(
    records: Mapping[str, list[dict[str, Any]]] | str | Path | None,
) -> Mapping[str, list[dict[str, Any]]]:
    if records is None:
        return {}
    if isinstance(records, Mapping):
        return records
    loaded = json.loads(Path(records).read_text(encoding="utf-8"))
    if not is_object(loaded):
        raise ValueError(f"records: {records} must have a JSON object of lists by collection path")
    return loaded
