"""Shapes of programs in the field: replaced seams, texts with commas, short keys."""

from __future__ import annotations

import importlib.metadata
import sys
import tracemalloc

import pytest
import requests
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ClientError, ConnectClient, NotFoundError, RQLError
from cnct.client.identity import user_agent
from cnct.text import masked
from cnct.version import VERSION


def held(client):
    """Return the client itself: that of the asynchronous world is played."""
    return vars(client).get("it", client)


def raising(client):
    """Replace the seam of a client by one that raises for an error status, as templates do."""
    send = client._execute_http_call

    def seam(method, url, kwargs):
        send(method, url, kwargs)
        client.response.raise_for_status()

    async def async_seam(method, url, kwargs):
        await send(method, url, kwargs)
        client.response.raise_for_status()

    client._execute_http_call = async_seam if isinstance(client, AsyncConnectClient) else seam


def test_a_seam_that_raises_for_a_status_has_answered(server, world):
    server.answer = lambda _: json_answer({"error_code": "VAL_1", "errors": ["no"]}, 400)
    client = world.client(KEY, server.endpoint)
    raising(held(client))
    with pytest.raises(ClientError) as caught:
        client.products["P"].get()
    assert (caught.value.status_code, caught.value.error_code) == (400, "VAL_1")
    server.answer = lambda _: (404, {}, b"")
    assert not client.products["P"].exists()


@pytest.mark.parametrize("status", [200, 204, 404, 500])
def test_a_response_that_was_made_without_a_body_has_an_empty_one(status):
    client = ConnectClient(KEY, "https://localhost/public/v1", use_specs=False)

    def seam(method, url, kwargs):
        client.response = requests.Response()
        client.response.status_code = status

    client._execute_http_call = seam
    if status < 400:
        assert not client.get("products")
    else:
        with pytest.raises(ClientError) as caught:
            client.get("products")
        assert caught.value.status_code == status


def test_an_error_of_the_seam_itself_reaches_the_caller(server, world):
    client = world.client(KEY, server.endpoint)
    target = held(client)

    def seam(method, url, kwargs):
        target.response = object()
        raise LookupError("mine")

    async def async_seam(method, url, kwargs):
        seam(method, url, kwargs)

    target._execute_http_call = async_seam if world.name == "async" else seam
    with pytest.raises(LookupError, match="mine"):
        client.products["P"].get()


def test_the_seam_takes_methods_in_any_letter_case(server, remote):
    server.answer = lambda _: json_answer({})
    remote._execute_http_call("get", f"{server.endpoint}/products", {})
    assert server.got[0].method == "GET"


def test_exists_looks_at_the_status_and_not_at_the_class(server, world):
    class Plain(world.client_class):
        pass

    def execute(method, path, **_):
        raise ClientError("gone", status_code=404)

    async def async_execute(method, path, **_):
        execute(method, path)

    Plain.execute = staticmethod(async_execute if world.name == "async" else execute)
    client = world.client(KEY, server.endpoint, of=Plain)
    assert client.products["P"].exists() is False


def test_an_unknown_path_is_no_answer_of_the_server(server, world):
    def execute(method, path, **_):
        raise NotFoundError("Not sent")

    async def async_execute(method, path, **_):
        execute(method, path)

    client = world.client(KEY, server.endpoint)
    target = held(client)
    target.execute = async_execute if world.name == "async" else execute
    with pytest.raises(NotFoundError, match="Not sent"):
        client.products["P"].exists()


def test_fields_in_one_text_are_split_at_commas(server, remote):
    server.answer = lambda _: json_answer([])
    rows = remote.products.all().order_by("-a,b", "c").select("-x, -y,z")
    assert rows.first() is None
    assert "ordering(-a,b,c)&select(-x,-y,z)" in server.got[0].query
    with pytest.raises(RQLError, match=r"'' is no field for order_by\(\)"):
        remote.products.all().order_by("a,")


def test_a_count_reads_the_header_alone(server, remote):
    server.answer = lambda _: (200, {"Content-Range": "items 0-0/7"}, b"<no json>")
    assert remote.products.all().count() == 7


def test_a_count_without_a_header_counts_the_rows(server, remote):
    server.answer = lambda _: json_answer([{"id": 1}, {"id": 2}])
    assert remote.products.all().overlap(False).limit(5).count() == 2


def test_short_parts_of_a_key_are_masked_as_whole_words_only():
    assert masked("http://127.0.0.1:80/SU:1 SU:1.", "SU:1") == "http://127.0.0.1:80/*** ***."
    assert masked("key=1, 11, a-1, (1)", "SU:1") == "key=***, 11, a-1, (***)"
    assert masked("Bearer secret77x", "SU:secret77") == "Bearer ***x"
    assert masked("anything", "") == "anything"


