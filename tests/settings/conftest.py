"""A home of its own for each test, and functions to fill it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnct.settings import resolution

HOME_ENDPOINT = "https://home.example/public/v1"
ELSEWHERE = "https://elsewhere.example/public/v1"


class Home:
    """The home of a user, who has no settings yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config" / "config.toml"

    def write(self, text: str, mode: int = 0o600) -> Path:
        """Write config.toml."""
        self.config.parent.mkdir(mode=0o700, exist_ok=True)
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(mode)
        return self.config

    def accounts(self, *ids: str, active: Any = None, mode: int = 0o600) -> Path:
        """Write the accounts of ccli, with the key ``ApiKey <id>:ccli-secret``."""
        accounts = [
            {"id": name, "name": f"{name} Ltd", "api_key": key(name), "endpoint": HOME_ENDPOINT}
            for name in ids
        ]
        return self.write_ccli({"active": active or ids[0], "accounts": accounts}, mode)

    def write_ccli(self, document: Any, mode: int = 0o600) -> Path:
        path = self.folder / ".ccli" / "config.json"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        path.chmod(mode)
        return path


def key(name: str) -> str:
    return f"ApiKey {name}:ccli-secret"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A user without variables and files."""
    home = Home(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CNCT_CONFIG", str(home.config))
    monkeypatch.setattr(resolution, "_printed", set())
    return home
