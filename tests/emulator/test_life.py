"""Records that are made, changed and kept; keys; the command line."""

from __future__ import annotations

import json
import threading

import pytest
import requests
from tests.emulator.conftest import Http

from cnct.emulator import Emulator
from cnct.emulator.__main__ import main
from cnct.emulator.inventing.ids import formatted
from cnct.emulator.inventing.recipes import DEFAULT_COUNTS, generate


def test_a_record_lives_from_creation_to_deletion(http):
    made = http.post("products", json={"name": "New", "id": "mine", "events": {"x": 1}})
    assert made.status_code == 201
    product = made.json()
    assert product["id"] == "PRD-000-000-004"
    assert product["status"] == "draft"
    assert set(product["events"]) == {"created", "updated"}
    path = f"products/{product['id']}"
    changed = http.put(path, json={"owner": {"id": "VA-1"}, "id": "other"}).json()
    assert (changed["id"], changed["owner"], changed["name"]) == (
        product["id"],
        {"id": "VA-1"},
        "New",
    )
    assert http.put(path, json={"owner": {"name": "A"}}).json()["owner"] == {
        "id": "VA-1",
        "name": "A",
    }
    assert http.get(path).json()["owner"]["name"] == "A"
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == 404
    assert http.delete(path).json() == {
        "error_code": "CNCT_001",
        "errors": ["Not found."],
        "params": None,
    }


def test_a_reference_to_another_object_replaces_the_object(http):
    path = "products/PRD-000-000-001"
    before = http.get(path).json()["category"]
    renamed = http.put(path, json={"category": {"id": before["id"], "name": "Same"}}).json()
    assert renamed["category"] == {**before, "name": "Same"}
    moved = http.put(path, json={"category": {"id": "CAT-2", "name": "Other"}}).json()["category"]
    assert moved["id"] == "CAT-2"
    after = http.put(path, json={"category": {"id": "CAT-3"}}).json()["category"]
    assert after.get("name") != "Other"


def test_an_id_is_never_given_twice(http):
    assert http.delete("products/PRD-000-000-001").status_code == 204
    made = http.post("products", json={"name": "New"}).json()
    assert made["id"] == "PRD-000-000-004"


def test_many_can_be_made_at_once(http):
    made = http.post("accounts", json=[{"name": "A"}, {"name": "B"}])
    assert [row["id"] for row in made.json()] == ["VA-000-013", "VA-000-014"]


def test_nested_records_belong_to_their_parent(http):
    items = http.get("products/PRD-000-000-001/items").json()
    assert [item["id"][-4:] for item in items] == ["0001", "0002", "0003"]
    made = http.post("products/PRD-000-000-001/items", json={"name": "X"}).json()
    assert made["id"] == "PRD-000-000-001-0004"
    assert len(http.get("products/PRD-000-000-002/items").json()) == 3
    assert http.get(f"products/PRD-000-000-001/items/{made['id']}").status_code == 200
    assert http.get(f"products/PRD-000-000-002/items/{made['id']}").status_code == 404
    assert http.get("products/PRD-999-999-999/items").status_code == 404


def step(http, path, payload=None):
    answer = http.post(path, json=payload)
    return answer.status_code, answer.json()


def test_a_request_goes_its_way(http):
    request = http.post("requests", json={"type": "purchase"}).json()
    path = f"requests/{request['id']}"
    assert request["status"] == "pending"
    assert "created" in request
    assert step(http, f"{path}/inquire")[1]["status"] == "inquiring"
    status, body = step(http, f"{path}/approve", {"template_id": "TL-1"})
    assert status == 400
    assert body["error_code"] == "VAL_001"
    assert body["errors"] == ["status: cannot approve from 'inquiring', only from pending."]
    assert step(http, f"{path}/pend")[1]["status"] == "pending"
    status, body = step(http, f"{path}/approve")
    assert (status, body["errors"]) == (400, ["template_id: This field is required."])
    status, body = step(http, f"{path}/approve", {"template_id": "TL-1"})
    assert (status, body["status"], body["template"]) == (200, "approved", {"id": "TL-1"})


def test_a_refusal_keeps_its_reason(http):
    request = http.get("requests?status=pending&limit=1").json()[0]
    assert step(http, f"requests/{request['id']}/fail", {"reason": "no"})[1]["reason"] == "no"


def test_an_approval_activates_the_subscription(http):
    asset = http.post("subscriptions/assets", json={"external_id": "1"}).json()
    assert asset["status"] == "processing"
    request = http.post("requests", json={"asset": {"id": asset["id"]}}).json()
    http.post(f"requests/{request['id']}/approve", json={"template_id": "TL-1"})
    assert http.get(f"subscriptions/assets/{asset['id']}").json()["status"] == "active"


