"""What people try on clients, collections, resources and sets, and the Python that errors name."""

from __future__ import annotations

import asyncio
import inspect
import json

import pytest
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ConnectClient, NotFoundError, R, RQLError
from cnct.emulator.server import DEFAULT_SPEC

NOWHERE = "http://127.0.0.1:9/public/v1"  # "discard": nothing listens there


@pytest.fixture(params=[ConnectClient, AsyncConnectClient], ids=["sync", "async"])
def kind(request):
    return request.param


@pytest.fixture(params=["document", "none"])
def client(request, kind):
    """A client of each world, with the document and without."""
    if request.param == "none":
        return kind(KEY, NOWHERE, use_specs=False)
    return informed(kind)


def informed(kind):
    client = kind(KEY, NOWHERE, specs_location=DEFAULT_SPEC)
    client.specs.load()
    return client


def tried(mistake, thing):
    """Make a mistake; a call of the asynchronous world is awaited."""
    result = mistake(thing)

    async def awaited():
        return await result

    return asyncio.run(awaited()) if inspect.isawaitable(result) else result


def in_world(text: str, thing) -> str:
    is_async = "Async" in type(thing).__name__
    words = {"wait": "await ", "each": "async for"} if is_async else {"wait": "", "each": "for"}
    return text.replace("{wait}", words["wait"]).replace("{each}", words["each"])


