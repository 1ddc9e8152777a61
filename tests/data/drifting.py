"""Changes the rows of an emulator as other users do, and compares a mirror with them."""

from __future__ import annotations

import json
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cnct import ConnectClient
from cnct.emulator import Emulator

START = datetime(2024, 5, 1, tzinfo=UTC)


class OtherUsers:
    """Insert, update and delete requests, without calls, by the emulator's clock.

    Args:
        connect: The emulator.
        seed: Seed of the changes.
        skew: Time by which the clock of the database is ahead of the server's header ``Date``.
    """

    def __init__(self, connect: Emulator, seed: int, skew: timedelta = timedelta(0)) -> None:
        self.connect = connect
        self.rows: dict[str, dict[str, Any]] = {}
        self.chance = random.Random(seed)  # noqa: S311 - no secrets
        self._skew = skew
        self._number = 0

    def now(self) -> str:
        return (self.connect.clock.now() + self._skew).isoformat()

    def insert(self, number: int = 1, **fields: Any) -> None:
        rows = [self._new(**fields) for _ in range(number)]
        self.rows.update((row["id"], row) for row in rows)
        self.connect.insert("requests", *rows)

    def _new(self, **fields: Any) -> dict[str, Any]:
        self._number += 1
        now = self.now()
        asset = {"id": f"AS-{self._number}", "product": {"id": "PRD-1", "name": "Backup"}}
        row = {"id": f"PR-{self._number:05}", "status": "draft", "created": now, "updated": now}
        return {**row, "asset": asset, **fields}

    def update(self) -> None:
        self._replace(
            {"status": self.chance.choice(("pending", "approved")), "updated": self.now()}
        )

    def embed(self) -> None:
        """Change an embedded object, which leaves the time of the last change as it is."""
        product = {"id": "PRD-1", "name": f"Backup {self.chance.random()}"}
        self._replace({"asset": {"id": "AS-1", "product": product}})

    def _replace(self, changes: dict[str, Any]) -> None:
        if self.rows:
            key = self.chance.choice(sorted(self.rows))
            row = {**self.rows[key], **changes}
            self.connect.delete(f"requests/{key}")
            self.connect.insert("requests", row)
            self.rows[key] = row

    def delete(self) -> None:
        if self.rows:
            key = self.chance.choice(sorted(self.rows))
            del self.rows[key]
            self.connect.delete(f"requests/{key}")

    def work(self) -> None:
        """Do something, mostly insert or update."""
        self.chance.choice((self.insert, self.insert, self.update, self.update, self.delete))()


def mirrored(path: str | Path, collection: str = "requests") -> dict[str, Any]:
    """Return the rows of a mirror by id, without the client that wrote them."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(f'SELECT id, doc FROM "rows/{collection}"')
        return {key: json.loads(doc) for key, doc in rows}
    finally:
        connection.close()


def served(connect: Emulator, path: str = "requests") -> dict[str, Any]:
    """Return the rows of the server by id."""
    with ConnectClient("ApiKey x", connect.endpoint, use_specs=False) as client:
        return {row["id"]: row for row in client.collection(path).all().limit(1000)}


def own(rows: dict[str, Any]) -> dict[str, Any]:
    """Return rows without their embedded objects."""
    return {
        key: {name: value for name, value in row.items() if not isinstance(value, dict)}
        for key, row in rows.items()
    }
