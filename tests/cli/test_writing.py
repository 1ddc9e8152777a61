"""create, update, delete, call and api: single writes, writes over many resources, dry runs."""

from __future__ import annotations

import json

import pytest


def ids(*numbers: int) -> str:
    return "".join(f"PR-{number:03}\n" for number in numbers)


def writes(connect) -> list[str]:
    return [f"{call.method} {call.path}" for call in connect.requests if call.method != "GET"]


def test_a_body_is_written_as_in_httpie(cnct, connect):
    ran = cnct("create", "products", "name=Thing", "category.id=CAT-1", "--dry-run", "--force")
    assert ran.status == 0
    assert ran.json["body"] == {"name": "Thing", "category": {"id": "CAT-1"}}
    ran = cnct(
        *("create", "products", "-d", '{"a": {"b": 1}}', "a.c:=[2]", r"d\.e=", "--dry-run"),
        "--force",
    )
    assert ran.json["body"] == {"a": {"b": 1, "c": [2]}, "d.e": ""}
    assert writes(connect) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["name"], "write it like name=Thing"),
        (["a=1", "a=2"], "'a' is there twice"),
        (["a=1", "a.b=2"], "below 'a', which is no object"),
        (["a.b=1", "a=2"], "an object already"),
        (["a:=x"], "a:= is no JSON"),
        (["-d", "{"], "--data is no JSON"),
        (["-d", "[" * 100_000], "nested too deeply"),
        (["-d", "[]", "a=1"], "no JSON object"),
        (["-d", "@nowhere.json"], "nowhere.json cannot be read: No such file"),
        (["-d", "@a\0b"], "cannot be read"),
        (["--journal", "j"], "need --from"),
    ],
)
def test_a_wrong_body_is_refused(cnct, connect, words, message):
    ran = cnct("create", "requests", *words)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert not connect.requests


def test_a_body_comes_from_a_file_or_standard_input(cnct, connect, tmp_path):
    file = tmp_path / "body.json"
    file.write_text('{"template_id": "TL-1"}', encoding="utf-8")
    assert cnct("call", "requests/PR-000", "approve", "-d", f"@{file}").status == 0
    ran = cnct("call", "requests/PR-001", "approve", "-d", "-", stdin='{"template_id": "TL-1"}')
    assert ran.json["status"] == "approved"
    assert [json.loads(call.body) for call in connect.requests] == [{"template_id": "TL-1"}] * 2


def test_single_writes(cnct, connect):
    created = cnct("create", "requests", "type=purchase", "asset.id=AS-1", "--force").json["id"]
    assert cnct("update", f"requests/{created}", "note=hello").json["note"] == "hello"
    ran = cnct("api", "PUT", f"/requests/{created}", "note=bye", "-H", "X-Trace: 1")
    assert ran.json["note"] == "bye"
    assert connect.requests[-1].headers["X-Trace"] == "1"
    assert cnct("api", "get", f"requests?eq(id,{created})&limit=1").json[0]["note"] == "bye"


def test_a_delete_prints_nothing(cnct, connect):
    ran = cnct("delete", "requests/PR-000", "--force")
    assert (ran.out, ran.status) == ("", 4 if "405" in ran.err else 0)


def test_a_batch_has_a_result_for_each_item(cnct, connect):
    ran = cnct("ls", "requests", "-n", "2", "--order", "created", "-o", "ndjson")
    items = f'{ran.out}\nPR-404\n"PR-002"\n'
    ran = cnct("call", "requests", "approve", "template_id=TL-1", "--from", "-", "-y", stdin=items)
    results = {row["id"]: (row["state"], row["error"]) for row in ran.lines}
    done = ("done", None)
    assert (results.pop("PR-404")[0], results) == (
        "failed",
        {"PR-000": done, "PR-001": done, "PR-002": done},
    )
    assert ran.status == 6
    assert ran.err == "cnct: 3 done, 1 failed of 4\n"


def test_a_batch_takes_a_json_document_and_works_in_parallel(cnct, connect):
    document = cnct("ls", "requests").out
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-", "-j", "3", "-y"]
    ran = cnct(*words, "-o", "json", stdin=document)
    assert (ran.status, ran.err) == (0, "")
    assert {row["state"] for row in ran.json} == {"done"}
    assert cnct("count", "requests", "status=approved").out == "5\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["call", "requests", "aprove"], "Did you mean 'approve'"),
        (["call", "requests", "approve", "template_id:=3"], "template_id"),
        (["delete", "requests/PR-1"], "write cnct delete requests/PR-1"),
    ],
)
def test_a_batch_is_checked_before_anything_is_sent(cnct, connect, words, message):
    ran = cnct(*words, "--from", "-", "--yes", stdin=ids(0, 1))
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert not connect.requests


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ("PR-000\nPR 001\n", "line 2 is neither an id nor a row"),
        ("PR-000\n{\n", "standard input, line 2 is no JSON"),
        ("[1, true]", "element 2 is neither an id nor a row"),
        ("[1", "standard input is no JSON"),
        (b"PR-000\n\xff\n", "line 2 is no UTF-8"),
    ],
)
def test_wrong_items_are_refused(cnct, connect, items, message):
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-"]
    ran = cnct(*words, "--dry-run", stdin=items)
    assert (ran.status, message in ran.err) == (2, True)
    assert not writes(connect)


