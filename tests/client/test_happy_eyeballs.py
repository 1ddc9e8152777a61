"""Connecting of the asynchronous driver: several addresses of a host, and cancelled calls."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from tests.conftest import KEY

from cnct import AsyncConnectClient, ClientError
from cnct.client._http import happy_eyeballs

STEPS = 12  # rounds of the loop, in which a call of the tests has connected


@pytest.fixture
def listeners():
    """Two servers that accept, and neither read nor respond."""
    with ExitStack() as stack:
        yield [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]


def address(listener):
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", listener.getsockname())


def refused(host="127.0.0.1"):
    """Return an address on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, listener.getsockname()[1]))


def are_closed(listener):
    """Return whether the client has closed all connections that the server accepts."""
    listener.setblocking(False)
    connections = []
    with suppress(BlockingIOError):
        while True:
            connections.append(listener.accept()[0])
    try:
        for connection in connections:
            connection.settimeout(2)
            while connection.recv(1 << 16):
                pass
    except TimeoutError:
        return False
    finally:
        for connection in connections:
            connection.close()
    return True


async def cancelled(call, steps):
    """Cancel a call after some rounds of the loop."""
    task = asyncio.create_task(call)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        (await task).close()
    await asyncio.sleep(0)


def test_a_call_that_is_cancelled_while_it_connects_leaves_no_connection(listeners):
    listeners[0].setblocking(False)

    async def scenario():
        endpoint = f"http://127.0.0.1:{listeners[0].getsockname()[1]}"
        async with AsyncConnectClient(KEY, endpoint, use_specs=False) as client:
            first = asyncio.create_task(client.get("items"))  # imports modules in a thread
            connection, _ = await asyncio.get_running_loop().sock_accept(listeners[0])
            connection.close()
            first.cancel()
            for steps in range(2 * STEPS):
                await cancelled(client.get("items"), steps)

    asyncio.run(scenario())
    assert are_closed(listeners[0])


def test_attempts_that_are_cancelled_leave_no_connection(listeners, monkeypatch):
    monkeypatch.setattr(happy_eyeballs, "_DELAY", 0)

    async def scenario():
        for steps in range(STEPS):
            addresses = [address(listener) for listener in listeners]
            await cancelled(happy_eyeballs.first_connected(addresses), steps)

    asyncio.run(scenario())
    assert are_closed(listeners[0])
    assert are_closed(listeners[1])


def test_the_first_address_that_accepts_is_taken(listeners):
    async def scenario(addresses):
        with await happy_eyeballs.first_connected(addresses) as sock:
            return sock.getpeername()

    first, second = map(address, listeners)
    assert asyncio.run(scenario([first, second])) == first[-1]
    assert asyncio.run(scenario([refused(), second])) == second[-1]
    assert are_closed(listeners[0])


def test_the_error_names_all_addresses(monkeypatch):
    addresses = [refused(), refused()]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: addresses_of(host))

    def addresses_of(host):
        if host == "connect.example":
            return addresses
        raise socket.gaierror

    async def scenario():
        async with AsyncConnectClient(KEY, "http://connect.example", use_specs=False) as client:
            await client.get("items")

    with pytest.raises(ClientError) as caught:
        asyncio.run(scenario())
    for *_, (_, port) in addresses:
        assert str(port) in str(caught.value.__cause__)


def test_families_take_turns(monkeypatch):
    families = (10, 10, 2, 2, 2)
    found = [(family, 1, 6, "", (str(number), 1)) for number, family in enumerate(families)]

    def getaddrinfo(*_, flags=0, **__):
        if flags:
            raise socket.gaierror
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    addresses = asyncio.run(happy_eyeballs.addresses_of("connect.example", 80))
    assert [address[0] for address in addresses] == [10, 2, 10, 2, 2]


def test_names_are_resolved_after_the_end_of_the_main_thread():
    async def scenario():
        executor = ThreadPoolExecutor()
        executor.shutdown()  # as at the end of the main thread
        asyncio.get_running_loop().set_default_executor(executor)
        return await happy_eyeballs.addresses_of("localhost", 80)

    assert "127.0.0.1" in {address[-1][0] for address in asyncio.run(scenario())}


def test_a_slow_address_is_awaited_after_the_others_refused(monkeypatch):
    monkeypatch.setattr(happy_eyeballs, "_DELAY", 0)
    with ExitStack() as stack:
        busy = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # the queue is full: the system drops further ones
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(busy.getsockname())

        async def scenario():
            attempt = asyncio.create_task(
                happy_eyeballs.first_connected([address(busy), refused()])
            )
            done, _ = await asyncio.wait([attempt], timeout=0.05)
            attempt.cancel()
            with suppress(asyncio.CancelledError):
                await attempt
            return done

        assert asyncio.run(scenario()) == set()
