"""Programs as users write them: expressions with their types, and lines that checkers refuse."""

from __future__ import annotations

from typing import NamedTuple

HEAD = """\
# pyright: reportUnusedImport=false
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Literal, assert_type

import cnct
from cnct import R, Summary
from connect_types import AsyncConnectClient, ConnectClient
from connect_types.schemas import (
    Asset,
    Case,
    Item,
    Product,
    ProductPayload,
    Request,
    RequestApprovePayload,
    RequestAsset,
    TierConfigRequest,
    UsageFile,
)

"""

EXPRESSIONS: dict[str, str] = {
    "request['asset']['product']['id']": "str",
    "request['asset']['items'][0]['mpn']": "str",
    "request['answered']": "bool",
    "product['version']": "int",
    "product['published_at']": "str | None",
    "request['type']": "Literal['purchase', 'change', 'suspend', 'resume', 'cancel']",
    "client.requests.first()": "Request | None",
    "client.requests.all().first()": "Request | None",
    "client.requests.all().one()": "Request",
    "client.requests.filter(status='pending').one()": "Request",
    "client.requests['PR-1'].get()": "Request",
    "client.requests['PR-1'].exists()": "bool",
    "client.requests.resource('PR-1').get()": "Request",
    "client.requests.count()": "int",
    "client.requests.all()[0]": "Request",
    "client.requests[:10].one()": "Request",
    "client.requests.all()[5:].first()": "Request | None",
    "next(iter(client.requests))": "Request",
    "list(client.requests.all())": "list[Request]",
    "client.requests.all().iterator()": "Iterator[Request]",
    "next(iter(client.requests.all().pages()))": "list[Request]",
    "client.requests.order_by('-created').select('-asset').one()": "Request",
    "client.requests.search('x').limit(10).concurrency(2).one()": "Request",
    "client.requests.filter(R(status='pending'), 'eq(id,PR-1)').one()": "Request",
    "client.requests.filter(status__in=['pending', 'failed']).one()": "Request",
    "client.requests.filter(status__in={'pending'}).exists()": "bool",
    "client.requests.filter(created__ge=date(2026, 1, 1)).exists()": "bool",
    "client.products.filter(name__like='*x*', name__in=('a', 'b')).one()": "Product",
    "client.products.filter(events__published__at__null=True).one()": "Product",
    "client.requests.all().values_list('id', 'asset.id')": "list[dict[str, Any]]",
    "next(iter(client.requests.all().scan(by='created')))": "Request",
    "next(client.requests.watch(state='requests.watch'))": "Request",
    "next(client.requests.filter(status='failed').watch(interval=30, since='all'))": "Request",
    "client.requests.all().process(approve)": "Summary",
    "next(client.requests.all().outcomes(approve)).value": "str | None",
    "client.requests.all().act('approve', {'template_id': 'TL-1'})": "Summary",
    "client.requests['PR-1'].wait_until(status='approved')": "Request",
    "client.requests['PR-1'].wait_until(lambda row: row['answered'])": "Request",
    "client.requests['PR-1']('approve').post()": "Request",
    "client.requests['PR-1']('approve').post({'template_id': 'TL-1'})": "Request",
    "client.requests['PR-1'].action('approve').post(approval)": "Request",
    "client.requests['PR-1'].action.approve.post()": "Request",
    "client.requests['PR-1'].action['approve'].post()": "Request",
    "client.products.create({'name': 'Backup'})": "Product",
    "client.products.create(payload)": "Product",
    "client.products.create(plain)": "Product",
    "client.products.create({'name': plain['name'], 'category': {'id': 'CAT-1'}})": "Product",
    "client.requests['PR-1']('approve').post(plain)": "Request",
    "client.products['PRD-1'].update({'name': 'Backup'})": "Product",
    "client.products['PRD-1'].update(product)": "Product",
    "client.products['PRD-1'].update(product, changed_only=True)": "Product",
    "client.products['PRD-1'].update(payload, unless_changed_since=product)": "Product",
    "client.products.get_or_create('name', {'name': 'Backup'}).row": "Product",
    "client.products.update_or_create({'external_id': 'A'}, payload)[1]": "bool",
    "client.products.update_or_create(['name'], product)[0]['version']": "int",
    "client.products['PRD-1'].items.first()": "Item | None",
    "client.products['PRD-1'].collection('items')['PRD-1-1'].get()": "Item",
    "client.collection('products')['PRD-1'].get()": "Product",
    "client.collection.products['PRD-1'].get()": "Product",
    "client('subscriptions').assets.first()": "Asset | None",
    "client.ns('subscriptions').assets['AS-1'].get()": "Asset",
    "client.ns.usage.files['UF-1']('accept').post()": "UsageFile",
    "client.ns['tier'].config_requests.first()": "TierConfigRequest | None",
    "client.ns('tier').collection('config-requests').all().one()": "TierConfigRequest",
    "client('helpdesk').cases['CA-1']('close').post()": "Case",
    "plain_client(client)": "None",
    "plain_set(client.requests.all())": "None",
    "client.get('requests')": "Any",
    "client.requests.all().dates().first()": "dict[str, Any] | None",
    "next(iter(client.requests.dates().filter(status='failed')))": "dict[str, Any]",
    "client.with_response.requests['PR-1'].get()": "cnct.Answer[Any]",
    "client.with_response('usage').files['UF-1']('upload').upload('a.xlsx')": "cnct.Answer[Any]",
    "client.with_response.upload('usage/files/UF-1/upload', 'a.xlsx').status": "int",
    "client.with_response('usage').files.create({'name': 'May'}).value": "Any",
    "next(client.products.all().prefetch(x=client.requests.on('asset.product.id')))['x']": "Any",
}
"""Expressions by their types, where ``client`` is the synchronous one."""

