"""Parameters by id: reading, changing, and the payload of the update."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnct
from cnct import ConnectClient, UnknownParameterError
from cnct.emulator import Emulator

ADDRESS = {"city": "Graz", "country": "AT"}
ENTRIES = [
    {"id": "seats", "type": "text", "value": "10", "title": "Seats"},
    {"id": "office", "type": "address", "value": "", "structured_value": ADDRESS},
    {"id": "secret", "type": "password", "value": "s3cr3t-pass"},
    {"id": "domain", "type": "domain", "value": "", "value_error": "is taken"},
]
ASSET = {"id": "AS-1", "params": ENTRIES}
REQUEST = {"id": "PR-1", "asset": {**ASSET, "configuration": {"params": [{"id": "region"}]}}}


def test_values_are_read_by_id_like_a_dictionary():
    values = cnct.params(ASSET)
    assert values["seats"] == "10"
    assert values["office"] == ADDRESS
    assert values.get("color", "blue") == "blue"
    assert "seats" in values
    assert "color" not in values
    assert [*values] == ["seats", "office", "secret", "domain"]
    assert len(values) == 4
    assert values.entry("seats")["title"] == "Seats"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (ASSET, ("asset",)),  # no call updates an asset but that of a request
        (REQUEST, ("asset",)),
        ({"id": "TC-1", "params": ENTRIES}, ()),
        ({"id": "TCR-1", "params": ENTRIES, "configuration": {"params": ENTRIES}}, ()),
        ({"configuration": {"parent": {"params": ENTRIES}}}, ("configuration", "parent")),
        ({"params": "of another kind", "asset": ASSET}, ("asset",)),
    ],
)
def test_the_payload_has_the_place_of_the_parameters(row, place):
    values = cnct.params(row)
    values["seats"] = 12
    payload = values.payload()
    for name in place:
        assert [*payload] == [name]
        payload = payload[name]
    assert payload == {"params": [{"id": "seats", "value": "12"}]}


def test_another_place_is_passed():
    assert [*cnct.params(REQUEST, at="asset.configuration")] == ["region"]
    assert len(cnct.params(ASSET, at="")) == 4


def test_only_changes_are_in_the_payload():
    nothing = {"id": "nothing", "value": None, "structured_value": None, "value_error": None}
    values = cnct.params({"params": [*ENTRIES, nothing]})
    assert dict(values)["nothing"] is None
    values["nothing"] = None
    values.refuse("nothing", "")
    values["seats"] = "10"
    values["office"] = dict(ADDRESS)
    values.refuse("domain", "is taken")
    values.refuse("seats", "")
    assert values.payload() == {}
    values["seats"] = "11"
    values["seats"] = "10"
    assert values.payload() == {}


def test_a_value_and_an_error_of_a_parameter_go_together():
    values = cnct.params(REQUEST)
    values["domain"] = "example.com"
    values.refuse("domain", "")
    values.refuse("seats", "at most 5")
    values.update({"office": {"city": "Wien"}}, secret=None)
    assert values.payload()["asset"]["params"] == [
        {"id": "seats", "value_error": "at most 5"},
        {"id": "office", "structured_value": {"city": "Wien"}},
        {"id": "secret", "value": None},
        {"id": "domain", "value": "example.com", "value_error": ""},
    ]
    assert values["office"] == {"city": "Wien"}
    assert values["secret"] is None
    assert values.errors == {"seats": "at most 5"}
    assert cnct.params(REQUEST).errors == {"domain": "is taken"}


def test_numbers_become_the_texts_of_the_document():
    values = cnct.params(ASSET)
    values.update(seats=Decimal("2.50"), domain=1.5, secret=1e20)
    assert [*values.values()] == ["2.50", ADDRESS, "100000000000000000000", "1.5"]
    values["seats"] = 10**5000  # more digits than int() converts
    assert values["seats"] == f"1{'0' * 5000}"


def test_a_structured_value_can_be_changed_in_place():
    row = copy.deepcopy(REQUEST)
    values = cnct.params(row)
    assert values["office"] == ADDRESS
    assert values.payload() == {}
    values["office"]["city"] = "Linz"
    entry = {"id": "office", "structured_value": {**ADDRESS, "city": "Linz"}}
    assert values.payload() == {"asset": {"params": [entry]}}
    assert values["office"]["city"] == "Linz"
    assert row == REQUEST
    values["office"] = ADDRESS
    assert values.payload() == {}


def test_a_structured_value_is_a_copy():
    values, office = cnct.params(REQUEST), {"lines": ["Ring 1"]}
    values["office"] = office
    office["lines"].clear()
    values.payload()["asset"]["params"].clear()
    assert values["office"] == {"lines": ["Ring 1"]}


def test_a_structured_value_is_emptied():
    values = cnct.params(ASSET)
    values["office"] = None
    assert values.payload() == {"asset": {"params": [{"id": "office", "structured_value": None}]}}
    assert not values["office"]


def test_an_update_with_a_mistake_changes_nothing():
    values = cnct.params(ASSET)
    with pytest.raises(UnknownParameterError):
        values.update(seats="1", colour="red")
    with pytest.raises(TypeError, match="'domain' must be a text, a number, an object or None"):
        values.update(seats="1", domain=True)
    with pytest.raises(ValueError, match="'domain' is nan, which is no value: pass None"):
        values.update(seats="1", domain=float("nan"))
    with pytest.raises(TypeError, match=r"values must be a dictionary, such as .*, not list"):
        values.update([("seats", "1")])
    assert values.payload() == {}


def test_an_unknown_id_has_the_nearest_ones():
    values = cnct.params(ASSET)
    message = r"^AS-1 has no parameter 'seat'\. Did you mean 'seats' or 'secret'\?$"
    for call in (lambda: values["seat"], lambda: values.refuse("seat", "no")):
        with pytest.raises(KeyError, match=message):
            call()
    with pytest.raises(KeyError, match=r"There are domain, office, seats, secret\."):
        values["xyz"] = "1"
    with pytest.raises(KeyError, match="named by its id, a text, not by 3"):
        _ = values[3]
    with pytest.raises(KeyError, match=r"The row has no parameters\.$"):
        _ = cnct.params({"params": []})["seats"]
    error = UnknownParameterError("no such thing")
    with pytest.raises(KeyError, match=r"^The row has no parameter 'seat'"):
        _ = cnct.params({"id": None, "params": ENTRIES})["seat"]
    assert str(pickle.loads(pickle.dumps(error))) == "no such thing"


@pytest.mark.parametrize(
    ("row", "at", "message"),
    [
        ([ASSET], None, "takes a row, a dictionary such as .*, not list"),
        ({"id": "AS-1", "name": "x"}, None, "it has id, name. Read the whole resource"),
        ({}, None, "it has nothing"),
        ({"id": "AS-1", "params": None}, None, "params of the row are None, not a list of objects"),
        ({"params": {"seats": 1}}, None, "params of the row are a dict, not a list of objects"),
        ({"a": ASSET, "b": ASSET}, None, "Several objects of the row have params: pass at='a' or"),
        (REQUEST, "asset.config", "'asset.config' names no .*: write 'asset' or 'asset.conf"),
        ({}, "asset", "at='asset' names no object with a list of params$"),
        (REQUEST, 1, "at must be a dotted path such as 'asset', not int"),
    ],
)
def test_a_row_without_parameters_is_answered(row, at, message):
    with pytest.raises((ValueError, TypeError), match=message):
        cnct.params(row, at)


def test_a_row_that_was_not_awaited_is_answered():
    async def get() -> None:
        """Return nothing."""

    row = get()
    with pytest.raises(TypeError, match=r"takes a row, .*, not coroutine: await it first"):
        cnct.params(row)
    row.close()


def test_the_error_of_a_parameter_is_a_text():
    with pytest.raises(TypeError, match="message must be a text, not NoneType"):
        cnct.params(ASSET).refuse("seats", None)


def test_passwords_are_shown_nowhere():
    values = cnct.params(ASSET)
    values["seats"] = "x" * 100
    text = repr(values)
    assert text.startswith("<Params of AS-1: seats='xxx")
    assert "secret=***" in text
    assert "s3cr3t" not in text
    assert len(text) < 300


def test_entries_of_another_form_are_passed_over():
    values = cnct.params({"params": [None, {"value": "1"}, {"id": 5}, *ENTRIES, ENTRIES[0]]})
    assert [*values] == ["seats", "office", "secret", "domain"]


IDS = st.text("abc", min_size=1, max_size=3)


@given(st.dictionaries(IDS, st.text(max_size=3)), st.data())
def test_applying_the_payload_gives_the_values_that_were_set(before, data):
    values = cnct.params({"params": [{"id": name, "value": old} for name, old in before.items()]})
    chosen = st.sampled_from(sorted(before)) if before else st.nothing()
    after = {**before, **data.draw(st.dictionaries(chosen, st.text(max_size=3)))}
    values.update(after)
    payload = values.payload().get("params", [])
    assert {**before, **{entry["id"]: entry["value"] for entry in payload}} == after == dict(values)
    assert all(before[entry["id"]] != entry["value"] for entry in payload)


def client_of(connect):
    return ConnectClient("ApiKey SU-1:x", connect.endpoint, specs_location=connect.spec)


def test_a_request_takes_the_payload():
    connect = Emulator(records={"requests": [{**REQUEST, "type": "purchase", "status": "pending"}]})
    with connect, client_of(connect) as client:
        resource = client.requests["PR-1"]
        values = cnct.params(resource.get())
        values["seats"] = 12
        after = cnct.params(resource.update(values.payload()))
    assert after["seats"] == "12"
    assert after["office"] == ADDRESS
