"""Programs as the field has them, with their tests: mocks of responses, httpx_mock, mockers."""

from __future__ import annotations

import asyncio
import inspect
import shutil
import subprocess
import sys
import types
import warnings
import zipfile
from pathlib import Path
from unittest.mock import MagicMock

import cnct_connect_client
import httpx
import pytest
import requests
import responses
from connect.client import AsyncConnectClient, ClientError, ConnectClient, R
from connect.client.seam import with_params
from connect.client.testing import ConnectClientMocker, LooseMockWarning

import cnct
from cnct import ClientError as NativeClientError

KEY = "ApiKey SU-000-000-000:secret"
URL = "https://localhost/public/v1"


def approve_pending(client):
    """Approve all pending requests, and return how many there were."""
    pending = client.requests.filter(R().status.eq("pending")).order_by("created")
    for request in pending:
        client.requests[request["id"]]("approve").post(payload={"template_id": "TL-1"})
    return pending.count()


def test_a_mocker_answers_a_program(client_mocker_factory):
    mocker = client_mocker_factory(base_url=URL)
    pending = mocker.requests.filter(R().status.eq("pending")).order_by("created")
    pending.mock(return_value=[{"id": "PR-1"}, {"id": "PR-2"}])
    for number in ("PR-1", "PR-2"):
        approve = mocker.requests[number]("approve")
        approve.post(return_value={}, match_body={"template_id": "TL-1"})
    assert approve_pending(ConnectClient(KEY, endpoint=URL)) == 2


def test_the_fixture_of_the_bridge_wins_and_gives_one_mocker_for_a_url(client_mocker_factory):
    mocker = client_mocker_factory(base_url=URL)
    assert isinstance(mocker, ConnectClientMocker)
    assert client_mocker_factory(base_url=URL) is mocker


def test_a_mock_with_another_filter_answers_with_a_warning(client_mocker_factory):
    client_mocker_factory(base_url=URL).products.filter(status="draft").mock(return_value=[{}])
    with pytest.warns(LooseMockWarning, match=r"only the call has eq\(status,published\)"):
        assert len(list(ConnectClient(KEY, URL).products.filter(status="published"))) == 1


def test_a_mock_for_another_page_does_not_answer(client_mocker_factory):
    mocker = client_mocker_factory(base_url=URL)
    mocker.products.all().limit(5).mock(return_value=[{"id": 1}])
    with pytest.raises(AssertionError, match="is not mocked"):
        list(ConnectClient(KEY, URL).products.all())
    mocker.reset(success=False)


def test_mocks_of_pages_follow_each_other_without_overlap(client_mocker_factory):
    mocker = client_mocker_factory(base_url=URL)
    mocker.products.all().limit(2).mock(return_value=[{"id": n} for n in range(5)])
    client = ConnectClient(KEY, URL)
    assert [row["id"] for row in client.products.all().limit(2)] == [0, 1, 2, 3, 4]


def test_other_calls_of_requests_have_a_mocker_beside_that_of_the_client(
    client_mocker_factory, requests_mocker
):
    client_mocker_factory(base_url=URL).products["P"].get(return_value={"id": "P"})
    requests_mocker.add("GET", "https://example.org/x", json={"a": 1})
    assert ConnectClient(KEY, URL).products["P"].get() == {"id": "P"}
    assert requests.get("https://example.org/x", timeout=1).json() == {"a": 1}
    with pytest.raises(requests.ConnectionError):
        requests.get("https://example.org/y", timeout=1)


def test_the_mocker_of_requests_ends_with_the_last_mocker_of_a_client():
    send = requests.adapters.HTTPAdapter.send
    with ConnectClientMocker(URL), ConnectClientMocker("https://other/public/v1"):
        assert requests.adapters.HTTPAdapter.send is not send
    assert requests.adapters.HTTPAdapter.send is send


@responses.activate
def test_responses_answer_the_calls_of_a_client():
    responses.add(
        "GET",
        f"{URL}/requests?eq(status,pending)&ordering(created)&limit=100&offset=0",
        json=[{"id": "PR-1"}],
        headers={"Content-Range": "items 0-0/1"},
    )
    responses.add("POST", f"{URL}/requests/PR-1/approve", json={}, status=200)
    assert approve_pending(ConnectClient(KEY, URL, use_specs=False)) == 1
    assert responses.calls[0].request.headers["Authorization"] == KEY


