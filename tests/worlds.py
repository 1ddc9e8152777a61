"""Puts one scenario to both worlds: asynchronous objects played as if they were synchronous."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from cnct import AsyncConnectClient, ConnectClient


class Sync:
    """The synchronous world: clients as they are."""

    name = "sync"
    client_class = ConnectClient

    def __init__(self) -> None:
        self._clients: list[ConnectClient] = []

    def client(self, *args: Any, of: type = ConnectClient, **kwargs: Any) -> Any:
        self._clients.append(of(*args, **{"use_specs": False, **kwargs}))
        return self._clients[-1]

    @staticmethod
    def function(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a function for the verbs of this world, safe in several threads."""
        lock = threading.Lock()

        @wraps(body)
        def function(item: Any) -> Any:
            with lock:
                return body(item)

        return function

    def end(self) -> None:
        for client in self._clients:
            client.close()


class Async:
    """The asynchronous world: one event loop, in which every step is played to its end."""

    name = "async"
    client_class = AsyncConnectClient

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def client(self, *args: Any, of: type = AsyncConnectClient, **kwargs: Any) -> Any:
        return Played(self._runner, of(*args, **{"use_specs": False, **kwargs}))

    @staticmethod
    def function(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a function for the verbs of this world: its calls overlap."""

        @wraps(body)
        async def function(item: Any) -> Any:
            await asyncio.sleep(0)
            return body(item)

        return function

    def end(self) -> None:
        self._runner.close()


class Played:
    """An asynchronous object that can be used as its synchronous twin is."""

    def __init__(self, runner: asyncio.Runner, it: Any) -> None:
        vars(self).update(_runner=runner, it=it)

    def _play(self, step: Any) -> Any:
        async def played() -> Any:
            result = step()
            return await result if inspect.isawaitable(result) else result

        result = self._runner.run(played())
        rooms = (
            "cnct.client.models",
            "cnct.client.dry_run",
            "cnct.client.mirroring.mirror",
            "cnct.client.async_answering",
            "cnct.client.answering",
        )
        ours = type(result).__module__.startswith(rooms)
        ours = ours and not isinstance(result, list)
        lazy = inspect.ismethod(result) or hasattr(type(result), "__aiter__")
        return Played(self._runner, result) if ours or lazy else result

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._play(lambda: getattr(self.it, name))

    def __setattr__(self, name: str, value: Any) -> None:
        self._play(lambda: setattr(self.it, name, value))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._play(lambda: self.it(*args, **kwargs))

    def __getitem__(self, key: Any) -> Any:
        return self._play(lambda: self.it[key])

    def __iter__(self) -> Iterator[Any]:
        rows = self.it.__aiter__()
        try:
            while True:
                try:
                    yield self._play(lambda: anext(rows))
                except StopAsyncIteration:
                    return
        finally:
            self._play(rows.aclose)

    def __bool__(self) -> bool:
        return bool(self.it)

    def __repr__(self) -> str:
        return repr(self.it).replace("<Async", "<")
