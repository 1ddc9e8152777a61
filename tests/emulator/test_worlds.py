"""Invented worlds, byte for byte: programs and their tests rely on records that stay."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from tests.emulator.conftest import Http
from tests.emulator.test_document import DOCUMENT

from cnct.emulator import Clock, Emulator

NESTED = ("items", "parameters")
SHOP = (
    "accounts",
    "partners",
    "assets",
    "products",
    "products/PRD-000-000-001",
    "products/PRD-000-000-002/items",
    "products/PRD-000-000-002/items/PRD-000-000-002-0003/notes",
    "products/PRD-000-000-003/accounts",
    "products/PRD-000-000-003/versions",
    "products/PRD-000-000-003/locales",
    "products/PRD-000-000-003/locales/en",
    "products/PRD-000-000-003/templates",
    "products/PRD-000-000-003/attributes",
    "products/PRD-000-000-003/media",
    "settings",
    "brand",
    "users/SU-1/flags/red",
    "singles",
    "singles/SX-000-000-001",
    "domains/DX-000-000-001",
    "stats/daily",
)


def rows(connect: Emulator, *paths: str) -> dict[str, object]:
    with connect, Http(connect.endpoint) as http:
        return {path: http.get(f"{path}?limit=1000").json() for path in paths}


def digest(world: dict[str, object]) -> str:
    return sha256(json.dumps(world, ensure_ascii=False).encode()).hexdigest()[:32]


def default_world(**settings: object) -> dict[str, object]:
    collections = (
        "marketplaces",
        "accounts",
        "products",
        "subscriptions/assets",
        "requests",
        "helpdesk/cases",
        "usage/files",
        "listings",
        "localization/translations",
        "tier/configs",
    )
    nested = [f"products/PRD-000-000-00{n}/{name}" for n in (1, 2, 3) for name in NESTED]
    return rows(Emulator(**settings), *collections, *nested)


def test_the_default_world_stays_as_it_is():
    assert digest(default_world()) == "194e11e6946ab4ffdde9570fe46b9a60"


def test_the_default_world_of_another_seed_size_and_time_stays_as_it_is():
    clock = Clock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    world = default_world(seed=7, generate={"requests": 90, "products": 7}, clock=clock)
    assert digest(world) == "2d6670783ac16605f60c7351f692ebdd"


def test_the_records_of_a_document_stay_as_they_are(tmp_path: Path):
    spec = tmp_path / "shop.json"
    spec.write_text(json.dumps(DOCUMENT))
    assert digest(rows(Emulator(spec=spec), *SHOP)) == "7530ed84f1af3bba4b3be6b764b35ec6"


def test_the_records_of_a_document_that_are_asked_for_stay_as_they_are(tmp_path: Path):
    spec = tmp_path / "shop.json"
    spec.write_text(json.dumps(DOCUMENT))
    clock = Clock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    generate = {"products": 31, "products/PRD-000-000-002/items": 7}
    connect = Emulator(spec=spec, seed=3, generate=generate, clock=clock)
    assert digest(rows(connect, *SHOP)) == "858344592bf238043be21236df329b5d"
