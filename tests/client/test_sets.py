"""Sets of resources: what they ask for, what they keep, how odd servers page."""

from __future__ import annotations

import gc
import pickle
import re
import threading
import time
import weakref
from itertools import islice
from urllib.parse import unquote

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, ConnectClient, InvalidCallWarning, R, RQLError


class Pages:
    """Serves numbered rows by limit and offset, in one of the ways of servers."""

    def __init__(self, total=28, cap=1000, content_range="items {first}-{last}/{total}"):
        self.rows = [{"id": number} for number in range(total)]
        self.cap = cap
        self.content_range = content_range

    def __call__(self, got):
        query = unquote(got.query)
        limit = min(int(re.search(r"limit=(\d+)", query)[1]), self.cap)
        offset = int(re.search(r"offset=(\d+)", query)[1])
        page = self.rows[offset : offset + limit]
        last = offset + max(len(page) - 1, 0)
        header = (self.content_range or "").format(first=offset, last=last, total=len(self.rows))
        return json_answer(page, **({"Content_Range": header} if header else {}))


@pytest.fixture
def pages(server):
    server.answer = Pages()
    return server


def ids(rows):
    return [row["id"] for row in rows]


def windows(server):
    """Return limit and offset of every call."""
    return [tuple(map(int, re.findall(r"(?:limit|offset)=(\d+)", got.query))) for got in server.got]


def test_a_query_reaches_the_server_as_it_was_built(pages, remote):
    rows = (
        remote.products.filter(R().name.ilike("*a b*"), "(x=1|y=2)", status__in=["a", "b,c"])
        .order_by("-created", "id")
        .order_by("+name")
        .select("owner", "-tags")
        .search("two words & more")
        .limit(7)
        .configure(headers={"X-A": "1"})
        .configure(params={"q": "1"})
    )
    list(rows[:3])
    assert unquote(pages.got[0].query) == (
        'and(ilike(name,*a b*),or(eq(x,1),eq(y,2)),in(status,(a,"b,c")))'
        "&ordering(-created,id,name)&select(owner,-tags)"
        '&search="two words & more"&limit=3&offset=0&q=1'
    )
    assert "+" not in pages.got[0].query
    assert pages.got[0].headers["X-A"] == "1"


@pytest.mark.parametrize("total", [0, 1, 5, 10, 11, 28])
@pytest.mark.parametrize("cap", [3, 10, 1000])
@pytest.mark.parametrize(
    "content_range",
    ["items {first}-{last}/{total}", None, "items {first}-{last}/*", "nonsense", "items 0-0/1"],
)
def test_every_row_comes_once_however_the_server_pages(server, remote, total, cap, content_range):
    server.answer = Pages(total, cap, content_range)
    rows = remote.products.all().limit(10)
    assert ids(rows) == list(range(total))
    assert ids(rows.iterator()) == list(range(total))


def test_no_call_is_made_for_rows_that_the_total_excludes(pages, remote):
    rows = remote.products.all().limit(14)
    assert len(list(rows)) == 28
    assert windows(pages) == [(14, 0), (14, 13), (14, 26)]


def test_a_server_that_does_not_page_is_read_once(server, remote):
    server.answer = lambda _: json_answer([{"id": 1}, {"id": 2}])
    assert ids(remote.products.all()) == [1, 2]
    assert ids(remote.products.all().limit(1)) == [1, 2]


def test_an_empty_total_is_believed_with_no_rows(server, remote):
    server.answer = lambda _: json_answer([], Content_Range="items */0")
    rows = remote.products.all()
    assert list(rows) == []
    assert rows.count() == 0
    assert len(server.got) == 1


def test_a_set_that_was_read_costs_no_more_calls(pages, remote):
    rows = remote.products.all().limit(10)
    assert ids(rows) == ids(rows) == list(range(28))
    assert (len(pages.got), rows.count(), bool(rows), rows.first(), rows[27]["id"]) == (
        3,
        28,
        True,
        {"id": 0},
        27,
    )
    assert ids(rows[5:8]) == [5, 6, 7]
    assert rows[5:8].count() == 3
    with pytest.raises(IndexError):
        rows[28]
    assert len(pages.got) == 3
    assert ids(rows.iterator()) == list(range(28))
    assert len(pages.got) == 3
    assert "28/28 fetched" in repr(rows)


def test_an_interrupted_iteration_loses_nothing(pages, remote):
    rows = remote.products.all().limit(10)
    assert ids(islice(rows, 3)) == [0, 1, 2]
    assert rows[4] == {"id": 4}
    assert bool(rows)
    assert ids(rows) == list(range(28))
    assert len(pages.got) == 3