def test_a_case_has_a_state(http):
    case = http.post("helpdesk/cases", json={"subject": "?"}).json()
    assert case["state"] == "pending"
    assert step(http, f"helpdesk/cases/{case['id']}/resolve")[1]["state"] == "resolved"


def test_an_id_with_a_slash_is_one_id(http):
    assert http.get("products/a%2Fb").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nonsense", None, 404),
        ("PATCH", "products", None, 405),
        ("POST", "products", b"{oops", 400),
        ("POST", "products", b"[]", 400),
        ("POST", "products", b"5", 400),
        ("PUT", "products/PRD-000-000-001", b"[1]", 400),
        ("GET", "products?a", None, 400),
    ],
)
def test_what_makes_no_sense_is_refused(http, method, path, body, status):
    answer = http.request(method, path, data=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error_code", "errors", "params"}


def test_what_is_not_below_the_base_does_not_exist(connect):
    root = connect.endpoint.removesuffix("/public/v1")
    assert (
        requests.get(f"{root}/x", headers={"Authorization": "ApiKey x"}, timeout=5).status_code
        == 404
    )


def test_a_key_is_needed(connect):
    answer = requests.get(f"{connect.endpoint}/products", timeout=5)
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "AUTH_001"


def test_keys_can_be_chosen():
    with Emulator(api_keys={"ApiKey right"}) as connect, Http(connect.endpoint) as http:
        assert http.get("products").status_code == 401
        http.headers["Authorization"] = "ApiKey right"
        assert http.get("products").status_code == 200


def test_a_database_file_survives(tmp_path):
    file = tmp_path / "connect.db"
    with Emulator(database=file) as connect, Http(connect.endpoint) as http:
        product = http.post("products", json={"name": "Kept"}).json()
    with Emulator(database=file) as connect, Http(connect.endpoint) as http:
        assert http.get(f"products/{product['id']}").json()["name"] == "Kept"


def test_a_database_follows_its_document(tmp_path):
    file = tmp_path / "books.db"
    document = {"openapi": "3.0.0", "paths": {"/books": {"get": {}}, "/books/{id}": {"get": {}}}}
    name = {"name": "title", "in": "query", "description": "**lookups:** eq"}
    spec = tmp_path / "spec.json"
    for parameters in ([], [name]):
        document["paths"]["/books"]["get"]["parameters"] = parameters
        spec.write_text(json.dumps(document))
        records = {"books": [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}]}
        with Emulator(spec=spec, records=records, database=file) as connect:
            with Http(connect.endpoint) as http:
                expected = 1 if parameters else 2
                assert len(http.get("books?title=a").json()) == expected


def test_the_same_seed_invents_the_same_world():
    assert generate(DEFAULT_COUNTS, 7) == generate(DEFAULT_COUNTS, 7)
    assert generate(DEFAULT_COUNTS, 7) != generate(DEFAULT_COUNTS, 8)


def test_invented_relations_hold():
    rows = generate({**DEFAULT_COUNTS, "requests": 200, "products": 9})
    assets = {asset["id"]: asset for asset in rows["subscriptions/assets"]}
    products = {product["id"] for product in rows["products"]}
    assert len(rows["requests"]) == 200
    for request in rows["requests"]:
        asset = assets[request["asset"]["id"]]
        assert asset["product"]["id"] in products
        own = {item["id"] for item in rows[f"products/{asset['product']['id']}/items"]}
        assert {item["id"] for item in asset["items"]} <= own
    assert generate({"requests": 2}).keys() == {"requests"}


@pytest.mark.parametrize("counts", [{"nonsense": 1}, {"requests": -1}])
def test_what_cannot_be_invented_is_named(counts):
    with pytest.raises(ValueError, match="generate"):
        generate(counts)


def test_ids_grow_beyond_their_format():
    assert formatted("marketplaces", 1_234_567) == "MP-1234567"
    assert formatted("item-groups", 12) == "IGX-000-000-012"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"records": {"nonsense": []}}, "no collection 'nonsense'"),
        ({"records": {"products/PRD-1": []}}, "no collection 'products/PRD-1'"),
    ],
)
def test_records_need_a_collection(arguments, message):
    with pytest.raises(ValueError, match=message):
        Emulator(**arguments)


@pytest.mark.parametrize("text", ["swagger: '2.0'", "- a list", "a: [b"])
def test_a_spec_must_be_openapi_3(tmp_path, text):
    spec = tmp_path / "spec.yml"
    spec.write_text(text)
    with pytest.raises(ValueError, match=r"no OpenAPI 3 document|not valid YAML"):
        Emulator(spec=spec)


def test_a_spec_must_be_there():
    with pytest.raises(ValueError, match=r"nowhere\.yml"):
        Emulator(spec="nowhere.yml")


def test_a_records_file_must_be_an_object(tmp_path):
    records = tmp_path / "records.json"
    records.write_text("[]")
    with pytest.raises(ValueError, match="JSON object of lists"):
        Emulator(records=records)