@responses.activate
def test_an_error_is_caught_by_either_class_and_survives_as_its_kind():
    responses.add("GET", f"{URL}/products/P", status=404)
    client = ConnectClient(KEY, URL)
    for kind in (ClientError, NativeClientError, cnct.NotFoundError):
        with pytest.raises(kind) as caught:
            client.products["P"].get()
    assert str(caught.value) == "404 Not Found"
    assert isinstance(caught.value.__cause__, requests.HTTPError)


def test_httpx_mock_answers_the_calls_of_an_async_client(httpx_mock):
    httpx_mock.add_response(
        url=f"{URL}/products?eq(status,draft)&limit=2&offset=0",
        json=[{"id": 1}, {"id": 2}],
        headers={"Content-Range": "items 0-1/3"},
    )
    httpx_mock.add_response(
        url=f"{URL}/products?eq(status,draft)&limit=2&offset=2",
        json=[{"id": 3}],
        headers={"Content-Range": "items 2-2/3"},
    )

    async def main():
        client = AsyncConnectClient(KEY, URL)
        rows = [row["id"] async for row in client.products.filter(status="draft").limit(2)]
        return rows, client.response

    rows, response = asyncio.run(main())
    assert rows == [1, 2, 3]
    assert isinstance(response, httpx.Response)


def test_an_async_call_without_a_connection_is_a_client_error(httpx_mock):
    httpx_mock.add_exception(httpx.ConnectError("refused"))

    async def main():
        await AsyncConnectClient(KEY, URL, max_retries=0).products["P"].get()

    with pytest.raises(ClientError) as caught:
        asyncio.run(main())
    assert caught.value.status_code is None


def test_an_error_status_that_a_replaced_seam_raises_without_a_response_is_a_client_error():
    async def refuse(method, url, kwargs):
        httpx.Response(500, request=httpx.Request(method, url)).raise_for_status()

    async def main():
        client = AsyncConnectClient(KEY, URL, max_retries=0)
        client._execute_http_call = refuse
        await client.products["P"].get()

    with pytest.raises(ClientError, match="No response"):
        asyncio.run(main())


def test_the_async_mocker_answers_a_program(async_client_mocker_factory):
    mocker = async_client_mocker_factory(base_url=URL)
    mocker.products.all().mock(return_value=[{"id": 1}])
    mocker.products["P"].update(return_value={"ok": True}, match_body={"name": "x"})

    async def main():
        client = AsyncConnectClient(KEY, URL)
        rows = [row async for row in client.products.all()]
        return rows, await client.products["P"].update(payload={"name": "x"})

    assert asyncio.run(main()) == ([{"id": 1}], {"ok": True})


def test_async_connections_are_closed_with_their_loop():
    async def main(client):
        return client.session

    client = AsyncConnectClient(KEY, URL)
    sessions = [asyncio.run(main(client)) for _ in range(2)]
    assert [session.is_closed for session in sessions] == [True, True]
    assert sessions[0] is not sessions[1]


def test_a_replaced_seam_answers_a_program():
    client = ConnectClient(KEY, URL, max_retries=0)

    def respond(method, url, kwargs):
        client.response = requests.Response()
        client.response.status_code = 400
        client.response._content = b'{"error_code": "VAL_1", "errors": ["no", "never"]}'
        client.response.headers["Content-Type"] = "application/json"
        client.response.raise_for_status()

    client._execute_http_call = respond
    with pytest.raises(ClientError) as caught:
        client.products.create(payload={})
    assert str(caught.value) == "400 Bad Request: VAL_1 - no,never"


def test_the_classes_of_cnct_are_behind_those_of_the_bridge():
    assert issubclass(ConnectClient, cnct.ConnectClient)
    assert issubclass(AsyncConnectClient, cnct.AsyncConnectClient)
    assert issubclass(R, cnct.R)
    assert inspect.signature(ConnectClient).parameters["max_retries"].default == 3


def python(*arguments, **variables):
    """Run Python, and return its output and errors."""
    import os

    environment = {**os.environ, **variables}
    run = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    return run.stdout + run.stderr


