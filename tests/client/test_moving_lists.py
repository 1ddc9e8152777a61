"""Lists that move while they are read, in both worlds, against a local Connect."""

from __future__ import annotations

import pytest
from tests.conftest import KEY

from cnct import DriftWarning
from cnct.emulator import Emulator, Fault

PENDING = 25


@pytest.fixture
def moving():
    requests = [{"id": f"PR-{n:03}", "status": "pending"} for n in range(PENDING)]
    with Emulator(records={"requests": requests}) as emulator:
        yield emulator


WAYS = {
    "for": lambda rows: rows,
    "iterator": lambda rows: rows.iterator(),
    "pages": lambda rows: (row for page in rows.pages() for row in page),
    "values_list": lambda rows: rows.values_list("id"),
}


@pytest.mark.parametrize("concurrency", [1, 10])
@pytest.mark.parametrize(
    ("way", "kept"),
    [
        ("for", True),
        ("for", False),
        ("iterator", True),
        ("pages", True),
        ("values_list", True),
        ("values_list", False),
    ],
)
def test_whoever_approves_what_is_pending_leaves_nothing(moving, world, way, kept, concurrency):
    client = world.client(
        KEY, moving.endpoint, concurrency=concurrency, resourceset_append=kept, default_limit=4
    )
    pending = client.requests.filter(status="pending")
    for row in WAYS[way](pending):
        client.requests[row["id"]]("approve").post({"template_id": "TL-1"})
    assert pending.all().filter(status="pending").count() == 0
    posts = [call.path for call in moving.requests if call.method == "POST"]
    assert len(posts) == len(set(posts)) == PENDING


@pytest.mark.parametrize(
    ("order", "moves", "concurrency"),
    [
        ("id", {"front": 2, "delete": 1.5}, 1),
        ("id", {"end": 2, "delete": 2}, 10),
        ("-created", {"front": 9}, 10),
        ("created", {"delete": 3}, 1),
    ],
)
def test_a_report_has_each_row_that_stays_once(world, order, moves, concurrency):
    counts = {"requests": 60}
    with Emulator(generate=counts, faults=[Fault.moves(**moves, times=25)]) as emulator:
        client = world.client(KEY, emulator.endpoint, concurrency=concurrency)
        rows = client.requests.all() if order == "id" else client.requests.all().order_by(order)
        before = [row["id"] for row in rows.limit(1000)]
        read = [row["id"] for row in rows.limit(8).iterator()]
        after = {row["id"] for row in rows.limit(1000).iterator()}
    assert len(set(read)) == len(read)
    assert [key for key in read if key in after and key in before] == [
        key for key in before if key in after
    ]


def test_selected_fields_without_an_id_are_read_with_a_warning(moving, world):
    client = world.client(KEY, moving.endpoint, default_limit=10)
    moving.insert("products", *({"id": f"PRD-{n}", "name": f"N {n:02}"} for n in range(30)))
    rows = client.products.all().select("-id")
    names = [row["name"] for row in rows.iterator()]
    assert len(names) == len(set(names)) == rows.count()
    moving.faults.add(Fault.delete_rows(1, after=1, times=1))
    with pytest.warns(DriftWarning, match="no ids of their own") as caught:
        again = [row["name"] for row in rows.iterator()]
    assert len(caught) == 1
    assert again == names


def test_without_overlap_pages_are_those_of_offsets(moving, world):
    client = world.client(KEY, moving.endpoint, default_limit=10, overlap=False)
    assert len(list(client.requests.all())) == PENDING
    offsets = [call.query.rpartition("=")[2] for call in moving.requests]
    assert offsets == ["0", "10", "20"]