def test_the_records_of_other_collections_are_invented_and_refer_to_the_supplied_ones(tmp_path):
    records = tmp_path / "records.json"
    records.write_text('{"products": [{"id": "PRD-1", "name": "Only"}]}')
    with Emulator(records=records) as connect, Http(connect.endpoint) as http:
        assert [row["id"] for row in http.get("products").json()] == ["PRD-1"]
        products = [row["asset"]["product"] for row in http.get("requests").json()]
        assert products == [{"id": "PRD-1", "name": "Only", "status": ""}] * 60
        assert [item["name"] for item in http.get("products/PRD-1/items").json()] == [
            "Only Basic",
            "Only Standard",
            "Only Premium",
        ]


@pytest.mark.parametrize(
    "records",
    [
        {"subscriptions/assets": [{"id": "AS-1"}]},
        {"accounts": [{"name": "without an id"}]},
        {"products": [{"id": "PRD-1", "status": "draft"}], "products/PRD-1/items": []},
        {"requests": []},
    ],
)
def test_supplied_collections_stay_as_they_are(records):
    with Emulator(records=records) as connect, Http(connect.endpoint) as http:
        assert {path: http.get(path).json() for path in records} == records
        assert len(http.get("listings").json()) == 4


def test_records_are_invented_beside_supplied_ones_if_asked_for():
    records = {"products": [{"id": "PRD-1", "name": "Own"}]}
    generate = {"products": 2, "products/PRD-1/actions": 5}
    with Emulator(records=records, generate=generate) as connect, Http(connect.endpoint) as http:
        names = {row["name"] for row in http.get("products").json()}
        assert names == {"Own", "Cloud Backup", "Mail Suite"}
        assert len(http.get("products/PRD-1/actions").json()) == 5


def test_without_any_records_there_are_none():
    with Emulator(records={}) as connect, Http(connect.endpoint) as http:
        assert http.get("requests").json() == http.get("products").json() == []


def test_a_file_keeps_the_supplied_records_and_those_that_were_invented(tmp_path):
    file, paths = tmp_path / "connect.db", ("products", "requests", "products/PRD-1/items")
    worlds = []
    for options in ({"records": {"products": [{"id": "PRD-1"}]}}, {"seed": 2}):
        with Emulator(database=file, **options) as connect, Http(connect.endpoint) as http:
            worlds.append([http.get(path).json() for path in paths[: len(worlds) + 2]])
    assert worlds[0] == worlds[1][:2]
    assert len(worlds[1][2]) == 3


def test_two_records_with_one_id_are_refused():
    with pytest.raises(Exception, match="UNIQUE"):
        Emulator(records={"products": [{"id": "P"}, {"id": "P"}]})


def test_the_endpoint_is_known_while_it_runs():
    emulator = Emulator()
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.endpoint
    emulator.stop()
    emulator.stop()


def test_a_port_that_is_taken_is_told(connect):
    port = int(connect.endpoint.split(":")[2].split("/")[0])
    other = Emulator(port=port)
    with pytest.raises(OSError, match="in use"):
        other.start()
    other.stop()


def test_a_start_that_fails_is_told(monkeypatch):
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    with pytest.raises(RuntimeError, match="did not start"):
        Emulator().start()


class Waiting:
    """Stands for the wait until Ctrl-C: calls the emulator once, then ends."""

    def __init__(self, capsys) -> None:
        self._capsys = capsys
        self.total = ""

    def wait(self) -> None:
        endpoint = self._capsys.readouterr().out.split()[3]
        with Http(endpoint) as http:
            self.total = http.get("requests?limit=0").headers["Content-Range"]
        raise KeyboardInterrupt


def test_the_command_serves_until_ctrl_c(capsys):
    waiting = Waiting(capsys)
    main(["--port", "0", "--generate", "requests=75"], waiting)
    assert waiting.total == "items 0-0/75"


def test_the_command_stops_when_told(capsys):
    done = threading.Event()
    done.set()
    main(["--port", "0"], done)
    assert "Connect is at http://127.0.0.1" in capsys.readouterr().out


@pytest.mark.parametrize("count", ["requests", "requests=many", "=5"])
def test_the_command_names_a_bad_count(count, capsys):
    with pytest.raises(SystemExit):
        main(["--generate", count])
    assert "is not like requests=5000" in capsys.readouterr().err


def test_the_default_world_has_a_draft_of_a_vendor_and_its_translations():
    with Emulator() as connect, Http(connect.endpoint) as http:
        (draft,) = http.get("products?eq(visibility.owner,true)&eq(status,draft)").json()
        assert draft["version"] is None
        assert http.get(f"accounts/{draft['owner']['id']}").json()["type"] == "vendor"
        query = f"eq(context.instance_id,{draft['id']})&eq(primary,true)"
        assert len(http.get(f"localization/translations?{query}").json()) == 1