def test_the_finder_answers_at_every_start_of_python():
    code = "import connect.client, cnct; print(connect.client.__file__, cnct.__file__)"
    assert "cnct_connect_client" in python("-c", code)
    assert "_facade.py" in python("-c", code)
    assert "ModuleNotFoundError" in python("-c", code, CNCT_CONNECT_CLIENT="off")


def test_a_client_that_was_imported_before_the_bridge_is_named():
    code = (
        "import sys, types\n"
        "other = types.ModuleType('connect.client'); other.__file__ = '/x/connect/client.py'\n"
        "sys.modules['connect.client'] = other\n"
        "import cnct_connect_client\n"
    )
    assert "import cnct_connect_client first" in python("-S", "-c", f"{_PATHS}{code}")


_PATHS = f"import sys; sys.path[:0] = {sys.path!r}\n"


def test_one_import_does_it_where_pth_files_do_not_run():
    code = "import cnct_connect_client\nfrom connect.client import R\nprint(R(a='b'))\n"
    assert python("-S", "-c", f"{_PATHS}{code}").strip() == "eq(a,b)"


def test_the_wheel_for_clean_environments_is_whole_and_always_the_same(tmp_path):
    from cnct_connect_client.building import build_wheel

    wheel = build_wheel(tmp_path / "a")
    assert wheel.name.startswith("connect_openapi_client-35.0+cnct.")
    assert wheel.read_bytes() == build_wheel(tmp_path / "b").read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        record = archive.read(next(name for name in names if name.endswith("RECORD"))).decode()
        archive.extractall(tmp_path / "c")
    assert all(f"{name}," in record for name in names)
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'c')!r})\nimport connect.client as c\n"
    assert str(tmp_path) in python("-c", f"{code}print(c)\n", CNCT_CONNECT_CLIENT="off")


def test_nothing_is_warned_of_at_the_import():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert python("-W", "error", "-c", "import connect.client, connect.client.testing") == ""


def test_the_facade_of_cnct_is_found_behind_that_of_the_incumbent(tmp_path):
    (tmp_path / "cnct").mkdir()
    (tmp_path / "cnct" / "__init__.py").write_text("from connect.client import ClientError\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport connect.client, cnct\n"
    assert "_facade.py" in python("-c", f"{code}print(cnct.__file__)\n")
    package = Path(cnct_connect_client.__file__).parent
    bridge = shutil.copytree(package, tmp_path / "bridge" / package.name).parent
    alone = f"import sys; sys.path[:] = [{str(tmp_path)!r}, {str(bridge)!r}, *sys.path[1:3]]\n"
    output = python("-S", "-c", f"{alone}import cnct_connect_client, cnct\n")
    assert "the bridge needs cnct: pip install cnct, or set CNCT_CONNECT_CLIENT=off" in output
    status = "from cnct_connect_client.status import answers\nprint(answers()[1].text)\n"
    assert "the bridge needs cnct" in python("-S", "-c", f"{alone}{status}")


def test_the_query_of_a_page_is_told_from_the_rest_of_its_url():
    assert with_params("x?eq(a,1)&limit=2&offset=4&search=a%20b") == (
        "x?eq(a,1)",
        {"limit": 2, "offset": 4, "search": "a b"},
    )
    assert with_params("x?limit=2") == ("x?limit=2", {})


def test_a_replaced_seam_is_not_called_again_by_retries():
    client = ConnectClient(KEY, URL, max_retries=3)
    calls = []

    def respond(method, url, kwargs):
        calls.append(method)
        client.response = requests.Response()
        client.response.status_code = 503

    client._execute_http_call = respond
    with pytest.raises(ClientError):
        client.products["P"].get()
    assert calls == ["get"]


@responses.activate
def test_the_client_of_a_load_test_reports_errors_with_their_response(monkeypatch):
    locust = types.ModuleType("locust")
    locust.HttpUser, locust.events = object, MagicMock()  # the package itself is large
    monkeypatch.setitem(sys.modules, "locust", locust)
    from connect.client.contrib.locust.user import ReportingClient

    responses.add("GET", f"{URL}/products/P", status=404)
    event = MagicMock()
    with pytest.raises(ClientError):
        ReportingClient(URL, event, None, KEY).products["P"].get()
    report = event.fire.call_args.kwargs
    assert isinstance(report["exception"], requests.HTTPError)
    assert (report["response"].status_code, report["name"]) == (404, "/products/P")
