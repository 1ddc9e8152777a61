"""Names that the document lacks."""

from __future__ import annotations

import copy
import pickle
from operator import and_, or_
from pathlib import Path

import pytest
from tests.conftest import KEY, Server, json_answer
from tests.console.conftest import NOWHERE, knowing
from tests.worlds import Async, Sync

from cnct import AsyncConnectClient, ClientError, ConnectClient, NotFoundError, R, RQLError

MISTAKES = [
    (lambda c: c.prodcts, "There is no 'prodcts' in the API. Did you mean 'products'?"),
    (lambda c: c.collection("prodcts"), "Did you mean 'products'?"),
    (lambda c: c("subscriptions").asets, "'asets' below 'subscriptions'. Did you mean 'assets'?"),
    (lambda c: c.products["P"].itms, "no 'itms' below 'products/P'. Did you mean 'items'?"),
    (lambda c: c.products["P"]("endsal"), "Did you mean 'endsale'?"),
    (lambda c: c.subscriptions, 'is a namespace, no collection: write client("subscriptions")'),
    (
        lambda c: c.collection("tier"),
        "'tier' is a namespace, no collection: write client(\"tier\")",
    ),
    (lambda c: c.products["P"].action("x"), "There is no 'x' below 'products/P'."),
    (lambda c: c.requests["PR-1"].approve, 'write client.requests["PR-1"]("approve").post(...)'),
    (lambda c: c("tier").config_requests["T"].approve, '"T"]("approve").post(...)'),
    (lambda c: c.products.fields.statu, "Unknown field 'statu'. Did you mean 'status'?"),
    (lambda c: c.products.fields.owner.nam, "Unknown field 'owner.nam'. Did you mean 'owner.name'"),
    (lambda c: c.products.all().fields.n("x.y"), "Unknown field 'x.y'."),
]


@pytest.mark.parametrize(("reach", "message"), MISTAKES)
def test_an_unknown_name_is_an_error_that_names_the_nearest(
    client: ConnectClient, reach, message: str
):
    with pytest.raises(NotFoundError) as caught:
        reach(client)
    assert message in str(caught.value)
    assert isinstance(caught.value, AttributeError | LookupError | ClientError)
    assert caught.value.status_code is None


def test_an_asynchronous_client_knows_the_same_names(client: ConnectClient):
    twin = AsyncConnectClient(KEY, NOWHERE, specs_location=client.specs_location)
    with pytest.raises(NotFoundError, match="products"):
        _ = twin.prodcts
    with pytest.raises(NotFoundError, match=r'write await client.requests\["PR-1"\]\("approve"\)'):
        _ = twin.requests["PR-1"].approve


def test_hasattr_tells_which_names_there_are(client: ConnectClient):
    assert hasattr(client, "products")
    assert not hasattr(client, "prodcts")
    assert not hasattr(client, "_products")


def test_the_error_can_be_pickled(client: ConnectClient):
    with pytest.raises(NotFoundError) as caught:
        _ = client.prodcts
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_nested_namespaces_are_named_as_they_are_called(garden: ConnectClient):
    with pytest.raises(NotFoundError) as caught:
        _ = garden("tools").store
    assert str(caught.value).endswith('no collection: write client("tools")("store")')
    with pytest.raises(NotFoundError, match=r'no collection: write client\("trees/T-1/past"\)$'):
        _ = garden.trees["T-1"].past
    with pytest.raises(NotFoundError, match=r'write client.trees\["T-1"\]\("photo"\).get\(\)$'):
        _ = garden.trees["T-1"].photo


def test_what_has_a_name_at_the_prompt_is_written_by_it(
    client: ConnectClient, monkeypatch: pytest.MonkeyPatch
):
    resource = client.requests["PR-1"]
    monkeypatch.setattr("__main__.r", resource, raising=False)
    with pytest.raises(AttributeError, match=r'write r\("approve"\).post\(...\)$'):
        _ = resource.approve


def test_an_attribute_read_before_the_document_is_checked_by_the_call(
    world: Sync | Async, garden_file: Path
):
    """Otherwise the first run of a program would make a call that the second one refuses."""
    client = world.client(KEY, NOWHERE, use_specs=True, specs_location=garden_file)
    cut, nests, tools = client.trees["T-1"].cut, client.trees["T-1"].bird_nests, client.tools
    with pytest.raises(NotFoundError, match=r'\["T-1"\]\("cut"\).post\(\)$'):
        cut.create({})
    with pytest.raises(NotFoundError, match=r'no collection: write client\("tools"\)$'):
        tools.create({})
    with pytest.raises(NotFoundError, match="takes GET, not POST"):
        nests.create({})


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda c: c.trees["T-1"].cut.post({}), "write {wait}{at}.trees[\"T-1\"]('cut').post(...)"),
        (
            lambda c: c.trees["T-1"].cut({"a": 1}),
            "write {wait}{at}.trees[\"T-1\"]('cut').post(...)",
        ),
        (lambda c: c.trees["T-1"].cut(), "write {wait}{at}.trees[\"T-1\"]('cut').post(...)"),
        (lambda c: c.trees["T-1"].nests.height, "if 'nests' is a field"),
        (lambda c: c.tools.store, "if 'tools' is a namespace, write {at}('tools').store"),
        (lambda c: c("a").b.shelves.all(), "if 'b' is a namespace, write {at}('a/b').shelves"),
        (lambda c: c.trees.last(), ".order_by('-created').first()"),
    ],
)
def test_without_a_document_what_follows_an_attribute_tells_what_it_was_meant_to_be(
    world: Sync | Async, mistake, message: str
):
    client = world.client(KEY, NOWHERE)
    with pytest.raises((AttributeError, TypeError)) as caught:
        mistake(client)
    wait = "await " if world.name == "async" else ""
    assert message.format(at="client", wait=wait) in str(caught.value)


