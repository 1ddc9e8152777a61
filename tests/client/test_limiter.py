"""The limiter: the rate of calls, how it adapts to the server, and who shares it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, ConnectClient, Limiter
from cnct.testing import ConnectClientMocker


class Clock:
    """A clock that pauses move."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self.start = self._now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: float) -> None:
        self._now += timedelta(seconds=by)

    @property
    def passed(self) -> float:
        return round((self._now - self.start).total_seconds(), 3)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(world: Any, server: Any, clock: Clock) -> Any:
    """A client with ten calls a second."""
    server.answer = lambda _: json_answer({})
    return world.client(KEY, server.endpoint, clock=clock, limiter=Limiter(per_second=10))


def test_calls_are_spread_over_the_second(limited, clock):
    for _ in range(5):
        limited.get("products")
    assert clock.passed == 0.4
    assert round(limited.stats.seconds_waited, 3) == 0.4
    assert limited.stats.retries == 0


def test_the_first_call_after_a_pause_goes_at_once(limited, clock):
    limited.get("products")
    clock.advance(5)
    limited.get("products")
    assert clock.passed == 5.0


def test_clients_that_share_a_limiter_share_the_rate(world, server, clock):
    server.answer = lambda _: json_answer({})
    limiter = Limiter(per_second=2)
    clients = [world.client(KEY, server.endpoint, clock=clock, limiter=limiter) for _ in "ab"]
    for client in clients * 3:
        client.get("products")
    assert clock.passed == 2.5


def test_pages_that_are_read_ahead_are_limited_too(limited, server, clock):
    def page(got: Any) -> Any:
        query = dict(pair.split("=") for pair in got.query.split("&"))
        start, end = int(query["offset"]), int(query["offset"]) + int(query["limit"])
        rows = [{"id": number} for number in range(40)][start:end]
        return json_answer(rows, Content_Range=f"items {start}-{end}/40")

    server.answer = page
    assert len(list(limited.requests.all().limit(10).concurrency(4))) == 40
    assert clock.passed >= (len(server.got) - 1) / 10 - 0.001


@pytest.mark.parametrize("status", [429, 503])
def test_the_rate_is_halved_and_grows_back(limited, server, clock, status):
    server.answer = lambda got: json_answer({}, status if got.path.endswith("busy") else 200)
    with pytest.raises(ClientError):
        limited.get("busy")
    start = clock.passed
    for _ in range(3):
        limited.get("products")
    assert 0.55 <= clock.passed - start <= 0.6  # five a second, a little more by and by
    clock.advance(30)
    start = clock.passed
    for _ in range(3):
        limited.get("products")
    assert clock.passed - start == pytest.approx(0.2)


def test_a_retry_after_holds_up_every_call(limited, server, clock):
    server.answer = lambda got: (
        json_answer({}, 503, Retry_After="7") if got.path.endswith("busy") else json_answer({})
    )
    with pytest.raises(ClientError):
        limited.get("busy")
    limited.get("products")
    assert clock.passed == 7.0


def test_a_very_long_retry_after_is_cut(limited, server, clock):
    server.answer = lambda got: (
        json_answer({}, 429, Retry_After="9999") if got.path.endswith("busy") else json_answer({})
    )
    with pytest.raises(ClientError):
        limited.get("busy")
    limited.get("products")
    assert clock.passed == 120.0


def test_the_rate_never_falls_to_nothing():
    limiter = Limiter(per_second=64)
    for _ in range(30):
        limiter._slow_down(now=1.0, sent_at=1.0, retry_after=None)
    assert limiter._rate_at(1.0) == 1


def test_requests_that_were_under_way_slow_down_once():
    limiter = Limiter(per_second=8)
    for _ in range(3):
        limiter._slow_down(now=1.0, sent_at=0.5, retry_after=None)
    assert limiter._rate_at(1.0) == 4
    limiter._slow_down(now=2.0, sent_at=1.5, retry_after=None)
    assert limiter._rate_at(2.0) == pytest.approx(2.067, abs=0.001)


def test_calls_that_wait_get_new_times_when_the_server_asks_for_fewer():
    now = [0.0]
    limiter = Limiter(per_second=1)
    flows = [limiter._admit(lambda: now[0], inf) for _ in range(3)]
    assert ended(flows[0]) is True
    assert [next(flow).seconds for flow in flows[1:]] == [1.0, 2.0]
    limiter._slow_down(now=0.0, sent_at=0.0, retry_after=10)
    now[0] = 1.0
    assert next(flows[1]).seconds == 9.0
    now[0] = 2.0
    assert next(flows[2]).seconds == pytest.approx(10.0, abs=0.1)
    now[0] = 12.0
    assert [ended(flow) for flow in flows[1:]] == [True, True]


def ended(flow: Iterator[Any]) -> Any:
    with pytest.raises(StopIteration) as caught:
        next(flow)
    return caught.value.value


def test_a_call_that_would_wait_longer_than_its_deadline_fails_at_once(world, server, clock):
    server.answer = lambda _: json_answer({})
    client = world.client(KEY, server.endpoint, clock=clock, limiter=Limiter(per_second=0.01))
    client.get("products", deadline=5)
    with pytest.raises(ClientError, match="the limiter lets the call go after its deadline"):
        client.get("products", deadline=5)
    client.get("products", deadline=101)
    assert (len(server.got), clock.passed) == (2, 100.0)


def test_retries_wait_for_the_limiter_too(limited, server, clock):
    answers = [json_answer({}, 503), json_answer({}, 503), json_answer({})]
    server.answer = lambda _: answers.pop(0)
    limited.max_retries = 2
    limited.get("products")
    assert clock.passed >= 1 / 5 + 1 / 2.5 - 0.1


def test_mocks_need_no_pauses():
    with ConnectClientMocker("https://localhost/v1") as mocker:
        client = ConnectClient(KEY, "https://localhost/v1", limiter=Limiter(0.001), deadline=5)
        for _ in range(3):
            mocker.products["PRD-1"].get(return_value={})
            client.products["PRD-1"].get()
    assert client.stats.seconds_waited == 0


@pytest.mark.parametrize("rate", [0, -1, inf, float("nan")])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(ValueError, match="per_second must be above 0 and finite"):
        Limiter(rate)


@pytest.mark.parametrize("rate", ["10", None, True])
def test_a_rate_is_a_number(rate):
    with pytest.raises(TypeError, match="per_second must be a number"):
        Limiter(rate)


def test_a_limiter_is_a_limiter(world):
    with pytest.raises(TypeError, match=r"limiter must be a Limiter like Limiter\(per_second=10\)"):
        world.client(KEY, limiter=10)


def test_a_limiter_works_in_the_child_of_a_fork_that_held_its_lock():
    limiter = Limiter(10)
    limiter._lock.acquire()
    limiter._renew()
    assert ended(limiter._admit(lambda: 0.0, inf)) is True


def test_a_limiter_is_shown_and_pickled_by_its_limit():
    limiter = Limiter(10)
    assert repr(pickle.loads(pickle.dumps(limiter))) == "Limiter(per_second=10)"
    assert limiter.per_second == 10.0
