"""Private values in data of other kinds than JSON: texts, tables, base64 and archives."""

from __future__ import annotations

import gzip
import json
import zipfile
from base64 import b64decode, b64encode, urlsafe_b64encode
from io import BytesIO

import fast_yaml
import pytest
from tests.conftest import json_answer
from tests.testing.test_cassette_scrubbing import SECRET, record, replay

from cnct.exceptions import CassetteError

MAIL = "ann.smith@corp.com"
TAX_ID = "B-987654"
PRIVATE = ("ann.smith", "corp.com", TAX_ID, "hunter2")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "calls.yaml"


def base64(value: str | bytes) -> str:
    return b64encode(value.encode() if isinstance(value, str) else value).decode()


def packed(content: str | bytes, name: str = "xl/sharedStrings.xml") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("other.bin", bytes(range(256)))
    return file.getvalue()


def unpacked(data: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.read("other.bin") == bytes(range(256))
        return archive.read(archive.namelist()[0])


def without_private(value) -> bool:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return not any(private in text for private in PRIVATE)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f'{{"tax_id": "{TAX_ID}"}}', '{"tax_id": "tax_id-1"}'),
        (f'{{"tax_id":"{TAX_ID}","x":1.10}}', '{"tax_id":"tax_id-1","x":1.10}'),
        (f' {{"ä":{{"tax_id":"{TAX_ID}"}}}}\n', ' {"ä":{"tax_id":"tax_id-1"}}\n'),
        (f'[\n  {{\n    "to": "{MAIL}"\n  }}\n]', '[\n  {\n    "to": "user1@example.com"\n  }\n]'),
        (f'[  "{MAIL}"]', '["user1@example.com"]'),
        (f'{{"a":1}}\n\nto {MAIL}\n{{"tax_id":7}}', '{"a":1}\n\nto user1@example.com\n{"tax_id":'),
        ('{"password": "hunter2", "n": NaN}', '{"password": "password-1", "n": NaN}'),
        (f"[{MAIL}]", "[user1@example.com]"),
        ("[1]\n{2", "[1]\n{2"),
        ("{1\n{2", "{1\n{2"),
        (f"id,tax_id\r\n1,{TAX_ID}\r\n", "id,tax_id\r\n1,tax_id-1\r\n"),
        (f'"tax_id";b\n{TAX_ID};"{MAIL}"', "tax_id;b\ntax_id-1;user1@example.com"),
        (f"tax_id\n{TAX_ID},x\n", "tax_id\ntax_id-1,x\n"),
        (f"tax_id,b\n{TAX_ID},{'x' * 140_000}", "tax_id,b\ntax_id-1,xxx"),
        ("tax_id", "tax_id"),
    ],
)
def test_data_in_texts_is_scrubbed(path, server, text, scrubbed):
    """JSON keeps its style and the digits of its numbers."""
    for in_json in (True, False):
        kind = {"Content-Type": "text/plain"}
        server.answer = lambda _, kind=kind, is_json=in_json: (
            json_answer({"t": text}) if is_json else (200, kind, text.encode())
        )
        record(path, server.endpoint, lambda client: client.get("x"), scrub=["tax_id"])
        value = replay(path, lambda client: client.get("x"), scrub=["tax_id"])
        value = value["t"] if in_json else value.decode()
        assert value.startswith(scrubbed)
        assert without_private(value)


def test_numbers_of_many_digits_hide_no_private_field(path, server):
    body = f'{{"digits": 0.12345678901234567890123, "tax_id": "{TAX_ID}", "é": "\\ud800"}}'
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, body.encode())
    text = record(path, server.endpoint, lambda client: client.get("x"), scrub=["tax_id"])
    assert without_private(text)
    assert "0.12345678901234567890123" in text
    assert replay(path, lambda client: client.get("x"), scrub=["tax_id"])["tax_id"] == "tax_id-1"


@pytest.mark.parametrize(
    ("content", "encode", "decode"),
    [
        (f"to {MAIL}, at once", base64, b64decode),
        (f"~~~? {MAIL} ~~~?", lambda text: urlsafe_b64encode(text.encode()).decode(), None),
        (f"to {MAIL}.", lambda text: base64(text).rstrip("="), None),
        (json.dumps({"tax_id": TAX_ID, "é": "x"}), base64, b64decode),
        (f"Author({MAIL})\0\xff", lambda text: base64(text.encode("latin-1")), b64decode),
        (f"to {MAIL}", lambda text: base64(packed(text)), lambda text: unpacked(b64decode(text))),
        (f"to {MAIL}", lambda text: base64(base64(text)), lambda text: b64decode(b64decode(text))),
    ],
)
def test_base64_is_scrubbed(path, server, content, encode, decode):
    word = encode(content)
    server.answer = lambda _: json_answer({"doc": word, "text": f"see {word}, and {word}"})
    record(path, server.endpoint, lambda client: client.get("x"), scrub=["tax_id"])
    row = replay(path, lambda client: client.get("x"), scrub=["tax_id"])
    assert row["doc"] != word
    assert row["text"] == f"see {row['doc']}, and {row['doc']}"
    decode = decode or (lambda text: b64decode(text.translate(str.maketrans("-_", "+/")) + "=="))
    assert without_private(decode(row["doc"]).decode("latin-1"))