def test_a_wrong_item_before_all_others_is_refused_too(cnct, connect):
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-", "-y"]
    ran = cnct(*words, stdin='{"id":\n' + ids(0))
    assert (ran.status, ran.out) == (2, "")
    assert "standard input, line 1 is no JSON" in ran.err
    assert not writes(connect)


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_a_wrong_item_after_others_fails_a_part(cnct, connect, jobs):
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-", "-y", "-j", jobs]
    ran = cnct(*words, stdin=ids(0, 1) + '{"id":\n')
    assert (ran.status, [row["state"] for row in ran.lines]) == (6, ["done", "done"])
    assert "standard input, line 3 is no JSON" in ran.err
    assert "2 done of 2" in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("api GET products status=published", "GET has no body: write conditions into the path"),
        ("call requests approve template_id=TL-1", "is a collection: write requests/ID, or --from"),
        ("update requests note=x", "is a collection: write requests/ID, or --from for many"),
        ("watch requests --interval 0s", "--interval must be above 0"),
        ("update requests/PR-000", "There is no change: write field=value, or -d"),
        ("update requests/PR-000 note=\udcff", r"'note=\udcff' is no UTF-8: check its characters"),
        ("update requests/PR-000 -d \udcff", r"'\udcff' is no UTF-8"),
        ("get requests/\udcff", r"'requests/\udcff' is no UTF-8"),
        ("count requests id=\udcff", r"'id=\udcff' is no UTF-8"),
        ("delete requests", "is a collection: write requests/ID, or --from for many"),
        ("create requests/PR-000 note=x", "is one resource: write cnct update requests/PR-000"),
        ("call requests/PR-000 approve --from -", "is one resource: write cnct call requests/PR-0"),
        ("call requests/PR-000 approve -X get a=b", "The action 'approve' is a GET, which has no"),
        ("call requests approve -X get a=b --from -", "The action 'approve' is a GET"),
        ("update requests/PR-000 =x", "'=x' has no field: write it like name=Thing"),
    ],
)
def test_a_command_names_the_right_one(cnct, connect, words, message):
    ran = cnct(*words.split())
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert not connect.requests


def test_force_sends_the_body_of_a_get(cnct, connect):
    assert cnct("api", "GET", "requests?limit=1", "a=b", "--force").status == 0
    assert json.loads(connect.requests[-1].body) == {"a": "b"}


def test_many_writes_need_yes_where_nobody_can_be_asked(cnct, connect):
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-"]
    ran = cnct(*words, stdin=ids(0, 1))
    assert (ran.status, ran.out) == (2, "")
    assert "needs --yes" in ran.err
    assert not writes(connect)
    assert cnct(*words, stdin=ids(0)).lines == [
        {"id": "PR-000", "state": "done", "error": None, "request_id": None}
    ]


def test_a_dry_run_shows_the_calls_and_sends_none(cnct, connect):
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-", "--dry-run"]
    ran = cnct(*words, stdin=ids(0, 1))
    assert ran.lines == [
        {
            "method": "POST",
            "url": f"{connect.endpoint}/requests/PR-{number:03}/approve",
            "body": {"template_id": "TL-1"},
        }
        for number in range(2)
    ]
    assert not writes(connect)
    ran = cnct("delete", "requests", "--from", "-", "--dry-run", "--force", stdin=ids(0))
    assert ran.lines == [{"method": "DELETE", "url": f"{connect.endpoint}/requests/PR-000"}]


def test_a_journal_does_nothing_twice(cnct, connect, tmp_path):
    journal = str(tmp_path / "journal")
    words = ["call", "requests", "approve", "template_id=TL-1", "--from", "-", "-y", "--journal"]
    connect.delete("requests/PR-001")
    assert cnct(*words, journal, "--stop", stdin=ids(0, 1, 2)).status == 6
    assert cnct(*words, journal, stdin=ids(0, 2)).status in (0, 6)
    assert writes(connect).count("POST requests/PR-000/approve") == 1
    words[3] = "template_id=TL-2"
    ran = cnct(*words, journal, stdin=ids(0))
    assert (ran.status, "belongs to another job" in ran.err) == (1, True)


def test_rows_are_created_and_changed_one_by_one(cnct, connect, tmp_path):
    file = tmp_path / "rows.ndjson"
    file.write_text('{"type": "purchase"}\n{"type": "change"}\n', encoding="utf-8")
    ran = cnct("create", "requests", "note=new", "--from", str(file), "-y", "--force")
    new = [row["id"] for row in ran.lines]
    assert cnct("get", f"requests/{new[1]}", "type", "note").json == {
        "type": "change",
        "note": "new",
    }
    changes = "".join(json.dumps({"id": id_, "note": id_}) + "\n" for id_ in new)
    assert cnct("update", "requests", "--from", "-", "-y", "--force", stdin=changes).status == 0
    assert cnct("get", f"requests/{new[0]}", "note").json == {"note": new[0]}
    ran = cnct("update", "requests", "note=x", "--from", "-", "-y", "--force", stdin=new[0])
    assert ran.status == 0
    ran = cnct("update", "requests", "--from", "-", "-y", "--force", stdin=new[0])
    assert "There is no change" in ran.lines[0]["error"]
    ran = cnct("create", "requests", "--from", "-", "-y", "--force", stdin="PR-1")
    assert "is no row" in ran.lines[0]["error"]
    ran = cnct("update", "requests", "a=1", "--from", "-", "-y", "--force", stdin='{"a": 1}')
    assert "The row has no id" in ran.lines[0]["error"]