def test_interleaved_iterations_share_pages(pages, remote):
    rows = remote.products.all().limit(10)
    pairs = list(zip(rows, rows, strict=True))
    assert [a["id"] for a, _ in pairs] == [b["id"] for _, b in pairs] == list(range(28))
    assert len(pages.got) == 3


def test_threads_that_iterate_one_set_share_pages(server, sync_remote):
    asked, go_on = threading.Event(), threading.Event()

    def slow(got):
        asked.set()
        go_on.wait(5)
        return Pages(5)(got)

    server.answer = slow
    rows = sync_remote.products.all()
    read: list[list[int]] = []
    threads = [threading.Thread(target=lambda: read.append(ids(rows))) for _ in range(2)]
    threads[0].start()
    asked.wait(5)
    threads[1].start()
    time.sleep(0.05)  # let it come to wait for the page that the first has asked for
    go_on.set()
    for thread in threads:
        thread.join()
    assert read == [[0, 1, 2, 3, 4]] * 2
    assert len(server.got) == 1


def test_a_failing_page_can_be_asked_for_again(server, remote):
    good = Pages()
    answers = iter([good, lambda _: (500, {}, b""), good, good])

    def answer(got):
        return next(answers)(got)

    server.answer = answer
    rows = remote.products.all().limit(10)
    with pytest.raises(ClientError):
        list(rows)
    assert ids(rows) == list(range(28))


def test_a_set_that_keeps_nothing_asks_again(pages, world):
    client = world.client(KEY, pages.endpoint, resourceset_append=False, default_limit=20)
    rows = client.products.all()
    assert ids(rows) == ids(rows) == list(range(28))
    assert len(pages.got) == 4


def test_first_asks_for_one_row_and_remembers(pages, remote):
    rows = remote.products.all()
    assert rows.first() == rows.first() == rows[0] == {"id": 0}
    assert rows.count() == 28
    assert bool(rows)
    assert windows(pages) == [(1, 0)]


def test_count_asks_for_no_row_and_remembers(pages, remote):
    rows = remote.products.all()
    assert rows.count() == rows.count() == 28
    assert bool(rows)
    assert windows(pages) == [(0, 0)]
    assert "0/28 fetched" in repr(rows)


def test_count_reads_the_rows_where_there_is_no_total(server, remote):
    server.answer = Pages(content_range=None)
    rows = remote.products.all()
    assert rows.count() == 28
    assert rows.count() == 28


@pytest.mark.parametrize(("total", "found"), [(0, False), (3, True)])
def test_truth_reads_a_page_and_keeps_it(server, sync_remote, total, found):
    server.answer = Pages(total)
    rows = sync_remote.products.all()
    assert bool(rows) is found
    assert len(list(rows)) == total
    assert windows(server) == [(100, 0)]


def test_truth_of_what_is_not_kept_asks_for_one_row(pages):
    with ConnectClient(KEY, pages.endpoint, use_specs=False, resourceset_append=False) as client:
        assert client.products.all()
        assert windows(pages) == [(1, 0)]


def test_an_empty_set_has_no_first(server, remote):
    server.answer = Pages(0)
    rows = remote.products.all()
    assert rows.first() is None
    assert rows.first() is None
    assert list(rows) == []
    assert not rows
    assert len(server.got) == 1


def test_slices_compose(pages, sync_remote):
    rows = sync_remote.products.all()
    assert rows[10:20].first() == {"id": 10}
    assert ids(rows[10:20][2:4]) == [12, 13]
    assert ids(rows[:5]) == [0, 1, 2, 3, 4]
    assert ids(rows[25:]) == [25, 26, 27]
    assert ids(rows[95:]) == []
    assert ids(rows[5:5]) == ids(rows[9:3]) == []
    assert ids(rows[10:20][5:]) == [15, 16, 17, 18, 19]
    assert ids(rows[10:20][5:99]) == [15, 16, 17, 18, 19]
    assert rows[20:40].count() == 8
    assert rows[10:20][3] == {"id": 13}
    with pytest.raises(IndexError):
        rows[10:20][10]
    assert repr(rows[10:20]) == "<ResourceSet products[10:20] 0/? fetched>"
    assert repr(rows[10:]) == "<ResourceSet products[10:] 0/? fetched>"


def test_an_index_past_the_end_is_told(pages, sync_remote):
    with pytest.raises(IndexError, match="index 28"):
        sync_remote.products.all()[28]


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (-1, ValueError),
        (slice(-1, None), ValueError),
        (slice(None, -1), ValueError),
        (slice(0, 9, 2), ValueError),
        ("1", TypeError),
        (slice("a", None), TypeError),
        (True, TypeError),
    ],
)
def test_indexes_that_make_no_sense_are_refused(remote, key, error):
    with pytest.raises(error):
        remote.products.all()[key]


