"""The steps of a write that reads first, and the two drivers of steps that are calls or sets."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from functools import partial
from typing import Any, TypeAlias, TypeVar

from cnct.exceptions import ClientError, NotOneError
from cnct.rql import R
from cnct.text import clean

T = TypeVar("T")

Saving: TypeAlias = Generator[Callable[[], Any], Any, T]
"""Yields calls; is sent the result of each, or thrown its ClientError; ``None`` for no resource."""


def exchange(client: Any, method: str, path: str, kwargs: Mapping[str, Any]) -> Saving[Any]:
    """Make a call, and return the whole answer, as of `ConnectClient.with_response`.

    Args:
        client: Makes the call.
        method: HTTP method.
        path: Path below the endpoint.
        kwargs: See `ConnectClient.execute`.
    """
    return (yield partial(client.with_response.execute, method, path, **kwargs))


def search(client: Any, path: str, where: R, kwargs: Mapping[str, Any]) -> Saving[Any]:
    """Return the one resource of a collection that matches, or ``None``.

    Args:
        client: Makes the call.
        path: Path of the collection below the endpoint.
        where: The condition.
        kwargs: See `ConnectClient.execute`.

    Raises:
        NotOneError: If several match.
    """
    try:
        return (yield client._collection_at(path).filter(where).configure(**kwargs).one)
    except NotOneError as error:
        raise NotOneError(
            clean(
                f"{path}?{where} returns {error.count} resources, and by= is to identify one: "
                "change or delete the others, or name several fields in by="
            ),
            count=error.count,
        ) from error


def make_call(call: Callable[[], Any]) -> Any:
    """Make a call; the coroutine of one is the driver's to await."""
    return call()


def play(saving: Generator[Any, Any, T], take: Callable[[Any], Any] = make_call) -> T:
    """Take the steps of a flow, and return its result.

    Args:
        saving: Yields the steps; is sent the result of each, or thrown its ClientError.
        take: Takes a step; by default, the step is a call to make.
    """
    advance: Callable[[], Any] = partial(next, saving)
    with closing(saving):
        while True:
            try:
                step = advance()
            except StopIteration as stop:
                result: T = stop.value
                return result
            try:
                advance = partial(saving.send, take(step))
            except ClientError as error:
                advance = _after_error(saving, error)


async def async_play(saving: Generator[Any, Any, T], take: Callable[[Any], Any] = make_call) -> T:
    """Take the steps of a flow, and return its result. Async twin of `play`."""
    advance: Callable[[], Any] = partial(next, saving)
    with closing(saving):
        while True:
            try:
                step = advance()
            except StopIteration as stop:
                result: T = stop.value
                return result
            try:
                advance = partial(saving.send, await take(step))
            except ClientError as error:
                advance = _after_error(saving, error)


def _after_error(saving: Generator[Any, Any, Any], error: ClientError) -> Callable[[], Any]:
    """Return the next step of a flow after an error; a search without result is none."""
    if isinstance(error, NotOneError) and not error.count:
        return partial(saving.send, None)
    return partial(saving.throw, error)