def test_an_attribute_read_before_the_document_is_answered_by_it_later(garden_file: Path):
    client = ConnectClient(KEY, NOWHERE, specs_location=garden_file)
    cut, trees = client.trees["T-1"].cut, client.trees
    assert client.specs
    client.specs.load()
    with pytest.raises(NotFoundError, match=r'no collection: write client.trees\["T-1"\]\("cut"\)'):
        cut.post({})
    with pytest.raises(AttributeError, match="has no 'nonsense'"):
        _ = trees.nonsense


def test_without_checks_an_attribute_stays_a_collection(server: Server, garden_file: Path):
    server.answer = lambda _: json_answer({"id": "T-1"}, status=201)
    client = ConnectClient(KEY, server.endpoint, specs_location=garden_file, validate="warn")
    cut = client.trees["T-1"].cut
    assert cut.create() == {"id": "T-1"}
    assert repr(client.trees["T-1"].cut) == repr(cut) == "<Collection trees/T-1/cut>"


def test_names_are_free_where_they_are_not_checked(client: ConnectClient, blind: ConnectClient):
    location = client.specs_location
    for free in (
        blind,
        knowing(location, validate="off"),
        knowing(location, validate="warn"),
        knowing(location, validate_using_specs=False),
        ConnectClient(KEY, NOWHERE, specs_location="missing.yml"),
    ):
        assert repr(free.prodcts) == "<Collection prodcts>"
        assert repr(free.products["P"]("endsal")) == "<Action products/P/endsal>"


def test_what_the_document_has_as_another_kind_passes(client: ConnectClient):
    assert repr(client.requests["PR-1"].collection("approve")) == (
        "<Collection requests/PR-1/approve>"
    )
    assert repr(client.products["P"].action("items")) == "<Action products/P/items>"


def test_fields_make_conditions(client: ConnectClient):
    fields = client.products.fields
    assert str(fields.status.eq("draft") & fields.owner.name.ilike("*x*")) == (
        "and(eq(status,draft),ilike(owner.name,*x*))"
    )
    assert fields.status.eq("draft") == R(status="draft")
    assert fields.n("owner.name").null(True) == R().owner.name.null(True)
    assert str(client.products.filter(fields.status.eq("draft")).query) == "eq(status,draft)"


def test_fields_list_names_level_by_level_and_then_operators(client: ConnectClient):
    fields = client.products.all().fields
    assert {"status", "owner", "events"} <= set(dir(fields))
    assert dir(fields.owner) == ["id", "name"]
    assert dir(fields.purchase_model) == ["eq", "in_", "ne", "oneof"]
    assert copy.copy(fields) == pickle.loads(pickle.dumps(fields)) == R()


def test_fields_of_nothing_known_are_free(blind: ConnectClient, garden: ConnectClient):
    assert blind.products.fields.anything.eq(1) == R(anything=1)
    assert garden("tools/store").shelves.fields.anything.eq(1) == R(anything=1)


def test_fields_answer_mistakes_as_conditions_do(client: ConnectClient):
    fields = client.products.fields
    everything = R(status="draft")
    with pytest.raises(RQLError, match=r"The field 'status' has no operator"):
        client.products.filter(fields.status)
    for combine in (and_, or_):
        with pytest.raises(RQLError, match=r"The field 'status' has no operator"):
            combine(fields.status, everything)
        with pytest.raises(RQLError, match=r"The field 'status' has no operator"):
            combine(everything, fields.status)
    with pytest.raises(RQLError, match=r"The field 'status' has no operator"):
        _ = ~fields.status
    with pytest.raises(TypeError, match=r"status == ... is no condition: write R\(\).status.eq"):
        _ = fields.status == "draft"
    with pytest.raises(TypeError, match=r"> ... is no condition"):
        _ = fields.status > 1
    with pytest.raises(RQLError, match=r"gte"):
        fields.status.gte("2024-01-01")
    with pytest.raises(AttributeError, match="Unknown field 'eq'"):
        fields.eq("draft")


def test_all_fields_together_are_no_condition(client: ConnectClient):
    fields = client.products.fields
    condition = R(status="draft")
    assert fields & condition == condition == fields | condition
    assert condition & fields == condition
    assert not fields
    assert client.products.filter(fields).query == R()
    assert fields == client.products.all().fields != client.products.fields.status
    assert len({fields, client.products.fields, fields.status}) == 2


def test_a_field_named_like_an_operator_or_a_method_is_reached(garden_file: Path):
    text = garden_file.read_text()
    for old, new in (("field_0.id", "owner.null.eq"), ("field_1.id", "n"), ("field_2.id", "a.b-c")):
        text = text.replace(f'"{old}"', f'"{new}"')
    garden_file.write_text(text.replace('"field_3.id"', '"class"').replace("field_4.id", "a.in"))
    fields = knowing(garden_file).trees.fields
    assert dir(fields.owner) == ["null"]
    assert str(fields.owner.null.eq.eq("x")) == "eq(owner.null.eq,x)"
    assert str(fields.owner.ne("x")) == "ne(owner,x)"  # free: the document may be incomplete
    assert str(fields.n.eq("x")) == "eq(n,x)"
    assert dir(fields.a) == ["eq"]
    assert "class" not in dir(fields)


def test_fields_show_their_names(client: ConnectClient, garden: ConnectClient):
    assert repr(client.products.fields.owner) == "<Fields of products: owner: id, name>"
    shown = repr(client.products.all().fields)
    assert shown.startswith("<Fields of products: category, ")
    assert "status" in shown
    assert repr(client.products.fields.purchase_model).endswith(
        "purchase_model: eq, in_, ne, oneof>"
    )