def test_the_fields_of_a_set_that_was_not_read_cost_no_whole_rows(server, remote):
    row = {"text": "x" * 20_000}
    server.answer = lambda got: json_answer(
        [{**row, "id": f"{got.query}-{number}"} for number in range(10)],
        Content_Range="items 0-9/200",
    )
    unread = remote.products.all().limit(10).overlap(False)
    tracemalloc.start()
    values = list(unread.values_list("id"))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(values) == 200
    assert kept < 2_000_000, "4 MB of texts were kept"
    assert "0/" in repr(unread)


def test_the_fields_of_a_set_that_was_read_cost_no_call(server, remote):
    server.answer = lambda _: json_answer([{"id": 1}], Content_Range="items 0-0/1")
    rows = remote.products.all()
    assert list(rows) == [{"id": 1}]
    assert list(rows.values_list("id")) == [{"id": 1}]
    assert len(server.got) == 1


def test_a_client_without_prefix_quotes_or_spaces_in_its_key_is_made():
    for key in ("api_key", "token", "ApiKey XXXX:YYYYY", "Bearer x", "SU", "a:b", '"'):
        assert ConnectClient(key, "https://host/public/v1", use_specs=False).api_key == key


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (
            "SU-000-000-000:very-secret",
            "api_key begins without 'ApiKey ': write it like 'ApiKey SU",
        ),
        ("su-1:very-secret", "begins without 'ApiKey '"),
        ("'ApiKey SU-1:very-secret'", "api_key is in quotes, which are no part of a key"),
        ('ApiKey "SU-1:very-secret"', "is in quotes"),
        (" ApiKey SU-1:very-secret", "api_key begins or ends with white space: leave it out"),
        ("ApiKey SU-1:very-secret\n", "begins or ends with white space"),
        ("ApiKey SU-1:very-secr\u00e9t", "api_key must be printable ASCII"),
        ("  ", "api_key is blank: write a key like 'ApiKey SU-000-000-000:secret'"),
    ],
)
@pytest.mark.parametrize("kind", [ConnectClient, AsyncConnectClient])
def test_a_key_that_cannot_be_right_is_refused_by_name(kind, key: str, problem: str):
    with pytest.raises(ValueError, match="api_key") as caught:
        kind(key, "https://host/public/v1")
    assert problem in str(caught.value)
    assert "very-sec" not in str(caught.value)


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(
        TypeError, match="api_key must be a str like 'ApiKey SU-000-000-000:secret'"
    ):
        ConnectClient(5, "https://host/public/v1")


@pytest.mark.parametrize(
    ("endpoint", "error", "problem"),
    [
        ("ApiKey SU-1:very-secret", ValueError, "looks like an API key: write the key first"),
        ("'SU-1:very-secret'", ValueError, "looks like an API key"),
        ("host/public/v1", ValueError, "must be a URL like https://host/public/v1, not 'host/pub"),
        ("https://host/public/v1 ", ValueError, "must be a URL like"),
        ("https://host:99999/public/v1", ValueError, "must be a URL like"),
        ("https://[::1/public/v1", ValueError, "must be a URL like"),
        ("https://host/public/v1?a=1", ValueError, "must be a URL like"),
        (5, TypeError, "must be a URL like https://host/public/v1, not int"),
    ],
)
def test_an_endpoint_that_cannot_be_right_is_refused(endpoint, error, problem: str):
    with pytest.raises(error, match="endpoint") as caught:
        ConnectClient(KEY, endpoint)
    assert problem in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_a_program_in_one_file_sends_without_metadata(server, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    user_agent.cache_clear()
    server.answer = lambda _: json_answer({})
    ConnectClient(KEY, server.endpoint, use_specs=False).get("products")
    user_agent.cache_clear()
    assert server.got[0].headers["User-Agent"].startswith(f"cnct/{VERSION} python/3")


@pytest.mark.parametrize("has_metadata", [True, False])
def test_before_a_library_is_loaded_its_version_is_that_of_its_metadata(monkeypatch, has_metadata):
    """As when a command for curl is the first thing that a program asks for."""

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    if not has_metadata:
        monkeypatch.setattr(importlib.metadata, "version", missing)
    monkeypatch.delitem(sys.modules, "requests")
    user_agent.cache_clear()
    client = ConnectClient(KEY, "http://localhost/public/v1", use_specs=False)
    assert client.products["P"].to_curl().startswith("curl ")
    own = user_agent("requests")
    user_agent.cache_clear()
    assert own.endswith(f" requests/{requests.__version__ if has_metadata else 'unknown'}")
