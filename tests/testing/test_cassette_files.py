"""Files of cassettes that were damaged or edited by hand: each error names the line."""

from __future__ import annotations

import re

import pytest

from cnct import ConnectClient
from cnct.exceptions import CassetteError, ClientError
from cnct.testing import cassette

GOOD = """\
# by hand
cassette: 1
scrub: [tax_id]
calls:
- request:
    method: get
    path: /products/PRD-1
  response:
    status: 200
    headers: {ETag: 7}
    json:
      name: One
- request: {method: POST, path: "a%2Fb/x y", text: "plain"}
  response: {status: 201, lines: [a, b]}
- request: {method: GET, path: late}
  failure: {kind: timeout, reason: "too late", sent: true, transient: false}
- request: {method: GET, path: left}
  abandoned: true
"""


def replay(path, text=None):
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with ConnectClient("ApiKey x:y", "https://localhost/public/v1", use_specs=False) as client:
        with cassette(path, client):
            one = client.products["PRD-1"].get()
            etag = client.response.headers["ETag"]
            headers = {"Content-Type": "text/plain"}
            two = client.execute("POST", "a%2Fb/x%20y", data="plain", headers=headers)
            for place, reason in (("late", "too late"), ("left", "did not wait")):
                with pytest.raises(ClientError, match=reason):
                    client.get(place)
        return one, etag, two


def test_a_cassette_written_by_hand_is_replayed(tmp_path):
    assert replay(tmp_path / "a.yaml", GOOD) == ({"name": "One"}, "7", b"a\nb")


def test_a_call_that_nobody_waited_for_need_not_be_made(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(GOOD[: GOOD.index("- request")] + GOOD[GOOD.rindex("- request") :])
    with cassette(path):
        pass


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (GOOD, "", "a.yaml: a cassette begins with 'cassette: 1'"),
        (GOOD, "[]", "a.yaml, line 1: a cassette begins with 'cassette: 1', this file does not"),
        (GOOD, "a: [\nb: c: d", r"a.yaml, line \d: is no YAML: .*line"),
        (GOOD, b"cassette: 1\n\xff", "a.yaml, line 2: is not UTF-8"),
        ("cassette: 1", "cassette: 2", "line 2: .*version 1, not 2: record it again"),
        ("scrub: [tax_id]", "scrub: tax_id", "line 3: 'scrub' must be a list of field names"),
        ("scrub:", "scrubs:", r"line 3: unknown key 'scrubs'\. Did you mean 'scrub'\?"),
        (GOOD[GOOD.index("calls:") :], "calls: 3", "line 4: 'calls' must be a list of calls"),
        ("status: 200", "status: ok", "line 9: call 1: 'status' must be a number, not 'ok'"),
        ("status: 200", "status: 7", "line 9: call 1: 'status' must be an HTTP status, not 7"),
        ("status: 200", "status: true", "line 9: call 1: 'status' must be a number, not True"),
        ("    method: get\n", "", "line 5: call 1: 'method' must be a text, not None"),
        ("path: /products", "paht: /products", "line 7: call 1: unknown key 'paht'.*'path'"),
        ("path: /products/PRD-1", "path: 3", "line 7: call 1: 'path' must be a text, not 3"),
        ("    json:\n      name: One", "    form: {}", "line 11: call 1: unknown key 'form'"),
        ("json:", "text: x\n    json:", "line 12: call 1: a body has one form, not text and json"),
        ("    json:\n      name: One", "    base64: ['%']", "line 11: call 1: the body cannot be"),
        ("    json:\n      name: One", "    lines: [3]", "line 11: call 1: 'lines' must be a list"),
        ("    json:\n      name: One", "    base64: [3]", "11: call 1: 'base64' must be a list of"),
        ("    json:\n      name: One", "    charset: 3", "line 11: call 1: 'charset' must be a"),
        ("status: 200", "status: 204", "line 11: call 1: a response with status 204 has no body"),
        ("ETag: 7", "ETag: [7]", "line 10: call 1: header 'ETag' must be a text"),
        ("method: get", "method: g t", "line 6: call 1: 'method' must be one like GET, not 'G T'"),
        ("products/PRD-1", "products?a=1", "line 7: call 1: 'path' must have no query: move it"),
        ("scrub: [tax_id]", "scrub: ['']", "line 3: 'scrub' must be a list of field names"),
        ("abandoned: true", "abandoned: no", "line 18: call 4: 'abandoned' must be true"),
        ('text: "plain"', "parts: [3]", "line 13: call 2: a part has a name and contents"),
        ('text: "plain"', "parts: [{nam: 3}]", "call 2: unknown key 'nam'.*'name'"),
        ('text: "plain"', "parts: [{name: 3}]", "line 13: call 2: 'name' must be a text"),
        ("    json:\n      name: One", "    lines: 3", "line 11: call 1: 'lines' must be a list"),
        ("headers: {ETag: 7}", "headers: 7", "line 10: call 1: 'headers' must be a mapping"),
        ("  response: {status: 201, lines: [a, b]}\n", "", "line 13: call 2: a call has either a"),
        ("response: {status: 201, lines: [a, b]}", "response: 3", "line 14: call 2: 'response' is"),
        ("kind: timeout", "kind: slow", "line 16: call 3: 'kind' must be timeout or connection"),
        ('reason: "too late"', "reason: 3", "line 16: call 3: 'reason' must be a text, not 3"),
        ("sent: true", "sent: 1", "line 16: call 3: 'sent' must be true or false, not 1"),
        (
            "  abandoned: true",
            "  abandoned: true\n- 3",
            "line 19: call 5: a call has a request and",
        ),
    ],
)
def test_damage_is_named_with_its_line(tmp_path, old, new, message):
    text = new if isinstance(new, bytes) else GOOD.replace(old, new)
    with pytest.raises(CassetteError, match=message):
        replay(tmp_path / "a.yaml", text)


def test_json_that_is_too_deep_is_named(tmp_path):
    with pytest.raises(CassetteError, match=r"a\.json: is nested too deeply to be read"):
        replay(tmp_path / "a.json", '{"cassette": 1, "calls": ' + "[" * 100_000)


def test_damaged_json_is_named_with_its_line(tmp_path):
    path = tmp_path / "a.json"
    with pytest.raises(CassetteError, match=r"a\.json, line 2: is no JSON: .*column 1"):
        replay(path, '{"cassette": 1,\n')
    call = '{"request": {"method": "GET", "path": "a"}, "response": {"status": "x"}}'
    text = f'{{\n  "cassette": 1,\n  "calls": [\n    {call}\n  ]\n}}'
    with pytest.raises(CassetteError, match="line 4: call 1: 'status' must be a number"):
        replay(path, text)
    with pytest.raises(CassetteError, match=r"a\.json: call 1: 'status' must be a number"):
        replay(path, re.sub(r"\s", "", text))


def test_a_cassette_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "a.yaml"
    path.mkdir()
    with pytest.raises(CassetteError, match=r"a\.yaml cannot be read: Is a directory"):
        replay(path)