ON_COLLECTIONS = [
    (lambda p: p.with_response, "write client.with_response in place of client"),
    (lambda p: p.dates("created"), "write client.products.dates(), for all moments of the rows"),
    (
        lambda p: p.get("PRD-1"),
        "A collection has no 'get': write {wait}client.products['ID'].get()",
    ),
    (lambda p: p.retrieve("PRD-1"), "write {wait}client.products['ID'].get()"),
    (
        lambda p: p.download("file"),
        "write {wait}client.products['ID']('download').download('file.xlsx')",
    ),
    (lambda p: p.list(), "write [row {each} row in client.products.all()]"),
    (lambda p: p.find(name="x"), "write client.products.filter(status='draft')"),
    (lambda p: p.where(name="x"), "write client.products.filter(status='draft')"),
    (lambda p: p.exclude(name="x"), "write client.products.filter(~R(status='draft'))"),
    (lambda p: p.values("id"), "write {wait}client.products.all().values_list('id', 'name')"),
    (lambda p: p.post({}), "write {wait}client.products.create({...})"),
    (lambda p: p.add({}), "write {wait}client.products.create({...})"),
    (lambda p: p.put("PRD-1", {}), "write {wait}client.products['ID'].update({...})"),
    (lambda p: p.patch("PRD-1", {}), "write {wait}client.products['ID'].update({...})"),
    (lambda p: p.delete("PRD-1"), "write {wait}client.products['ID'].delete()"),
    (lambda p: p.last(), "write {wait}client.products.order_by('-created').first()"),
    (lambda p: p.head(), "write client.products[:5]"),
    (lambda p: p.size, "write {wait}client.products.count()"),
    (
        lambda p: p.to_dataframe(),
        "write pandas.DataFrame([row {each} row in client.products.all()])",
    ),
    (lambda p: p.one(), "A collection has no 'one': write client.products.all().one"),
    (lambda p: p.exists(), "write client.products.all().exists"),
    (lambda p: p.values_list("id"), "write client.products.all().values_list"),
    (lambda p: p.iterator(), "write client.products.all().iterator"),
    (lambda p: p.frist(), "did you mean client.products.first?"),
    (lambda p: p.filtre(a=1), "did you mean client.products.filter?"),
    (lambda p: p.retreive(1), "write {wait}client.products['ID'].get()"),
    (lambda p: p.sort_by("a"), "write client.products.all().order_by('-created', 'id')"),
    (lambda p: p.columns, "write {wait}client.products.all().values_list('id', 'name')"),
    (lambda p: p.show(), "write {each} row in client.products.all(): print(row)"),
    (lambda p: p.PRD_1, "write client.products['PRD-1'] for an id"),
    (
        lambda p: p.PRD,
        "write client.products['PRD'] for an id, client.products('PRD') for an action",
    ),
    (len, "has no len(), which would hide a call: write {wait}client.products.count()"),
    (lambda p: [*reversed(p)], "write client.products.order_by('-created')"),
    (lambda p: "PRD-1" in p, "has rows, and no ids: write {wait}client.products['PRD-1'].exists()"),
    (lambda p: p[-1], "write .order_by('-created').first()"),
    (lambda p: p[0:-1], "Negative indexes are not supported: -1. Write order_by('-created')[0]"),
    (lambda p: p[::2], "Slices with a step are not supported: 2. Write [*rs[0:100]][::2]"),
    (lambda p: p["PRD"].get if p.__setitem__("PRD", {}) else p, "['PRD'].update({...})"),
    (lambda p: p.__delitem__("PRD"), "write {wait}client.products['PRD'].delete()"),
    (lambda p: p(), "client.products is a collection: write client.products.all() for its rows"),
    (lambda p: p(5), "client.products is a collection: write client.products[5]"),
    (lambda p: p({"a": 1}), "client.products is a collection: write client.products.create({...})"),
    (lambda p: p(status="x"), "is a collection: write client.products.filter(status=...)"),
    (lambda p: p.create(name="x"), "A call takes no argument 'name': write payload={'name': ...}"),
    (lambda p: p("approve").post(template_id="x"), "write payload={'template_id': ...}"),
    (
        lambda p: p.filter(True),
        "Python's ==, and, or, not build no conditions; write R().field.eq(",
    ),
    (lambda p: p.filter(R), "not R itself: write filter(field=value) or filter(R().field.eq("),
    (lambda p: p.filter(R().a.in_), "not method: write R().a.in_(value)"),
    (lambda p: p.filter({"a": 1}), "not dict: write filter(**conditions)"),
    (lambda p: p.filter(["a"]), "not list: write filter(*conditions)"),
    (lambda p: p.filter(lambda row: row), "write [row for row in rs if function(row)]"),
    (lambda p: p.filter(5), "not int: write filter(field=value) or filter(R().field.eq(value))"),
    (
        lambda p: p.filter("status", "draft"),
        "expected '=' (write draft=value or eq(draft,value))",
    ),
    (lambda p: p.filter("status == 'x'"), "(write status=value or eq(status,value)), found"),
    (lambda p: p.filter(status=["a", "b"]), "write status__in=[...] or R().status.in_([...])"),
    (lambda p: p.filter(limit=5), "'limit' is a parameter of the call and no condition"),
    (lambda p: p.filter(a=1, offset=5), "leave it out of the filter, and write a slice: [100:]"),
    (lambda p: p.filter(created__gte=5), "write created__ge=5"),
    (lambda p: p.filter(created__range=(1, 2)), "write created__ge=first, created__le=last"),
    (lambda p: p.filter(id__contains="PR"), "write id__ilike='*PR*'"),
    (lambda p: p.order_by(["created"]), "order_by() takes field names, not list: write order_by('"),
    (
        lambda p: p.order_by("created desc"),
        "'created desc' is no field for order_by(): expected one",
    ),
    (lambda p: p.limit("5"), "limit must be an int, not str"),
    (lambda p: p.first(5), "first() takes 1 positional argument but 2 were given: write client."),
    (lambda p: p.first(5), "write client.products[:5] for several rows, {wait}client.products."),
    (lambda p: p.count(a=1), "argument 'a': write {wait}client.products.filter(field=value).count"),
    (lambda p: p.limit(5, 10), "[100:150] for some of the rows"),
    (lambda p: p.order_by(created="desc"), "write client.products.order_by('-created', 'id')"),
    (lambda p: p.search(), "write client.products.search('some words')"),
    (lambda p: p.help("x"), "not 'x': write client.products.help()"),
]

