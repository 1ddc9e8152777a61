"""What goes wrong on demand: faults, the record of calls, the clock."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
import requests
from starlette.testclient import TestClient
from tests.conftest import KEY
from tests.emulator.conftest import Http

from cnct.emulator import Clock, Emulator, Fault, ServedRequest
from cnct.emulator.__main__ import main
from cnct.emulator.service.moves import _id_before, _id_behind

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def statuses(http: Http, path: str, times: int) -> list[int]:
    return [http.get(path).status_code for _ in range(times)]


def names(http: Http) -> list[str]:
    return [row["name"] for row in http.get("products").json()]


@pytest.mark.parametrize(
    ("fault", "status", "kind", "retry_after"),
    [
        (Fault.status(429, retry_after=2), 429, "application/json", "2"),
        (Fault.status(500), 500, "application/json", None),
        (Fault.status(520), 520, "application/json", None),  # a status that http does not have
        (Fault.status(503, retry_after="soon"), 503, "text/html; charset=utf-8", "soon"),
    ],
)
def test_an_error_is_answered_and_nothing_done(connect, http, fault, status, kind, retry_after):
    connect.faults.add(fault)
    answer = http.post("products", json={"name": "New"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == kind
    assert answer.headers.get("Retry-After") == retry_after
    connect.faults.clear()
    assert "New" not in names(http)


@pytest.mark.parametrize(
    ("fault", "done"),
    [(Fault.drop_before(times=1), False), (Fault.drop_after(times=1), True)],
)
def test_a_dropped_connection_has_no_answer(connect, http, fault, done):
    connect.faults.add(fault)
    with pytest.raises(requests.ConnectionError, match="without response"):
        http.post("products", json={"name": "New"})
    assert ("New" in names(http)) == done
    assert connect.requests[0].status is None


def test_an_error_can_hide_that_it_was_done(connect, http):
    connect.faults.add(Fault.status(502, done=True, times=1))
    assert http.post("products", json={"name": "New"}).status_code == 502
    assert "New" in names(http)


def test_a_truncated_body_is_shorter_than_told(connect, http):
    connect.faults.add(Fault.truncate())
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        http.get("products")
    answer = http.get("products", stream=True)
    assert answer.status_code == 200
    assert http.delete("products/PRD-000-000-001").status_code == 204  # nothing to cut


def test_a_connection_that_another_fault_drops_is_not_truncated(capfd):
    with Emulator(faults=[Fault.truncate(), Fault.drop_before()]) as connect:
        with Http(connect.endpoint) as http, pytest.raises(requests.ConnectionError):
            http.get("products")
    assert "Traceback" not in capfd.readouterr().err


def test_latency_makes_the_answer_wait(connect, http, monkeypatch):
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("cnct.emulator.faults.effects.asyncio.sleep", sleep)
    connect.faults.add(Fault.latency(60))
    assert http.get("products").status_code == 200
    assert 60 in waited


def test_pages_can_be_capped(connect, http):
    connect.faults.add(Fault.page_cap(2))
    answer = http.get("products?limit=3")
    assert len(answer.json()) == 2
    assert answer.headers["Content-Range"] == "items 0-1/3"
    assert len(http.get("products?limit=1").json()) == 1


def test_rows_vanish_while_somebody_pages(connect, http):
    connect.faults.add(Fault.delete_rows(1, path="products"))
    first, second = (http.get(f"products?limit=1&offset={n}").json() for n in (0, 1))
    assert [row["id"] for row in first + second] == ["PRD-000-000-001", "PRD-000-000-003"]
    connect.faults = [Fault.delete_rows(9)]
    assert http.get("products?offset=1").headers["Content-Range"] == "items 1-1/0"


def test_rows_appear_while_somebody_pages(connect, http):
    connect.faults.add(Fault.insert_rows(2, path="requests", times=2))
    pages = [http.get(f"requests?ordering(-created)&limit=1&offset={n}") for n in (0, 1)]
    assert [page.headers["Content-Range"][-2:] for page in pages] == ["60", "62"]
    assert pages[1].json()[0]["created"] > pages[0].json()[0]["created"]


@pytest.mark.parametrize("order", ["", "ordering(-created)&", "ordering(created)&"])
def test_rows_come_in_front_and_at_the_end_and_go_anywhere(connect, http, order):
    def page(offset: int) -> list[str]:
        rows = http.get(f"requests?{order}limit=500&offset={offset}").json()
        return [row["id"] for row in rows]

    before = page(0)
    connect.faults.add(Fault.moves(front=3, end=2, times=2))
    page(1)
    page(1)
    after = page(0)
    inserted = [id_ for id_ in after if id_ not in before]
    assert len(after) == len(before) + 10
    assert set(inserted) <= {*after[:8], *after[-6:]}
    assert [id_ for id_ in after if id_ in before] == before
    connect.faults = [Fault.moves(delete=9.5)]
    page(1)
    assert len(page(0)) in (len(after) - 9, len(after) - 10)


def test_moves_leave_a_list_without_rows_alone(connect, http):
    connect.faults.add(Fault.moves(front=1, end=1, delete=99))
    assert http.get("requests?id=none&offset=1").json() == []
    assert http.get("requests?offset=1").headers["Content-Range"] == "items 1-1/0"


@pytest.mark.parametrize(
    ("key", "before", "behind"),
    [
        ("PR-001", "PR-00--999999999", "PR-001-000000000"),
        ("PR-000000005", "PR-000000004", "PR-000000006"),
        ("PR-000000000", "PR-00000000--999999999", "PR-000000001"),
        ("PR-999999999", "PR-999999998", "PR-999999999-000000000"),
    ],
)
def test_new_ids_lie_beside_others(key, before, behind):
    assert (_id_before(key), _id_behind(key)) == (before, behind)
    assert before < key < behind


def test_a_hook_is_called_between_pages(connect, http):
    def change() -> None:
        connect.delete("products/PRD-000-000-001")
        connect.insert("products", {"id": "PRD-9", "name": "Nine"})

    connect.faults.add(Fault.hook(change, path="products", after=1, times=1))
    assert names(http) == ["Cloud Backup", "Mail Suite", "Web Hosting"]
    assert names(http) == ["Mail Suite", "Web Hosting", "Nine"]
    with pytest.raises(ValueError, match="no record 'products'"):
        connect.delete("products")
    with pytest.raises(ValueError, match="no collection 'products/x'"):
        connect.insert("products/x")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.status(500, times=2), [500, 500, 200, 200]),
        (Fault.status(500, after=1, times=1), [200, 500, 200, 200]),
        (Fault.status(500, method="post"), [200, 200, 200, 200]),
        (Fault.status(500, method="get"), [500, 500, 500, 500]),
        (Fault.status(500, path="products"), [200, 200, 200, 200]),
        (Fault.status(500, path="products/*"), [500, 500, 500, 500]),
        (Fault.status(500, path="*/items"), [500, 500, 500, 500]),
    ],
)
def test_a_fault_meets_the_calls_it_is_about(connect, http, fault, expected):
    connect.faults.add(fault)
    assert statuses(http, "products/PRD-000-000-001/items", 4) == expected


def test_several_faults_act_together_the_first_outermost(connect, http):
    connect.faults = [Fault.status(503, done=True, times=1), Fault.status(500, done=True, times=1)]
    assert http.post("products", json={"name": "New"}).status_code == 503
    assert names(http).count("New") == 1
    assert [fault.name for fault in connect.requests[0].faults] == ["status", "status"]


def test_chances_depend_on_the_seed():
    def drawn(seed: int) -> list[int]:
        fault = Fault.status(500, probability=0.5)
        with Emulator(seed=seed, faults=[fault]) as connect, Http(connect.endpoint) as http:
            first = statuses(http, "products", 12)
            connect.faults = [fault]  # begins anew
            assert statuses(http, "products", 12) == first
            return first

    assert set(drawn(1)) == {200, 500}
    assert drawn(1) == drawn(1) != drawn(2)


def test_faults_can_be_looked_at(connect):
    connect.faults = [Fault.drop_before(times=2)]
    assert repr(connect.faults) == "Faults([Fault.drop_before(times=2)])"
    assert len(connect.faults) == 1
    assert [fault.name for fault in connect.faults] == ["drop_before"]


FAULTS = [
    Fault.latency(0),
    Fault.latency(0.5, method="GET", path="products", after=1, times=2, probability=0.25),
    Fault.status(503, retry_after=1, done=True),
    Fault.drop_before(),
    Fault.drop_after(),
    Fault.truncate(),
    Fault.page_cap(3),
    Fault.insert_rows(2),
    Fault.delete_rows(),
    Fault.moves(front=2, delete=0.5, seed=7, path="requests"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_read_as_it_is_written(fault):
    assert Fault.parse(str(fault)) == fault
    assert repr(fault) == f"Fault.{fault}"


@pytest.mark.parametrize(
    "text",
    ["nonsense(1)", "hook(1)", "1", "status(", "status(x)", "status()", "status(200)", "a.b()"],
)
def test_a_text_that_is_no_fault_is_told(text):
    with pytest.raises(ValueError, match=r"no fault|code must be"):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (Fault.latency, {"seconds": -1}, "seconds must be 0 or more"),
        (Fault.latency, {"seconds": math.nan}, "seconds must be 0 or more"),
        (Fault.moves, {"front": -1}, "front must be 0 or more"),
        (Fault.page_cap, {"rows": 0}, "rows must be 1 or more"),
        (Fault.insert_rows, {"rows": 0}, "rows must be 1 or more"),
        (Fault.delete_rows, {"rows": -1}, "rows must be 1 or more"),
        (Fault.truncate, {"after": -1}, "after must be 0 or more"),
        (Fault.truncate, {"times": -1}, "times must be 0 or more"),
        (Fault.truncate, {"probability": 0}, "probability must be above 0"),
        (Fault.status, {"code": 600}, "code must be an error of HTTP"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_the_calls_are_recorded(connect, http):
    http.post("products?a=1", json={"name": "ä"}, headers={"X-Own": "y"})
    http.get("nonsense/a%20b")
    made, lost = connect.requests
    assert isinstance(made, ServedRequest)
    assert (made.method, made.path, made.query, made.status) == ("POST", "products", "a=1", 201)
    assert made.json() == {"name": "ä"}
    assert made.headers["x-own"] == "y"
    assert made.headers["authorization"] == KEY
    assert "secret" not in repr(connect.requests)
    assert (lost.path, lost.status, lost.body) == ("nonsense/a b", 404, b"")
    connect.requests.clear()
    assert not connect.requests


def test_in_process_a_dropped_connection_is_an_exception():
    connect = Emulator(faults=[Fault.drop_before()])
    with TestClient(connect.app, headers={"Authorization": KEY}) as http:
        with pytest.raises(ConnectionResetError, match="dropped"):
            http.get("/public/v1/products")
    connect.stop()


def test_a_caller_who_hangs_up_leaves_nothing(connect, http):
    import socket

    port = int(connect.endpoint.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(
            f"POST /public/v1/products HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\n"
            'Content-Length: 99\r\n\r\n{"name"'.encode()
        )
    assert names(http) == ["Cloud Backup", "Mail Suite", "Web Hosting"]
    assert [request.method for request in connect.requests] == ["GET"]


def test_the_clock_stamps_what_is_made_and_changed():
    clock = Clock(NOON)
    with Emulator(clock=clock) as connect, Http(connect.endpoint) as http:
        newest = http.get("requests?ordering(-created)&limit=1").json()[0]
        assert newest["created"] == "2030-01-01T12:00:00+00:00"
        product = http.post("products", json={"name": "New"}).json()
        connect.clock.advance(timedelta(hours=1))
        changed = http.put(f"products/{product['id']}", json={}).json()
        assert changed["events"] == {
            "created": {"at": "2030-01-01T12:00:00+00:00"},
            "updated": {"at": "2030-01-01T13:00:00+00:00"},
        }


def test_the_clock_runs_stands_still_and_is_moved():
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    clock.advance(3600)
    assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)
    clock.freeze()
    assert clock.now() == clock.now()
    clock.freeze(NOON)
    clock.advance(-60)
    assert clock.now() == NOON - timedelta(minutes=1)
    clock.resume()
    assert timedelta() <= clock.now() - (NOON - timedelta(minutes=1)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="offset from UTC"):
        clock.freeze(datetime(2030, 1, 1))  # noqa: DTZ001 - what is refused


class Asking:
    """Stands for the wait until Ctrl-C: asks for the requests, twice."""

    def __init__(self, capsys) -> None:
        self._capsys = capsys
        self.answers = []

    def wait(self) -> None:
        endpoint = self._capsys.readouterr().out.split()[3]
        with Http(endpoint) as http:
            self.answers += [http.get("requests?ordering(-created)&limit=1") for _ in range(2)]


def test_the_command_takes_faults_and_a_time(capsys):
    asking = Asking(capsys)
    fault = "status(503, retry_after=1, path='requests*', times=1)"
    main(["--port", "0", "--faults", fault, "--now", "2030-01-01T12:00:00"], asking)
    assert [answer.status_code for answer in asking.answers] == [503, 200]
    assert asking.answers[1].json()[0]["created"] == "2030-01-01T12:00:00+00:00"


@pytest.mark.parametrize("arguments", [["--faults", "oops"], ["--now", "later"]])
def test_the_command_names_a_bad_argument(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert arguments[1] in capsys.readouterr().err
