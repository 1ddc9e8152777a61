"""Fields that are other names of a property."""

from __future__ import annotations

import pytest

from cnct.store.aliases import Aliases

RECORD = {
    "asset": {
        "id": "AS-1",
        "external_id": "7",
        "external": None,
        "tiers": {"tier1": {"id": "TA-1"}},
        "items": [{"id": 1}],
    },
    "product": {"id": "PRD-1", "name": "x"},
    "contract": {"marketplace": {"id": "MP-1"}},
    "events": {"created": {"at": "2026-01-01"}, "updated": None},
    "old_name": None,
    "name": "n",
}


@pytest.mark.parametrize(
    ("field", "property_"),
    [
        ("name", "name"),
        ("product.id", "product.id"),
        ("product_id", "product.id"),
        ("product__name", "product.name"),
        ("asset_id", "asset.id"),
        ("asset.external.id", "asset.external_id"),
        ("asset.tier1_id", "asset.tiers.tier1.id"),
        ("marketplace_id", "contract.marketplace.id"),
        ("created", "events.created.at"),
        ("created.at", "events.created.at"),
        ("old.name", "old_name"),
        ("asset__items", "asset.items"),
        ("updated", "events.updated"),
        ("asset.hub_id", "asset.hub_id"),
        ("nothing", "nothing"),
        ("name.first", "name.first"),
    ],
)
def test_a_field_means_the_property_of_its_name(field, property_):
    assert ".".join(Aliases(RECORD).path(tuple(field.split(".")))) == property_