def test_values_are_picked_by_dotted_names(server, remote):
    row = {"id": 1, "a": {"b": {"c": 2}, "l": [1]}, "n": None}
    server.answer = lambda got: json_answer([row] if "limit" in got.query else row)
    fields = ("id", "a.b.c", "a.x.c", "n.x", "a.l.x", "id.x")
    picked = dict(zip(fields, (1, 2, None, None, None, None), strict=True))
    with pytest.warns(InvalidCallWarning, match="has 'a.x.c'"):
        assert remote.products["P"].values(*fields) == picked
    rows = remote.products.all()
    with pytest.warns(InvalidCallWarning, match="has 'a.x.c'"):
        assert rows.values_list(*fields) == rows.values_list(*fields) == [picked]


def test_refining_changes_no_set(pages, remote):
    rows = remote.products.all()
    list(rows)
    before = repr(rows)
    refined = rows.filter(a=1).order_by("b").select("c").search("d").limit(5).configure(timeout=3)
    assert repr(rows) == before
    assert repr(refined) == (
        "<ResourceSet products?eq(a,1)&ordering(b)&select(c)&search=d 0/? fetched>"
    )
    assert refined.query == R(a=1)
    assert repr(rows.all()) == "<ResourceSet products 0/? fetched>"


def test_a_negation_as_first_filter_stays_a_negation(pages, remote):
    list(remote.products.filter(~R(status="draft")))
    assert pages.got[0].query.startswith("not(eq(status,draft))&")


def test_what_matches_nothing_is_not_sent(server, remote):
    rows = remote.products.filter(id__in=[])
    assert (list(rows), rows.count(), rows.first(), bool(rows)) == ([], 0, None, False)
    assert list(rows.iterator()) == []
    with pytest.raises(IndexError):
        rows[0]
    assert server.got == []


@pytest.mark.parametrize(
    ("refine", "error"),
    [
        (lambda rs: rs.filter(5), TypeError),
        (lambda rs: rs.filter("a="), RQLError),
        (lambda rs: rs.filter(R().a), RQLError),
        (lambda rs: rs.order_by("a b"), RQLError),
        (lambda rs: rs.order_by(1), TypeError),
        (lambda rs: rs.select("x),eq(a,1"), RQLError),
        (lambda rs: rs.search(None), TypeError),
        (lambda rs: rs.limit(0), ValueError),
        (lambda rs: rs.limit("9"), TypeError),
        (lambda rs: rs.limit(True), TypeError),
    ],
)
def test_refinements_that_make_no_sense_are_refused(remote, refine, error):
    with pytest.raises(error):
        refine(remote.products.all())


def test_a_list_that_is_none_is_an_error(server, remote):
    server.answer = lambda _: json_answer({"not": "a list"})
    with pytest.raises(ClientError, match="JSON array of rows, got dict"):
        list(remote.products.all())


def test_a_set_can_be_pickled(pages, sync_remote):
    rows = pickle.loads(pickle.dumps(sync_remote.products.filter(a=1)[3:9]))
    assert repr(rows) == "<ResourceSet products?eq(a,1)[3:9] 0/? fetched>"
    assert ids(rows) == [3, 4, 5, 6, 7, 8]


def test_a_set_can_be_made_by_hand(pages, sync_remote):
    from cnct.client.models import ResourceSet

    assert ResourceSet(sync_remote, "products", R(a=1)).count() == 28


def test_pages_come_as_lists(pages, remote):
    rows = remote.products.all().limit(10)
    assert [len(page) for page in rows.pages()] == [10, 9, 9]
    assert len(list(rows)) == 28
    calls = len(pages.got)
    assert [len(page) for page in rows.pages()] == [10, 10, 8]
    assert ids(rows.iterator()) == list(range(28))
    assert len(pages.got) == calls


@pytest.mark.parametrize("total", [0, 10])
def test_a_page_without_rows_is_not_handed_out(server, remote, total):
    server.answer = Pages(total, content_range=None)
    lengths = [len(page) for page in remote.products.all().limit(5).pages()]
    assert sum(lengths) == total
    assert all(lengths)


def test_the_rows_go_with_the_set(pages, sync_remote):
    """At once: in a circle they would stay until a full garbage collection walks them all."""
    rows = sync_remote.products.all().limit(5).concurrency(3)
    assert len(list(rows)) == 28
    gone = weakref.ref(rows)
    gc.disable()
    try:
        del rows
        assert gone() is None
    finally:
        gc.enable()
