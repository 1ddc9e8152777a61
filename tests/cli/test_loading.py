"""load: a collection is made equal to the rows of a file."""

from __future__ import annotations

import json

import pytest

from cnct.emulator import Fault

ITEMS = "products/PRD-000-000-001/items"


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "items.csv"
    file.write_text("\ufeffmpn,name\nBASIC-01,Renamed\nGB-1,1 GB\n", encoding="utf-8")
    return str(file)


def writes(connect):
    return [
        f"{call.method} {call.path.removeprefix(ITEMS)}"
        for call in connect.requests
        if call.method != "GET"
    ]


def test_a_dry_run_prints_the_changes(cnct, connect, table):
    ran = cnct("load", ITEMS, table, "--by", "mpn", "--delete", "--dry-run")
    assert (ran.status, ran.err, writes(connect)) == (0, "", [])
    create, update, *deletes = ran.lines
    body = {"mpn": "GB-1", "name": "1 GB"}
    assert create == {"change": "create", "key": "GB-1", "id": None, "body": body, "was": None}
    assert (update["body"], update["was"]) == ({"name": "Renamed"}, {"name": "Cloud Backup Basic"})
    assert [line["key"] for line in deletes] == ["STANDARD-02", "PREMIUM-03"]


def test_the_changes_are_made_and_found_made(cnct, connect, table):
    ran = cnct("load", ITEMS, table, "--by", "mpn", "--yes", "-j", "2")
    assert (ran.status, ran.err) == (0, "")
    assert [(line["id"], line["state"]) for line in ran.lines] == [
        ("update BASIC-01", "done"),
        ("create GB-1", "done"),
    ]
    assert writes(connect) == ["PUT /PRD-000-000-001-0001", "POST "]
    ran = cnct("load", ITEMS, table, "--by", "mpn")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_a_failure_shows_in_status_and_line(cnct, connect, table):
    connect.faults.add(Fault.status(400, method="PUT"))
    ran = cnct("load", ITEMS, table, "--by", "mpn", "--yes", "--stop")
    assert (ran.status, len(ran.lines)) == (6, 1)
    assert ran.lines[0]["error"].startswith("400 Bad Request")


def test_a_call_that_is_not_sent_is_no_problem_of_the_file(cnct, connect, table):
    ran = cnct("load", "products/CNCT-NEW-abcdef-1/items", table, "--by", "mpn")
    assert (ran.status, ran.out) == (1, "")
    assert "CNCT-NEW-abcdef-1 stands for an id that dry_run() does not know" in ran.err
    assert table not in ran.err


def test_several_writes_need_a_yes(cnct, connect, table):
    ran = cnct("load", ITEMS, table, "--by", "mpn")
    assert (ran.status, writes(connect)) == (2, [])
    assert "needs --yes" in ran.err


def test_the_question_and_the_counts_are_on_the_terminal(terminal, connect, table):
    ran = terminal("load", ITEMS, table, "--by", "mpn", "--dry-run")
    assert f"{ITEMS} by mpn: 1 create, 1 update, 2 extra" in ran.out
    ran = terminal("load", ITEMS, table, "--by", "mpn", typed="n\n")
    assert "1 create, 1 update, 2 extra at http://127.0.0.1:" in ran.out
    assert (ran.status, writes(connect)) == (1, [])


@pytest.mark.parametrize("name", ["items.json", "-"])
def test_rows_come_as_json_and_from_standard_input(cnct, connect, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    text = json.dumps([{"mpn": "GB-1", "unit": {"id": "user"}}])
    (tmp_path / "items.json").write_text(text, encoding="utf-8")
    ran = cnct("load", ITEMS, name, "--by", "mpn, unit.id", stdin=text)
    assert [line["id"] for line in ran.lines] == ['create ["GB-1", "user"]']


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "has no rows"),
        (b"mpn,name\n", "has no rows"),
        (b"mpn\n\xff\n", "is no UTF-8: save it as UTF-8"),
        (b'mpn\n"a\n', "is no csv: "),
        (b"mpn,name\na,b\nc\n", "line 3 has fewer cells than the header, none for name: the"),
        (b"mpn,name\na,b,c\n", "items.csv, line 2 has more cells than the header: put quotes"),
        (b"mpn\na\na\n", "rows[0] and rows[1] have the same key 'a' (mpn)"),
        (b"name\na\n", "rows[0] has no key, since the field 'mpn' is missing"),
        (b"mpn,nmae\na,b\n", "Did you mean 'name'?"),
        (b"mpn;name\na;b\n", "items.csv has a single column, 'mpn;name': save the file with ','"),
    ],
)
def test_a_file_that_is_no_table_is_refused(cnct, connect, tmp_path, contents, message):
    file = tmp_path / "items.csv"
    file.write_bytes(contents)
    ran = cnct("load", ITEMS, str(file), "--by", "mpn", "--delete", "--yes")
    assert (ran.status, ran.out) == (2, "")
    assert f"{file}" in ran.err
    assert message in ran.err


def test_a_file_of_ids_is_refused(cnct, connect):
    ran = cnct("load", ITEMS, "-", "--by", "mpn", stdin="PRD-1\n")
    assert (ran.status, ran.out) == (2, "")
    assert "Standard input has 'PRD-1' in place of a JSON object: write objects" in ran.err


def test_an_unknown_field_is_sent_on_request(cnct, connect, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text("mpn,nmae\nBASIC-01,x\n")
    assert "Did you mean 'name'?" in cnct("load", ITEMS, str(file), "--by", "mpn").err
    ran = cnct("load", ITEMS, str(file), "--by", "mpn", "--force", "--dry-run")
    assert [line["body"] for line in ran.lines] == [{"nmae": "x"}]


def test_a_missing_file_and_two_resources_with_one_key_are_errors(cnct, connect, table):
    ran = cnct("load", ITEMS, "nowhere.csv", "--by", "mpn")
    assert (ran.status, "nowhere.csv cannot be read: No such file" in ran.err) == (2, True)
    assert "FILE: / cannot be read: Is a directory" in cnct("load", ITEMS, "/", "--by", "mpn").err
    connect.insert(ITEMS, {"id": "ITM-1", "mpn": "BASIC-01"})
    ran = cnct("load", ITEMS, table, "--by", "mpn")
    assert ran.status == 1
    assert "have the key 'BASIC-01' (mpn): ITM-1 and PRD-000-000-001-0001" in ran.err
