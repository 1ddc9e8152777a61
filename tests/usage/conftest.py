"""A shop with a product that reports usage, and the sending of usage in both worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.conftest import KEY

from cnct import AsyncConnectClient, ConnectClient
from cnct.emulator import Emulator
from cnct.usage import UsageReport, async_send_usage, send_usage

PRODUCT, CONTRACT = "PRD-000-000-001", "CRD-00000-00000-00000"
ITEM = {"id": f"{PRODUCT}-0001", "mpn": "CPU", "name": "Processors"}
ASSET = {
    "id": "AS-1",
    "product": {"id": PRODUCT},
    "params": [{"id": "tenant_id", "value": "T-1"}],
}


def row(**changes: Any) -> dict[str, Any]:
    return {
        "item_search_criteria": "item.mpn",
        "item_search_value": "CPU",
        "quantity": 2,
        "start_time_utc": "2026-01-01 00:00:00",
        "end_time_utc": "2026-01-31 23:59:59",
        "asset_search_criteria": "parameter.tenant_id",
        "asset_search_value": "T-1",
        **changes,
    }


@pytest.fixture(scope="module")
def shop() -> Iterator[Emulator]:
    records: dict[str, list[Any]] = {
        "products": [{"id": PRODUCT}, {"id": "PRD-2", "capabilities": {"ppu": None}}],
        f"products/{PRODUCT}/items": [ITEM],
        "subscriptions/assets": [ASSET],
    }
    with Emulator(records=records) as emulator:
        yield emulator


@pytest.fixture
def vendor(shop: Emulator) -> Iterator[ConnectClient]:
    shop.faults.clear()
    with ConnectClient(KEY, shop.endpoint, use_specs=False) as client:
        yield client


Send = Callable[..., UsageReport]


@pytest.fixture
def target(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The arguments of a file that is named after the test, and read again at once."""
    name = request.node.name[:99]
    settings = {"interval": 0.01, "timeout": 2}
    return {"product": PRODUCT, "contract": CONTRACT, "name": name, **settings}


@pytest.fixture
def send_sync(vendor: ConnectClient, target: dict[str, Any]) -> Send:
    def sync(rows: Any, **options: Any) -> UsageReport:
        return send_usage(vendor, rows, **{**target, **options})

    return sync


@pytest.fixture
def send_async(shop: Emulator, vendor: ConnectClient, target: dict[str, Any]) -> Send:
    async def send(rows: Any, **options: Any) -> UsageReport:
        async with AsyncConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            return await async_send_usage(client, rows, **{**target, **options})

    def tasks(rows: Any, **options: Any) -> UsageReport:
        return asyncio.run(send(rows, **options))

    return tasks


@pytest.fixture(params=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Send:
    """Send usage in each of the two worlds."""
    function: Send = request.getfixturevalue(f"send_{request.param}")
    return function