ASYNC_EXPRESSIONS: dict[str, str] = {
    "await client.requests.first()": "Request | None",
    "await client.requests.all().one()": "Request",
    "await client.requests['PR-1'].get()": "Request",
    "await client.requests['PR-1']('approve').post()": "Request",
    "await client.requests['PR-1'].wait_until(status='approved')": "Request",
    "[row async for row in client.requests]": "list[Request]",
    "[row async for row in client.requests.filter(status='failed')]": "list[Request]",
    "[row async for row in client.requests.all().scan()]": "list[Request]",
    "client.requests.all().iterator()": "AsyncIterator[Request]",
    "await client.requests.all().values_list('id')": "list[dict[str, Any]]",
    "await client.requests.all().process(aapprove)": "Summary",
    "await anext(client.requests.watch(interval=30))": "Request",
    "await client.products.create(payload)": "Product",
    "await client.requests.dates().first()": "dict[str, Any] | None",
    "await client.with_response.requests['PR-1']('approve').post()": "cnct.Answer[Any]",
    "(await client.with_response.products.upload('a.xlsx')).request_id": "str | None",
    "(await client.with_response.upload('products', 'a.xlsx')).attempts": "int",
    "(await client.products.get_or_create({'name': 'Backup'}))[0]": "Product",
    "(await client.products.update_or_create('name', payload)).row": "Product",
    "await client.products['PRD-1'].update(payload, changed_only=True)": "Product",
    "await client.products['PRD-1'].items.first()": "Item | None",
    "await client.ns('subscriptions').assets.first()": "Asset | None",
    "await client.ns.usage.files['UF-1'].action.accept.post()": "UsageFile",
}
"""The same for the asynchronous client."""


class Wrong(NamedTuple):
    """A line that type checkers refuse.

    Attributes:
        line: The line, in a function with the names of `HEAD` and ``client``.
        missed_by: Checkers that do not see it.
    """

    line: str
    missed_by: tuple[str, ...] = ()


