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


@pytest.fixture(params=["sync", "async"])
def send(request: pytest.FixtureRequest, vendor: ConnectClient, shop: Emulator) -> Send:
    """Send usage in each of the two worlds, in a file named after the test."""
    settings = {"product": PRODUCT, "contract": CONTRACT, "name": request.node.name[:99]}

    def in_sync(rows: Any, **options: Any) -> UsageReport:
        return send_usage(vendor, rows, **{**settings, "interval": 0.01, "timeout": 2, **options})

    def in_tasks(rows: Any, **options: Any) -> UsageReport:
        async def run() -> UsageReport:
            async with AsyncConnectClient(KEY, shop.endpoint, use_specs=False) as client:
                return await async_send_usage(
                    client, rows, **{**settings, "interval": 0.01, "timeout": 2, **options}
                )

        return asyncio.run(run())

    return in_sync if request.param == "sync" else in_tasks
