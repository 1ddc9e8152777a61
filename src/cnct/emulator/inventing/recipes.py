"""Recipes for the records of the default document, with consistent relations.

A request's asset is in ``subscriptions/assets``, its product in ``products``, and so on. Names of
properties and statuses are those of Connect's OpenAPI document, version 37.0. Stores no record.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cnct.emulator.inventing.ids import formatted, nested
from cnct.emulator.inventing.moments import Timeline, timestamp
from cnct.emulator.inventing.vocabulary import NAMES
from cnct.openapi.shapes import Record

Rows = dict[str, list[Record]]

DEFAULT_COUNTS: Mapping[str, int] = {
    "marketplaces": 2,
    "accounts": 12,
    "products": 3,
    "subscriptions/assets": 40,
    "requests": 60,
    "helpdesk/cases": 8,
    "usage/files": 6,
    "reporting/reports": 4,
    "listings": 4,
    "localization/translations": 3,
    "tier/configs": 10,
}

_COMPANIES = ("Northwind", "Contoso", "Fabrikam", "Adatum", "Lamna", "Tailwind", "Woodgrove")
_FORMS = ("Inc.", "GmbH", "Ltd.", "S.L.", "B.V.")
_PRODUCTS = NAMES["products"]
_CATEGORIES = NAMES["categories"][:4]
_VISIBILITIES = ("owner", "listing", "syndication", "catalog")
_PLACES = (("US", "North America"), ("ES", "Europe"), ("DE", "Europe"), ("IN", "Asia"))


def generate(
    counts: Mapping[str, int],
    seed: int = 1,
    until: datetime | None = None,
    supplied: Mapping[str, Sequence[Record]] | None = None,
) -> Rows:
    """Invent records.

    Args:
        counts: Number of records by path, for collections in ``DEFAULT_COUNTS``.
        seed: The same seed and counts give the same records.
        until: Time of the newest records; by default, the oldest ones are from January 2026.
        supplied: Existing records by path of the collection, as targets of references.

    Returns:
        Records by path of their collection; products come with items and parameters.

    Raises:
        ValueError: If a collection is unknown or a count is negative.
    """
    for path, count in counts.items():
        if path not in DEFAULT_COUNTS:
            paths = ", ".join(sorted(DEFAULT_COUNTS))
            raise ValueError(f"generate: no records can be invented for {path!r}, only for {paths}")
        if count < 0:
            raise ValueError(f"generate: the count of {path!r} must be 0 or more, not {count}")
    timeline = Timeline(max(counts.values(), default=0), until)
    return _World(counts, random.Random(seed), timeline, supplied or {}).rows()  # noqa: S311 - no secrets are made here


class _World:
    """The records of one seed; later ones refer to earlier ones."""

    def __init__(
        self,
        counts: Mapping[str, int],
        chance: random.Random,
        timeline: Timeline,
        supplied: Mapping[str, Sequence[Record]],
    ) -> None:
        self._counts = counts
        self._timeline = timeline
        self._chance = chance
        self._supplied = supplied
        self._invented: Rows = {}
        self._marketplaces = self._records("marketplaces", self._marketplace)
        self._accounts = self._records("accounts", self._account)
        self._products = self._records("products", self._product)
        self._assets = self._records("subscriptions/assets", self._asset)

    def rows(self) -> Rows:
        self._records("requests", self._request)
        self._records("helpdesk/cases", self._case)
        self._records("usage/files", self._usage_file)
        self._records("reporting/reports", self._report)
        self._records("listings", self._listing)
        self._records("localization/translations", self._translation)
        self._records("tier/configs", self._tier_config)
        every = self._invented
        rows = {path: every[path][: self._counts[path]] for path in every if path in self._counts}
        for product in (*self._whole("products"), *rows.get("products", ())):
            rows[f"products/{product['id']}/items"] = self._items(product)
            rows[f"products/{product['id']}/parameters"] = self._parameters(product)
        return rows

    def _records(self, path: str, make: Callable[[int], Record]) -> list[Record]:
        """Return the records of a collection: at least one, for others to refer to."""
        supplied = self._whole(path)
        count = max(self._counts.get(path, 0), 0 if supplied else 1)
        self._invented[path] = [make(number) for number in range(1, count + 1)]
        return [*supplied, *self._invented[path]]

    def _whole(self, path: str) -> list[Record]:
        """Return the supplied records of a collection, with the properties that recipes need."""
        return [
            {"name": row["id"], "status": "", "events": self._events(number)} | row
            for number, row in enumerate(self._supplied.get(path, ()), 1)
            if isinstance(row.get("id"), str)
        ]

    def _marketplace(self, number: int) -> Record:
        country, region = _PLACES[(number - 1) % len(_PLACES)]
        return {
            "id": formatted("marketplaces", number),
            "name": f"{region} {country}",
            "description": f"Where customers in {region} buy.",
            "active_contracts": self._chance.randint(1, 9),
        }

    def _account(self, number: int) -> Record:
        name = f"{self._chance.choice(_COMPANIES)} {self._chance.choice(_FORMS)}"
        return {
            "id": formatted("accounts", number),
            "name": f"{name} {number}",
            "type": "vendor" if number % 3 == 1 else "provider",
            "events": self._events(number),
        }

    def _product(self, number: int) -> Record:
        kind = _PRODUCTS[(number - 1) % len(_PRODUCTS)]
        status = ("published", "draft", "endofsale")[(number - 1) % 3]
        version = self._chance.randint(1, 5)
        return {
            "id": formatted("products", number),
            "name": kind if number <= len(_PRODUCTS) else f"{kind} {number}",
            "short_description": f"{kind} for companies of any size.",
            "detailed_description": f"{kind}, with support around the clock.",
            "status": status,
            "version": None if status == "draft" else version,
            "category": {"id": f"CAT-{number:05d}", "name": self._chance.choice(_CATEGORIES)},
            "owner": _reference(self._vendor()),
            "visibility": dict.fromkeys(_VISIBILITIES, status == "published") | {"owner": True},
            "events": self._events(number),
        }

    def _vendor(self) -> Record:
        """Choose an account, and go on to the next vendor."""
        start = self._accounts.index(self._chance.choice(self._accounts))
        turns = [*self._accounts[start:], *self._accounts[:start]]
        return next((account for account in turns if account.get("type") == "vendor"), turns[0])

    def _items(self, product: Record) -> list[Record]:
        return [
            {
                "id": nested(product["id"], number),
                "name": f"{product['name']} {plan}",
                "mpn": f"{plan.upper()}-{number:02d}",
                "type": "reservation",
                "precision": "integer",
                "period": "monthly",
                "unit": {"id": "user", "name": "User"},
                "status": "published",
                "events": product["events"],
            }
            for number, plan in enumerate(("Basic", "Standard", "Premium"), 1)
        ]

    def _parameters(self, product: Record) -> list[Record]:
        return [
            {
                "id": f"PRM-{product['id'][4:]}-{number:04d}",
                "name": name,
                "title": name.replace("_", " ").capitalize(),
                "type": kind,
                "phase": phase,
                "scope": "asset",
                "events": product["events"],
            }
            for number, (name, kind, phase) in enumerate(
                (("admin_email", "email", "ordering"), ("tenant_id", "text", "fulfillment")), 1
            )
        ]

    def _asset(self, number: int) -> Record:
        product = self._chance.choice(self._products)
        items = self._items(product)
        return {
            "id": formatted("assets", number),
            "status": self._chance.choice(("active", "active", "processing", "suspended")),
            "external_id": str(10_000 + number),
            "product": _reference(product) | {"status": product["status"]},
            "connection": {"id": formatted("connections", 1), "type": "production"},
            "marketplace": _reference(self._chance.choice(self._marketplaces)),
            "tiers": {"customer": _reference(self._chance.choice(self._accounts))},
            "items": [
                {"id": item["id"], "mpn": item["mpn"], "quantity": str(self._chance.randint(1, 50))}
                for item in self._chance.sample(items, 2)
            ],
            "params": [
                {"id": "admin_email", "value": f"admin{number}@example.com"},
                {"id": "tenant_id", "value": f"T-{number:05d}"},
            ],
            "events": self._events(number),
        }

    def _request(self, number: int) -> Record:
        asset = self._chance.choice(self._assets)
        created = self._moment(number)
        status = self._chance.choice(("pending", "pending", "approved", "inquiring", "failed"))
        return {
            "id": formatted("requests", number * 1000 + 1),
            "type": self._chance.choice(("purchase", "change", "cancel")),
            "status": status,
            "reason": "The customer withdrew the order." if status == "failed" else "",
            "note": "",
            "created": created,
            "updated": created,
            "asset": {
                name: asset[name]
                for name in (
                    "id",
                    "status",
                    "external_id",
                    "product",
                    "connection",
                    "tiers",
                    "items",
                    "params",
                )
                if name in asset
            },
            "marketplace": asset.get("marketplace") or _reference(self._marketplaces[0]),
        }

    def _case(self, number: int) -> Record:
        return {
            "id": formatted("cases", number),
            "subject": f"Question {number} about {self._chance.choice(_PRODUCTS)}",
            "description": "The customer cannot sign in.",
            "priority": self._chance.randint(0, 3),
            "state": self._chance.choice(("pending", "inquiring", "resolved")),
            "type": "technical",
            "product": _reference(self._chance.choice(self._products)),
            "events": self._events(number),
        }

    def _usage_file(self, number: int) -> Record:
        return {
            "id": formatted("files", number),
            "name": f"Usage {number}",
            "description": "Usage of one month.",
            "status": ("draft", "ready", "pending", "accepted")[number % 4],
            "product": _reference(self._chance.choice(self._products)),
            "marketplace": _reference(self._chance.choice(self._marketplaces)),
            "events": self._events(number),
        }

    def _report(self, number: int) -> Record:
        return {
            "id": formatted("reports", number),
            "name": f"Assets, part {number}",
            "status": ("succeeded", "failed", "succeeded", "running")[(number - 1) % 4],
            "template": {"id": "TL-000-000-001", "name": "Assets"},
            "events": self._events(number),
        }

    def _listing(self, number: int) -> Record:
        return {
            "id": formatted("listings", number),
            "status": ("listed", "unlisted")[number % 2],
            "product": _reference(self._chance.choice(self._products)),
            "contract": {
                "id": f"CRD-{number:05d}-00000-00000",
                "marketplace": _reference(self._chance.choice(self._marketplaces)),
            },
            "created": self._moment(number),
            "updated": self._moment(number),
        }

    def _translation(self, number: int) -> Record:
        product = self._products[(number - 1) % len(self._products)]
        return {
            "id": formatted("translations", number),
            "status": ("active", "inactive")[number % 2],
            "primary": number <= len(self._products),
            "context": {
                "id": f"LCX-{number:04d}-0000-0000",
                "instance_id": product["id"],
                "name": product["name"],
            },
            "locale": {"id": ("en", "es", "de")[number % 3]},
            "events": self._events(number),
        }

    def _tier_config(self, number: int) -> Record:
        return {
            "id": formatted("configs", number),
            "name": f"Configuration {number}",
            "status": ("active", "processing")[number % 2],
            "tier_level": 1 + number % 2,
            "account": _reference(self._chance.choice(self._accounts)),
            "product": _reference(self._chance.choice(self._products)),
            "connection": {"id": formatted("connections", 1), "type": "production"},
            "marketplace": _reference(self._chance.choice(self._marketplaces)),
            "events": self._events(number),
        }

    def _events(self, number: int) -> Record:
        at = self._moment(number)
        return {"created": {"at": at}, "updated": {"at": at}}

    def _moment(self, number: int) -> str:
        return timestamp(self._timeline.at(number))


def _reference(record: Record) -> Record:
    return {"id": record["id"], "name": record["name"]}
