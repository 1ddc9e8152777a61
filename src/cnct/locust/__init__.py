"""Load tests with Locust: users whose client reports every request as an event of Locust.

Locust is the user's own, and imported with `ConnectUser`, on first access.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.locust.measuring import MeasuredClient
    from cnct.locust.user import ConnectUser

__all__ = ["ConnectUser", "MeasuredClient"]


def __getattr__(name: str) -> Any:
    """Import a name on first access (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "user" if name == "ConnectUser" else "measuring"
    return getattr(import_module(f"cnct.locust.{home}"), name)


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
