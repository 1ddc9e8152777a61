"""Pages whose rows `iterator()` decodes one by one, so that the memory of a row serves the next."""

from __future__ import annotations

import gc
import itertools
import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnct import ClientError
from cnct.client._core.raw_rows import decoded, raw_rows

JSON = {"Content-Type": "application/json"}
WIDE = "x" * 5_000  # some rows of it make a large page
ROWS = {
    "ids in front": [{"id": f"PR-{number}", "é": 'ü\\"\n', "text": WIDE} for number in range(9)],
    "ids at the end": [{"text": WIDE, "id": f"PR-{number}"} for number in range(9)],
    "numbers as ids": [{"id": number, "text": WIDE} for number in range(9)],
    "ids with escapes": [{"id": f'"{number}\\', "text": WIDE} for number in range(9)],
    "one id without text": [{"id": number or None, "text": WIDE} for number in range(9)],
    "no ids": [{"name": f"{number}", "text": WIDE} for number in range(9)],
    "the id of a product, and its versions": [
        {"id": "PRD-1", "version": number, "text": WIDE} for number in range(9)
    ],
    "empty objects": [{"id": "PR-1", "text": WIDE * 9}, {}],
    "numbers": [{"id": "PR-1", "text": WIDE * 9, "of": [10**30, -1.5e-7, 0.1, True, None]}],
    "a lone surrogate": [{"id": f"PR-{number}", "text": f"\ud800{WIDE}"} for number in range(9)],
    "texts": [f"{number}{WIDE}" for number in range(9)],
    "lists": [[number, WIDE] for number in range(9)],
    "no objects beside objects": [{"id": "PR-1", "text": WIDE * 9}, None, 5, [1]],
}


def serve(server, body, number=9):
    """Serve a body as the one page of a list of so many rows."""
    range_ = {"Content-Range": f"items 0-{number - 1}/{number}"}
    server.answer = lambda _: (200, {**JSON, **range_}, body)


def serve_rows(server, rows, **kwargs):
    serve(server, json.dumps(rows, **kwargs).encode(), len(rows))


SPACES = ({}, {"indent": 1}, {"separators": (",", ":")})


def test_rows_are_those_of_the_page(server, remote):
    for (name, rows), spaces in itertools.product(ROWS.items(), SPACES):
        serve_rows(server, rows, **spaces)
        assert list(remote.items.all().iterator()) == rows, name
        assert list(remote.items.all()) == rows, name


def test_a_page_with_nan_is_read_like_any_other(server, remote):
    serve_rows(server, [{"id": "PR-1", "rate": float("nan"), "text": WIDE * 9}])
    (row,) = remote.items.all().iterator()
    assert row["rate"] != row["rate"]


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
OBJECTS = st.dictionaries(st.just("id") | st.text(), PLAIN | st.lists(PLAIN), max_size=4)


@given(st.lists(OBJECTS | PLAIN | st.lists(OBJECTS), max_size=5))
def test_rows_of_any_json_are_split_and_decoded_as_the_whole_page_is(rows):
    body = json.dumps(rows).encode()
    assert list(decoded(raw_rows(body))) == json.loads(body)


def serve_pages(server, rows):
    """Serve rows in pages."""

    def answer(got):
        limit, offset = map(
            int, re.search(r"limit=(\d+)&offset=(\d+)", unquote(got.query)).groups()
        )
        page = rows[offset : offset + limit]
        range_ = {"Content-Range": f"items {offset}-{offset + len(page) - 1}/{len(rows)}"}
        return 200, {**JSON, **range_}, json.dumps(page).encode()

    server.answer = answer


def test_rows_without_ids_are_recognised_where_large_pages_meet_small_ones(server, remote):
    for rows in (
        [{"created": f"20{number + 10}-01-31", "text": WIDE} for number in range(21)],
        [{"id": number if number % 9 else None, "text": f"{number}{WIDE}"} for number in range(21)],
        [f"{number}{WIDE}" for number in range(21)],
    ):
        serve_pages(server, rows)
        server.got.clear()
        assert list(remote.items.limit(7)) == rows
        number = len(server.got)
        assert list(remote.items.limit(7).iterator()) == rows
        assert list(remote.items.limit(7).dates().iterator()) == list(remote.items.all().dates())
        assert len(server.got) == 3 * number + 1


@pytest.mark.parametrize(
    "flaw",
    [b'{"id": "\xed\xa0\x80"}', b'{"id": "\xff"}', b'{"\\u0069d": "\xd2"}'],
    ids=["a surrogate in UTF-8", "no UTF-8", "no UTF-8 behind an escape"],
)
def test_texts_that_are_no_utf_8_are_read_or_refused_like_those_of_a_kept_page(
    server, remote, flaw
):
    serve(server, json.dumps([WIDE] * 9).encode()[:-1] + b"," + flaw + b"]", 10)
    results = []
    for rows in (remote.items.all(), remote.items.all().iterator()):
        try:
            results.append(list(rows))
        except ClientError as error:
            results.append(str(error))
    assert results[0] == results[1]


def test_a_row_that_python_refuses_is_an_error_in_its_place(server, remote):
    rows = json.dumps([{"id": f"PR-{number}", "text": WIDE} for number in range(9)])[:-1]
    serve(server, f'{rows}, {{"id": "PR-9", "of": {"1" * 5_000}}}, {{"id": "PR-10"}}]'.encode(), 11)
    rows = iter(remote.items.all().iterator())
    for _ in range(9):
        next(rows)
    with pytest.raises(ClientError, match=r"A row of the list cannot be decoded: .*4300 digits"):
        next(rows)


def test_rows_are_decoded_when_they_are_reached(server, remote):
    serve_rows(server, [{"id": f"PR-{n}", "of": list(range(777)), "text": WIDE} for n in range(9)])
    for _ in remote.items.all().iterator():
        number = sum(type(value) is list and len(value) == 777 for value in gc.get_objects())
        assert number <= 2  # this row's, and the last one's, which the program still had


@pytest.mark.parametrize("flaw", [b"", b"]]", b"},{", b'{"a":01}]', b'"\xff"]', b"{'a': 1}]"])
def test_a_page_that_is_no_json_is_an_error_before_its_first_row(server, remote, flaw):
    rows = json.dumps([{"id": f"PR-{number}", "text": WIDE} for number in range(9)])
    serve(server, rows.encode()[:-1] + b"," + flaw)
    with pytest.raises(ClientError, match="its body is no JSON"):
        next(iter(remote.items.all().iterator()))


def test_a_page_that_is_nested_too_deeply_is_an_error(server, remote):
    serve(server, b'[{"id": "PR-1", "of": ' + b"[" * 40_000 + b"]" * 40_000 + b"}]")
    with pytest.raises(ClientError, match="nested too deeply"):
        list(remote.items.all().iterator())


def test_a_page_that_is_no_list_is_an_error(server, remote):
    serve(server, json.dumps({"text": WIDE * 9}).encode())
    with pytest.raises(ClientError, match="Expected a JSON array of rows, got dict"):
        list(remote.items.all().iterator())
