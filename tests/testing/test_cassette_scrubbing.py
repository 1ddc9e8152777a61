"""No secret reaches a cassette in any form, and what is replaced still matches."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import fast_yaml
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import json_answer
from tests.worlds import Sync

from cnct import ConnectClient
from cnct.exceptions import CassetteError, UnexpectedCallError
from cnct.testing import cassette

SECRET = "a1B2/c3+d4=e5"  # noqa: S105 - of no account
KEY = f"ApiKey SU-123-456-789:{SECRET}"
ELSEWHERE = "https://other.example.org/api/public/v1"

FORMS = [
    str,
    quote,
    lambda text: quote(text, safe=""),
    quote_plus,
    lambda text: quote(quote(text, safe=""), safe=""),
    html.escape,
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    *(
        lambda text, before=before, encode=encode: encode(f"{before}{text}!".encode()).decode()
        for before in ("", "a", "ab", "user:")
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ),
    lambda text: text[::-1],
    json.dumps,
    lambda text: f"https://user:{quote(text, safe='')}@storage.example.org/x",
]
PARTS = [KEY, KEY.removeprefix("ApiKey "), SECRET]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "calls.yaml"


def record(path, url, scenario, key=KEY, **options):
    with ConnectClient(key, url, use_specs=False) as client:
        with cassette(path, client, record="all", **options):
            scenario(client)
    return path.read_text("utf-8")


def replay(path, scenario, **options):
    with ConnectClient("ApiKey x:y", ELSEWHERE, use_specs=False) as client:
        with cassette(path, client, record="none", **options):
            return scenario(client)


def traces(text: str) -> list[str]:
    """Return the forms of the key that a text has in it."""
    plain = text.casefold()
    return [form(part) for part in PARTS for form in FORMS[:9] if form(part).casefold() in plain]


@pytest.mark.parametrize("part", PARTS)
def test_the_key_is_in_no_cassette_in_any_form(path, server, part):
    forms = [form(part) for form in FORMS]
    server.answer = lambda _: json_answer(
        {"echo": forms, **dict.fromkeys(forms), "text": [f"key={form}&x=(1)" for form in forms]},
        Location="/x?" + "&".join(map(quote, forms)),
    )

    def scenario(client):
        place = "/".join(quote(form, safe="") for form in forms)
        client.get(f"echo/{place}", params={"key": forms})
        client.execute("POST", "echo", json={"a": {"b": forms}})
        client.execute("POST", "form", data={form: form for form in forms})
        client.execute("POST", "raw", data=" ".join(forms), headers={"Content-Type": "text/plain"})
        files = {f"f{n}": (f"{quote(form)}.txt", form) for n, form in enumerate(forms)}
        client.execute("POST", "files", files=files)

    text = record(path, server.endpoint, scenario, headers=["Location"])
    assert traces(text) == []
    assert text.count("SCRUBBED") > 5 * len(forms)
    for found in re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", text):
        padded = found.rstrip("=").replace("-", "+").replace("_", "/")
        for start in range(4):
            whole = padded[start:][: len(padded[start:]) // 4 * 4]
            assert SECRET.encode()[2:-2] not in base64.b64decode(whole)


def test_the_key_in_binary_data_and_files_is_overwritten(path, server):
    binary = b"\x00\xff" + KEY.encode() + b"\x00" + SECRET.encode("utf-16-le")
    server.answer = lambda _: (200, {"Content-Type": "application/zip"}, binary)
    text = record(path, server.endpoint, lambda client: client.get("file"))
    [call] = fast_yaml.safe_load(text)["calls"]
    data = base64.b64decode("".join(call["response"]["base64"]))
    assert len(data) == len(binary)
    assert SECRET.encode() not in data
    assert SECRET.encode("utf-16-le") not in data


def test_a_key_that_would_reach_the_file_all_the_same_is_refused(path, server):
    """Here it is a part of the first line."""
    key = "ApiKey by cnct.testing"
    with pytest.raises(CassetteError, match="line 1 would have the API key in it"):
        record(path, server.endpoint, lambda client: client.execute("GET", "x"), key)
    assert not path.exists()


def test_short_keys_of_tests_are_replaced_as_whole_words(path, server):
    server.answer = lambda _: json_answer({"a": "secret, but secretary", "b": "y"})
    text = record(path, server.endpoint, lambda client: client.get("x"), "ApiKey SU-1:secret")
    assert "SCRUBBED, but secretary" in text
    text = record(path, server.endpoint, lambda client: client.get("x"), "y")
    assert "b: y" in text


def test_keys_of_other_clients_and_cookies_are_replaced(path, server):
    other = "ApiKey SU-999-999-999:another-secret"
    session = "0123456789abcdef"
    server.answer = lambda _: json_answer(
        {"keys": [KEY, other], "session": session, "other": "ApiKey SU-111-222-333:never-sent"},
        Set_Cookie=f"session={session}; Path=/; lang=en",
    )

    def scenario(client):
        client.get("a")
        client.with_options(api_key=other).get("b")

    text = record(path, server.endpoint, scenario)
    for secret in ("another-secret", "never-sent", session, SECRET, "ookie"):
        assert secret not in text


EMAILS = st.builds(
    "{}@{}.{}".format,
    st.text("abcXYZ.'+-_0", min_size=1, max_size=8).map(
        lambda text: f"a{text}b".replace("..", ".")
    ),
    st.text("abcö-", min_size=1, max_size=6).map(lambda text: f"h{text}h"),
    st.sampled_from(["com", "co.uk", "example"]),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EMAILS, min_size=2, max_size=4, unique_by=str.casefold))
def test_each_address_has_one_replacement_everywhere(path, server, emails):
    rows = [
        {"id": n, "mail": mail, "note": f"see <{mail.upper()}>, {quote(mail)}"}
        for n, mail in enumerate(emails)
    ]
    server.answer = lambda _: json_answer(rows)

    def scenario(client):
        found = client.get("contacts", params={"mail": emails[-1]})
        client.execute("POST", "contacts", json={"to": emails[::-1], "text": f"x,{emails[0]}"})
        client.get(f"contacts/{quote(emails[0])}")
        return found

    text = record(path, server.endpoint, scenario)
    for email in emails:
        for form in (email, quote(email), email.partition("@")[2]):
            assert form.casefold() not in text.casefold()
    found = replay(path, scenario)
    again = [row["mail"] for row in found]
    # The test knows the first and the last, so that it gets them back; joins hold for all.
    assert again[-1] == emails[-1]
    assert len(set(again)) == len(emails)
    for row in found:
        assert (
            quote(row["mail"], safe="@") in row["note"]
            or row["mail"].casefold() in row["note"].casefold()
        )


def test_replacements_do_not_collide_with_the_data(path, server):
    server.answer = lambda _: json_answer({"a": "user1@example.com", "b": "ann@corp.com"})
    text = record(path, server.endpoint, lambda client: client.get("x"))
    assert "user2@example.com" in text
    assert "user3@example.com" in text


def test_named_fields_are_replaced_in_rows_requests_filters_and_paths(path, server):
    row = {
        "tax_id": "B-987654",
        "number": 55512345,
        "ratio": 2.25,
        "flag": True,
        "none": None,
        "contact": {"address": {"street": "Elm 7", "zip": ["10115", ""]}, "name": "Ann"},
        "params": [{"id": "account", "value": "ACC-77-x"}, {"id": "plan", "value": "gold"}],
        "elsewhere": "of B-987654 and 55512345",
        "nested": {"number": {"deep": [7, "x"]}},
    }
    scrub = ["tax_id", "number", "ratio", "flag", "none", "contact.address", "account"]
    server.answer = lambda _: json_answer(row)

    def scenario(client):
        found = client.get("accounts/B-987654")
        client.get("accounts?and(eq(tax_id,B-987654),in(contact.address.zip,(10115,20095)))")
        client.get(
            "accounts?eq(contact,t(address=Elm 7,name=Ann))&not(eq(number,55512345))&limit=55512345"
        )
        client.get("accounts?tax_id=B-987654&&broken((")
        client.get("accounts?t(tax_id=B-987654)")
        client.execute("PUT", "accounts/1", json={"tax_id": "B-987654", "number": 55512345})
        client.execute("POST", "form", data={"tax_id": "B-987654"})
        client.execute("POST", "files", data={"tax_id": "B-987654"}, files={"f": ("a.txt", b"\0")})
        return found

    text = record(path, server.endpoint, scenario, scrub=scrub)
    for private in ("B-987654", "2.25", "Elm", "10115", "20095", "ACC-77"):
        assert private not in text
    assert text.count("55512345") == 1  # the limit
    for public in ("Ann", "gold", "plan", "tax_id-1", "flag: true", "none: ~"):
        assert public in text
    found = replay(path, scenario, scrub=scrub)
    assert found["tax_id"] == "B-987654"
    assert isinstance(found["number"], int)
    assert found["elsewhere"].startswith("of B-987654")
    server.answer = lambda _: json_answer(row)


def test_a_value_of_the_test_stands_for_one_replacement(path, server):
    server.answer = lambda _: json_answer({"mail": "ann@corp.com"})

    def scenario(client):
        for mail in mails:
            client.get("users", params={"mail": mail})

    mails = ["ann@corp.com", "bob@corp.com", "ann@corp.com"]
    record(path, server.endpoint, scenario)
    replay(path, scenario)
    mails = ["x@y.zz", "b@y.zz", "x@y.zz"]
    replay(path, scenario)
    mails = ["ann@corp.com", "bob@corp.com", "bob@corp.com"]
    with pytest.raises(UnexpectedCallError):
        replay(path, scenario)


def test_values_of_a_list_may_change_their_order(path, server):
    server.answer = lambda _: json_answer([])

    def scenario(client):
        client.get(f"users?in(mail,({','.join(mails)}))")

    mails = ["z@corp.com", "y@corp.com", "x@corp.com"]
    record(path, server.endpoint, scenario)
    mails = ["y@corp.com", "x@corp.com", "z@corp.com"]
    replay(path, scenario)
    mails = ["y@corp.com", "x@corp.com"]
    with pytest.raises(UnexpectedCallError):
        replay(path, scenario)


def test_addresses_of_replayed_rows_can_be_sent_again(path, server):
    rows = [{"mail": "ann@corp.com"}, {"mail": "bob@corp.com"}]
    server.answer = lambda _: json_answer(rows)

    def scenario(client):
        first, second = (row["mail"] for row in client.get("users"))
        client.get("users", params={"mail": second})
        client.execute("POST", "mails", json={"to": [first, second], "cc": "cyd@corp.com"})

    record(path, server.endpoint, scenario)
    replay(path, scenario)


def test_tokens_passwords_and_phone_numbers_are_replaced(path, server):
    private = {
        "password": "hunter2-hunter2",
        "accessToken": "zyx-987",
        "url": "https://s3.example.org/f?X-Amz-Signature=5ee5&x=1&sig=abc%3D",
        "login": "https://me:pass1234@host.example.org/",
        "jwt": "see eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3",
        "header": "Bearer abcdef123456",
        "phone": "call +34 (91) 123-4567 now",
        "phone_number": {"country_code": "+34", "phone_number": "7654321"},
        "params": [
            {"id": "pin", "type": "password", "value": "4711x"},
            {"id": "admin_password", "value": "hunter3"},
            {"id": "config", "structured_value": {"a": ["v"]}},
        ],
    }
    server.answer = lambda _: json_answer(private)
    text = record(path, server.endpoint, lambda client: client.get("x"))
    for secret in (
        *("hunter", "zyx", "5ee5", "abc%3D", "me:pass", "pass1234", "eyJ", "abcdef123456"),
        *("123-4567", "7654321", "4711x"),
    ):
        assert secret not in text
    kept = replay(path, lambda client: client.get("x"))
    assert kept["url"].startswith("https://s3.example.org/f?X-Amz-Signature=token-")
    assert kept["params"][2] == private["params"][2]
    assert kept["login"] == "https://SCRUBBED@host.example.org/"


def test_links_of_replayed_rows_are_downloaded(path, server, tmp_path):
    origin = server.endpoint.removesuffix("/public/v1").replace("127.0.0.1", "localhost")

    def answer(got):
        if got.path.startswith("/storage"):
            assert "Authorization" not in got.headers
            return 200, {"Content-Type": "application/pdf"}, b"%PDF"
        return json_answer({"link": f"{origin}/storage/a?X-Amz-Signature=5ee5ab&x=1"})

    server.answer = answer

    def scenario(client):
        file = tmp_path / "a.pdf"
        file.unlink(missing_ok=True)
        return client.download(client.get("reports/1")["link"], file).read_bytes()

    text = record(path, server.endpoint, scenario)
    assert "5ee5ab" not in text
    assert f'path: "{origin}/storage/a"' in text
    assert replay(path, scenario) == b"%PDF"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-01T00:00:00+00:00", "PRD-000-000-001", "1.5e+10 +3 -4", "a@b", "Basic plan"),
        *("12:30:45+01:00", "https://host.example.org:8080/x?y=1", "+1 2", "100%", "@user"),
    ],
)
def test_what_is_not_private_stays(path, server, text):
    server.answer = lambda _: json_answer({"text": text, "name": text, "token": ""})
    record(path, server.endpoint, lambda client: client.get("x"))
    assert replay(path, lambda client: client.get("x")) == {"text": text, "name": text, "token": ""}


def test_a_cassette_that_was_recorded_without_a_name_is_refused(path, server):
    server.answer = lambda _: json_answer({})
    record(path, server.endpoint, lambda client: client.get("x"), scrub=["a"])
    replay(path, lambda client: client.get("x"), scrub=["a"])
    with pytest.raises(CassetteError, match=r"recorded without scrub=\['b'\].*record it again"):
        replay(path, lambda client: client.get("x"), scrub=["a", "b"])


def test_the_key_of_the_replay_is_replaced_too(path, server):
    server.answer = lambda _: json_answer({})

    def scenario(client):
        client.execute("POST", "keys", json={"key": client.api_key, "secret": "y"})

    record(path, server.endpoint, scenario)
    world = Sync()
    client = world.client("ApiKey SU-000-000-000:another-key", ELSEWHERE)
    with cassette(path, client):
        scenario(client)
    world.end()


def test_ids_that_look_like_replacements_are_compared_all_the_same(path, server):
    server.answer = lambda _: json_answer({"tax_id": "B-1234567"})

    def scenario(client):
        client.get(f"requests/{request_id}")

    request_id = "PR-0001"
    record(path, server.endpoint, scenario, scrub=["tax_id"])
    for request_id in ("PR-0002", "tax_id-1", "tax_id-2"):  # noqa: B007 - of the scenario
        with pytest.raises(UnexpectedCallError, match="the path is requests/"):
            replay(path, scenario, scrub=["tax_id"])
    request_id = "B-1234567"
    record(path, server.endpoint, scenario, scrub=["tax_id"])
    request_id = "B-7654321"
    replay(path, scenario, scrub=["tax_id"])


def test_words_are_replaced_as_a_whole(path, server):
    server.answer = lambda _: json_answer(
        {
            "tax_id": ["B.1234567", "Elm Street 7", "12345"],
            "text": "B.1234567. B.1234567.de xB.1234567 B.1234567x, 12345-6 (12345) Elm Street 7",
        }
    )
    text = record(path, server.endpoint, lambda client: client.get("x"), scrub=["tax_id"])
    expected = "tax_id-1. tax_id-1.de xB.1234567 B.1234567x, 12345-6 (9000000001) tax_id-2"
    assert expected in text


def test_an_empty_private_value_stays_and_adjacent_keys_are_all_replaced(path, server):
    twice = base64.b64encode(f"{KEY}-{KEY}".encode()).decode()
    server.answer = lambda _: json_answer({"tax_id": "", "text": twice})

    def scenario(client):
        client.get("x?tax_id=&broken((")
        client.get("x?ordering(name)&eq(tax_id,null())")

    text = record(path, server.endpoint, scenario, scrub=["tax_id"])
    assert "text: SCRUBBED\n" in text
    replay(path, scenario, scrub=["tax_id"])


def test_paths_with_private_values_are_compared_segment_by_segment(path, server):
    server.answer = lambda _: json_answer({})

    def scenario(client):
        client.get(place)

    place = "users/by:ann@corp.com:z/mails"
    record(path, server.endpoint, scenario)
    place = "users/by:bob@corp.com:z/mails"
    replay(path, scenario)
    for place in ("users/bob/mails", "users/by:bob@corp.com:z/notes", "users"):  # noqa: B007 - of the scenario
        with pytest.raises(UnexpectedCallError):
            replay(path, scenario)


def test_a_private_field_with_an_address_has_that_of_the_address(path, server):
    server.answer = lambda _: json_answer({"mail": "ann@corp.com", "text": "of ann@corp.com"})

    def scenario(client):
        client.get(f"users?tax_id={tax_id}&mail={mail}")

    tax_id, mail = "B-12345", "ann@corp.com"
    text = record(path, server.endpoint, scenario, scrub=["mail", "tax_id"])
    assert text.count("user1@example.com") == 3
    tax_id, mail = "C-54321", "bob@corp.com"  # of two kinds, whatever their order
    replay(path, scenario, scrub=["mail", "tax_id"])
