"""sync: a mirror from the shell, for SQL and for programs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from tests.cli.conftest import request_rows

from cnct.emulator import Fault


def test_a_mirror_is_made_and_brought_up_to_date(cnct, connect, tmp_path):
    file = str(tmp_path / "connect.db")
    ran = cnct("sync", "requests", "products", "--to", file, "-j", "2")
    assert (ran.status, ran.err) == (0, "")
    requests, products = ran.json
    assert (requests["collection"], requests["added"], products["added"]) == ("requests", 5, 3)
    [row] = request_rows(1)
    connect.insert("requests", row | {"id": "PR-9", "created": datetime.now(UTC).isoformat()})
    connect.delete("requests/PR-001")
    ran = cnct("sync", "--to", file, "--reconcile", "--full", "--lookback", "1m", "-o", "ndjson")
    assert [(row["collection"], row["added"], row["removed"]) for row in ran.lines] == [
        ("products", 0, 0),
        ("requests", 1, 1),
    ]
    with closing(sqlite3.connect(file)) as database:
        query = 'SELECT count(*), max("asset.product.name") FROM requests'
        assert database.execute(query).fetchall() == [(5, "Málaga")]


REFUSED = [
    ("requests", 2, "--to"),
    ("--to {}", 2, "does not exist yet: name collections"),
    ("requests/PR-001 --to {}", 2, "is one resource"),
    ("requests --to {} --full", 2, "write both"),
    ("reqests --to {}", 2, "Did you mean 'requests'"),
    ("requests --select nope --to {}", 2, "Cannot select unknown field 'nope'"),
    ("requests --to .", 1, "cannot be used as a mirror"),
]


def test_what_cannot_be_synchronised_is_refused(cnct, connect, tmp_path):
    for words, status, message in REFUSED:
        ran = cnct("sync", *words.format(tmp_path / "new.db").split())
        assert (ran.status, ran.out.strip() or "[]") == (status, "[]")
        assert message in ran.err


def test_fields_are_selected_for_all_later_runs(cnct, connect, tmp_path):
    file = str(tmp_path / "connect.db")
    assert cnct("sync", "requests", "--select", "+status,-asset", "--to", file).status == 0
    assert cnct("sync", "--to", file).status == 0
    with closing(sqlite3.connect(file)) as database:
        names = {name for _, name, *_ in database.execute("PRAGMA table_info(requests)")}
        assert "status" in names
        assert "asset.product.name" not in names


def test_what_was_committed_is_shown_although_a_later_collection_fails(cnct, connect, tmp_path):
    connect.faults.add(Fault.status(500, path="products"))
    ran = cnct("sync", "requests", "products", "--to", str(tmp_path / "connect.db"))
    assert ran.status == 5
    assert [row["collection"] for row in ran.json] == ["requests"]


def test_a_run_without_names_goes_on_where_the_first_run_was_interrupted(cnct, connect, tmp_path):
    file = str(tmp_path / "connect.db")
    connect.faults.add(Fault.status(400, path="requests"))
    assert cnct("sync", "requests", "--to", file).status == 4
    connect.faults.clear()
    assert [row["added"] for row in cnct("sync", "--to", file).json] == [5]


def test_a_collection_that_is_gone_stops_no_other(cnct, connect, tmp_path):
    file = str(tmp_path / "connect.db")
    assert cnct("sync", "products", "requests", "--to", file).status == 0
    connect.faults.add(Fault.status(404, path="products"))
    ran = cnct("sync", "--to", file)
    assert (ran.status, [row["collection"] for row in ran.json]) == (4, ["requests"])
    assert "write mirror.forget('products')" in ran.err


def test_a_terminal_shows_what_is_being_read(terminal, connect, tmp_path):
    ran = terminal("sync", "requests", "--to", str(tmp_path / "connect.db"))
    assert "cnct: reading requests" in ran.out
    assert "requests    5" in ran.out
