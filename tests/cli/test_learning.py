"""find, help, spec, emulate and shell: what the API has, and places to try it."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import request_rows

from cnct.cli.root import COMMANDS
from cnct.emulator.server import DEFAULT_SPEC

pytestmark = pytest.mark.usefixtures("no_key")


@pytest.fixture
def no_key(monkeypatch) -> None:
    """Have a document and nothing else: none of these commands makes a call."""
    monkeypatch.setenv("CNCT_SPEC", str(DEFAULT_SPEC))
    monkeypatch.setenv("COLUMNS", "100")


def test_find_searches_the_document(cnct):
    ran = cnct("find", "billing", "date", "-n", "3")
    assert ran.json[0] == {
        "place": "subscriptions/assets",
        "method": "GET",
        "match": "billing.next_date",
    }
    assert len(ran.json) == 3
    assert cnct("find", "qqqqqqq").json == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["requests"], "cnct ls requests status=draft --order -created"),
        (["requests"], "cnct create requests -d @body.json"),
        (["requests"], "ne lt le gt ge"),
        (["requests"], "9 more rows: --full"),
        (["requests", "--full"], "cnct help requests/ID/validate"),
        (["requests", "approve"], "cnct call requests/ID approve field=value"),
        (["requests/PR-1"], "cnct update requests/PR-1 field=value"),
        (["tier"], "cnct help tier/config-requests"),
        (["products/PRD-1/items"], "cnct ls products/PRD-1/items"),
        ([], "cnct help helpdesk"),
        (["ls"], "Usage: cnct ls [OPTIONS] COLLECTION"),
    ],
)
def test_help_shows_command_lines(cnct, words, expected):
    ran = cnct("help", *words)
    assert (ran.status, ran.err) == (0, "")
    assert expected in ran.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["request"], "Did you mean 'requests'?"),
        (["requests", "aprove"], "Did you mean 'approve'?"),
        (["nowhere.yml", "--spec", "nowhere.yml"], "nowhere.yml cannot be read"),
    ],
)
def test_help_names_the_nearest(cnct, words, message):
    ran = cnct("help", *words)
    assert (ran.status, ran.out) == (1 if "--spec" in words else 2, "")
    assert message in ran.err


def test_every_command_has_help_and_the_list_has_every_command(cnct):
    listed = cnct("--help").out
    for name, entry in COMMANDS.items():
        assert f"  {name}" in listed
        assert entry.summary in listed
        ran = cnct(name, "--help")
        assert ran.status == 0
        assert ran.out.lower().startswith("usage: cnct")
    assert "cnct ls requests status=pending" in listed


def test_spec_shows_what_the_document_has(cnct):
    shown = cnct("spec", "show").json
    assert shown["location"] == str(DEFAULT_SPEC)
    assert shown["paths"] < shown["operations"]


def document(**paths: object) -> str:
    listing = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
    content = {"application/json": {"schema": listing}}
    schema = {"type": "object", "properties": paths.pop("row", {"id": {"type": "string"}})}
    items = {
        f"/{name}": {
            "get": {"parameters": parameters, "responses": {"200": {"content": content}}},
            "post": {
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": {"201": {"content": content}, "202": {"content": content}},
            },
        }
        for name, parameters in paths.items()
    }
    components = {"schemas": {"Row": {**schema, "description": paths.get("text", "")}}}
    return json.dumps(
        {"openapi": "3.0.0", "info": {"title": "T"}, "paths": items, "components": components}
    )


def field(name: str, lookups: str) -> dict[str, object]:
    note = f"**lookups:** {lookups}"
    return {"name": name, "in": "query", "description": note, "schema": {"type": "string"}}


def test_spec_diff_names_what_differs(cnct, tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(document(a=[field("x", "eq"), field("y", "eq")], b=[]), encoding="utf-8")
    row = {"id": {"type": "integer"}, "name": {"type": "string"}}
    new.write_text(
        document(a=[field("x", "eq, ne"), field("z", "eq")], c=[], row=row), encoding="utf-8"
    )
    assert cnct("spec", "diff", str(old), str(old)).json == []
    rows = cnct("spec", "diff", str(old), str(new)).json
    named = {(row["change"], row["method"], row["place"]): row["details"] for row in rows}
    assert named["added", "GET", "c"] == named["removed", "POST", "b"] == ""
    assert named["changed", "POST", "a"] == (
        "body field id changed, body field name added, "
        "answer field id changed, answer field name added"
    )
    assert named["changed", "GET", "a"] == (
        "filter x changed, filter y removed, filter z added, "
        "answer field id changed, answer field name added"
    )


def test_spec_refresh_and_diff_of_the_document_in_use(cnct, tmp_path, monkeypatch):
    file = tmp_path / "spec.json"
    file.write_text(document(a=[]), encoding="utf-8")
    monkeypatch.setenv("CNCT_SPEC", str(file))
    assert cnct("spec", "refresh").out == "changed \n"
    assert cnct("spec", "refresh").out == "unchanged \n"
    assert cnct("spec", "diff").json == []
    other = tmp_path / "other.json"
    text = document(a=[]).replace('"title": "T"', '"title": "Other"')
    other.write_text(text, encoding="utf-8")
    assert cnct("spec", "diff", str(other)).json == []
    other.write_text(text.replace('"responses": {"201"', '"x": 1, "responses": {"201"'), "utf-8")
    assert cnct("spec", "diff", str(other)).json == [
        {"change": "changed", "method": "POST", "place": "a", "details": "descriptions or details"}
    ]
    ran = cnct("spec", "refresh", "--spec", str(tmp_path / "missing.json"))
    assert (ran.status, "cannot be read" in ran.err) == (1, True)


def test_emulate_is_the_emulator(cnct, capsys):
    ran = cnct("emulate", "--port", "x")
    assert (ran.status, "cnct emulate: error: argument --port" in ran.err) == (2, True)
    ran = cnct("emulate", "--spec", "/nowhere.yml", "--port", "0")
    assert (ran.status, "cnct emulate: error" in ran.err) == (2, True)
    ran = cnct("emulate", "--help")
    assert (ran.status, "--generate COLLECTION=N" in ran.out) == (0, True)


def test_emulate_without_its_extra_says_what_to_install(cnct, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cnct.emulator.__main__", None)
    ran = cnct("emulate")
    assert (ran.status, "cnct.emulator" in ran.err) == (2, True)


def test_a_shell_without_a_terminal_runs_the_program(cnct, connect):
    ran = cnct("shell", stdin="print(client.requests.filter(R(id='PR-001')).count())")
    assert (ran.status, ran.out, ran.err) == (0, "1\n", "")
    ran = cnct("shell", stdin="client.requests['PR-404'].get()")
    assert (ran.status, ran.err.startswith("cnct: 404")) == (4, True)


def test_a_shell_on_a_terminal_is_a_prompt(terminal, connect, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "IPython", None)
    ran = terminal("shell", typed="client\nR\n\x04")
    assert "try client.help()" in ran.out
    assert f"<ConnectClient {connect.endpoint}>" in ran.out
    assert request_rows(1)[0]["id"] == "PR-000"


def test_a_prompt_of_ipython(terminal, connect, monkeypatch):
    import types

    started: list[dict[str, object]] = []
    fake = types.SimpleNamespace(start_ipython=lambda user_ns, **_: started.append(user_ns))
    monkeypatch.setitem(__import__("sys").modules, "IPython", fake)
    assert terminal("shell").status == 0
    assert {*started[0]} == {"client", "R"}


def test_places_with_few_operations(cnct, tmp_path, monkeypatch):
    answer = {"responses": {"200": {}}}
    plain = {"type": "object", "properties": {"any": {"type": "object"}}}
    described = {"responses": {"200": {"content": {"application/json": {"schema": plain}}}}}
    paths = {
        "/a": {"post": answer},
        "/a/{id}": {"delete": answer},
        "/a/{id}/act": {"put": answer},
        "/b": {"get": answer},
        "/b/{id}": {"get": described},
    }
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({"openapi": "3.0.0", "info": {}, "paths": paths}), encoding="utf-8")
    monkeypatch.setenv("CNCT_SPEC", str(file))
    assert "cnct create a -d @body.json" in cnct("help", "a").out
    assert "cnct delete a/ID" in cnct("help", "a/ID").out
    assert "cnct get" not in cnct("help", "a").out
    assert "cnct call a/ID act" in cnct("help", "a", "act").out
    assert "cnct ls b" in cnct("help", "b").out
    assert "cnct update" not in cnct("help", "b/ID").out
    monkeypatch.setenv("CNCT_API_KEY", "ApiKey x")
    monkeypatch.setenv("CNCT_ENDPOINT", "http://127.0.0.1:9")
    assert cnct("ls", "b", "--select", "x").status == 1  # nobody knows the fields
    assert cnct("get", "b/1", "any.thing").status == 1
    assert cnct("get", "b/1", "anything").status == 2
    assert cnct("call", "a/1", "act", "--dry-run").json["method"] == "PUT"