WRONG = (
    # names
    Wrong("client.requets"),
    Wrong("client.requests['PR-1'].itens"),
    Wrong("client.collection('requets')"),
    Wrong("client.collection['requets']"),
    Wrong("client('usages')"),
    Wrong("client.ns('usages')"),
    Wrong("client.ns.usages"),
    Wrong("client.ns('usage').file"),
    Wrong("client.ns('usage').ns('files')"),
    Wrong("client.products['PRD-1'].collection('itens')"),
    Wrong("client.requests['PR-1'].collection('items')"),
    # actions
    Wrong("client.requests['PR-1']('aprove')"),
    Wrong("client.requests['PR-1'].action('aprove')"),
    Wrong("client.requests['PR-1'].action.aprove"),
    Wrong("client.requests.all().act('aprove')"),
    Wrong("client.requests('approve')"),
    Wrong("client.accounts['VA-1']('approve')"),
    # filters: an enum, a field, an operator, a type
    Wrong("client.requests.filter(status='pendig')"),
    Wrong("client.requests.filter(status__in=['pending', 'pendig'])"),
    Wrong("client.requests.filter(statu='pending')", missed_by=("ty",)),
    Wrong("client.requests.filter(asset__produkt__id='PRD-1')", missed_by=("ty",)),
    Wrong("client.requests.filter(status__gt='pending')", missed_by=("ty",)),
    Wrong("client.requests.filter(created__ge=3)"),
    Wrong("client.requests.all().filter(status='pendig')"),
    Wrong("client.products.filter(name__like=['x'])"),
    Wrong("client.products.filter(events__published__at__null='yes')"),
    # keys of rows
    Wrong("request['asset']['produkt']"),
    Wrong("request['statis']"),
    Wrong("request['status'] == 1 or request['asset'].id"),
    Wrong("client.requests.first()['id']"),
    Wrong("[row['idd'] for row in client.requests]"),
    Wrong("client.requests['PR-1'].wait_until(lambda row: row['statis'])"),
    Wrong("client.requests.all().process(lambda row: row['statis'])"),
    # payloads
    Wrong("p: ProductPayload = {'nmae': 'Backup'}"),
    Wrong("p: ProductPayload = {'name': 3}"),
    Wrong("a: RequestApprovePayload = {'template': 'TL-1'}"),
    Wrong("client.products.create({'nmae': 'Backup'})"),
    Wrong("client.products.create({'name': 3})"),
    Wrong("client.products.create({'name': 'Backup', 'category': {'idd': 'CAT-1'}})"),
    Wrong("client.products['PRD-1'].update({'nmae': 'Backup'})"),
    Wrong("client.products.update_or_create('name', {'nmae': 'Backup'})"),
    Wrong("client.requests['PR-1']('approve').post({'template': 'TL-1'})"),
    Wrong("client.products.create(3)"),
    Wrong("client.products.create(['x'])"),
    Wrong("client.requests['PR-1']('approve').post('TL-1')"),
    # a missing await is one of WRONG_ASYNC
    Wrong("r: Request = client.products['PRD-1'].get()"),
)

WRONG_ASYNC = (
    Wrong("client.requests.first()['id']"),
    Wrong("client.requests['PR-1'].get()['id']"),
    Wrong("(client.requests['PR-1']('approve').post())['id']"),
    Wrong("[row['id'] for row in client.requests]", missed_by=("ty",)),
    Wrong("(await client.requests['PR-1'].get())['statis']"),
    Wrong("await client.requests.all().process(approve)"),
    Wrong("r: Request = client.requests.all().one()"),
    Wrong("client.requests['PR-1']('aprove')"),
    Wrong("client.requests.filter(status='pendig')"),
)

FUNCTIONS = """
def approve(row: Request) -> str:
    return row["id"]


async def aapprove(row: Request) -> str:
    return row["id"]


def plain_client(client: cnct.ConnectClient) -> None: ...


def plain_set(rows: cnct.client.models.ResourceSet) -> None: ...


"""

_GIVEN = (
    "request: Request, product: Product, payload: ProductPayload, "
    "approval: RequestApprovePayload, plain: dict[str, Any]"
)


def right_program() -> str:
    """Return a program that asserts the type of each expression."""
    head = HEAD.replace("import cnct\n", "import cnct\nimport cnct.client.models\n")
    lines = [head.replace("from typing", "from datetime import date\nfrom typing", 1), FUNCTIONS]
    lines += [f"def sync(client: ConnectClient, {_GIVEN}) -> None:\n"]
    lines += [f"    assert_type({text}, {type_})\n" for text, type_ in EXPRESSIONS.items()]
    lines += [f"\n\nasync def asynchronous(client: AsyncConnectClient, {_GIVEN}) -> None:\n"]
    lines += [f"    assert_type({text}, {type_})\n" for text, type_ in ASYNC_EXPRESSIONS.items()]
    return "".join(lines)


def wrong_program() -> tuple[str, dict[int, Wrong]]:
    """Return a program of wrong lines, and these by their numbers."""
    lines = [*HEAD.splitlines(), *FUNCTIONS.splitlines()]
    wrong: dict[int, Wrong] = {}
    for kind, world, table in (
        ("def", "ConnectClient", WRONG),
        ("async def", "AsyncConnectClient", WRONG_ASYNC),
    ):
        for mistake in table:
            lines.append(f"{kind} wrong{len(lines)}(client: {world}, {_GIVEN}) -> None:")
            lines.append(f"    {mistake.line}")
            wrong[len(lines)] = mistake
    return "\n".join([*lines, ""]), wrong