ON_SETS = [
    (lambda r: r.datetimes(), ".dates()"),
    (lambda r: r.with_response, "write client.with_response in place of client"),
    (lambda s: s.last(), "A set has no 'last': write {wait}{at}.order_by('-created').first()"),
    (lambda s: s.exclude(a=1), "write {at}.filter(~R(status='draft'))"),
    (lambda s: s.values("id"), "write {wait}{at}.values_list('id', 'name')"),
    (lambda s: s.get(id="x"), "write {wait}{at}.filter(id='ID').one()"),
    (lambda s: s.len(), "write {wait}{at}.count()"),
    (lambda s: s.lenght(), "write {wait}{at}.count()"),
    (lambda s: s.delete(), "client.requests.bulk(Operation.delete(row['id']) {each} row in {at})"),
    (lambda s: s.update(a=1), "bulk(Operation.update(row['id'], {...}) {each} row in {at})"),
    (lambda s: s.create({}), "write {wait}client.requests.create({...})"),
    (lambda s: s.sort("a"), "write {at}.order_by('-created', 'id')"),
    (lambda s: s.head(), "write {at}[:5]"),
    (lambda s: s.print(), "write {each} row in {at}: print(row)"),
    (lambda s: s.offset(5), "write a slice: {at}[100:200]"),
    (lambda s: s.to_list(), "write [row {each} row in {at}]"),
    (lambda s: s.to_df(), "write pandas.DataFrame([row {each} row in {at}])"),
    (lambda s: s.apply(print), "write {wait}{at}.process(function)"),
    (lambda s: s.distinct(), "write {row['id'] {each} row in {at}}"),
    (lambda s: s.group_by("status"), "write collections.Counter(row['status'] {each} row in {at})"),
    (lambda s: s.prefetch_related("x"), "{at}.prefetch(name=client.requests.on('field.id'))"),
    (lambda s: s.next(), "write {wait}{at}.first(), or {each} row in {at}"),
    (lambda s: s.itertuples(), "write {each} row in {at}.iterator()"),
    (lambda s: s.loc[0], "write {at}[0], or {at}.filter(id='ID')"),
    (lambda s: s.content_range, "write {wait}{at}.count()"),
    (lambda s: s.fliter(a=1), "did you mean {at}.filter?"),
    (lambda s: s.status, "A set has no 'status': fields are in the rows, as row['status']"),
    (lambda s: s.values_list("id", flat=True), "[row['id'] {each} row in {at}] for a field alone"),
    (lambda s: s.iterator(5), "write {at}.limit(100).iterator()"),
    (lambda s: s.exists(id=1), "write {wait}{at}.filter(field=value).exists()"),
    (len, "has no len(), which would hide a call: write {wait}{at}.count()"),
    (lambda s: [*reversed(s)], "write {at}.order_by('-created')"),
    (lambda s: "PR-1" in s, "has rows, and no ids: write {wait}client.requests['PR-1'].exists()"),
    (lambda s: s | s, "write client.requests.filter(R(...) | R(...))"),
    (lambda s: s & s, "is combined by its conditions: write {at}.filter(...)"),
    (lambda s: s + s, "write client.requests.filter(R(...) | R(...))"),
    (lambda s: s.__setitem__(0, {}), "write {wait}client.requests['ID'].update({...})"),
    (lambda s: s["status"], "write values_list('status') for a field of all rows"),
    (lambda s: s[["id", "status"]], "or a slice, not list: write values_list('id', 'name')"),
    (lambda s: s["a":], "An index of a set must be an int, not 'a'"),
    (lambda s: s[1.5], "An index of a set must be an int or a slice, not float"),
    (lambda s: s[-1], "Negative indexes are not supported: -1. Write order_by('-created')[0]"),
]

