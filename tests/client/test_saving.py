"""Writes that read first: changed fields only, get or create, and resources that have moved."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import warnings

import pytest
from tests.conftest import KEY, json_answer

from cnct import (
    AmbiguousWriteError,
    Answer,
    ChangedResourceError,
    ClientError,
    ConnectClient,
    InvalidCallWarning,
    NotFoundError,
    NotOneError,
    RetryPolicy,
)
from cnct.client.saving.upserted import Upserted
from cnct.emulator import Emulator
from cnct.testing import AsyncConnectClientMocker, ConnectClientMocker

PARAMS = [
    {"id": "a", "type": "text", "value": "1"},
    {"id": "b", "type": "password", "value": "horse"},
]
THEIRS = {"id": "1", "code": "A", "name": "Theirs"}
OFFLINE = ConnectClient(KEY, "http://127.0.0.1:1", use_specs=False)
ANSWER = Answer({}, 200, {}, None, 1, 0.1, "http://127.0.0.1:1", "GET")
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def emulator():
    with Emulator(records={}, etags=True) as emulator:
        yield emulator


@pytest.fixture
def connect(emulator):
    emulator.requests.clear()
    return emulator


@pytest.fixture
def product(connect):
    """Insert a product with three items, and return its id."""
    name = f"PRD-{next(numbers)}"
    connect.insert("products", {"id": name, "name": "One", "version": 1, "stats": {"items": 3}})
    items = [("0001", "A"), ("0002", "B"), ("0003", "B")]
    rows = [{"id": f"{name}-{end}", "mpn": mpn, "name": "Basic"} for end, mpn in items]
    connect.insert(f"products/{name}/items", *rows)
    return name


@pytest.fixture
def request_id(connect):
    """Insert a request with parameters, and return its id."""
    name = f"PR-{next(numbers)}"
    asset = {"id": f"AS-{name}", "params": PARAMS}
    connect.insert("requests", {"id": name, "status": "pending", "asset": asset})
    return name


@pytest.fixture
def asker(connect, world):
    return world.client(KEY, connect.endpoint)


def sent(connect):
    """Return the writes that reached the emulator, with their payloads."""
    writes = [call for call in connect.requests if call.method != "GET"]
    return [(call.method, call.path, json.loads(call.body)) for call in writes]


class TestChangedOnly:
    def test_an_update_sends_only_what_differs(self, connect, asker, product):
        resource = asker.products[product]
        row = {**resource.get(), "name": "Two"}
        assert resource.update(row, changed_only=True)["name"] == "Two"
        assert sent(connect) == [("PUT", f"products/{product}", {"name": "Two"})]

    def test_an_update_sends_nothing_if_nothing_differs(self, connect, asker, product):
        resource = asker.products[product]
        row = resource.get()
        assert resource.update({**row, "version": "1"}, changed_only=True) == row
        assert sent(connect) == []

    def test_parameters_are_merged_by_id(self, connect, asker, request_id):
        resource = asker.requests[request_id]
        asset = {"params": [{"id": "a", "value": "3"}, {"id": "b", "value": "horse"}]}
        after = resource.update({"asset": asset}, changed_only=True)
        assert sent(connect)[0][2] == {"asset": {"params": [{"id": "a", "value": "3"}]}}
        assert [param["value"] for param in after["asset"]["params"]] == ["3", "horse"]

    def test_arguments_of_the_call_reach_both_calls(self, connect, asker, product):
        headers = {"X-Request-ID": "17"}
        asker.products[product].update({"name": "Two"}, changed_only=True, headers=headers)
        assert [call.headers["x-request-id"] for call in connect.requests] == ["17", "17"]

    def test_fields_of_the_server_are_left_out_by_the_document(self, connect, world, product):
        client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
        resource = client.products[product]
        row = resource.get()
        moved = {"events": {"created": {"at": "2020-01-01T00:00:00Z"}}}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert resource.update({**row, **moved}, changed_only=True) == row
        assert sent(connect) == []

    def test_a_resource_without_a_response_to_the_update_is_read_again(self, sync_remote, server):
        rows = iter([{"id": "1", "name": "A"}, {"id": "1", "name": "B"}])
        server.answer = lambda got: (
            json_answer(next(rows)) if got.method == "GET" else (204, {}, b"")
        )
        assert sync_remote.things["1"].update({"name": "B"}, changed_only=True)["name"] == "B"


class TestMistakes:
    @pytest.mark.parametrize(
        ("payload", "options", "kind", "message"),
        [
            (
                None,
                {},
                TypeError,
                "payload must be a dictionary of fields to compare, not NoneType",
            ),
            ([{}], {}, TypeError, "payload must be a dictionary of fields to compare, not list"),
            ({}, {"changed_only": 1}, TypeError, "changed_only must be True or False"),
            ({None: ["x"]}, {}, TypeError, "payload has a field named None, .* put quotes around"),
            ({5: "x"}, {}, TypeError, "payload has a field name that is no text: 5. Write '5'"),
            ({}, {"json": {}}, ValueError, "A call has one body: pass either payload or json"),
            (
                {},
                {"unless_changed_since": "now"},
                TypeError,
                "not str, such as resource.get",
            ),
            ({}, {"unless_changed_since": ANSWER}, TypeError, "not Answer: pass answer.value"),
            ({}, {"unless_changed_since": {}}, ValueError, "has no fields to compare"),
        ],
    )
    def test_a_mistake_of_an_update_is_named(self, payload, options, kind, message):
        with pytest.raises(kind, match=message):
            OFFLINE.products["PRD-1"].update(payload, **{"changed_only": True, **options})

    def test_a_key_that_is_no_argument_is_answered_with_the_call(self):
        remedy = r"'by': write client\.products\.get_or_create\(\{'external_id': 'A'\}, "
        with pytest.raises(TypeError, match=remedy):
            OFFLINE.products.get_or_create(external_id="A")
        with pytest.raises(TypeError, match=r"'payload': write client\.products\.update_or_create"):
            OFFLINE.products.update_or_create({"name": "A"})

    def test_another_resource_is_refused(self, connect, asker, product):
        with pytest.raises(
            ValueError, match=f"The payload is that of PRD-X, but products/{product}"
        ):
            asker.products[product].update({"id": "PRD-X"}, changed_only=True)
        with pytest.raises(ValueError, match=f"is the row of PRD-X, but products/{product}"):
            asker.products[product].update({}, unless_changed_since={"id": "PRD-X"})
        assert sent(connect) == []

    def test_the_row_that_was_changed_cannot_be_compared_with_itself(self):
        row = {"id": "PRD-1", "name": "Two"}
        with pytest.raises(ValueError, match="are one object, which has your changes already"):
            OFFLINE.products["PRD-1"].update(row, unless_changed_since=row)

    def test_a_response_that_is_no_object_cannot_be_compared(self, sync_remote, server):
        server.answer = lambda _: json_answer([1])
        with pytest.raises(ClientError, match="things/1 is no JSON object"):
            sync_remote.things["1"].update({"name": "B"}, changed_only=True)

    @pytest.mark.parametrize(
        ("by", "payload", "kind", "message"),
        [
            ("mnp", {"mpn": "A"}, ValueError, "payload has no 'mnp', by which .*: value}. .*'mpn'"),
            ("a__b", {"a": {"b": 1}}, ValueError, "by names the field 'a__b': write 'a.b'"),
            ({"a__b": 1}, {}, ValueError, "by names the field 'a__b': write 'a.b'"),
            ("mpn", {"mpn": None}, ValueError, "mpn of by is None, which does not identify"),
            ("mpn", {"mpn": ""}, ValueError, "mpn of by is '', which does not identify"),
            ("mpn", {"mpn": ["A"]}, TypeError, "mpn of by must be a text, a number or a date"),
            ("mpn", None, TypeError, "payload must be a dictionary of fields to compare"),
            ("mpn", {"mpn": "A", None: ["x"]}, TypeError, "payload has a field named None"),
            (["mpn", 7], {"mpn": "A"}, TypeError, "by must name fields by text, not int"),
            ({7: "A"}, {}, TypeError, "by must name fields by text, not int"),
            (None, {}, TypeError, "by must be the name of a field, .*, not NoneType"),
            ([], {}, ValueError, "by names no field: write by='external_id'"),
            ("", {}, ValueError, "by names the field '', in which a part is empty: write by='ext"),
            ("mpn,unit", {"mpn": "A"}, ValueError, r"no 'mpn,unit', .* Write \['mpn', 'unit'\]."),
            ("unit", {"unit": {"id": 1}}, TypeError, "a date, not dict: write 'unit.id'"),
            ({"mpn": "A"}, {"mpn": "B"}, ValueError, "by has mpn='A', but payload has 'B'"),
            ("unit.id", {"unit": 1}, ValueError, "payload has no 'unit.id'"),
        ],
    )
    def test_a_mistake_of_an_upsert_is_named(self, by, payload, kind, message):
        with pytest.raises(kind, match=message):
            OFFLINE.products.update_or_create(by, payload)


class TestUnlessChangedSince:
    def test_a_resource_that_stayed_is_updated(self, connect, asker, product):
        resource = asker.products[product]
        row = resource.get()
        assert resource.update({"name": "Two"}, unless_changed_since=row)["name"] == "Two"
        put = next(call for call in connect.requests if call.method == "PUT")
        assert put.headers["if-match"].startswith('"')

    def test_a_row_of_a_list_has_enough_fields(self, asker, product):
        row = asker.products.filter(id=product).select("-category").first()
        assert asker.products[product].update({"name": "Two"}, unless_changed_since=row)

    def test_a_resource_that_moved_is_not_written(self, connect, asker, product):
        resource = asker.products[product]
        row = resource.get()
        resource.update({"name": "Theirs"})
        connect.requests.clear()
        with pytest.raises(
            ChangedResourceError, match=r"changed since .*: name: 'One' -> 'Theirs'"
        ) as caught:
            resource.update({"name": "Mine"}, unless_changed_since=row, changed_only=True)
        assert sent(connect) == []
        error = pickle.loads(pickle.dumps(caught.value))
        assert error.row["name"] == "Theirs"
        assert error.status_code is None
        assert "name" in [change.path for change in error.difference]
        assert asker.products[product].get()["name"] == "Theirs"

    def test_an_added_parameter_counts_and_a_password_is_not_shown(self, asker, request_id):
        resource = asker.requests[request_id]
        row = copy.deepcopy(resource.get())
        row["asset"]["params"][1]["value"] = "battery"
        del row["asset"]["params"][0]
        with pytest.raises(ChangedResourceError) as caught:
            resource.update({"note": "x"}, unless_changed_since=row)
        text = str(caught.value)
        assert "params[a]: None -> {'id': 'a'" in text
        assert "horse" not in text
        assert "battery" not in text

    def test_a_message_is_bounded(self, sync_remote, server):
        now = {f"field{number}": number for number in range(9)}
        server.answer = lambda _: json_answer(now)
        with pytest.raises(ChangedResourceError, match="field4: None -> 4; and 4 more"):
            sync_remote.things["1"].update({}, unless_changed_since=dict.fromkeys(now))

    @pytest.mark.parametrize("tag", ['W/"weak"', "", 'a"b', None])
    def test_only_a_strong_tag_is_a_condition(self, sync_remote, server, tag):
        headers = {} if tag is None else {"ETag": tag}
        server.answer = lambda _: json_answer({"id": "1"}, **headers)
        sync_remote.things["1"].update({"name": "B"}, unless_changed_since={"id": "1"})
        assert "If-Match" not in server.got[-1].headers

    def test_the_server_decides_if_it_has_tags(self, remote, server):
        rows = [{"id": "1", "name": "A"}, {"id": "1", "name": "B"}]
        reads = iter(rows)

        def answer(got):
            if got.method == "GET":
                return json_answer(next(reads), ETag='"7"')
            assert got.headers["If-Match"] == '"7"'
            return json_answer({"errors": ["moved"]}, 412)

        server.answer = answer
        with pytest.raises(ChangedResourceError, match="name: 'A' -> 'B'") as caught:
            remote.things["1"].update({"name": "C"}, unless_changed_since=rows[0])
        assert caught.value.status_code == 412
        assert isinstance(caught.value.__cause__, ClientError)
        assert caught.value.row == rows[1]

    @pytest.mark.parametrize("name", ["C", "D"])
    def test_an_own_attempt_whose_response_was_lost_has_not_moved_the_resource(self, server, name):
        after = {"id": "1", "name": name}
        reads = [json_answer({"id": "1"}, ETag='"7"'), json_answer(after, ETag='"8"')]
        answers_of(server, reads[0], None, json_answer({}, 412), reads[1])
        options = {"max_retries": 1, "retry": RetryPolicy(base=0), "use_specs": False}
        with ConnectClient(KEY, server.endpoint, **options) as client:
            resource = client.things["1"]
            if name == "C":
                assert resource.update({"name": "C"}, unless_changed_since={"id": "1"}) == after
            else:
                with pytest.raises(ChangedResourceError):
                    resource.update({"name": "C"}, unless_changed_since={"id": "1"})

    def test_a_refusal_is_the_error_even_if_the_resource_is_gone(self, sync_remote, server):
        answers = iter([json_answer({"id": "1"}, ETag='"7"'), json_answer({}, 412), (404, {}, b"")])
        server.answer = lambda _: next(answers)
        with pytest.raises(
            ChangedResourceError, match=r"since it was read\. Read it again"
        ) as caught:
            sync_remote.things["1"].update({"name": "C"}, unless_changed_since={"id": "1"})
        assert caught.value.row is None
        assert not caught.value.difference

    def test_a_refusal_without_a_visible_change_says_so(self, sync_remote, server):
        row = {"id": "1", "name": "A"}
        server.answer = lambda got: json_answer(
            row, 412 if got.method == "PUT" else 200, ETag='"7"'
        )
        with pytest.raises(ChangedResourceError, match=r"by its ETag, though all fields of your"):
            sync_remote.things["1"].update({"name": "C"}, unless_changed_since=row)

    def test_other_errors_of_the_update_stay_as_they_are(self, sync_remote, server):
        answers = iter([json_answer({"id": "1"}), json_answer({"error_code": "VAL_001"}, 400)])
        server.answer = lambda _: next(answers)
        with pytest.raises(ClientError, match="VAL_001") as caught:
            sync_remote.things["1"].update({"name": "C"}, unless_changed_since={"id": "1"})
        assert type(caught.value) is ClientError
        answers = iter([json_answer({"id": "1"}), json_answer({}, 412)])
        with pytest.raises(ClientError) as caught:
            sync_remote.things["1"].update({"name": "C"}, changed_only=True)
        assert type(caught.value) is ClientError

    def test_a_condition_of_the_user_is_kept(self, connect, asker, product):
        resource = asker.products[product]
        row = resource.get()
        with pytest.raises(ChangedResourceError) as caught:
            resource.update({"name": "B"}, unless_changed_since=row, headers={"if-match": '"0"'})
        assert caught.value.status_code == 412
        resource.update({"name": "B"}, unless_changed_since=row, headers={"If-Match": "*"})
        reads = [call for call in connect.requests if call.method == "GET"]
        assert [call for call in reads if "if-match" in call.headers] == []


class TestUpserts:
    def test_a_missing_resource_is_created(self, connect, asker, product):
        items = asker.products[product].items
        result = items.update_or_create("mpn", {"mpn": "C", "name": "New"})
        row, created = result
        assert (row["name"], created, result.changed) == ("New", True, True)
        assert repr(result) == f"<Upserted {row['id']}: created>"
        assert [write[0] for write in sent(connect)] == ["POST"]

    def test_an_existing_resource_is_updated_where_it_differs(self, connect, asker, product):
        items = asker.products[product].items
        result = items.update_or_create(by="mpn", payload={"mpn": "A", "name": "New"})
        assert (result.row["name"], result.created, result.changed) == ("New", False, True)
        assert [change.path for change in result.difference] == ["name"]
        path = f"products/{product}/items/{product}-0001"
        assert sent(connect) == [("PUT", path, {"name": "New"})]
        assert repr(result) == f"<Upserted {product}-0001: updated>"

    def test_an_equal_resource_is_left_alone_after_one_call(self, connect, asker, product):
        result = asker.products[product].items.update_or_create(
            "mpn", {"mpn": "A", "name": "Basic"}
        )
        assert (result.created, result.changed) == (False, False)
        assert repr(result) == f"<Upserted {product}-0001: unchanged>"
        assert len(connect.requests) == 1

    def test_an_existing_resource_is_returned(self, connect, asker, product):
        items = asker.products[product].items
        row, created = items.get_or_create({"mpn": "A"}, {"name": "Other"})
        assert (row["name"], created) == ("Basic", False)
        row, created = items.get_or_create(["mpn", "name"], {"mpn": "A", "name": "Basic"})
        assert created is False
        assert sent(connect) == []

    def test_a_create_has_the_key_and_the_defaults(self, asker, product):
        items = asker.products[product].items
        defaults = {"name": "New", "unit": {"name": "User"}}
        row, created = items.get_or_create({"mpn": "D", "unit.id": "user"}, defaults)
        assert created
        assert row["unit"] == {"id": "user", "name": "User"}
        assert defaults == {"name": "New", "unit": {"name": "User"}}
        assert items.get_or_create({"mpn": "D"}) == (row, False)

    def test_two_resources_with_the_key_are_refused(self, connect, asker, product):
        with pytest.raises(NotOneError, match=r"eq\(mpn,B\) returns 2 resources, .* in by="):
            asker.products[product].items.update_or_create("mpn", {"mpn": "B", "name": "New"})
        assert sent(connect) == []

    def test_the_id_of_a_payload_from_elsewhere_is_not_sent_to_an_update(
        self, connect, asker, product
    ):
        payload = {"id": "elsewhere", "mpn": "A", "name": "New"}
        asker.products[product].items.update_or_create("mpn", payload)
        assert sent(connect)[0][2] == {"name": "New"}

    def test_a_result_pickles_and_copies(self, asker, product):
        result = asker.products[product].items.update_or_create("mpn", {"mpn": "A", "name": "New"})
        for twin in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
            assert twin == result
            assert isinstance(twin, Upserted)
            assert twin.changed
        assert repr(Upserted(None, created=True)) == "<Upserted None: created>"


def answers_of(server, *answers):
    """Let the server return these in turn, and count the calls."""
    rest = iter(answers)
    server.answer = lambda _: next(rest)


def page(*rows):
    return json_answer([*rows], Content_Range=f"items 0-{max(len(rows) - 1, 0)}/{len(rows)}")


class TestRaces:
    def test_a_create_that_another_program_was_faster_with_finds_the_resource(
        self, sync_remote, server
    ):
        answers_of(server, page(), json_answer({"errors": ["exists"]}, 409), page(THEIRS))
        assert sync_remote.things.get_or_create("code", {"code": "A"}) == (THEIRS, False)
        mine = {**THEIRS, "name": "Mine"}
        refused = json_answer({"errors": ["exists"]}, 400)
        answers_of(server, page(), refused, page(THEIRS), json_answer(THEIRS), json_answer(mine))
        result = sync_remote.things.update_or_create("code", {"code": "A", "name": "Mine"})
        assert result == (mine, False)
        assert result.changed
        assert json.loads(server.got[-1].body) == {"name": "Mine"}

    @pytest.mark.parametrize("method", ["get_or_create", "update_or_create"])
    def test_a_create_without_a_response_is_followed_by_a_search(self, remote, server, method):
        answers_of(server, page(), (204, {}, b""), page(THEIRS))
        result = getattr(remote.things, method)("code", {"code": "A"})
        assert result == (THEIRS, True)
        answers_of(server, page(), (204, {}, b""), page())
        with pytest.raises(
            ClientError, match=r"things\?eq\(code,A\) has no resource after its cre"
        ):
            getattr(remote.things, method)("code", {"code": "A"})

    def test_a_create_that_is_refused_for_another_reason_raises_its_error(
        self, sync_remote, server
    ):
        answers_of(server, page(), json_answer({"errors": ["name: bad"]}, 400), page())
        with pytest.raises(ClientError, match="name: bad"):
            sync_remote.things.get_or_create("code", {"code": "A"})
        answers_of(server, page(), json_answer({}, 403))
        with pytest.raises(ClientError) as caught:
            sync_remote.things.get_or_create("code", {"code": "A"})
        assert caught.value.status_code == 403

    def test_a_create_that_may_have_been_done_is_searched_and_not_repeated(self, remote, server):
        answers_of(server, page(), None, page(THEIRS))
        assert remote.things.get_or_create("code", {"code": "A"}) == (THEIRS, True)
        answers_of(server, page(), None, page())
        with pytest.raises(AmbiguousWriteError):
            remote.things.get_or_create("code", {"code": "A"})
        assert [got.method for got in server.got] == ["GET", "POST", "GET"] * 2

    def test_a_server_that_ignores_the_filter_is_noticed(self, sync_remote, server):
        answers_of(server, page({"id": "1", "code": "B"}))
        with pytest.raises(ClientError, match=r"eq\(code,A\) returned 1, with code='B'"):
            sync_remote.things.update_or_create("code", {"code": "A"})
        answers_of(server, page({"id": "1", "code": None}))
        with pytest.raises(ClientError, match=r"returned 1, with code=None"):
            sync_remote.things.update_or_create("code", {"code": "A"})
        answers_of(server, page({"id": "1", "name": "A"}))
        with pytest.raises(ClientError, match=r"returned 1, with no code to compare"):
            sync_remote.things.update_or_create("code", {"code": "A"})
        answers_of(server, page({"id": "1", "codes": {"main": 7}}))
        assert not sync_remote.things.get_or_create({"codes.main": "7"}).created

    def test_a_resource_without_an_id_cannot_be_updated(self, sync_remote, server):
        answers_of(server, page({"code": "A"}))
        with pytest.raises(ClientError, match="without an id to update"):
            sync_remote.things.update_or_create("code", {"code": "A", "name": "Mine"})

    def test_a_resource_that_is_deleted_meanwhile_is_an_error(self, sync_remote, server):
        answers_of(server, page(THEIRS), (404, {}, b""))
        with pytest.raises(NotFoundError):
            sync_remote.things.update_or_create("code", {"code": "A", "name": "Mine"})


def json_body(schema):
    return {"content": {"application/json": {"schema": schema}}}


class TestOtherClients:
    def test_with_response_returns_the_answer_to_the_last_call(self, asker, product):
        resource = asker.with_response.products[product]
        answer = resource.update({"name": "Two"}, changed_only=True)
        assert (answer.method, answer.status, answer.value["name"]) == ("PUT", 200, "Two")
        answer = resource.update({"name": "Two"}, changed_only=True)
        assert (answer.method, answer.value["name"]) == ("GET", "Two")
        _, created = asker.with_response.products[product].items.get_or_create({"mpn": "A"})
        assert not created

    def test_a_dry_run_reads_and_records(self, connect, asker, product):
        dry = asker.dry_run()
        items = dry.products[product].items
        items.update_or_create("mpn", {"mpn": "A", "name": "New"})
        _, created = items.get_or_create({"mpn": "D"}, {"name": "New"})
        stale = asker.products[product].get()
        dry.products[product].update({"name": "Two"}, changed_only=True)
        dry.products[product].update({"name": "One"}, changed_only=True)
        dry.products[product].update({"name": "Two"}, unless_changed_since=stale)
        assert created
        assert sent(connect) == []
        assert [(call.method, call.payload) for call in dry.calls] == [
            ("PUT", {"name": "New"}),
            ("POST", {"name": "New", "mpn": "D"}),
            ("PUT", {"name": "Two"}),
            ("PUT", {"name": "Two"}),
        ]
        with pytest.raises(ChangedResourceError):
            dry.products[product].update({}, unless_changed_since={**stale, "name": "0"})
        assert dry.apply().failures[0].error.status_code == 412  # by the If-Match of the last

    def test_each_call_can_be_mocked(self, world):
        mocker = {"sync": ConnectClientMocker, "async": AsyncConnectClientMocker}[world.name]
        with mocker("https://localhost/public/v1") as mocks:
            product = mocks.products["PRD-1"]
            product.get(return_value={"id": "PRD-1", "name": "A"})
            product.update(match_body={"name": "B"}, return_value={"id": "PRD-1", "name": "B"})
            mocks.products.filter(name="C").one().mock(return_value=[])
            mocks.products.create(match_body={"name": "C"}, return_value={"id": "PRD-2"})
            client = world.client(KEY, "https://localhost/public/v1")
            assert client.products["PRD-1"].update({"id": "PRD-1", "name": "B"}, changed_only=True)
            assert client.products.get_or_create({"name": "C"}) == ({"id": "PRD-2"}, True)

    def test_a_document_warns_of_fields_that_it_does_not_let_set(self, shop_document):
        hat = {"id": "H-1", "name": "A", "status": "new"}
        with Emulator(spec=shop_document, records={"hats": [hat]}) as shop:
            client = ConnectClient(KEY, shop.endpoint, specs_location=shop_document)
            with pytest.warns(InvalidCallWarning, match="PUT hats/H-1 leaves out status: the doc"):
                after = client.hats["H-1"].update({"status": "old", "name": "B"}, changed_only=True)
            assert after == {**hat, "name": "B"}
            quiet = client.with_options(validate="off")
            assert quiet.hats["H-1"].update({"status": "old"}, changed_only=True)

    def test_a_create_leaves_out_fields_of_the_server(self, shop_document, server):
        answers = iter([page(), json_answer({"id": "H-1", "name": "A"}, 201)])
        server.answer = lambda _: next(answers)
        client = ConnectClient(KEY, server.endpoint, specs_location=shop_document)
        with pytest.warns(InvalidCallWarning, match="POST hats leaves out status: the document"):
            client.hats.get_or_create({"code": "A"}, {"id": "H-9", "name": "A", "status": "old"})
        assert json.loads(server.got[-1].body) == {"name": "A", "code": "A"}

    def test_a_resource_cannot_be_created_with_an_id_of_the_server(self, shop_document, server):
        server.answer = lambda _: page()
        client = ConnectClient(KEY, server.endpoint, specs_location=shop_document)
        with pytest.raises(ValueError, match="hats has no resource with the id 'H-9', and the se"):
            client.hats.get_or_create({"id": "H-9"}, {"name": "A"})
        assert [got.method for got in server.got] == ["GET"]

    def test_a_documented_key_need_not_be_in_the_rows(self, shop_document, server):
        server.answer = lambda _: page({"id": "H-1"})
        client = ConnectClient(KEY, server.endpoint, specs_location=shop_document)
        assert client.hats.get_or_create({"code": "A"}).row == {"id": "H-1"}


@pytest.fixture
def shop_document(tmp_path):
    text = {"type": "string"}
    response = {"type": "object", "properties": {"id": text, "name": text, "status": text}}
    payload = {"type": "object", "properties": {"name": text}}
    create = {"type": "object", "properties": {"name": text, "code": text}}
    answer = {"responses": {"200": json_body(response)}}
    rows = {"responses": {"200": json_body({"type": "array", "items": response})}}
    code = {"name": "code", "in": "query", "schema": text, "description": "**lookups:** eq"}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/hats": {
                "get": {**rows, "parameters": [code, {**code, "name": "id"}]},
                "post": {**answer, "requestBody": json_body(create)},
            },
            "/hats/{id}": {"get": answer, "put": {**answer, "requestBody": json_body(payload)}},
        },
    }
    spec = tmp_path / "shop.json"
    spec.write_text(json.dumps(document), encoding="utf-8")
    return spec