def test_base64_without_private_values_stays(path, server):
    words = {str(n): base64(bytes(range(n, n + 40))) for n in range(50)}
    words |= {"path": "Some/Path/Of/Files.Txt", "id": "Ab-000-000-000-001", "x": "ABCDEFGHijklm"}
    server.answer = lambda _: json_answer(words)
    record(path, server.endpoint, lambda client: client.get("x"))
    assert replay(path, lambda client: client.get("x")) == words


@pytest.mark.parametrize(
    ("kind", "charset"),
    [
        ("text/csv", "utf-8-sig"),
        ("text/csv", "latin-1"),
        ("text/csv; charset=ISO-8859-2", "iso-8859-2"),
        ("application/vnd.x; charset=windows-1250", "cp1250"),
        ("text/csv; charset=unknown", "cp1252"),
        ("application/octet-stream", "utf-16"),
    ],
)
def test_texts_in_any_charset_are_readable_and_scrubbed(path, server, kind, charset):
    body = f"näme\xa0;mail\r\nä;{MAIL}\r\n".encode(charset)
    server.answer = lambda _: (200, {"Content-Type": kind}, body)
    text = record(path, server.endpoint, lambda client: client.get("x"))
    assert "ä;user1@example.com" in text
    assert "base64" not in text
    expected = body.decode(charset).replace(MAIL, "user1@example.com").encode(charset)
    assert replay(path, lambda client: client.get("x")) == expected


def test_workbooks_and_other_archives_are_scrubbed(path, server):
    bodies = {
        "xlsx": packed(f"<si><t>{MAIL}</t></si>"),
        "csv.gz": gzip.compress(f"id,tax_id\n1,{TAX_ID}\n".encode()),
        "nested": packed(packed(MAIL)),
        "clean": packed("nothing"),
        "damaged": b"PK\x03\x04 no archive \0" + MAIL.encode(),
        "cut": gzip.compress(bytes(300))[:-9],
    }
    server.answer = lambda got: (200, {"Content-Type": "a/b"}, bodies[got.path.rpartition("/")[2]])

    def scenario(client):
        return {name: client.get(name) for name in bodies}

    record(path, server.endpoint, scenario, scrub=["tax_id"])
    found = replay(path, scenario, scrub=["tax_id"])
    assert unpacked(found["xlsx"]) == b"<si><t>user1@example.com</t></si>"
    assert gzip.decompress(found["csv.gz"]) == b"id,tax_id\n1,tax_id-1\n"
    assert unpacked(unpacked(found["nested"])) == b"user1@example.com"
    assert found["damaged"] == b"PK\x03\x04 no archive \0xxx.xxxxx@xxxx.xxx"
    assert [found[name] for name in ("clean", "cut")] == [bodies["clean"], bodies["cut"]]


def test_archives_that_unpack_to_too_much_stay(path, server, monkeypatch):
    monkeypatch.setattr("cnct.testing.cassettes.binary_data._MOST", 1000)
    bodies = {"a": packed(MAIL * 100), "b": gzip.compress(MAIL.encode() * 100)}
    server.answer = lambda got: (200, {"Content-Type": "a/b"}, bodies[got.path[-1]])
    record(path, server.endpoint, lambda client: [client.get(name) for name in bodies])
    assert replay(path, lambda client: [client.get(name) for name in bodies]) == [*bodies.values()]


def test_keys_in_archives_are_replaced(path, server):
    body = packed(f"key={SECRET}")
    server.answer = lambda _: (200, {"Content-Type": "application/zip"}, body)
    record(path, server.endpoint, lambda client: client.get("x"))
    assert unpacked(replay(path, lambda client: client.get("x"))) == b"key=SCRUBBED"


def test_values_of_the_test_in_json_texts_and_base64_match(path, server):
    server.answer = lambda _: json_answer({"raw": f'{{"to": "{MAIL}"}}'})

    def scenario(client):
        note = {"tax_id": tax_id, "raw": json.dumps({"to": mail}), "doc": base64(f"to {mail}!")}
        return client.execute("POST", "mails", json=note)["raw"]

    tax_id, mail = TAX_ID, MAIL
    record(path, server.endpoint, scenario, scrub=["tax_id"])
    tax_id, mail = "C-111222", "bob@corp.com"
    assert replay(path, scenario, scrub=["tax_id"]) == '{"to": "bob@corp.com"}'


def test_names_of_secrets_are_known(path, server):
    names = ["secret_key", "signingKey", "passphrase", "pwd", "db_pass", "clientSecret", "api-key"]
    server.answer = lambda _: json_answer({**dict.fromkeys(names, "hunter2"), "compass": "north"})
    text = record(path, server.endpoint, lambda client: client.get("x"))
    assert without_private(text)
    assert "compass: north" in text


def test_an_unknown_charset_is_named(path):
    call = {"request": {"method": "GET", "path": "x"}}
    call["response"] = {"status": 200, "text": "x", "charset": "klingon"}
    path.write_text(fast_yaml.safe_dump({"cassette": 1, "calls": [call]}))
    with pytest.raises(CassetteError, match=r"line \d+: call 1: the body cannot be.*klingon"):
        replay(path, lambda client: client.get("x"))