ON_RESOURCES = [
    (lambda r: r["name"], "is not read yet: write {wait}{at}.values('name') or {wait}{at}.get()"),
    (
        lambda r: r.__setitem__("name", 5),
        "cannot be changed: write {wait}{at}.update({'name': value})",
    ),
    (
        lambda r: setattr(r, "name", 5),
        "cannot be changed: write {wait}{at}.update({'name': value})",
    ),
    (lambda r: r.patch({}), "A resource has no 'patch': write {wait}{at}.update({'field': value})"),
    (lambda r: r.save(), "write {wait}{at}.update({'field': value})"),
    (lambda r: r.refresh(), "write {wait}{at}.get()"),
    (lambda r: r.to_dict(), "write {wait}{at}.get()"),
    (lambda r: [*r], "is one resource, no list: write {wait}{at}.get() for its data"),
    (lambda r: r[0], "is one resource, no list: write {wait}{at}.get() for its data"),
    (lambda r: "id" in r, "is one resource, no list: write {wait}{at}.get() for its data"),
    (lambda r: r.show(), "write {wait}{at}.get()"),
    (lambda r: r.partial_update({}), "write {wait}{at}.update({'field': value})"),
    (lambda r: r.remove(), "write {wait}{at}.delete()"),
    (lambda r: r.post({}), "write {wait}{at}('action').post({...})"),
    (lambda r: r.udpate({}), "did you mean {at}.update?"),
    (
        lambda r: r({"a": 1}),
        "takes the name of an action, such as 'approve': write {at}.update({...})",
    ),
    (lambda r: r(), "takes the name of an action, such as 'approve': write {at}.get()"),
    (lambda r: r.get("status"), "were given: write {wait}{at}.values('field')"),
    (lambda r: r.update("status", "x"), "write {wait}{at}.update({'field': value})"),
    (lambda r: r.get(status="x"), "write filter(status=...) or params={'status': ...}"),
    (
        lambda r: r("approve").create({}),
        "An action has no 'create': write {wait}{at}(\"approve\").post(",
    ),
    (lambda r: r("approve").execute(), 'write {wait}{at}("approve").post({...})'),
    (lambda r: r("approve").soon(), 'an action is called with {at}("approve").post()'),
]

ON_CLIENTS = [
    (lambda c: c.helpp(), "A client has no 'helpp': did you mean client.help?"),
    (lambda c: c.post("products", {}), "write {wait}client.create('products', {...})"),
    (lambda c: c.patch("products/P", {}), "write {wait}client.update('products/ID', {...})"),
    (
        lambda c: c.search("a", 5),
        "client.find('words') for the API, or client.products.search('words')",
    ),
    (lambda c: c.login(), "write nothing: every call sends the key"),
    (lambda c: c.ping(), "write {wait}client.accounts.first()"),
    (lambda c: c.docs(), "A client has no 'docs': write client.help()"),
    (lambda c: [*c], "is no list: write client.help() for its collections"),
    (lambda c: "products" in c, "is no list: write client.help() for its collections"),
    (lambda c: [*c.ns("tier")], 'is no list: write client("tier").help() for its collections'),
    (lambda c: c["products"], "write client.products or client.collection('products')"),
    (lambda c: c(), "takes the name of a namespace: write client('subscriptions')"),
    (lambda c: c("a", "b"), "takes the name of a namespace"),
    (lambda c: c.help("products"), "write client.products.help(), or client.find('products')"),
    (lambda c: c.get(None), "url must be a path like 'products/PRD-1', not NoneType"),
    (lambda c: c.create(c.products, {}), "url must be a path like 'products/PRD-1', not "),
    (lambda c: c.get("products", timeoutt=5), "write timeout=..., or filter(timeoutt=...)"),
    (lambda c: c.get("products", headers="x"), "headers must be a dict like {'X-Request-ID': "),
    (lambda c: c.find(5), "find() takes words, not int: write find('billing date')"),
    (lambda c: type(c)(KEY, logger="INFO"), "logger must be a RequestLogger(), or have its"),
    (lambda c: type(c)(KEY, default_headers="x"), "default_headers must be a dict like {'X-"),
    (lambda c: c.help(1), "not 1: write client.help()"),
    (
        lambda c: c.ns("tier")["configs"],
        "takes no brackets: write client(\"tier\").collection('configs')",
    ),
]


def answer(mistake, thing) -> str:
    with pytest.raises((TypeError, ValueError, AttributeError, RQLError)) as caught:
        tried(mistake, thing)
    return str(caught.value)


@pytest.mark.parametrize(("mistake", "text"), ON_COLLECTIONS)
def test_collections_answer(client, mistake, text: str):
    assert in_world(text, client) in answer(mistake, client.products)


@pytest.mark.parametrize(("mistake", "text"), ON_SETS)
def test_sets_answer(client, mistake, text: str):
    rows = client.requests.filter(status="pending")
    at = 'client.requests.filter(status="pending")'
    assert in_world(text, client).replace("{at}", at) in answer(mistake, rows)


