"""The steps of a write that reads first, and the two drivers that take them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from cnct.exceptions import ClientError, NotOneError
from cnct.rql import R

T = TypeVar("T")


class SavingCall(NamedTuple):
    """A call to make.

    Attributes:
        method: HTTP method.
        path: Path below the endpoint.
        kwargs: See `ConnectClient.execute`.
    """

    method: str
    path: str
    kwargs: Mapping[str, Any]


class KeySearch(NamedTuple):
    """A search for the one resource of a collection that matches.

    Attributes:
        path: Path of the collection below the endpoint.
        where: The condition.
        kwargs: See `ConnectClient.execute`.
    """

    path: str
    where: R
    kwargs: Mapping[str, Any]


class StepReply(NamedTuple):
    """The result of a step.

    Attributes:
        value: Decoded response; the resource that was searched for, or ``None``.
        answer: The whole answer to a call, as of `ConnectClient.with_response`.
    """

    value: Any
    answer: Any = None


Saving: TypeAlias = Generator[SavingCall | KeySearch, StepReply, T]
"""A write that reads first; is sent the reply to each step, or thrown its ClientError."""


def play(client: Any, saving: Saving[T]) -> T:
    """Take the steps of a write with a synchronous client.

    Args:
        client: Makes the calls.
        saving: The steps.
    """

    def reply(step: SavingCall | KeySearch) -> StepReply:
        if isinstance(step, KeySearch):
            with _none_or_one():
                return StepReply(_rows(client, step).one())
            return StepReply(None)
        answer = client.with_response.execute(step.method, step.path, **step.kwargs)
        return StepReply(answer.value, answer)

    advance: Callable[[], SavingCall | KeySearch] = partial(next, saving)
    with closing(saving):
        while True:
            try:
                step = advance()
            except StopIteration as stop:
                result: T = stop.value
                return result
            try:
                advance = partial(saving.send, reply(step))
            except ClientError as error:
                advance = partial(saving.throw, error)


async def async_play(client: Any, saving: Saving[T]) -> T:
    """Take the steps of a write with an asynchronous client. Async twin of `play`."""

    async def reply(step: SavingCall | KeySearch) -> StepReply:
        if isinstance(step, KeySearch):
            with _none_or_one():
                return StepReply(await _rows(client, step).one())
            return StepReply(None)
        answer = await client.with_response.execute(step.method, step.path, **step.kwargs)
        return StepReply(answer.value, answer)

    advance: Callable[[], SavingCall | KeySearch] = partial(next, saving)
    with closing(saving):
        while True:
            try:
                step = advance()
            except StopIteration as stop:
                result: T = stop.value
                return result
            try:
                advance = partial(saving.send, await reply(step))
            except ClientError as error:
                advance = partial(saving.throw, error)


def _rows(client: Any, step: KeySearch) -> Any:
    """Return the set to search."""
    return client._collection_at(step.path).filter(step.where).configure(**step.kwargs)


@contextmanager
def _none_or_one() -> Generator[None]:
    """Ignore the error for no resource, and let that for several pass."""
    try:
        yield
    except NotOneError as error:
        if error.count:
            raise