@pytest.mark.parametrize(("mistake", "text"), ON_RESOURCES)
def test_resources_answer(client, mistake, text: str):
    at = 'client.requests["PR-1"]'
    assert in_world(text, client).replace("{at}", at) in answer(mistake, client.requests["PR-1"])


@pytest.mark.parametrize(("mistake", "text"), ON_CLIENTS)
def test_clients_answer(client, mistake, text: str):
    assert in_world(text, client) in answer(mistake, client)


def test_an_asynchronous_client_names_async_with_and_aclose():
    client = AsyncConnectClient(KEY, NOWHERE, use_specs=False)
    with pytest.raises(TypeError, match="is asynchronous: write async with"), client:
        pass
    assert "write await client.aclose()" in answer(lambda c: c.close(), client)
    assert "write client.close()" in answer(
        lambda c: c.aclose(), ConnectClient(KEY, NOWHERE, use_specs=False)
    )
    assert "async for resource in" in answer(lambda c: [*c.products], client)


def test_the_message_has_no_hint_of_the_interpreter(kind):
    rows = kind(KEY, NOWHERE, use_specs=False).products.all()
    with pytest.raises(AttributeError) as caught:
        _ = rows.statsu
    assert (caught.value.name, caught.value.obj) == (None, None)
    assert not hasattr(rows, "_statsu")


def test_a_field_of_the_document_is_answered_as_one(kind):
    resource = informed(kind).products["P"]
    with pytest.raises(NotFoundError) as caught:
        _ = resource.name
    at = 'client.products["P"]'
    assert str(caught.value) == f"'name' is a field, no collection: write {at}.values('name')"
    with pytest.raises(NotFoundError, match=r"There is no 'zzz' below 'products/P'\. There are"):
        _ = resource.zzz
    with pytest.raises(
        NotFoundError, match=r"no 'helpp' in the API\. .* did you mean client\.help\?"
    ):
        _ = informed(kind).helpp
    with pytest.raises(NotFoundError, match="no 'zzz' below 'tier'"):
        _ = informed(kind)("tier").zzz


def test_fields_and_their_values_are_no_attributes_of_a_collection(kind):
    client = informed(kind)
    with pytest.raises(AttributeError) as caught:
        _ = client.products.owner
    text = "A collection has no 'owner': it is a field: write {wait}client.products.all()"
    assert str(caught.value) == in_world(f"{text}.values_list('owner')", client)
    with pytest.raises(AttributeError, match=r"write client\.requests\.filter\(status='pending'\)"):
        _ = client.requests.pending


def test_actions_of_the_resources_are_no_attributes_of_their_list(kind):
    client = informed(kind)
    start = "has no 'approve': it is an action of each resource: write {wait}client.requests"
    for rows, call in (
        (client.requests, "['ID']('approve').post({...})"),
        (client.requests.all(), ".all().act('approve', {...})"),
    ):
        with pytest.raises(AttributeError) as caught:
            rows.approve()
        assert str(caught.value).endswith(in_world(f"{start}{call}", client))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requsts", "There is no 'requsts' in the API. Did you mean 'requests'?"),
        (
            "request",
            (
                "There is no 'request' in the API. Did you mean 'requests'? A client has no "
                "'request': write {wait}client.execute('GET', 'products')"
            ),
        ),
    ],
)
def test_names_of_the_document_come_before_those_of_the_table(kind, name: str, text: str):
    with pytest.raises(NotFoundError) as caught:
        getattr(informed(kind), name)
    assert str(caught.value) == in_world(text, informed(kind))


def test_a_collection_is_no_namespace(kind):
    with pytest.raises(NotFoundError) as caught:
        _ = informed(kind)("products").items
    text = "'products' has no collection 'items': it is a collection itself, write client.products"
    assert str(caught.value) == text


def test_a_field_without_a_document_is_answered_at_its_use(kind):
    name = kind(KEY, NOWHERE, use_specs=False).products["P"].name
    with pytest.raises(
        AttributeError, match=r"if 'name' is a field, read it with \.values\('name'\)"
    ):
        name.lower()


def test_methods_of_a_resource_can_be_replaced_in_tests(kind):
    resource = kind(KEY, NOWHERE, use_specs=False).products["P"]
    resource.get = lambda: {"id": "P"}
    assert resource.get() == {"id": "P"}


def test_a_method_of_a_class_lacks_its_object_first(kind):
    rows = kind(KEY, NOWHERE, use_specs=False).products.all()
    with pytest.raises(TypeError, match="'self'"):
        type(rows).limit()


def test_a_seam_of_the_user_may_take_arguments_of_its_own(server, world):
    server.answer = lambda _: json_answer({})
    client = world.client(KEY, server.endpoint)
    target = vars(client).get("it", client)
    send = target._execute_http_call

    def seam(method, url, kwargs):
        assert kwargs.pop("mine") == 5
        return send(method, url, kwargs)

    target._execute_http_call = seam
    assert client.get("products", mine=5) == {}
    with pytest.raises(TypeError, match="'yours'"):
        world.client(KEY, server.endpoint).get("products", yours=5)


@pytest.fixture
def five(server):
    server.answer = lambda got: json_answer(
        [{"id": number} for number in range(5)][: 1 if "limit=1&" in got.query else 5],
        Content_Range="items 0-4/5",
    )
    return server


def test_a_collection_does_what_its_whole_set_does(five, remote):
    products = remote.products
    assert products.count() == 5
    assert products.first() == {"id": 0}
    assert [row["id"] for row in products] == [0, 1, 2, 3, 4]
    assert bool(products)
    for refined in (
        products.order_by("-id"),
        products.select("-id"),
        products.search("x"),
        products.limit(7),
        products[0:5],
    ):
        assert repr(refined).startswith("<ResourceSet products")
    assert "ordering(-id)" in repr(products.order_by("-id"))
    assert "[2:3]" in repr(products[2:3])


def test_a_list_of_a_set_makes_no_call_for_its_length(five, sync_remote):
    assert list(sync_remote.products.all()) == list(sync_remote.products)
    assert len(five.got) == 2
    assert {"id": 3} in sync_remote.products.all()
    assert {"id": 9} not in sync_remote.products


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "which has no count() of a set: write {await}len(values), or count() of the set"),
        ("first", "which has no first() of a set: write {await}values[0]"),
        ("order_by", "write {await}the methods of the set before it"),
    ],
)
def test_lists_of_values_answer_the_names_of_sets(five, kind, name: str, text: str):
    values = kind(KEY, five.endpoint, use_specs=False).products.all().values_list("id")
    first = "" if kind is ConnectClient else "values = await rs.values_list(...), then "
    assert text.replace("{await}", first) in answer(lambda values: getattr(values, name)(), values)
    assert not hasattr(values, "_first")


def test_a_list_of_values_counts_a_value(five, sync_remote):
    assert sync_remote.products.all().values_list("id").count({"id": 3}) == 1


def test_a_field_of_the_document_may_be_named_like_a_foreign_operator(kind, tmp_path):
    field = {"in": "query", "description": "**lookups:** eq", "schema": {"type": "string"}}
    fields = [{"name": name, **field} for name in ("price.range", "id", "limit")]
    paths = {"/products": {"get": {"parameters": fields, "responses": {"200": {}}}}}
    path = tmp_path / "document.json"
    path.write_text(json.dumps({"openapi": "3.0.3", "info": {}, "paths": paths}), "utf-8")
    client = kind(KEY, NOWHERE, specs_location=path)
    with pytest.raises(RQLError, match="no operator 'range'"):
        client.products.filter(price__range=5)
    client.specs.load()
    assert "eq(price.range,5)" in repr(client.products.filter(price__range=5))
    assert "eq(limit,5)" in repr(client.products.filter(limit=5))
    assert "eq(price.range,5)" in repr(client.products.all().filter(id="x", price__range=5))
    with pytest.raises(RQLError, match="no operator 'range'"):
        client.products.filter(id="x", id__range=5)


class Raw(R):
    """A condition that is sent as a program wrote it, although it is no RQL."""

    def __rql__(self):
        return "like(a,*x*)|eq(b,2)", "", None


def test_a_filter_that_is_no_rql_is_named_as_written(kind):
    rows = kind(KEY, NOWHERE, use_specs=False).products.filter(Raw())
    with pytest.raises(TypeError, match=r'products\.filter\("like\(a,\*x\*\)\|eq\(b,2\)"\)'):
        len(rows)
